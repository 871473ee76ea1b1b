"""The tail of a real log: what a joiner is told, and what comes after, add up to the log."""

import asyncio
import random
import threading
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from itertools import count
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.conf import LazySettings
from django.db import DatabaseError, connection, connections
from django.db.models import F

from news.ingest.pipeline import ingest
from news.ingest.rescoring import rescore
from news.ingest.retention import trim
from news.log.reader import PAGE_ITEMS, get_head, resolve_cursor
from news.models import Item, LogHead, make_generation
from streaming.broker.hub import StreamFilter, Subscriber
from streaming.broker.replay import WITH_HEADLINE
from streaming.broker.tailer import InitialSnapshot, Tailer
from tests.helpers.items import append, make_headline
from tests.helpers.sse import SseEvent, parse_events
from tests.helpers.waiting import eventually

pytestmark = pytest.mark.django_db(transaction=True)
append_async = sync_to_async(append)


class Watcher:
    """A reader that has joined: its opening, and the events it took since."""

    def __init__(self, subscriber: Subscriber, opening: InitialSnapshot) -> None:
        self.subscriber = subscriber
        self.opening = opening
        (self.metrics,) = parse_events(opening.metrics.decode())
        self.bytes = b""
        subscriber.ring_index = opening.ring_index

    @property
    def events(self) -> list[SseEvent]:
        while self.subscriber.lag:
            assert not self.subscriber.is_overrun
            self.bytes += self.subscriber.read_pending()
        return parse_events(self.bytes.decode())

    @property
    def items(self) -> list[SseEvent]:
        return [event for event in self.events if event.kind == "new_item"]

    def of_kind(self, kind: str) -> list[SseEvent]:
        return [event for event in self.events if event.kind == kind]


async def join(tail: Tailer, *tickers: str, form: str | None = None) -> Watcher:
    subscriber = tail.subscribe(StreamFilter(frozenset(tickers), form))
    return Watcher(subscriber, await tail.attach(subscriber))


@asynccontextmanager
async def ingesting(total: int) -> AsyncIterator[list[int]]:
    """Append `total` items in batches on another thread; yields a list that grows by the count committed so far."""
    committed = [0]
    dice = random.Random(7)

    async def write() -> None:
        while committed[-1] < total:
            count = min(dice.randint(1, 12), total - committed[-1])
            await append_async(committed[-1], count, tickers=dice.choice([["AAPL"], ["MSFT"], ["MSFT", "AAPL"]]))
            committed.append(committed[-1] + count)

    task = asyncio.create_task(write())
    yield committed
    await task


async def test_the_metrics_of_a_joiner_count_what_was_committed_before(tail: Tailer) -> None:
    await append_async(0, 3)
    await tail.start()
    await append_async(3, 4)

    watcher = await join(tail)

    assert watcher.metrics.data["total"] == 7 == watcher.opening.cursor.seq == watcher.metrics.seq
    assert watcher.metrics.data["by_tag"] == {"AAPL": 7}
    assert watcher.items == []


async def test_snapshot_and_following_items_add_up_while_items_pour_in(tail: Tailer) -> None:
    await tail.start()
    watchers: list[Watcher] = []
    dice = random.Random(11)
    async with ingesting(400) as committed:
        while committed[-1] < 400:
            before = committed[-1]
            watchers.append(await join(tail))
            assert watchers[-1].metrics.data["total"] >= before
            await asyncio.sleep(dice.random() / 50)
    await eventually(lambda: tail.current_cursor.seq == 400)

    assert len(watchers) > 10
    assert len({watcher.opening.cursor.seq for watcher in watchers}) > 5
    for watcher in watchers:
        assert watcher.metrics.data["total"] == watcher.opening.cursor.seq
        assert [item.seq for item in watcher.items] == list(range(watcher.opening.cursor.seq + 1, 401))
        for counted in watcher.of_kind("metrics"):
            assert counted.data["total"] == counted.seq
        places = [event.seq for event in watcher.events]
        assert places == sorted(places)


async def test_snapshot_and_following_items_of_a_filter_add_up_while_items_pour_in(tail: Tailer) -> None:
    await tail.start()
    watchers: list[tuple[str, Watcher]] = []
    async with ingesting(300) as committed:
        while committed[-1] < 300:
            watchers += [(name, await join(tail, *name.split(","))) for name in ("AAPL", "MSFT", "AAPL,MSFT")]
    await eventually(lambda: tail.current_cursor.seq == 300)

    log = await sync_to_async(lambda: list(Item.objects.order_by("seq")))()
    for name, watcher in watchers:
        wanted = [item.seq for item in log if set(name.split(",")).intersection(item.tickers)]
        before = [seq for seq in wanted if seq <= watcher.opening.cursor.seq]
        assert watcher.metrics.data["total"] == len(before)
        assert [item.seq for item in watcher.items] == wanted[len(before) :]


