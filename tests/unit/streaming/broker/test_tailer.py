"""The tailer over a real log: a subscriber's snapshot and the events after it add up to the log."""

import asyncio
import random
import re
import threading
from collections import Counter
from collections.abc import AsyncIterator, Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import replace
from itertools import count
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.conf import LazySettings
from django.db import DatabaseError, connection, connections, transaction
from django.db.models import F

from news.ingest.pipeline import ingest, ingest_records
from news.ingest.rescoring import rescore
from news.ingest.retention import trim
from news.ingest.sample_removal import remove_samples
from news.log.reader import LOG_PAGE_ITEMS, get_head, resolve_cursor
from news.models import Item, LogHead, make_generation
from streaming.broker.filters import CHANGES, HEADLINE, HISTORICAL, INCLUDES, StreamFilter
from streaming.broker.log_reads import MAX_SKIPPED_SEQS
from streaming.broker.service import StreamService
from streaming.broker.tailer import InitialSnapshot
from streaming.broker.topics import Subscriber
from tests.helpers.changes import change_item, rescore_item, withdraw_items
from tests.helpers.items import append, append_samples, make_headline
from tests.helpers.sse import SseEvent, parse_events
from tests.helpers.waiting import eventually

pytestmark = pytest.mark.django_db(transaction=True)
append_async = sync_to_async(append)
append_samples_async = sync_to_async(append_samples)


class Watcher:
    """An attached subscriber: its snapshot, and the events it read since."""

    def __init__(self, subscriber: Subscriber, snapshot: InitialSnapshot) -> None:
        self.subscriber = subscriber
        self.snapshot = snapshot
        (self.metrics,) = parse_events(snapshot.metrics.decode())
        self.bytes = b""
        subscriber.move_to(snapshot.ring_index, snapshot.cursor)

    @property
    def tickers(self) -> frozenset[str]:
        return self.subscriber.topic.filter.tickers

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


async def join(service: StreamService, *tickers: str, include: Collection[str] = ()) -> Watcher:
    subscriber = service.subscribe(StreamFilter(frozenset(tickers), frozenset(include)))
    return Watcher(subscriber, await service.attach(subscriber))


@asynccontextmanager
async def ingesting(total: int, *, historical_share: float = 0) -> AsyncIterator[list[int]]:
    """Append `total` items in batches on another thread; yields a list that grows by the count committed so far."""
    committed = [0]
    dice = random.Random(7)

    async def write() -> None:
        while committed[-1] < total:
            count = min(dice.randint(1, 12), total - committed[-1])
            tickers = dice.choice([["AAPL"], ["MSFT"], ["MSFT", "AAPL"]])
            is_historical = bool(historical_share) and dice.random() < historical_share
            await append_async(committed[-1], count, tickers=tickers, is_historical=is_historical)
            committed.append(committed[-1] + count)

    task = asyncio.create_task(write())
    yield committed
    await task


async def test_attach_metrics_count_everything_committed_before(service: StreamService) -> None:
    await append_async(0, 3)
    await service.start()
    await append_async(3, 4)

    watcher = await join(service)

    assert watcher.metrics.data["total"] == 7 == watcher.snapshot.cursor.seq == watcher.metrics.seq
    assert watcher.metrics.data["by_tag"] == {"AAPL": 7}
    assert watcher.items == []


async def test_attach_during_ingest_snapshot_and_items_add_up(service: StreamService) -> None:
    await service.start()
    watchers: list[Watcher] = []
    dice = random.Random(11)
    async with ingesting(400) as committed:
        while committed[-1] < 400:
            before = committed[-1]
            watchers.append(await join(service))
            assert watchers[-1].metrics.data["total"] >= before
            await asyncio.sleep(dice.random() / 50)
    await eventually(lambda: service.current_cursor.seq == 400)

    assert len(watchers) > 10
    assert len({watcher.snapshot.cursor.seq for watcher in watchers}) > 5
    for watcher in watchers:
        assert watcher.metrics.data["total"] == watcher.snapshot.cursor.seq
        assert [item.seq for item in watcher.items] == list(range(watcher.snapshot.cursor.seq + 1, 401))
        for counted in watcher.of_kind("metrics"):
            assert counted.data["total"] == counted.seq
        seqs = [event.seq for event in watcher.events]
        assert seqs == sorted(seqs)


