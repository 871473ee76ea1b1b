"""Playbacks over a real log: what clients get, when, and what happens when the log changes meanwhile."""

import asyncio
import math
from collections.abc import AsyncIterator
from contextlib import aclosing
from datetime import timedelta
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.conf import LazySettings

from news.ingest.retention import trim
from news.log.as_of import resolve_as_of
from news.log.cursor import Cursor
from news.log.head import mark_restored
from news.models import Item
from streaming.broker.filters import HEADLINE, HISTORICAL, StreamFilter
from streaming.broker.replay import REPLAY_PAGE_ITEMS as PAGE
from streaming.broker.replay import ReplayCache, ReplayPage
from streaming.broker.service import StreamService
from streaming.http.playback import Playback, PlaybackClock
from streaming.http.playback_range import PlaybackRange
from tests.helpers.edits import withdraw_item
from tests.helpers.items import append
from tests.helpers.sse import SseEvent, find_last_retry, parse_events
from tests.helpers.waiting import eventually

pytestmark = pytest.mark.django_db(transaction=True)
append_async = sync_to_async(append)
EVERYTHING = StreamFilter(include=frozenset({HISTORICAL}))


@sync_to_async
def append_spaced(*minutes: float) -> None:
    """Append items so many minutes after the first."""
    append(1, len(minutes))
    first, *_ = items = [*Item.objects.order_by("seq")]
    for item, minute in zip(items, minutes, strict=True):
        Item.objects.filter(pk=item.pk).update(appended_at=first.appended_at + timedelta(minutes=minute))


async def open_playback(
    service: StreamService,
    *,
    up_to: int,
    after: int = 0,
    speed: float = math.inf,
    stream_filter: StreamFilter = EVERYTHING,
    reset_reason: str | None = None,
) -> Playback:
    generation = (await service.start()).generation
    start, end = [await sync_to_async(resolve_as_of)(str(Cursor(generation, seq))) for seq in (after, up_to)]
    playback_range = PlaybackRange(start, end, speed, reset_reason)
    slot = service.limiter.acquire("client", is_playback=True)
    return Playback(service, stream_filter, playback_range, slot=slot, grant=None, client="client")


async def receive_all(playback: Playback) -> list[SseEvent]:
    text = "".join([chunk.decode() async for chunk in playback])
    playback.release()
    assert find_last_retry(text)
    return parse_events(text)


def kinds(events: list[SseEvent]) -> list[str]:
    return [event.kind for event in events]


def seqs(events: list[SseEvent]) -> list[int]:
    return [event.seq for event in events if event.kind == "new_item"]


def test_playback_clock_keeps_the_pauses_between_items_divided_by_the_speed() -> None:
    clock = PlaybackClock(60)

    assert clock.get_wait_seconds(1000, now=50) == 0
    assert clock.get_wait_seconds(1000, now=50) == 0
    assert clock.get_wait_seconds(1120, now=50) == 2
    assert clock.get_wait_seconds(1120, now=51.5) == 0.5
    assert clock.get_wait_seconds(1600, now=52) == 8  # due 10 s after the first, however late the one before was sent
    assert clock.get_wait_seconds(1600, now=70) == -10  # so that it catches up


