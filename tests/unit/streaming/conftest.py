"""A streaming service on the event loop of the test, over a real database."""

from collections.abc import AsyncIterator

import pytest
from asgiref.sync import sync_to_async
from django.conf import LazySettings
from django.db import connections

from streaming.broker.service import StreamService


@pytest.fixture
async def service(transactional_db: None, settings: LazySettings) -> AsyncIterator[StreamService]:
    settings.STREAM_METRICS_SECONDS = 0.05
    service = StreamService()
    yield service
    await service.stop()
    await sync_to_async(connections.close_all)()
