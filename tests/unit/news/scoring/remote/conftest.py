"""A server for analyzers, and the settings that point to it."""

from collections.abc import Iterator

import pytest
from django.conf import LazySettings

from common.secret import Secret
from tests.helpers.analyzer_server import AnalyzerServer, analyzer_server


@pytest.fixture
def server(settings: LazySettings) -> Iterator[AnalyzerServer]:
    with analyzer_server() as server:
        settings.ANALYZER_URL = server.url
        settings.ANALYZER_KEY = Secret("key-of-the-test")
        settings.ANALYZER_MODEL = "finbert-2"
        settings.ANALYZER_TIMEOUT_SECONDS = 60
        yield server
