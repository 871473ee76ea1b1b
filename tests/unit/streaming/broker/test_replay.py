"""Replay while the log is trimmed."""

import asyncio

import pytest
from asgiref.sync import sync_to_async

from news.ingest.retention import trim
from news.log.cursor import Cursor
from streaming.broker.filters import StreamFilter
from streaming.broker.replay import CursorExpired, Replay, ReplayPage
from streaming.broker.service import StreamService
from streaming.http.subscription import Subscription
from tests.helpers.items import append
from tests.helpers.sse import parse_events

pytestmark = pytest.mark.django_db(transaction=True)
FILTERS = [StreamFilter(), StreamFilter(frozenset({"AAPL"}))]


@sync_to_async
def append_and_trim(count: int, cut: int) -> None:
    append(0, count)
    assert sum(trim(cut, batch=100)) == cut


@pytest.mark.parametrize("stream_filter", FILTERS, ids=["all", "AAPL"])
async def test_get_page_of_trimmed_items_raises_cursor_expired(
    service: StreamService, stream_filter: StreamFilter
) -> None:
    await append_and_trim(10, cut=5)
    head = await service.start()

    with pytest.raises(CursorExpired):
        await service.replay.get_page(Cursor(head.generation, 4), head, stream_filter)
    page, reached = await service.replay.get_page(Cursor(head.generation, 5), head, stream_filter)

    assert [event.seq for event in parse_events(page.decode())] == [6, 7, 8, 9, 10]
    assert reached == head


async def test_subscription_cursor_trimmed_meanwhile_gets_reset_and_metrics(service: StreamService) -> None:
    await append_and_trim(10, cut=5)
    head = await service.start()
    subscription = Subscription(
        service,
        StreamFilter(),
        resume=Cursor(head.generation, 2),  # valid when it was resolved, and trimmed since
        reset_reason=None,
        slot=service.limiter.acquire("client"),
        grant=None,
        client="client",
    )
    subscription.can_detach = True  # so that the iteration ends where the stream is live

    events = parse_events("".join([chunk.decode() async for chunk in subscription]))
    subscription.release()

    assert [event.kind for event in events] == ["heartbeat", "reset", "metrics"]
    assert events[1].data["reason"] == "expired"
    assert events[2].data["total"] == 10


async def test_get_page_is_cancelled_with_the_last_client_that_waits_for_it() -> None:
    started, cancelled = asyncio.Event(), asyncio.Event()

    async def wait_forever(*_: object) -> ReplayPage:
        started.set()
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()
        raise AssertionError("not reached")

    replay = Replay(wait_forever)
    cursors = Cursor("0a0a0a", 0), Cursor("0a0a0a", 50)
    first, second = (asyncio.create_task(replay.get_page(*cursors, StreamFilter())) for _ in range(2))
    await started.wait()

    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    assert not cancelled.is_set()
    second.cancel()
    await asyncio.wait_for(cancelled.wait(), 60)
    (result,) = await asyncio.gather(second, return_exceptions=True)

    assert isinstance(result, asyncio.CancelledError)