def test_playback_clock_at_infinite_speed_has_no_pauses() -> None:
    clock = PlaybackClock(math.inf)

    assert [clock.get_wait_seconds(appended_at, now=50) for appended_at in (0, 1e9)] == [0, 0]
    assert clock.get_wait_seconds(2e9, now=51) == -1


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, [*range(11, 121), *range(221, 231)]),
        ({"include": "historical"}, [*range(11, 231)]),
        ({"tickers": "MSFT"}, [*range(61, 121)]),
        ({"tickers": "MSFT", "include": "historical"}, [*range(61, 171)]),
    ],
)
async def test_playback_sends_the_items_of_its_filter_and_metrics_of_both_ends(
    service: StreamService, query: dict[str, str], expected: list[int]
) -> None:
    await append_async(0, 60)
    await append_async(60, 60, ["MSFT"])
    await append_async(120, 50, ["MSFT", "AAPL"], is_historical=True)
    await append_async(170, 50, is_historical=True)
    await append_async(220, 50)
    stream_filter = StreamFilter.from_query(query)

    events = await receive_all(await open_playback(service, after=10, up_to=230, stream_filter=stream_filter))

    assert seqs(events) == expected
    assert kinds(events) == ["heartbeat", "metrics", *["new_item"] * len(expected), "metrics", "heartbeat"]
    assert [events[n].seq for n in (0, 1, -2, -1)] == [10, 10, 230, 230]
    # Historical items are in the counts, not in the rates.
    first, last = events[1].data, events[-2].data
    counts = [(data["total"], data["rate_last_hour"], data["by_tag"]) for data in (first, last)]
    if stream_filter.tickers:
        assert counts == [(0, 0, {}), (110, 60, {"MSFT": 110})]
    else:
        assert counts == [(10, 10, {"AAPL": 10}), (230, 130, {"AAPL": 170, "MSFT": 110})]
    assert service.hub.counters.closed["complete"] == 1
    assert service.limiter.open_count == 0


async def test_playback_of_an_unknown_cursor_gets_reset_and_the_present_and_ends(service: StreamService) -> None:
    await append_async(0, 5)

    events = await receive_all(await open_playback(service, after=5, up_to=5, reset_reason="foreign"))

    assert kinds(events) == ["heartbeat", "reset", "metrics", "heartbeat"]
    assert events[1].data["reason"] == "foreign"
    assert events[2].data["total"] == 5
    assert {event.seq for event in events} == {5}


async def test_playback_of_items_trimmed_meanwhile_gets_reset_and_ends(service: StreamService) -> None:
    await append_async(0, 2 * PAGE + 100)
    playback = await open_playback(service, up_to=2 * PAGE + 50)

    text = ""
    async for chunk in playback:
        text += chunk.decode()
        if b"new_item" in chunk and "reset" not in text:
            await sync_to_async(lambda: sum(trim(2 * PAGE, batch=500)))()
    playback.release()
    events = parse_events(text)

    assert seqs(events) == [*range(1, PAGE + 1)]
    assert kinds(events)[-3:] == ["reset", "metrics", "heartbeat"]
    assert events[-3].data["reason"] == "expired"
    assert {event.seq for event in events[-3:]} == {2 * PAGE + 100}  # with which a client that resumes is at the end


async def test_playback_of_a_log_that_was_replaced_meanwhile_gets_reset_and_ends(service: StreamService) -> None:
    await append_async(0, PAGE + 50)
    playback = await open_playback(service, up_to=PAGE + 50)

    text = ""
    async for chunk in playback:
        text += chunk.decode()
        if b"new_item" in chunk and "reset" not in text:
            generation = (await sync_to_async(mark_restored)()).generation
            await eventually(lambda: service.current_cursor.generation == generation)  # noqa: B023
    playback.release()
    events = parse_events(text)

    assert seqs(events) == [*range(1, PAGE + 1)]
    assert kinds(events)[-3:] == ["reset", "metrics", "heartbeat"]
    assert events[-3].data["reason"] == "foreign"
    assert all(event.id.startswith(f"evt_{generation}-{PAGE + 50}-") for event in events[-3:])


async def test_playback_sends_items_that_are_due_together_as_one_chunk(service: StreamService) -> None:
    await append_spaced(0, 0, 60, 120)
    playback = await open_playback(service, up_to=4, speed=1)

    async with aclosing(aiter_of(playback)) as chunks:
        heartbeat, metrics, items = [await anext(chunks) for _ in range(3)]
        playback.handle.close("drain")
        rest = [chunk async for chunk in chunks]
    playback.release()

    assert kinds(parse_events((heartbeat + metrics).decode())) == ["heartbeat", "metrics"]
    assert seqs(parse_events(items.decode())) == [1, 2]
    (last,) = rest
    assert find_last_retry(last.decode())
    assert parse_events(last.decode())[0].seq == 2
    assert service.hub.counters.closed["drain"] == 1


