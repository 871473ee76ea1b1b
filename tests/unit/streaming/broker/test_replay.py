"""Replay: pages that clients share, while the log grows and is trimmed."""

import asyncio
import random

import pytest
from asgiref.sync import sync_to_async
from django.db import DatabaseError

from news.ingest.retention import trim
from news.log.cursor import Cursor
from news.models import Item
from streaming.broker.filters import CHANGES, HEADLINE, HISTORICAL, StreamFilter
from streaming.broker.replay import CursorExpired, ReplayCache, ReplayPage
from streaming.broker.service import StreamService
from streaming.http.subscription import Subscription
from tests.helpers.changes import change_item, withdraw_items
from tests.helpers.items import append
from tests.helpers.queries import execute
from tests.helpers.sse import parse_events
from tests.helpers.waiting import eventually

pytestmark = pytest.mark.django_db(transaction=True)
append_async = sync_to_async(append)
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
        await service.replay.get_next_chunk(Cursor(head.generation, 4), head, stream_filter)
    page, reached, _ = await service.replay.get_next_chunk(Cursor(head.generation, 5), head, stream_filter)

    assert [event.seq for event in parse_events(page.decode())] == [6, 7, 8, 9, 10]
    assert reached == head


async def replay(service: StreamService, stream_filter: StreamFilter, up_to: Cursor) -> tuple[list[int], int]:
    """Return the seqs that a client with the cursor of the start gets, and the number of pages."""
    cursor, seqs, pages = Cursor(up_to.generation, 0), list[int](), 0
    while cursor.seq < up_to.seq:
        page, cursor, _ = await service.replay.get_next_chunk(cursor, up_to, stream_filter)
        seqs += [event.seq for event in parse_events(page.decode())]
        pages += 1
    assert cursor == up_to
    return seqs, pages


@pytest.mark.parametrize("tickers", [(), ("AAPL",), ("AAPL", "F")])
@pytest.mark.parametrize("include", [(), (HISTORICAL,)])
async def test_replay_of_mixed_stretches_returns_each_match_once_in_order(
    service: StreamService, tickers: tuple[str, ...], include: tuple[str, ...]
) -> None:
    dice, start = random.Random(3), 0
    while start < 900:
        count = dice.randint(1, 150)
        mixed_tickers = dice.choice([["AAPL"], ["MSFT"], ["MSFT", "AAPL"], ["F", "AAPL"]])
        await append_async(start, count, tickers=mixed_tickers, is_historical=dice.random() < 0.6)
        start += count
    stream_filter = StreamFilter(frozenset(tickers), frozenset(include))
    head = await service.start()
    log = await sync_to_async(lambda: list(Item.objects.order_by("seq")))()
    matching = [item.seq for item in log if stream_filter.matches(item)]

    seqs, _ = await replay(service, stream_filter, head)
    behind, _ = await replay(service, stream_filter, Cursor(head.generation, 455))

    assert seqs == matching
    assert behind == [seq for seq in matching if seq <= 455]


async def test_replay_crosses_a_long_historical_stretch_in_one_page(service: StreamService) -> None:
    await append_async(0, 5)
    await append_async(5, 1500, is_historical=True)
    await append_async(1505, 5)
    head = await service.start()

    plain, pages = await replay(service, StreamFilter(), head)
    everything, _ = await replay(service, StreamFilter(include=frozenset({HISTORICAL})), head)

    assert (plain, pages) == ([1, 2, 3, 4, 5, 1506, 1507, 1508, 1509, 1510], 1)
    assert everything == [*range(1, 1511)]


async def test_replay_page_without_end_is_complete_only_up_to_the_head_it_was_read_at(service: StreamService) -> None:
    await append_async(0, 5)
    await append_async(5, 300, is_historical=True)
    head = await service.start()
    assert await replay(service, StreamFilter(), head) == ([1, 2, 3, 4, 5], 1)

    await append_async(305, 10)
    later = Cursor(head.generation, 315)
    seqs, pages = await replay(service, StreamFilter(), later)

    assert (seqs, pages) == ([1, 2, 3, 4, 5, *range(306, 316)], 2)  # the first page is shared


async def test_replay_page_without_end_sends_nothing_beyond_the_ring(service: StreamService) -> None:
    await append_async(0, 50)
    await append_async(50, 100, is_historical=True)
    await append_async(150, 50)
    head = await service.start()

    page, reached, _ = await service.replay.get_next_chunk(
        Cursor(head.generation, 30), Cursor(head.generation, 170), StreamFilter()
    )

    assert [event.seq for event in parse_events(page.decode())] == [*range(31, 51), *range(151, 171)]
    assert reached.seq == 170


async def test_replay_page_read_before_a_withdrawal_is_read_again(service: StreamService) -> None:
    await append_async(0, 3, is_historical=True)
    await append_async(3)
    everything = StreamFilter(include=frozenset({HEADLINE, HISTORICAL}))
    start = Cursor((await service.start()).generation, 0)
    before = await service.replay.get_next_chunk(start, service.current_cursor, everything)
    assert b"Profit rises 1 percent" in before.data

    # A historical item, of which no open stream is told.
    item_ids = await sync_to_async(lambda: [Item.objects.get(seq=2).item_id])()
    await sync_to_async(withdraw_items)(*item_ids)
    await eventually(lambda: service.current_cursor.seq == 5)
    after = await service.replay.get_next_chunk(start, before.cursor, everything)

    assert b"Profit rises 1 percent" not in after.data
    assert [event.seq for event in parse_events(after.data.decode())] == [1, 2, 3, 4]
    assert parse_events(after.data.decode())[1].data["title"] == ""


async def test_replayed_events_are_counted_by_their_names(service: StreamService) -> None:
    await append_async(0, 3)
    first, second = await sync_to_async(lambda: [*Item.objects.order_by("seq").values_list("item_id", flat=True)[:2]])()
    await sync_to_async(change_item)(first, title="Losses widen")
    await sync_to_async(withdraw_items)(second)
    head = await service.start()

    with_changes = StreamFilter(include=frozenset({CHANGES}))

    replayed = await service.replay.get_next_chunk(Cursor(head.generation, 1), head, with_changes)

    blocks = [block + b"\n\n" for block in replayed.data.split(b"\n\n")[:-1]]
    sizes = [len(block) for block in blocks]
    assert replayed.counts == (
        ("new_item", 2, sum(sizes[:2])),
        ("item_updated", 1, sizes[2]),
        ("item_removed", 1, sizes[3]),
    )


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


async def test_run_read_wrong_statement_raises_and_is_not_tried_again(service: StreamService) -> None:
    with pytest.raises(DatabaseError, match="missing"):
        await asyncio.wait_for(service.replay.run_read(execute, "SELECT missing FROM news_item"), 60)


async def test_get_page_is_cancelled_with_the_last_client_that_waits_for_it() -> None:
    started, cancelled = asyncio.Event(), asyncio.Event()

    async def wait_forever(*_: object) -> ReplayPage:
        started.set()
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()
        raise AssertionError("not reached")

    replay = ReplayCache(wait_forever)
    cursors = Cursor("0a0a0a", 0), Cursor("0a0a0a", 50)
    first, second = (asyncio.create_task(replay.get_next_chunk(*cursors, StreamFilter())) for _ in range(2))
    await started.wait()

    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    assert not cancelled.is_set()
    second.cancel()
    await asyncio.wait_for(cancelled.wait(), 60)
    (result,) = await asyncio.gather(second, return_exceptions=True)

    assert isinstance(result, asyncio.CancelledError)