async def test_many_who_join_at_once_share_one_look_at_the_log(tail: Tailer) -> None:
    await append_async(0, 5)
    await tail.start()

    watchers = await asyncio.gather(*(join(tail) for _ in range(50)))

    assert {watcher.metrics.data["total"] for watcher in watchers} == {5}
    assert len({watcher.metrics.id for watcher in watchers}) <= 2
    assert len(tail.hub.topics) == 1


async def test_each_form_of_a_topic_gets_its_own_frames(tail: Tailer) -> None:
    await tail.start()
    short, long = await join(tail), await join(tail, form=WITH_HEADLINE)

    await append_async(0)
    await eventually(lambda: short.items and long.items)

    assert "title" not in short.items[0].data
    assert long.items[0].data["title"] == "Profit rises 0 percent"
    assert short.items[0].id == long.items[0].id


async def test_metrics_are_coalesced_and_end_at_the_truth(tail: Tailer, settings: LazySettings) -> None:
    settings.STREAM_METRICS_SECONDS = 0.2
    await tail.start()
    watcher = await join(tail)

    for number in range(60):
        await append_async(number)
    await eventually(lambda: (told := watcher.of_kind("metrics")) and told[-1].data["total"] == 60)

    assert len(watcher.items) == 60
    assert len(watcher.of_kind("metrics")) < 30


async def test_a_quiet_filter_hears_nothing_of_other_tickers(tail: Tailer) -> None:
    await tail.start()
    quiet, busy = await join(tail, "AMD"), await join(tail, "AAPL")

    await append_async(0, 5)
    await eventually(lambda: busy.of_kind("metrics"))

    assert quiet.events == []


async def test_more_items_than_one_page_arrive_in_order(tail: Tailer) -> None:
    await tail.start()
    watcher = await join(tail)

    await append_async(0, 2500)
    await eventually(lambda: len(watcher.items) == 2500)

    assert [item.seq for item in watcher.items] == list(range(1, 2501))


async def test_heartbeats_go_on_while_the_log_cannot_be_read_and_then_it_catches_up(
    tail: Tailer, settings: LazySettings
) -> None:
    settings.STREAM_HEARTBEAT_SECONDS = 0.05
    await tail.start()
    watcher = await join(tail)
    await append_async(0, 2)
    await eventually(lambda: len(watcher.items) == 2)

    await rename_table("news_loghead", "news_loghead_away")
    try:
        beats = len(watcher.of_kind("heartbeat"))
        with pytest.raises(DatabaseError):
            await tail.read(LogHead.objects.get, pk=1)
        await eventually(lambda: len(watcher.of_kind("heartbeat")) > beats + 5)
        joining = asyncio.create_task(join(tail))
    finally:
        await rename_table("news_loghead_away", "news_loghead")
    await append_async(2, 3)
    await eventually(lambda: len(watcher.items) == 5)
    late = await joining

    assert [item.seq for item in watcher.items] == [1, 2, 3, 4, 5]
    assert late.metrics.data["total"] + len(late.items) == 5
    assert {event.data["connections"] for event in watcher.of_kind("heartbeat")} == {0}


async def test_a_start_that_fails_can_be_tried_again(tail: Tailer) -> None:
    await rename_table("news_loghead", "news_loghead_away")
    try:
        with pytest.raises(DatabaseError):
            await tail.start()
    finally:
        await rename_table("news_loghead_away", "news_loghead")

    await append_async(0, 2)
    assert (await tail.start()).seq == 2


async def test_items_are_seen_without_the_doorbell_too(tail: Tailer, settings: LazySettings) -> None:
    await tail.start()
    watcher = await join(tail)

    # Another layer: nobody listens for its bell, as if another machine had ingested without Redis.
    settings.CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
    await append_async(0, 4)

    await eventually(lambda: len(watcher.items) == 4)


async def test_another_log_in_the_place_of_ours_is_told_as_a_reset(tail: Tailer) -> None:
    await append_async(0, 3)
    await tail.start()
    watcher = await join(tail)
    epoch = make_generation()

    await sync_to_async(LogHead.objects.update)(generation=epoch)
    await eventually(lambda: watcher.of_kind("reset") and watcher.of_kind("metrics"))
    await append_async(3)
    await eventually(lambda: watcher.items)

    assert [event.kind for event in watcher.events][:2] == ["reset", "metrics"]
    assert all(event.id.startswith(f"evt_{epoch}-") for event in watcher.events)
    assert watcher.items[0].seq == 4


