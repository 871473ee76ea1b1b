"""Follow the log for one process: poll for new items, publish them to the hub's topics, and keep metrics up to date.

One tailer reads for all subscribers of the process. What else happens to new items is registered with
`streaming.broker.service`.
"""

import asyncio
import time
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Collection, Hashable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import structlog
from django.conf import settings
from django.db import Error

from common.database import is_unavailable
from common.time import utc_now
from news.log.cursor import Cursor
from news.log.head import rotate_if_rolled_back
from news.log.reader import (
    LOG_PAGE_ITEMS,
    LoggedState,
    Selection,
    get_head,
    has_withdrawals,
    select_items,
    select_skipped_tickers,
)
from news.metrics.queries import Metrics, current_minute
from news.models import LogHead
from streaming.broker.filters import HISTORICAL
from streaming.broker.hub import Hub
from streaming.broker.metrics_schedule import MetricsSchedule, is_due
from streaming.broker.topics import Subscriber, Topic
from streaming.protocol.events import Event, metrics_event, reset_event

METRICS_BATCH_SECONDS = 0.05  # topics that are due within it are published together
METRICS_READ_SECONDS = 0.02  # in each poll; then new items have priority again
MAX_SKIPPED_SEQS = 5000  # of one page; the tickers of so many historical items are looked up
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
class LogPage:
    """The next states of the log with their changes, LOG_PAGE_ITEMS at most.

    `with_historical` tells whether historical items are among them. If not, `skipped_tickers` are those of the
    historical items that the page passes; None stands for any. `has_withdrawals` tells whether an item was withdrawn
    in any state that the page passes.
    """

    items: list[LoggedState]
    min_seq: int  # the newest seq that was trimmed, after the reads
    with_historical: bool
    skipped_tickers: Collection[str] | None = ()
    has_withdrawals: bool = False


@dataclass(frozen=True, slots=True)
class PollResult:
    """What one poll found. The page was read last, so it includes everything up to each head in it."""

    head: LogHead
    newest: int  # seq up to which there are metrics or items to read
    minute: int  # Unix seconds, before the reads
    metrics: list[tuple[Topic, Metrics]]
    page: LogPage


PendingJoins = defaultdict[Topic, list[asyncio.Future[InitialSnapshot | None]]]