async def test_playback_sends_no_text_that_was_withdrawn_in_a_pause(service: StreamService) -> None:
    await append_spaced(0, 0.001)
    stream_filter = StreamFilter(include=frozenset({HEADLINE}))
    playback = await open_playback(service, up_to=2, speed=0.1, stream_filter=stream_filter)

    events: list[SseEvent] = []
    async for chunk in playback:
        events += parse_events(chunk.decode())
        if len(seqs(events)) == 1:
            invalidations = service.playback_pages.invalidations
            await sync_to_async(withdraw_item)(2)
            await eventually(lambda: service.playback_pages.invalidations > invalidations)  # noqa: B023
    playback.release()

    first, second = (event for event in events if event.kind == "new_item")
    assert (first.data["title"], second.data["title"]) == ("Profit rises 1 percent", "")
    assert second.seq == 2


async def aiter_of(playback: Playback) -> AsyncIterator[bytes]:
    async for chunk in playback:
        yield chunk


async def test_playback_sends_heartbeats_while_the_log_can_not_be_read(
    service: StreamService, settings: LazySettings
) -> None:
    settings.STREAM_HEARTBEAT_SECONDS = 0.01

    async def wait_forever(*_: object) -> ReplayPage:
        await asyncio.Event().wait()
        raise AssertionError("not reached")

    await append_async(0, 5)
    service.playback_pages = ReplayCache(wait_forever)
    playback = await open_playback(service, up_to=5)

    events: list[SseEvent] = []
    async for chunk in playback:
        events += parse_events(chunk.decode())
        if len(events) == 4:
            playback.handle.close("drain")
    playback.release()

    assert kinds(events) == ["heartbeat"] * 5
    assert {event.seq for event in events} == {0}


class SlowConnection:
    """A connection that is full after each chunk until `drain` is called."""

    send_now = None

    def __init__(self) -> None:
        self.text = ""
        self.is_full = self.is_ended = False
        self._drained = asyncio.Event()

    def send(self, chunk: bytes) -> None:
        assert not self.is_full, "a chunk more than the client has room for"
        self.text += chunk.decode()
        self.is_full = True

    def write_buffered(self, rest: bytes) -> None:
        raise AssertionError("the hub does not write to playbacks")

    async def until_writable(self) -> None:
        self._drained.clear()
        await self._drained.wait()

    def drain(self) -> None:
        self.is_full = False
        self._drained.set()

    def end(self, last: bytes) -> None:
        self.text += last.decode()
        self.is_ended = True


async def detach(playback: Playback, connection: SlowConnection) -> None:
    playback.can_detach = True
    connection.text = "".join([chunk.decode() async for chunk in playback])
    assert playback.continues_after_detach
    playback.detach_to(connection)


async def test_playback_detached_sends_as_fast_as_the_client_reads(service: StreamService) -> None:
    count = 2 * PAGE + 50
    await append_async(0, count)
    playback, connection = await open_playback(service, up_to=count), SlowConnection()
    await detach(playback, connection)

    counts = []
    while not connection.is_ended:
        await eventually(lambda: connection.is_full or connection.is_ended)
        counts.append(connection.text.count("new_item"))
        connection.drain()
    playback.release()
    events = parse_events(connection.text)

    assert counts == [0, PAGE, 2 * PAGE, count, count, count]
    assert seqs(events) == [*range(1, count + 1)]
    assert kinds(events)[-2:] == ["metrics", "heartbeat"]
    assert find_last_retry(connection.text)


async def test_playback_detached_released_in_a_pause_stops(service: StreamService) -> None:
    await append_spaced(0, 60)
    playback, connection = await open_playback(service, up_to=2, speed=1), SlowConnection()
    await detach(playback, connection)
    await eventually(lambda: "metrics" in connection.text)
    connection.drain()
    await eventually(lambda: "new_item" in connection.text)
    connection.drain()
    task: Any = playback._task

    playback.release()

    await eventually(task.done)
    assert task.cancelled()
    assert not connection.is_ended
    assert (service.limiter.open_count, [*service.streams]) == (0, [])