async def test_a_backup_put_back_makes_cursors_of_what_came_after_it_foreign(tail: Tailer) -> None:
    await append_async(0, 3)
    await tail.start()
    watcher = await join(tail)
    before = tail.current_cursor

    await sync_to_async(lambda: LogHead.objects.update(seq=F("seq") - 1))()
    await sync_to_async(Item.objects.filter(seq=3).delete)()
    await eventually(lambda: watcher.of_kind("reset"))
    await append_async(3)
    await eventually(lambda: watcher.items)

    head = await sync_to_async(get_head)()
    assert (watcher.items[0].seq, head.seq) == (3, 3)
    assert resolve_cursor(str(before), head) == (None, "foreign")


@pytest.mark.parametrize("items", [30, 1200], ids=["one page", "several"])
async def test_items_trimmed_while_they_are_read_are_told_as_a_reset(tail: Tailer, items: int) -> None:
    await tail.start()
    watcher = await join(tail)
    reads = count()

    def trim_before_the_last_page(execute: Callable[..., Any], sql: str, *args: Any) -> Any:
        if 'ORDER BY "news_item"."seq" ASC' in sql and next(reads) == items // PAGE_ITEMS:
            trimming.submit(lambda: sum(trim(items - 10, batch=2000)) and connections.close_all()).result(60)
        return execute(sql, *args)

    with ThreadPoolExecutor(1) as trimming:
        await tail.read(lambda: connection.execute_wrappers.append(trim_before_the_last_page))
        await sync_to_async(ingest)([make_headline(f"Profit rises {number} percent") for number in range(items)])
        await eventually(lambda: watcher.of_kind("reset"))
        await tail.read(connection.execute_wrappers.clear)
    await append_async(5000)
    await eventually(lambda: watcher.items and watcher.items[-1].seq == items + 1)

    (reset,) = watcher.of_kind("reset")
    places = [item.seq for item in watcher.items]
    assert reset.data["reason"] == "expired"
    assert places == [*range(1, items // PAGE_ITEMS * PAGE_ITEMS + 1), items + 1]


async def test_an_item_scored_again_is_announced_again(tail: Tailer) -> None:
    await append_async(0, 2)
    await tail.start()
    watcher = await join(tail)

    first = Item.objects.filter(seq=1)
    await first.aupdate(title="Losses widen")
    await sync_to_async(lambda: rescore(first))()
    await eventually(lambda: watcher.items)

    assert [item.seq for item in watcher.items] == [3]
    assert watcher.metrics.data["total"] == 2


async def test_topics_go_with_their_last_subscriber_also_while_joining(tail: Tailer) -> None:
    await tail.start()
    subscriber = tail.subscribe(StreamFilter())
    joining = asyncio.create_task(tail.attach(subscriber))
    await asyncio.sleep(0)

    tail.unregister(subscriber)
    tail.unregister(subscriber)
    joining.cancel()
    with pytest.raises(asyncio.CancelledError):
        await joining

    assert tail.hub.topics == {}
    assert (await join(tail)).metrics.data["total"] == 0


async def test_ending_all_lets_nobody_in_and_wakes_everybody(tail: Tailer) -> None:
    await tail.start()
    watcher = await join(tail)

    tail.close_all("drain")
    await asyncio.wait_for(watcher.subscriber.wait(), 60)

    assert watcher.subscriber.close_reason == "drain"


async def test_stop_leaves_no_thread_and_no_task_behind(transactional_db: None) -> None:
    threads, tasks = set(threading.enumerate()), asyncio.all_tasks()
    tail = Tailer()
    await tail.start()
    await join(tail)
    mine = [thread for thread in threading.enumerate() if thread not in threads]
    assert [thread.name for thread in mine] == ["tail_0"]

    await tail.stop()

    await eventually(lambda: not mine[0].is_alive())
    assert asyncio.all_tasks() == tasks


@sync_to_async
def rename_table(old: str, new: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {old} RENAME TO {new}")


async def test_who_has_joined_and_left_is_asked_for_no_more(tail: Tailer) -> None:
    await tail.start()
    watchers = [await join(tail, f"T{number}") for number in range(20)]
    impatient = tail.subscribe(StreamFilter(frozenset({"GONE"})))
    joining = asyncio.create_task(tail.attach(impatient))
    await asyncio.sleep(0)
    joining.cancel()
    for subscriber in [impatient, *(watcher.subscriber for watcher in watchers)]:
        tail.unregister(subscriber)

    await join(tail)

    assert tail._pending_joins == {}
    assert len(tail.hub.topics) == 1


async def test_who_comes_after_the_end_of_all_streams_ends_at_once(tail: Tailer) -> None:
    await tail.start()
    tail.close_all("drain")

    assert tail.subscribe(StreamFilter()).close_reason == "drain"
    assert tail.register().close_reason == "drain"
