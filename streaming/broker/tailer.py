"""Follow the log for one process: poll for new items, publish them to the hub's topics, and keep metrics up to date.

One tailer reads for all subscribers of the process. What else happens to new items is registered with
`streaming.broker.service`.
"""

import asyncio
import time
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Collection, Hashable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from operator import attrgetter
from typing import Any

import structlog
from django.db import Error

from common.database import is_unavailable
from common.time import format_time, utc_now
from news.log.cursor import Cursor
from news.log.head import rotate_if_rolled_back
from news.log.notify import Appended
from news.log.reader import LOG_PAGE_ITEMS, LoggedState, get_head
from news.metrics.queries import Metrics, get_current_minute
from news.metrics.running_totals import ItemCounts
from news.models import LogHead
from streaming.broker.filters import HISTORICAL
from streaming.broker.hub import Hub
from streaming.broker.log_reads import PollResult, poll_log, select_page
from streaming.broker.metrics_schedule import MetricsSchedule, OutdatedRates
from streaming.broker.own_items import OwnItems
from streaming.broker.topics import Subscriber, Topic
from streaming.protocol.events import Event, make_counts_event, make_reset_event

METRICS_BATCH_SECONDS = 0.05  # topics that are due within it are published together
RETRY_SECONDS = 1.0

Read = Callable[..., Awaitable[Any]]
logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class InitialSnapshot:
    """Where a subscriber begins: an encoded `metrics` event as of `cursor`, and the ring from `ring_index` on."""

    ring_index: int
    cursor: Cursor
    metrics: bytes


@dataclass(frozen=True, slots=True)
class MetricsRead:
    """Something that was read of metrics, and what to do with it when all items up to `head_seq` are appended."""

    head_seq: int
    apply: Callable[[], None]


@dataclass(frozen=True, slots=True)
class Now:
    """The time at which metrics are published, found once for many topics."""

    monotonic: float = field(default_factory=time.monotonic)  # seconds
    minute: int = field(default_factory=get_current_minute)  # Unix seconds
    timestamp: str = field(default_factory=lambda: format_time(utc_now()))


PendingAttaches = defaultdict[Topic, list[asyncio.Future[InitialSnapshot | None]]]