async def test_attach_filtered_during_ingest_snapshot_and_items_add_up(service: StreamService) -> None:
    await service.start()
    watchers: list[tuple[str, Watcher]] = []
    async with ingesting(300) as committed:
        while committed[-1] < 300:
            watchers += [(name, await join(service, *name.split(","))) for name in ("AAPL", "MSFT", "AAPL,MSFT")]
    await eventually(lambda: service.current_cursor.seq == 300)

    log = await sync_to_async(lambda: list(Item.objects.order_by("seq")))()
    for name, watcher in watchers:
        mentions = {item.seq: len(set(name.split(",")).intersection(item.tickers)) for item in log}
        seq_of_snapshot = watcher.snapshot.cursor.seq
        assert watcher.metrics.data["total"] == sum(mentions[seq] for seq in mentions if seq <= seq_of_snapshot)
        assert [item.seq for item in watcher.items] == [
            seq for seq in mentions if seq > seq_of_snapshot and mentions[seq]
        ]


async def test_attach_many_at_once_share_one_poll(service: StreamService) -> None:
    await append_async(0, 5)
    await service.start()

    watchers = await asyncio.gather(*(join(service) for _ in range(50)))

    assert {watcher.metrics.data["total"] for watcher in watchers} == {5}
    assert len({watcher.metrics.id for watcher in watchers}) <= 2
    assert len(service.hub.topics) == 1


async def test_topics_with_different_include_get_their_own_events(service: StreamService) -> None:
    await service.start()
    short, long = await join(service), await join(service, include=[HEADLINE])

    await append_async(0)
    await eventually(lambda: short.items and long.items)

    assert "title" not in short.items[0].data
    assert long.items[0].data["title"] == "Profit rises 0 percent"
    assert short.items[0].id == long.items[0].id


