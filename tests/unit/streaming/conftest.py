"""A log to read, and a streaming service in the test's own loop over a real database."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime

import pytest
from asgiref.sync import sync_to_async
from django.conf import LazySettings
from django.db import connections

from news.dedup.headline import Headline
from news.ingest.pipeline import ingest
from streaming.broker.service import StreamService

PUBLISHED_AT = datetime(2026, 1, 31, 9, 30, tzinfo=UTC)


def headline(number: int, *tickers: str) -> Headline:
    return Headline(f"Profit rises {number} percent", tickers or ("AAPL",), "test", PUBLISHED_AT)


def append(start: int, count: int = 1, tickers: Sequence[str] = ("AAPL",)) -> None:
    """Ingest `count` headlines numbered from `start`."""
    assert len(ingest([headline(number, *tickers) for number in range(start, start + count)]).created) == count


async def eventually(condition: Callable[[], object], *, seconds: float = 10) -> None:
    """Let the loop run until `condition` holds."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - what is waited for has no event of its own
            await asyncio.sleep(0.005)


@pytest.fixture
async def service(transactional_db: None, settings: LazySettings) -> AsyncIterator[StreamService]:
    settings.STREAM_METRICS_SECONDS = 0.05
    service = StreamService()
    yield service
    await service.stop()
    await sync_to_async(connections.close_all)()