class Tailer:
    """Publishes the log to a hub from a cursor on.

    read: runs a function on a thread that may use the database. on_items: called with the items of each page after they
    were published. on_texts_invalid: called when cached texts may be gone: before a page with a
    withdrawal is published, after samples were removed, and at a reset.
    """

    def __init__(
        self,
        hub: Hub,
        read: Read,
        on_items: Callable[[Sequence[LoggedState]], None],
        on_texts_invalid: Callable[[], None] = lambda: None,
    ) -> None:
        self._hub = hub
        self._read = read
        self._on_items = on_items
        self._on_texts_invalid = on_texts_invalid
        self._cursor: Cursor | None = None
        self._wakeup = asyncio.Event()
        self._own_items = OwnItems()
        self._pending_attaches: PendingAttaches = defaultdict(list)
        self._open_attaches: set[asyncio.Future[InitialSnapshot | None]] = set()
        self._schedule = MetricsSchedule()
        self._extended: set[Topic] = set()  # topics to which the current poll has appended items
        self._sample_state = (True, 0)  # whether they are shown, and how often some were removed

    @property
    def current_cursor(self) -> Cursor:
        """The position in the log up to which every topic is complete."""
        assert self._cursor is not None, "start() comes first"
        return self._cursor

    async def start(self, *, at: Cursor | None = None) -> None:
        """Start at `at`, or at the head of the log. `at` must not be older than the log's `min_seq`.

        Errors: django.db.Error when the log can't be read.
        """
        head = await self._read(get_head)
        self._cursor = at or Cursor(head.generation, head.seq)
        self._sample_state = head.shows_samples, head.sample_removals

    async def run(self) -> None:
        """Follow the log until cancelled. While it can't be read, streams stay open; they miss nothing."""
        while True:
            try:
                await self._poll_once()
            except Error as error:
                if not is_unavailable(error):
                    raise
                logger.error("log_read_failed", error=str(error), retry_seconds=RETRY_SECONDS)
                self._own_items.require_read()
                await asyncio.sleep(RETRY_SECONDS)
            else:
                await self._sleep()

    async def attach(self, subscriber: Subscriber) -> InitialSnapshot | None:
        """Return where a subscriber begins: at the newest item. None if its stream is to be closed, or was meanwhile.

        Everything committed before the call is counted in its metrics; what follows is in the ring.
        """
        return await self.begin_attach(subscriber)

    def begin_attach(self, subscriber: Subscriber) -> asyncio.Future[InitialSnapshot | None]:
        """Return a future of what `attach` returns; cancel it if the subscriber leaves before."""
        future: asyncio.Future[InitialSnapshot | None] = asyncio.get_running_loop().create_future()
        self._open_attaches.add(future)
        future.add_done_callback(self._open_attaches.discard)
        self._pending_attaches[subscriber.topic].append(future)
        self.wake()
        return future

    def wake(self) -> None:
        """Poll the log now instead of at the end of the poll interval."""
        self._own_items.require_read()
        self._wakeup.set()

    def take_appended(self, appended: Appended | None) -> None:
        """Publish what a writer of this process has committed; None: something that has to be read, as by `wake`."""
        if appended is None:
            self._own_items.require_read()
        else:
            self._own_items.add(appended)
        self._wakeup.set()

    def append_to_all(self, event: Event) -> None:
        """Add an event to every ring."""
        encoded = event.encode()
        for topic in self._hub.topics.values():
            topic.append(encoded, self.current_cursor, event.name)

    def discard(self, topic: Topic) -> None:
        """Forget a topic without subscribers."""
        _release(self._pending_attaches.pop(topic, ()))
        self._schedule.discard([topic])

    def release_attaches(self) -> None:
        """Let every waiting `attach` return None."""
        _release([*self._open_attaches])

    async def _sleep(self) -> None:
        """Wait until woken, until metrics are due, or for the poll interval."""
        due_seconds = max(METRICS_BATCH_SECONDS, self._schedule.next_overdue_at - time.monotonic())
        poll_seconds = max(0.0, self._own_items.seconds_until_read)
        # Not wait_for: until Python 3.12 it loses a cancellation that comes together with the wake-up.
        with suppress(TimeoutError):
            async with asyncio.timeout(min(poll_seconds, due_seconds)):
                await self._wakeup.wait()
        self._wakeup.clear()

    async def _poll_once(self) -> None:
        overdue = self._schedule.pop_overdue()
        self._extended.clear()
        # Taken out before the database is read: a client that attaches meanwhile must not get an older state.
        attaches, self._pending_attaches = self._pending_attaches, defaultdict(list)
        topics = [*dict.fromkeys([*attaches, *overdue])]
        try:
            outdated = self._schedule.take_outdated()
            topics_with_outdated_rates = outdated.topics if outdated else ()
            minute = get_current_minute()
            topics_without_metrics = [
                topic
                for topic in topics
                if topic not in topics_with_outdated_rates and self._schedule.get_metrics(topic, minute=minute) is None
            ]
            own_items = self._own_items.take(self.current_cursor)
            if own_items and not (topics_without_metrics or outdated):
                self._append_items(own_items)
                is_continuous = True
            else:
                is_continuous = await self._poll_database(topics_without_metrics, outdated, attaches)
            if is_continuous:
                now = Now()
                for topic in dict.fromkeys([*topics, *self._extended]):
                    self._publish_metrics(topic, attaches, now)
        finally:
            for topic in (*overdue, *(topic for topic in self._extended if topic.has_new_items)):
                self._schedule.schedule(topic)
            self._requeue_attaches(attaches)
        self._hub.notify()

    async def _poll_database(
        self, topics_without_metrics: Sequence[Topic], outdated: OutdatedRates | None, attaches: PendingAttaches
    ) -> bool:
        """Read what follows our cursor and publish it; return whether the log continues there."""
        seq, with_historical = self.current_cursor.seq, self._wants_historical
        result = await self._read(poll_log, topics_without_metrics, seq, outdated, with_historical=with_historical)
        self._own_items.mark_read()
        if not await self._check_continuity(result):
            return False
        await self._publish(result, attaches)
        return True

    async def _check_continuity(self, result: PollResult) -> bool:
        """Return whether the log continues after our cursor. If not, reset all topics, or change the generation."""
        cursor = self.current_cursor
        if result.head.generation != cursor.generation:
            self._reset_all(result.head, reason="foreign")
            return False
        if result.head.seq < cursor.seq:
            # The database was rolled back: the next seqs were given before, to other items.
            await self._read(rotate_if_rolled_back, cursor)
            return False
        if result.page.min_seq > cursor.seq:
            self._reset_all(result.head, reason="expired")
            return False
        return True

    async def _publish(self, result: PollResult, attaches: PendingAttaches) -> None:
        """Append the items in order, and apply what was read of metrics after exactly the items that it counts."""
        reads = deque(self._list_reads(result, attaches))
        page = result.page
        while True:
            if self._wants_historical and not page.has_historical:
                self.wake()  # a topic that wants them was added during the read: the next poll reads the page again
                return
            if page.has_withdrawals:
                # Before the page, whose own texts were read after the withdrawal.
                self._on_texts_invalid()
            for item in page.items:
                while reads and reads[0].head_seq < item.seq:
                    reads.popleft().apply()
                self._append_item(item)
            if page.items:
                self._on_items(page.items)
            if len(page.items) < LOG_PAGE_ITEMS:
                break
            self._mark_stale(page.skipped_tickers)
            self._hub.notify()
            page = await self._read(
                select_page, self.current_cursor.seq, result.end_seq, with_historical=self._wants_historical
            )
            if page.min_seq > self.current_cursor.seq:
                self.wake()  # the next poll finds the same, and resets
                return
        for each in reads:
            each.apply()
        # Last, because items may have been skipped after the metrics were read.
        self._mark_stale(page.skipped_tickers)
        self._apply_sample_changes(result.head)
        self._advance_to(result.end_seq)

    def _list_reads(self, result: PollResult, attaches: PendingAttaches) -> list[MetricsRead]:
        """Return the metrics that were read, by head_seq, each with how to apply it."""
        reads = [
            MetricsRead(metrics.head_seq, partial(self._cache_metrics, topic, metrics, result.minute, attaches))
            for topic, metrics in result.metrics
        ]
        if result.passed:
            reads.append(MetricsRead(result.passed.head_seq, partial(self._schedule.move_on, result.passed)))
        return sorted(reads, key=attrgetter("head_seq"))

    def _append_items(self, items: Sequence[LoggedState]) -> None:
        for item in items:
            self._append_item(item)
        self._on_items(items)

    def _append_item(self, item: LoggedState) -> None:
        self._advance_to(item.seq)
        departed = item.change.departed if item.change else ()
        encoded: dict[Hashable, tuple[str, bytes]] = {}  # by the form that filters give the item
        topics = self._hub.match_topics(item, {*item.tickers, *departed})
        counts, cursor = ItemCounts.of(item) if topics else None, self.current_cursor
        for topic in topics:
            encoding_key = topic.filter.get_encoding_key(item)
            if encoding_key not in encoded:
                event = topic.filter.make_item_event(item, cursor.generation)
                encoded[encoding_key] = event.name, event.encode()
            name, data = encoded[encoding_key]
            topic.append(data, cursor, name)
            self._extended.add(topic)
            if counts and not item.is_historical:
                self._schedule.add(topic, counts)
        if item.is_historical:
            self._mark_stale({*item.tickers, *departed})
        elif departed:
            self._mark_stale(departed)
        if topics and not item.revision:
            self._hub.counters.expect_delivery(item.first_appended_at.timestamp())

    def _apply_sample_changes(self, head: LogHead) -> None:
        """Re-read metrics that count samples when samples are hidden or removed."""
        (had_samples, removals), self._sample_state = self._sample_state, (head.shows_samples, head.sample_removals)
        if had_samples and not head.shows_samples:
            self._schedule.hide_samples()
        if removals != head.sample_removals:
            self._on_texts_invalid()  # pages of the replay may have removed ones

    def _mark_stale(self, tickers: Collection[str] | None) -> None:
        """Re-read the metrics that count historical items of `tickers` (None: of any)."""
        if tickers is None:
            topics: Iterable[Topic] = self._hub.topics.values()
        else:
            topics = self._hub.get_topics_by_keys(tickers) if tickers else ()
        for topic in topics:
            self._schedule.mark_stale(topic)

    @property
    def _wants_historical(self) -> bool:
        return self._hub.has_topic_including(HISTORICAL)

    def _cache_metrics(self, topic: Topic, metrics: Metrics, minute: int, attaches: PendingAttaches) -> None:
        if topic.subscribers:
            self._advance_to(metrics.head_seq)
            self._schedule.start(topic, topic.filter.make_running_metrics(metrics, minute=minute))
            self._publish_metrics(topic, attaches, Now())

    def _publish_metrics(self, topic: Topic, attaches: PendingAttaches, now: Now) -> None:
        """Publish a topic's metrics, if they are known: to all subscribers when they are due, and to those that attach.

        For GRACE_SECONDS (`metrics_schedule.py`) they wait for an item, so that a busy topic is sent both in one chunk.
        """
        is_published = self._schedule.is_due(topic, now.monotonic, has_item=topic in self._extended)
        is_wanted = topic.subscribers and (is_published or topic in attaches)
        metrics = self._schedule.get_metrics(topic, minute=now.minute) if is_wanted else None
        if metrics is None:
            return
        cursor = Cursor(metrics.generation, self.current_cursor.seq)
        event = make_counts_event(metrics.counts, cursor, timestamp=now.timestamp)
        encoded = event.encode()
        if is_published:
            topic.append(encoded, self.current_cursor, event.name)
            self._schedule.mark_published(topic)
        for future in attaches.pop(topic, ()):
            if not future.done():
                future.set_result(InitialSnapshot(topic.end, self.current_cursor, encoded))

    def _requeue_attaches(self, attaches: PendingAttaches) -> None:
        """Queue attaches that still wait for a snapshot before newer ones; release those of dropped topics."""
        waiting: PendingAttaches = defaultdict(list)
        for topic, pending in [*attaches.items(), *self._pending_attaches.items()]:
            open_attaches = [future for future in pending if not future.done()]
            if not topic.subscribers:
                _release(open_attaches)
            elif open_attaches:
                waiting[topic] += open_attaches
        self._pending_attaches = waiting
        if waiting:
            self.wake()

    def _reset_all(self, head: LogHead, *, reason: str) -> None:
        """Send `reset` to all subscribers after the log was restored or trimmed past our position."""
        logger.warning("log_cursor_reset", old=str(self._cursor), new=f"{head.generation} at {head.seq}", reason=reason)
        self._cursor = Cursor(head.generation, head.seq)
        self._on_texts_invalid()  # some may have been withdrawn in what was not read
        self._schedule.discard(self._hub.topics.values())
        self.append_to_all(make_reset_event(self._cursor, now=utc_now(), reason=reason))
        for topic in self._hub.topics.values():
            topic.metrics_sent_at = float("-inf")
            self._schedule.schedule(topic)
        self.wake()

    def _advance_to(self, seq: int) -> None:
        if seq > self.current_cursor.seq:
            self._cursor = Cursor(self.current_cursor.generation, seq)


def _release(attaches: Iterable[asyncio.Future[InitialSnapshot | None]]) -> None:
    for future in attaches:
        if not future.done():
            future.set_result(None)