class Tailer:
    """Publishes the log to a hub from a cursor on.

    `read` runs a function on a thread that may use the database; `on_items` is called with the items of each page
    after they were published, `on_withdrawn` when an item was withdrawn or removed, before the page with its withdrawal
    is published: what holds texts of items must forget them.
    """

    def __init__(
        self,
        hub: Hub,
        read: Read,
        on_items: Callable[[Sequence[LoggedState]], None],
        on_withdrawn: Callable[[], None] = lambda: None,
    ) -> None:
        self._hub = hub
        self._read = read
        self._on_items = on_items
        self._on_withdrawn = on_withdrawn
        self._cursor: Cursor | None = None
        self._wakeup = asyncio.Event()
        self._pending_joins: PendingJoins = defaultdict(list)
        self._open_joins: set[asyncio.Future[InitialSnapshot | None]] = set()
        self._schedule = MetricsSchedule()
        self._samples = (True, 0)  # whether they are shown, and how often some were removed

    @property
    def current_cursor(self) -> Cursor:
        """The position in the log up to which every topic is complete."""
        assert self._cursor is not None, "start() comes first"
        return self._cursor

    async def start(self, *, at: Cursor | None = None) -> None:
        """Set the cursor to begin at: the head of the log, or `at`, which the log must still reach back to.

        Errors: django.db.Error when the log can't be read.
        """
        head = await self._read(get_head)
        self._cursor = at or Cursor(head.generation, head.seq)
        self._samples = head.shows_samples, head.sample_removals

    async def run(self) -> None:
        """Follow the log until cancelled. While it can't be read, streams stay open; they miss nothing."""
        while True:
            try:
                await self._poll_once()
            except Error as error:
                if not is_unavailable(error):
                    raise
                logger.error("log_read_failed", error=str(error), retry_seconds=RETRY_SECONDS)
                await asyncio.sleep(RETRY_SECONDS)
            else:
                await self._sleep()

    async def attach(self, subscriber: Subscriber) -> InitialSnapshot | None:
        """Return where a subscriber begins: at the newest item. None if its stream is to be closed, or was meanwhile.

        Everything committed before the call is counted in its metrics; what follows is in the ring.
        """
        join: asyncio.Future[InitialSnapshot | None] = asyncio.get_running_loop().create_future()
        self._open_joins.add(join)
        join.add_done_callback(self._open_joins.discard)
        self._pending_joins[subscriber.topic].append(join)
        self.wake()
        return await join

    def wake(self) -> None:
        """Poll the log now instead of at the end of the poll interval."""
        self._wakeup.set()

    def append_to_all(self, event: Event) -> None:
        """Add an event to every ring."""
        encoded = event.encode()
        for topic in self._hub.topics.values():
            topic.append(encoded, self.current_cursor, event.name)

    def discard(self, topic: Topic) -> None:
        """Forget a topic without subscribers."""
        _release(self._pending_joins.pop(topic, ()))
        self._schedule.discard([topic])

    def release_joins(self) -> None:
        """Let every waiting `attach` return None."""
        _release([*self._open_joins])

    async def _sleep(self) -> None:
        """Wait until woken, until metrics are due, or for the poll interval."""
        due_seconds = max(METRICS_BATCH_SECONDS, self._schedule.next_due_at - time.monotonic())
        # Not wait_for: until Python 3.12 it loses a cancellation that comes together with the wake-up.
        with suppress(TimeoutError):
            async with asyncio.timeout(min(settings.STREAM_POLL_SECONDS, due_seconds)):
                await self._wakeup.wait()
        self._wakeup.clear()

    async def _poll_once(self) -> None:
        due = self._schedule.pop_due()
        # Taken out before the database is read: a client that attaches meanwhile must not get an older state.
        joins, self._pending_joins = self._pending_joins, defaultdict(list)
        topics = [*dict.fromkeys([*joins, *due])]
        try:
            unknown = [topic for topic in topics if self._schedule.get_metrics(topic, self.current_cursor.seq) is None]
            result = await self._read(_poll, unknown, self.current_cursor.seq, with_historical=self._wants_historical)
            if await self._is_continuous(result):
                await self._publish(result, joins)
                for topic in topics:
                    self._publish_metrics(topic, joins)
        finally:
            for topic in due:
                if is_due(topic):
                    self._schedule.schedule(topic)
            self._requeue_joins(joins)
        self._hub.notify()

    async def _is_continuous(self, result: PollResult) -> bool:
        """Return whether the log still continues after our cursor; otherwise reset all topics, or give the log another
        generation."""
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

    async def _publish(self, result: PollResult, joins: PendingJoins) -> None:
        """Append the items in order, and each topic's metrics after exactly the items that they count."""
        metrics_read = deque(sorted(result.metrics, key=lambda entry: entry[1].head_seq))
        page = result.page
        while True:
            if self._wants_historical and not page.with_historical:
                self.wake()  # a topic that wants them was added during the read: the next poll reads the page again
                return
            if page.has_withdrawals:
                # Before the page, whose own texts were read after the withdrawal.
                self._on_withdrawn()
            for item in page.items:
                while metrics_read and metrics_read[0][1].head_seq < item.seq:
                    self._cache_metrics(*metrics_read.popleft(), result.minute, joins)
                self._append_item(item)
            if page.items:
                self._on_items(page.items)
            if len(page.items) < LOG_PAGE_ITEMS:
                break
            self._mark_stale(page.skipped_tickers)
            self._hub.notify()
            page = await self._read(
                _load_page, self.current_cursor.seq, result.newest, with_historical=self._wants_historical
            )
            if page.min_seq > self.current_cursor.seq:
                self.wake()  # the next poll finds the same, and resets
                return
        for topic, metrics in metrics_read:
            self._cache_metrics(topic, metrics, result.minute, joins)
        # Last, because items may have been skipped after the metrics were read.
        self._mark_stale(page.skipped_tickers)
        self._follow_samples(result.head)
        self._advance_to(result.newest)

    def _append_item(self, item: LoggedState) -> None:
        self._advance_to(item.seq)
        departed = item.change.departed if item.change else ()
        encoded: dict[Hashable, tuple[str, bytes]] = {}  # by the form that filters give the item
        topics = self._hub.topics_for(item, {*item.tickers, *departed})
        for topic in topics:
            encoding_key = topic.filter.get_encoding_key(item)
            if encoding_key not in encoded:
                event = topic.filter.item_event(item, self.current_cursor.generation)
                encoded[encoding_key] = event.name, event.encode()
            name, data = encoded[encoding_key]
            topic.append(data, self.current_cursor, name)
            if not item.is_historical:
                self._schedule.add(topic, item)
        if item.is_historical:
            self._mark_stale({*item.tickers, *departed})
        elif departed:
            self._mark_stale(departed)
        if topics and not item.revision:
            self._hub.counters.expect_delivery(item.first_appended_at.timestamp())

    def _follow_samples(self, head: LogHead) -> None:
        """Have metrics of samples read again when these are hidden, as the first real item came, or were removed."""
        (had_samples, removals), self._samples = self._samples, (head.shows_samples, head.sample_removals)
        if had_samples and not head.shows_samples:
            self._schedule.hide_samples()
        if removals != head.sample_removals:
            self._on_withdrawn()  # pages of the replay may have removed ones

    def _mark_stale(self, tickers: Collection[str] | None) -> None:
        """Have the metrics read again that count historical items of `tickers`; None stands for any."""
        if tickers is None:
            topics: Iterable[Topic] = self._hub.topics.values()
        else:
            topics = self._hub.topics_with(tickers) if tickers else ()
        for topic in topics:
            self._schedule.mark_stale(topic)

    @property
    def _wants_historical(self) -> bool:
        return self._hub.includes(HISTORICAL)

    def _cache_metrics(self, topic: Topic, metrics: Metrics, minute: int, joins: PendingJoins) -> None:
        if topic.subscribers:
            self._advance_to(metrics.head_seq)
            self._schedule.start(topic, topic.filter.start_running(metrics, minute=minute))
            self._publish_metrics(topic, joins)

    def _publish_metrics(self, topic: Topic, joins: PendingJoins) -> None:
        """Publish a topic's metrics, if they are known: to all subscribers when they are due, and to those who join."""
        is_wanted = topic.subscribers and (topic in joins or is_due(topic))
        metrics = self._schedule.get_metrics(topic, self.current_cursor.seq) if is_wanted else None
        if metrics is None:
            return
        event = metrics_event(metrics)
        encoded = event.encode()
        if is_due(topic):
            topic.append(encoded, self.current_cursor, event.name)
            self._schedule.mark_published(topic)
        for join in joins.pop(topic, ()):
            if not join.done():
                join.set_result(InitialSnapshot(topic.end, self.current_cursor, encoded))

    def _requeue_joins(self, joins: PendingJoins) -> None:
        """Put those who still wait for their snapshot first in the next poll; release those whose topic is gone."""
        waiting: PendingJoins = defaultdict(list)
        for topic, pending in [*joins.items(), *self._pending_joins.items()]:
            open_joins = [join for join in pending if not join.done()]
            if not topic.subscribers:
                _release(open_joins)
            elif open_joins:
                waiting[topic] += open_joins
        self._pending_joins = waiting
        if waiting:
            self.wake()

    def _reset_all(self, head: LogHead, *, reason: str) -> None:
        """Send `reset` to all subscribers after the log was restored or trimmed past our position."""
        logger.warning(
            "log_position_lost", old=str(self._cursor), new=f"{head.generation} at {head.seq}", reason=reason
        )
        self._cursor = Cursor(head.generation, head.seq)
        self._on_withdrawn()  # some may have been withdrawn in what was not read
        self._schedule.discard(self._hub.topics.values())
        self.append_to_all(reset_event(self._cursor, now=utc_now(), reason=reason))
        for topic in self._hub.topics.values():
            topic.metrics_sent_at = float("-inf")
            self._schedule.schedule(topic)
        self.wake()

    def _advance_to(self, seq: int) -> None:
        if seq > self.current_cursor.seq:
            self._cursor = Cursor(self.current_cursor.generation, seq)


