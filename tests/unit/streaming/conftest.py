"""A tailer on the event loop of the test, over a real database."""

from collections.abc import AsyncIterator

import pytest
from asgiref.sync import sync_to_async
from django.conf import LazySettings
from django.db import connections

from streaming.broker.tailer import Tailer


@pytest.fixture
async def tail(transactional_db: None, settings: LazySettings) -> AsyncIterator[Tailer]:
    settings.STREAM_METRICS_SECONDS = 0.05
    tail = Tailer()
    yield tail
    await tail.stop()
    await sync_to_async(connections.close_all)()