async def test_items_of_this_process_need_no_read_and_are_those_of_the_log(
    service: StreamService, settings: LazySettings
) -> None:
    settings.STREAM_POLL_SECONDS = settings.STREAM_METRICS_SECONDS = 3600
    await append_async(0)
    await service.start()
    watcher = await join(service, include=[*INCLUDES])
    statements: list[str] = []

    def record(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        statements.append(sql)
        return execute(sql, *rest)

    await service.tailer_executor.run(lambda: connection.execute_wrappers.append(record))
    is_without_read = False
    for number in range(2, 50):  # not all: the join may read once more, and a minute may begin
        statements.clear()
        await sync_to_async(ingest_records)([make_varied_record(number)], source="wire")
        await eventually(lambda n=number: watcher.events and watcher.events[-1].seq == n)
        is_without_read = is_without_read or not statements
    await service.tailer_executor.run(connection.execute_wrappers.clear)

    assert is_without_read
    stream_filter = watcher.subscriber.topic.filter
    replayed, *_ = await service.replay.get_next_chunk(watcher.snapshot.cursor, service.current_cursor, stream_filter)
    assert [(event.id, event.data) for event in watcher.items] == [
        (event.id, event.data) for event in parse_events(replayed.decode())
    ]


def make_varied_record(number: int) -> dict[str, object]:
    """Return a record with a title, tickers, texts and times of many forms."""
    phrases = [
        "raises its forecast after record sales",
        "warns of losses",
        "names a new chair \N{EM DASH} \N{EURO SIGN}5",
    ]
    return {
        "title": f"Zorva {phrases[number % 3]}, report {number}",
        "tickers": ["AAPL", "MSFT", f"T{number}"][: number % 4],
        "summary": "Zorva\nand Apple" * (number % 2),
        "url": f"https://example.org/{number}?a=b&c=\N{LATIN SMALL LETTER E WITH ACUTE}",
        "published_at": [None, "2026-03-01T10:00:00.123456+02:00", 1_767_225_600.25][number % 3],
        "external_id": number,
    }


async def test_metrics_are_coalesced_and_end_exact(service: StreamService, settings: LazySettings) -> None:
    settings.STREAM_METRICS_SECONDS = 0.2
    await service.start()
    watcher = await join(service)

    for number in range(60):
        await append_async(number)
    await eventually(lambda: (published := watcher.of_kind("metrics")) and published[-1].data["total"] == 60)

    assert len(watcher.items) == 60
    assert len(watcher.of_kind("metrics")) < 30


async def test_metrics_of_many_filters_are_those_of_their_place(service: StreamService, settings: LazySettings) -> None:
    settings.STREAM_METRICS_SECONDS = 0
    await service.start()
    dice, tickers = random.Random(5), ["AAPL", "MSFT", "AMD", "NVDA", "TSLA", "META"]
    watchers = [await join(service, *dice.sample(tickers, 1 + number % 4)) for number in range(12)]

    for number in range(40):
        await append_async(number, tickers=dice.sample(tickers, dice.randint(1, 4)))
    await eventually(lambda: service.current_cursor.seq == 40)
    await eventually(lambda: all(watcher.of_kind("metrics")[-1].seq >= watcher.items[-1].seq for watcher in watchers))

    log = await sync_to_async(lambda: list(Item.objects.order_by("seq")))()
    for watcher in watchers:
        published = watcher.of_kind("metrics")
        for event in published:
            counted = [ticker for item in log if item.seq <= event.seq for ticker in item.tickers]
            assert event.data["by_tag"] == Counter(ticker for ticker in counted if ticker in watcher.tickers)
            assert event.data["total"] == sum(event.data["by_tag"].values()) == event.data["positive"]
        queried = (await sync_to_async(watcher.subscriber.topic.filter.get_metrics)()).payload()
        assert {**published[-1].data, "timestamp": ""} == {**queried, "timestamp": ""}
        assert [*published[-1].data["by_tag"]] == [*queried["by_tag"]]
        assert len(published) > len(watcher.items) / 2


async def test_metrics_that_are_due_are_sent_with_the_next_item(service: StreamService, settings: LazySettings) -> None:
    settings.STREAM_METRICS_SECONDS = 0
    await service.start()
    watcher = await join(service)
    chunks: list[list[bytes]] = []
    watcher.subscriber.join_cohort(
        lambda http_chunk: chunks.append(re.findall(rb"event: (\w+)\n", http_chunk)) or len(http_chunk)
    )

    for number in range(2):  # twice, because the minute may change: then they are read again
        await append_async(number)
        await eventually(lambda n=number: len(chunks) > n)

    assert [b"new_item", b"metrics"] in chunks[:2]


async def test_metrics_of_quiet_topic_follow_its_last_item(service: StreamService, settings: LazySettings) -> None:
    settings.STREAM_METRICS_SECONDS = 0.1
    await service.start()
    watcher = await join(service)
    await append_async(0)
    await eventually(lambda: watcher.of_kind("metrics"))

    await append_async(1)  # too early for metrics
    await eventually(lambda: watcher.of_kind("metrics")[-1].data["total"] == 2)

    assert watcher.events[-1].kind == "metrics"


async def test_filtered_topic_gets_nothing_of_other_tickers(service: StreamService) -> None:
    await service.start()
    quiet, busy = await join(service, "AMD"), await join(service, "AAPL")

    await append_async(0, 5)
    await eventually(lambda: busy.of_kind("metrics"))

    assert quiet.events == []


async def test_items_beyond_one_page_arrive_in_order(service: StreamService) -> None:
    await service.start()
    watcher = await join(service)

    await append_async(0, 2500)
    await eventually(lambda: len(watcher.items) == 2500)

    assert [item.seq for item in watcher.items] == list(range(1, 2501))


@pytest.mark.parametrize("is_historical", [False, True])
async def test_first_real_item_hides_samples_in_all_metrics(service: StreamService, *, is_historical: bool) -> None:
    await append_samples_async(10, 3)
    await service.start()
    everything, zorva = await join(service), await join(service, "ZORVA")
    assert everything.metrics.data["total"] == zorva.metrics.data["total"] == 3

    await append_async(0, 1, is_historical=is_historical)
    await eventually(lambda: everything.of_kind("metrics") and zorva.of_kind("metrics"))

    (metrics,) = everything.of_kind("metrics")
    assert (metrics.data["total"], metrics.data["by_tag"]) == (1, {"AAPL": 1})
    (metrics,) = zorva.of_kind("metrics")
    assert (metrics.data["total"], metrics.data["by_tag"], metrics.data["rate_last_hour"]) == (0, {}, 0)
    assert (await join(service)).metrics.data["total"] == 1


async def test_removed_samples_are_counted_and_replayed_no_more(service: StreamService) -> None:
    await append_samples_async(10, 3)
    cursor = await service.start()
    watcher = await join(service)  # its ring has no texts, so removals do not empty it
    start = replace(cursor, seq=0)
    data, *_ = await service.replay.get_next_chunk(start, service.current_cursor, StreamFilter())
    assert len(parse_events(data.decode())) == 3

    await sync_to_async(lambda: list(remove_samples(batch=2)))()
    await eventually(lambda: (read := watcher.of_kind("metrics")) and read[-1].data["total"] == 0)

    data, end, _ = await service.replay.get_next_chunk(start, service.current_cursor, StreamFilter())
    assert (data, end.seq) == (b"", 3)
    assert watcher.of_kind("reset") == []
    await append_async(0, 2)
    await eventually(lambda: len(watcher.items) == 2)
    assert [item.seq for item in watcher.items] == [4, 5]


async def test_historical_items_reach_only_streams_that_include_them(service: StreamService) -> None:
    await service.start()
    plain, with_historical = await join(service), await join(service, include=[HISTORICAL])
    aapl, msft = await join(service, "AAPL"), await join(service, "MSFT", include=[HISTORICAL])
    other = await join(service, "F")

    await append_async(0, 2)
    await append_async(2, 3, is_historical=True)
    await append_async(5, 2, tickers=["MSFT"], is_historical=True)
    await append_async(7, 2, tickers=["MSFT", "AAPL"])
    for watcher, total in ((plain, 9), (with_historical, 9), (aapl, 7), (msft, 4)):
        await eventually(lambda w=watcher, n=total: (sent := w.of_kind("metrics")) and sent[-1].data["total"] == n)

    assert [item.seq for item in plain.items] == [1, 2, 8, 9] == [item.seq for item in aapl.items]
    assert [item.seq for item in with_historical.items] == [*range(1, 10)]
    assert [item.seq for item in msft.items] == [6, 7, 8, 9]
    assert other.events == []
    for watcher in (plain, with_historical, aapl, msft):
        seqs = [event.seq for event in watcher.events]
        assert seqs == sorted(seqs)


async def test_historical_items_alone_change_only_metrics(service: StreamService) -> None:
    await service.start()
    plain, other = await join(service), await join(service, "F")

    await append_async(0, 3, is_historical=True)
    await eventually(lambda: plain.of_kind("metrics"))

    assert plain.items == []
    assert [(event.data["total"], event.seq) for event in plain.of_kind("metrics")] == [(3, 3)]
    assert other.events == []
    assert service.current_cursor.seq == 3


async def test_metrics_count_historical_items_behind_a_gap_too_long_to_look_at(service: StreamService) -> None:
    await service.start()
    plain, aapl = await join(service), await join(service, "AAPL")

    await append_async(0, 2, is_historical=True)
    await sync_to_async(LogHead.objects.update)(seq=F("seq") + MAX_SKIPPED_SEQS)
    await append_async(2)
    for watcher in (plain, aapl):
        await eventually(lambda w=watcher: (sent := w.of_kind("metrics")) and sent[-1].data["total"] == 3)

    assert [item.seq for item in plain.items] == [MAX_SKIPPED_SEQS + 3]


async def test_rescored_historical_item_is_not_announced(service: StreamService) -> None:
    await append_async(0, 2, is_historical=True)
    await service.start()
    plain, with_historical = await join(service), await join(service, include=[HISTORICAL])

    first = Item.objects.filter(seq=1)
    await first.aupdate(title="Losses widen")
    await sync_to_async(lambda: rescore(first))()
    await eventually(lambda: (sent := plain.of_kind("metrics")) and sent[-1].data["negative"] == 1)

    assert plain.items == []
    assert [item.seq for item in with_historical.items] == [3]
    assert await Item.objects.filter(seq=3, is_historical=True).aexists()


async def test_attach_during_mixed_ingest_snapshot_and_items_add_up(service: StreamService) -> None:
    await service.start()
    watchers: list[Watcher] = []
    dice = random.Random(5)
    async with ingesting(300, historical_share=0.5) as committed:
        while committed[-1] < 300:
            include = [HISTORICAL] if dice.random() < 0.3 else []
            watchers.append(await join(service, *dice.choice([[], ["AAPL"]]), include=include))
            await asyncio.sleep(dice.random() / 200)
            if dice.random() < 0.6:  # leave, so that historical items are read and skipped by turns
                service.unregister(watchers.pop(dice.randrange(len(watchers))).subscriber)
    await eventually(lambda: service.current_cursor.seq == 300)

    log = await sync_to_async(lambda: list(Item.objects.order_by("seq")))()
    assert 50 < sum(item.is_historical for item in log) < 250
    assert len(watchers) > 3
    for watcher in watchers:
        matching = [item.seq for item in log if watcher.subscriber.topic.filter.matches(item)]
        counted = [item for item in log if not watcher.tickers or watcher.tickers & {*item.tickers}]
        assert [item.seq for item in watcher.items] == [seq for seq in matching if seq > watcher.snapshot.cursor.seq]
        for event in [watcher.metrics, *watcher.of_kind("metrics")]:
            assert event.data["total"] == sum(item.seq <= event.seq for item in counted), event


async def test_topic_added_during_read_misses_no_historical_item(service: StreamService) -> None:
    await service.start()
    plain = await join(service)
    loop, added = asyncio.get_running_loop(), []

    async def add() -> None:
        added.append(service.subscribe(StreamFilter(include=frozenset({HISTORICAL}))))

    def add_before_the_read_ends(execute: Callable[..., Any], sql: str, *args: Any) -> Any:
        rows = execute(sql, *args)
        if 'NOT "news_item"."is_historical"' in sql and not added:
            asyncio.run_coroutine_threadsafe(add(), loop).result(60)
        return rows

    await service.tailer_executor.run(lambda: connection.execute_wrappers.append(add_before_the_read_ends))
    await append_async(0, 3, is_historical=True)
    await eventually(lambda: service.current_cursor.seq == 3)
    await service.tailer_executor.run(connection.execute_wrappers.clear)

    (subscriber,) = added
    items = [event for event in parse_events(subscriber.read_pending().decode()) if event.kind == "new_item"]
    assert [item.seq for item in items] == [1, 2, 3]
    assert plain.items == []


async def test_log_read_fails_heartbeats_continue_and_items_follow(
    service: StreamService, settings: LazySettings
) -> None:
    settings.STREAM_HEARTBEAT_SECONDS = 0.05
    await service.start()
    watcher = await join(service)
    await append_async(0, 2)
    await eventually(lambda: len(watcher.items) == 2)

    await rename_table("news_loghead", "news_loghead_away")
    try:
        beats = len(watcher.of_kind("heartbeat"))
        with pytest.raises(DatabaseError):
            await service.tailer_executor.run(LogHead.objects.get, pk=1)
        await eventually(lambda: len(watcher.of_kind("heartbeat")) > beats + 5)
        joining = asyncio.create_task(join(service))
    finally:
        await rename_table("news_loghead_away", "news_loghead")
    await append_async(2, 3)
    await eventually(lambda: len(watcher.items) == 5)
    late = await joining

    assert [item.seq for item in watcher.items] == [1, 2, 3, 4, 5]
    assert late.metrics.data["total"] + len(late.items) == 5
    assert {event.data["connections"] for event in watcher.of_kind("heartbeat")} == {0}


async def test_start_failed_can_be_retried(service: StreamService) -> None:
    await rename_table("news_loghead", "news_loghead_away")
    try:
        with pytest.raises(DatabaseError):
            await service.start()
    finally:
        await rename_table("news_loghead_away", "news_loghead")

    await append_async(0, 2)
    assert (await service.start()).seq == 2


async def test_poll_without_notification_finds_items(service: StreamService, settings: LazySettings) -> None:
    await service.start()
    watcher = await join(service)

    # No tailer listens there, as if another machine had ingested without Redis.
    settings.REDIS_URLS = ["redis://none"]
    settings.CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
    await append_async(0, 4)

    await eventually(lambda: len(watcher.items) == 4)


async def test_log_replaced_sends_reset(service: StreamService) -> None:
    await append_async(0, 3)
    await service.start()
    watcher = await join(service)
    generation = make_generation()

    await sync_to_async(LogHead.objects.update)(generation=generation)
    await eventually(lambda: watcher.of_kind("reset") and watcher.of_kind("metrics"))
    await append_async(3)
    await eventually(lambda: watcher.items)

    assert [event.kind for event in watcher.events][:2] == ["reset", "metrics"]
    assert all(event.id.startswith(f"evt_{generation}-") for event in watcher.events)
    assert watcher.items[0].seq == 4


async def test_backup_restored_makes_later_cursors_foreign(service: StreamService) -> None:
    await append_async(0, 3)
    await service.start()
    watcher = await join(service)
    before = service.current_cursor

    await sync_to_async(lambda: LogHead.objects.update(seq=F("seq") - 1))()
    await sync_to_async(Item.objects.filter(seq=3).delete)()
    await eventually(lambda: watcher.of_kind("reset"))
    await append_async(3)
    await eventually(lambda: watcher.items)

    head = await sync_to_async(get_head)()
    assert (watcher.items[0].seq, head.seq) == (3, 3)
    assert resolve_cursor(str(before), head) == (None, "foreign")


@pytest.mark.parametrize("items", [30, 1200], ids=["one page", "several"])
async def test_items_trimmed_during_poll_sends_reset(service: StreamService, items: int) -> None:
    await service.start()
    watcher = await join(service)
    reads = count()

    def trim_before_the_last_page(execute: Callable[..., Any], sql: str, *args: Any) -> Any:
        if 'ORDER BY "news_item"."seq" ASC' in sql and next(reads) == items // LOG_PAGE_ITEMS:
            trimming.submit(lambda: sum(trim(items - 10, batch=2000)) and connections.close_all()).result(60)
        return execute(sql, *args)

    with ThreadPoolExecutor(1) as trimming:
        await service.tailer_executor.run(lambda: connection.execute_wrappers.append(trim_before_the_last_page))
        await sync_to_async(ingest)([make_headline(f"Profit rises {number} percent") for number in range(items)])
        await eventually(lambda: watcher.of_kind("reset"))
        await service.tailer_executor.run(connection.execute_wrappers.clear)
    await append_async(5000)
    await eventually(lambda: watcher.items and watcher.items[-1].seq == items + 1)

    (reset,) = watcher.of_kind("reset")
    seqs = [item.seq for item in watcher.items]
    assert reset.data["reason"] == "expired"
    assert seqs == [*range(1, items // LOG_PAGE_ITEMS * LOG_PAGE_ITEMS + 1), items + 1]


async def test_items_that_arrive_between_the_reads_of_a_long_poll_are_sent(service: StreamService) -> None:
    await service.start()
    watcher = await join(service)
    # The first page is full, and the metrics that are read before it count items of the second one.
    batches = {"news_loghead": LOG_PAGE_ITEMS + 1, "news_bucket": LOG_PAGE_ITEMS}

    def append_before_reads(execute: Callable[..., Any], sql: str, *args: Any) -> Any:
        table = next((table for table in batches if table in sql), None)
        if table is not None:
            titles = [f"Profit rises {table} {n} percent" for n in range(batches.pop(table))]
            appending.submit(append_titles, titles).result(60)
        return execute(sql, *args)

    def append_titles(titles: list[str]) -> None:
        ingest([make_headline(title) for title in titles])
        connections.close_all()

    with ThreadPoolExecutor(1) as appending:
        await service.tailer_executor.run(lambda: connection.execute_wrappers.append(append_before_reads))
        await join(service, "AAPL")
        await eventually(lambda: not batches and len(watcher.items) == 2 * LOG_PAGE_ITEMS + 1)
        await service.tailer_executor.run(connection.execute_wrappers.clear)

    assert [item.seq for item in watcher.items] == list(range(1, 2 * LOG_PAGE_ITEMS + 2))


async def test_rescored_item_is_published_again(service: StreamService) -> None:
    await append_async(0, 2)
    await service.start()
    watcher = await join(service)

    first = Item.objects.filter(seq=1)
    await first.aupdate(title="Losses widen")
    await sync_to_async(lambda: rescore(first))()
    await eventually(lambda: watcher.items)

    assert [item.seq for item in watcher.items] == [3]
    assert watcher.metrics.data["total"] == 2


def get_item_ids() -> list[str]:
    """Return the ids of all items, the newest last."""
    return [*Item.objects.order_by("seq").values_list("item_id", flat=True)]


def list_events(watcher: Watcher) -> list[tuple[str, int]]:
    return [(event.kind, event.seq) for event in watcher.events if event.kind != "metrics"]


async def test_changes_reach_each_topic_as_its_filter_asks(service: StreamService) -> None:
    await append_async(0, 2, tickers=["AAPL"])
    await service.start()
    plain, aapl = await join(service), await join(service, "AAPL")
    changes = await join(service, include=[CHANGES])
    aapl_changes = await join(service, "AAPL", include=[CHANGES])
    msft_changes = await join(service, "MSFT", include=[CHANGES])
    first, second = await sync_to_async(get_item_ids)()

    await sync_to_async(change_item)(first, tickers=["MSFT"])
    await sync_to_async(rescore_item)(first, "negative")
    await sync_to_async(withdraw_items)(first, second, reason="libel")
    for watcher in (plain, changes, aapl, aapl_changes, msft_changes):
        await eventually(lambda w=watcher: (sent := w.of_kind("metrics")) and sent[-1].data["total"] == 0)

    assert list_events(plain) == [("new_item", 3), ("new_item", 4)]
    assert list_events(aapl) == []
    assert list_events(changes) == [
        ("item_updated", 3),
        ("item_updated", 4),
        ("item_removed", 5),
        ("item_removed", 6),
    ]
    assert list_events(aapl_changes) == [("item_removed", 3), ("item_removed", 5)]
    assert list_events(msft_changes) == [("item_updated", 3), ("item_updated", 4), ("item_removed", 6)]
    moved, scored, removed, _ = (event.data for event in changes.events if event.kind != "metrics")
    assert (moved["changed"], moved["revision"], moved["ticker"]) == (["tickers"], 1, "MSFT")
    assert ({*scored["changed"]}, scored["revision"]) == ({"sentiment", "score"}, 2)
    assert removed.keys() == {"item_id", "reason", "timestamp"}
    reasons = [event.data["reason"] for event in aapl_changes.of_kind("item_removed")]
    assert reasons == ["left_filter", "libel"]


async def test_changes_of_historical_items_reach_only_streams_that_include_them(service: StreamService) -> None:
    await append_async(0, 2, is_historical=True)
    await service.start()
    changes = await join(service, include=[CHANGES])
    everything = await join(service, include=[CHANGES, HISTORICAL])
    first, second = await sync_to_async(get_item_ids)()

    await sync_to_async(change_item)(first, title="Losses widen")
    await sync_to_async(withdraw_items)(second)
    for watcher in (changes, everything):
        await eventually(lambda w=watcher: (sent := w.of_kind("metrics")) and sent[-1].data["total"] == 1)

    assert list_events(changes) == []
    assert list_events(everything) == [("item_updated", 3), ("item_removed", 4)]
    assert everything.of_kind("item_removed")[0].data["reason"] == "withdrawn"


async def test_withdrawal_empties_the_rings_that_hold_headlines(service: StreamService) -> None:
    await service.start()
    plain, headline = await join(service), await join(service, include=[HEADLINE])
    changes = await join(service, include=[HEADLINE, CHANGES])
    await append_async(0, 3)
    await eventually(lambda: (sent := changes.of_kind("metrics")) and sent[-1].data["total"] == 3)
    item_ids = await sync_to_async(get_item_ids)()

    await sync_to_async(withdraw_items)(*item_ids[:2])
    await eventually(lambda: service.current_cursor.seq == 5)
    await eventually(lambda: len(changes.of_kind("item_removed")) == 2)  # from the ring: one page empties it once

    assert headline.subscriber.is_overrun
    rings = [chunk for topic in service.hub.topics.values() for chunk in topic._events]
    assert not [chunk for chunk in rings if b"Profit rises" in chunk]
    assert not plain.subscriber.is_overrun
    assert [item.seq for item in plain.items] == [1, 2, 3]


async def test_reset_empties_the_rings_that_hold_headlines(service: StreamService) -> None:
    await service.start()
    behind, reader = await join(service, include=[HEADLINE]), await join(service)
    await append_async(0, 3)
    await eventually(lambda: reader.items)
    item_ids = await sync_to_async(get_item_ids)()

    @sync_to_async
    def withdraw_and_trim() -> None:
        with transaction.atomic():
            withdraw_items(*item_ids)
            LogHead.objects.update(min_seq=F("seq"))

    await withdraw_and_trim()
    await eventually(lambda: reader.of_kind("reset"))

    assert behind.subscriber.is_overrun
    assert not [chunk for chunk in behind.subscriber.topic._events if b"Profit rises" in chunk]


async def test_unregister_last_subscriber_drops_topic_also_while_attaching(service: StreamService) -> None:
    await service.start()
    subscriber = service.subscribe(StreamFilter())
    joining = asyncio.create_task(service.attach(subscriber))
    await asyncio.sleep(0)

    service.unregister(subscriber)
    service.unregister(subscriber)
    joining.cancel()
    with pytest.raises(asyncio.CancelledError):
        await joining

    assert service.hub.topics == {}
    assert (await join(service)).metrics.data["total"] == 0


async def test_close_all_notifies_subscribers(service: StreamService) -> None:
    await service.start()
    watcher = await join(service)

    service.close_all("drain")
    await asyncio.wait_for(watcher.subscriber.wait(), 60)

    assert watcher.subscriber.close_reason == "drain"


async def test_stop_leaves_no_thread_and_no_task(transactional_db: None) -> None:
    threads, tasks = set(threading.enumerate()), asyncio.all_tasks()
    service = StreamService()
    await service.start()
    await join(service)
    mine = [thread for thread in threading.enumerate() if thread not in threads]
    assert [thread.name for thread in mine] == ["tailer_0"]

    await service.stop()

    await eventually(lambda: not mine[0].is_alive())
    assert asyncio.all_tasks() == tasks


@sync_to_async
def rename_table(old: str, new: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {old} RENAME TO {new}")


async def test_unregister_leaves_no_pending_join(service: StreamService) -> None:
    await service.start()
    watchers = [await join(service, f"T{number}") for number in range(20)]
    cancelled = service.subscribe(StreamFilter(frozenset({"GONE"})))
    joining = asyncio.create_task(service.attach(cancelled))
    await asyncio.sleep(0)
    joining.cancel()
    for subscriber in [cancelled, *(watcher.subscriber for watcher in watchers)]:
        service.unregister(subscriber)

    await join(service)

    assert service._tailer._pending_attaches == {}
    assert len(service.hub.topics) == 1


async def test_subscribe_after_close_all_is_closed_at_once(service: StreamService) -> None:
    await service.start()
    service.close_all("drain")

    assert service.subscribe(StreamFilter()).close_reason == "drain"
    assert service.register_handle().close_reason == "drain"


async def test_attach_of_subscriber_that_is_unregistered_meanwhile_returns_none(service: StreamService) -> None:
    await service.start()
    for turns in range(4):  # before, during and after the poll that takes the join
        subscriber = service.subscribe(StreamFilter(frozenset({f"T{turns}"})))
        attaching = asyncio.create_task(service.attach(subscriber))
        for _ in range(turns):
            await asyncio.sleep(0)
        service.unregister(subscriber)

        async with asyncio.timeout(60):
            snapshot = await attaching
        assert snapshot is None or snapshot.cursor == service.current_cursor