def _release(joins: Iterable[asyncio.Future[InitialSnapshot | None]]) -> None:
    for join in joins:
        if not join.done():
            join.set_result(None)


def _poll(unknown: Sequence[Topic], seq: int, *, with_historical: bool) -> PollResult:
    """Read the head, the metrics of topics that have none, as far as time allows, and then the items after `seq`."""
    minute = current_minute()
    head = get_head()
    deadline = time.monotonic() + METRICS_READ_SECONDS
    metrics = []
    for topic in unknown:
        metrics.append((topic, topic.filter.get_metrics()))
        if time.monotonic() > deadline:
            break
    newest = max([head.seq, *(topic_metrics.head_seq for _, topic_metrics in metrics)])
    if newest > seq:
        page = _load_page(seq, newest, with_historical=with_historical)
    else:
        page = LogPage([], head.min_seq, with_historical=True)
    return PollResult(head, newest, minute, metrics, page)


def _load_page(seq: int, newest: int, *, with_historical: bool) -> LogPage:
    """Read the next items after `seq` up to `newest`, the head of the log as read before."""
    items = select_items(seq, Selection(historical=with_historical, changes=True), upto=newest)
    end = items[-1].seq if len(items) == LOG_PAGE_ITEMS else newest
    skipped_tickers = () if with_historical else _find_skipped_tickers(seq, end, len(items))
    withdrawn = any(item.is_withdrawn for item in items) or (
        not with_historical and end - seq > len(items) and has_withdrawals(seq, upto=end)
    )
    # `min_seq` is read last: what was trimmed meanwhile is below it.
    return LogPage(items, get_head().min_seq, with_historical, skipped_tickers, withdrawn)


def _find_skipped_tickers(seq: int, end: int, item_count: int) -> Collection[str] | None:
    """Return the tickers of historical items after `seq` up to `end`; None if there may be too many to look at."""
    if end - seq <= item_count:
        return ()
    return None if end - seq > MAX_SKIPPED_SEQS else select_skipped_tickers(seq, upto=end)
