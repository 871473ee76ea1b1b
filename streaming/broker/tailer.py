"""Follow the log for this process: one reader, one thread, one database connection, however many subscribers.

The tail turns new items into frames in the hub's topics, adds metrics and heartbeats, and gives a subscriber that joins
the metrics that stand for exactly the place where it joins.
"""

import asyncio
import time
from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from random import uniform
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import structlog
from django.conf import settings
from django.db import Error

from accounts.grants import find_revoked
from common.time import utc_now
from news.log.cursor import Cursor
from news.log.head import rotate_if_rolled_back
from news.log.notify import listen
from news.log.reader import LOG_PAGE_SIZE, get_head, select_items
from news.metrics.queries import Metrics, current_minute, get_metrics
from news.models import Item, LogHead
from streaming.broker.connection_limits import ConnectionLimiter
from streaming.broker.counters import pack
from streaming.broker.db_executor import Answer, DBExecutor
from streaming.broker.hub import Hub, StreamFilter, StreamHandle, Subscriber, Topic
from streaming.broker.metrics_schedule import MetricsSchedule, is_due
from streaming.broker.replay import WITH_HEADLINE, Replay
from streaming.eventstream_compat import wake_listeners
from streaming.monitoring.stats_log import log_stats
from streaming.protocol.events import heartbeat_event, item_event, metrics_event, reset_event

if TYPE_CHECKING:
    from streaming.http.stream import OpenStream

METRICS_BATCH_SECONDS = 0.05  # topics that are due within it are summed up together
METRICS_READS_PER_POLL = 20  # of topics; then it is the items' turn again
RETRY_SECONDS = 1.0
GRANT_CHECK_SECONDS = 2  # seconds until each stream's permit was looked at

_tails: WeakKeyDictionary[asyncio.AbstractEventLoop, "Tailer"] = WeakKeyDictionary()
logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class InitialSnapshot:
    """Where a subscriber begins: the `metrics` event standing for `cursor`, and the frames from `position` on."""

    ring_index: int
    cursor: Cursor
    metrics: bytes


@dataclass(frozen=True, slots=True)
class PollResult:
    """What one look at the database found. The items were read last, so they reach beyond every head in it."""

    head: LogHead
    minute: int  # before it
    metrics: list[tuple[Topic, Metrics]]
    items: list[Item]
    min_seq: int  # after it


PendingJoins = defaultdict[Topic, list[asyncio.Future[InitialSnapshot | None]]]


class Tailer:
    """The reader of the log for one event loop. `namespace` is CloudWatch's, if that is to be told."""

    def __init__(self, *, namespace: str = "") -> None:
        self.hub = Hub(ring_frames=settings.STREAM_RING_FRAMES)
        self.limiter = ConnectionLimiter(
            limit=settings.STREAM_MAX_CONNECTIONS, per_address=settings.STREAM_MAX_PER_ADDRESS
        )
        self.streams: set[OpenStream] = set()  # those open in this process
        self._cursor: Cursor | None = None
        self._wakeup = asyncio.Event()
        self._pending_joins: PendingJoins = defaultdict(list)
        self._open_joins: set[asyncio.Future[InitialSnapshot | None]] = set()
        self._schedule = MetricsSchedule()
        self.replay = Replay(self.read)
        self._tasks: list[asyncio.Task[None]] = []
        self._namespace = namespace
        self._database = DBExecutor("tail")
        self._start_lock = asyncio.Lock()

    async def start(self, *, at: Cursor | None = None) -> Cursor:
        """Begin to follow the log, if that has not begun, and return the present cursor.

        It begins at the newest place, or at a place `at`, which the log must still reach back to.

        Errors: what the database raises when the log can't be read.
        """
        async with self._start_lock:
            if self._cursor is None:
                head = await self.read(get_head)
                self._cursor = at or Cursor(head.generation, head.seq)
                for job in (self._run, self._wakeup_loop, self._heartbeat_loop, self._expiry_loop):
                    self._tasks.append(asyncio.create_task(job()))
                self._tasks.append(asyncio.create_task(log_stats(self.hub, self.limiter, namespace=self._namespace)))
        return self._cursor

    async def stop(self) -> None:
        """Stop following and give the thread and its connection back."""
        self._release_joins()
        self.replay.stop()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        with suppress(RuntimeError):
            await asyncio.wrap_future(self._database.close())

    async def read(self, ask: Callable[..., Answer], *args: Any, **options: Any) -> Answer:
        """Run a database read on the tail's thread and connection."""
        return await self._database.call(ask, *args, **options)

    def subscribe(self, interest: StreamFilter) -> Subscriber:
        """Register a subscriber at the present end of its topic's ring."""
        return self.hub.subscribe(interest, place=self.current_cursor, expires_at=_draw_expiry())

    def register(self) -> StreamHandle:
        """Register a reader that gets its chunks elsewhere, to be ended with the others."""
        reader = StreamHandle(expires_at=_draw_expiry())
        self.hub.register(reader)
        return reader

    def unregister(self, reader: StreamHandle) -> None:
        """Forget a reader or subscriber; doing it twice is harmless."""
        self.hub.unregister(reader)
        if isinstance(reader, Subscriber) and not reader.topic.subscribers:
            self._pending_joins.pop(reader.topic, None)
            self._schedule.discard([reader.topic])

    def close_all(self, reason: str) -> None:
        """Let no new stream in and ask those open to end."""
        self.limiter.close()
        self.hub.close_all(reason)
        self._release_joins()

    async def attach(self, subscriber: Subscriber) -> InitialSnapshot | None:
        """Return the opening of a subscriber at the newest place of the log, or None when all streams are to end.

        Everything committed before the call is counted in its metrics; what follows stands in the ring.
        """
        opening: asyncio.Future[InitialSnapshot | None] = asyncio.get_running_loop().create_future()
        self._open_joins.add(opening)
        opening.add_done_callback(self._open_joins.discard)
        self._pending_joins[subscriber.topic].append(opening)
        self._wakeup.set()
        return await opening

    @property
    def current_cursor(self) -> Cursor:
        """The place up to which every topic is complete."""
        assert self._cursor is not None, "start() comes first"
        return self._cursor

    async def _run(self) -> None:
        while True:
            try:
                await self._poll_once()
            except Exception as error:
                # The streams stay open on heartbeats; the cursor makes up for the time lost.
                logger.error("log_unreadable", error=str(error), retry_seconds=RETRY_SECONDS)
                await asyncio.sleep(RETRY_SECONDS)
                continue
            due = max(METRICS_BATCH_SECONDS, self._schedule.next_due_at - time.monotonic())
            # Not wait_for: until Python 3.12 it swallows a cancellation that comes together with the bell.
            with suppress(TimeoutError):
                async with asyncio.timeout(min(settings.STREAM_POLL_SECONDS, due)):
                    await self._wakeup.wait()
            self._wakeup.clear()

    async def _poll_once(self) -> None:
        due = self._schedule.pop_due()
        # Taken out before the database is asked: who joins meanwhile must not get an answer older than its call.
        joining, self._pending_joins = self._pending_joins, defaultdict(list)
        wanted = [*dict.fromkeys([*joining, *due])]
        unknown = [topic for topic in wanted if self._schedule.metrics(topic, self.current_cursor.seq) is None]
        try:
            reading = await self.read(_poll, unknown[:METRICS_READS_PER_POLL], self.current_cursor.seq)
            if reading.head.generation == self.current_cursor.generation and reading.head.seq < self.current_cursor.seq:
                # An older state of this log: its next places have been given out before, to other items.
                await self.read(rotate_if_rolled_back, self.current_cursor)
            elif reading.head.generation != self.current_cursor.generation:
                self._reset_all(reading.head, reason="foreign")
            elif reading.min_seq > self.current_cursor.seq:
                self._reset_all(reading.head, reason="expired")
            else:
                await self._publish(reading, joining)
                for topic in wanted:
                    self._publish_metrics(topic, joining)
        finally:
            for topic in due:
                if is_due(topic):
                    self._schedule.schedule(topic)
            self._requeue_joins(joining)
        self.hub.notify()

    async def _publish(self, reading: PollResult, joining: PendingJoins) -> None:
        """Append the items in order, and what was read of a topic after exactly the items that it counts."""
        counted = deque(sorted(reading.metrics, key=lambda entry: entry[1].head_seq))
        items = reading.items
        while True:
            for item in items:
                while counted and counted[0][1].head_seq < item.seq:
                    self._cache_metrics(*counted.popleft(), reading.minute, joining)
                self._append_item(item)
            if items:
                wake_listeners({ticker for item in items for ticker in item.tickers})
            if len(items) < LOG_PAGE_SIZE:
                break
            self.hub.notify()
            items, floor = await self.read(_select_next_items, self.current_cursor.seq)
            if floor > self.current_cursor.seq:
                self._wakeup.set()  # the next pass finds the same, and says so
                return
        for topic, metrics in counted:
            self._cache_metrics(topic, metrics, reading.minute, joining)
        self._advance_to(max(self.current_cursor.seq, reading.head.seq))

    def _append_item(self, item: Item) -> None:
        self._advance_to(item.seq)
        frames: dict[Any, tuple[bytes, int]] = {}
        topics = self.hub.topics_for(item.tickers)
        for topic in topics:
            form = topic.filter.include
            if form not in frames:
                frame = item_event(item, self.current_cursor.generation, with_headline=form == WITH_HEADLINE).encode()
                frames[form] = frame, pack("new_item", len(frame))
            frame, carried = frames[form]
            topic.append(frame, self.current_cursor, carried)
            self._schedule.add(topic, item)
        # Scored again, it keeps the time at which it was first committed.
        if topics and not item.revision:
            self.hub.counters.expect_delivery(item.appended_at.timestamp())

    def _cache_metrics(self, topic: Topic, metrics: Metrics, minute: int, joining: PendingJoins) -> None:
        if topic.subscribers:
            self._advance_to(max(self.current_cursor.seq, metrics.head_seq))
            self._schedule.start(topic, metrics, minute=minute)
            self._publish_metrics(topic, joining)

    def _publish_metrics(self, topic: Topic, joining: PendingJoins) -> None:
        """Say the metrics of a topic, if they are known, to all when they are due, and to those who join."""
        is_asked = topic in joining or is_due(topic)
        metrics = self._schedule.metrics(topic, self.current_cursor.seq) if is_asked and topic.subscribers else None
        if metrics is None:
            return
        frame = metrics_event(metrics).encode()
        if is_due(topic):
            topic.append(frame, self.current_cursor, pack("metrics", len(frame)))
            self._schedule.mark_published(topic)
        for opening in joining.pop(topic, ()):
            if not opening.done():
                opening.set_result(InitialSnapshot(topic.end, self.current_cursor, frame))

    def _requeue_joins(self, joining: PendingJoins) -> None:
        """Have those who still wait for their opening go first in the next pass."""
        waiting: PendingJoins = defaultdict(list)
        for topic, openings in [*joining.items(), *self._pending_joins.items()]:
            if left := [opening for opening in openings if not opening.done() and topic.subscribers]:
                waiting[topic] += left
        self._pending_joins = waiting
        if waiting:
            self._wakeup.set()

    def _reset_all(self, head: LogHead, *, reason: str) -> None:
        """Tell everybody that what comes does not continue what was: a log was restored, or trimmed ahead of us."""
        logger.warning("log_replaced", old=str(self._cursor), new=f"{head.generation} at {head.seq}", reason=reason)
        self._cursor = Cursor(head.generation, head.seq)
        self._schedule.discard(self.hub.topics.values())
        frame = reset_event(self._cursor, now=utc_now(), reason=reason).encode()
        for topic in self.hub.topics.values():
            topic.append(frame, self._cursor, pack("reset", len(frame)))
            topic.metrics_sent_at = float("-inf")
            self._schedule.schedule(topic)
        self._wakeup.set()

    async def _expiry_loop(self) -> None:
        for turn in count():
            await asyncio.sleep(1)
            self.hub.close_expired(time.monotonic())
            # Some at each turn: to ask for a thousand takes a few hundredths of a second, and live items wait for it.
            if permits := {permit for permit in self.hub.grants if (hash(permit) - turn) % GRANT_CHECK_SECONDS == 0}:
                # Unreadable, the database is logged by `_follow`; who was let in stays until it can be asked.
                with suppress(Error):
                    self.hub.close_revoked(await self.read(find_revoked, permits))

    def _advance_to(self, seq: int) -> None:
        self._cursor = Cursor(self.current_cursor.generation, seq)

    def _release_joins(self) -> None:
        for opening in [*self._open_joins]:
            if not opening.done():
                opening.set_result(None)

    async def _wakeup_loop(self) -> None:
        """Hear the doorbell. Without it the log is looked at every STREAM_POLL_SECONDS all the same."""
        await listen(self._wakeup.set)

    async def _heartbeat_loop(self) -> None:
        """Put a heartbeat into every ring: one timer a process, none a stream."""
        while True:
            await asyncio.sleep(settings.STREAM_HEARTBEAT_SECONDS)
            frame = heartbeat_event(self.current_cursor, now=utc_now(), connections=self.limiter.open_count).encode()
            for topic in self.hub.topics.values():
                topic.append(frame, self.current_cursor, pack("heartbeat", len(frame)))
            self.hub.notify()


def get_tailer() -> Tailer:
    """Return the tail of the running event loop, making it on first use."""
    loop = asyncio.get_running_loop()
    if loop not in _tails:
        _tails[loop] = Tailer(namespace=settings.EMF_NAMESPACE)
    return _tails[loop]


async def stop_tailer() -> None:
    """Stop the tail of the running event loop, if there is one; who asks for it next gets a new one."""
    tail = _tails.pop(asyncio.get_running_loop(), None)
    if tail is not None:
        await tail.stop()


def _poll(unknown: Sequence[Topic], seq: int) -> PollResult:
    minute = current_minute()
    head = get_head()
    counted = [(topic, get_metrics(topic.filter.tickers)) for topic in unknown]
    newest = max([head.seq, *(metrics.head_seq for _, metrics in counted)])
    items, floor = _select_next_items(seq) if newest > seq else ([], head.min_seq)
    return PollResult(head, minute, counted, items, floor)


def _select_next_items(seq: int) -> tuple[list[Item], int]:
    """Return the next items after a place, and the floor, read last: what was trimmed meanwhile is below it."""
    return select_items(seq), get_head().min_seq


def _draw_expiry() -> float:
    # Jittered, so that streams that began together don't all come back together.
    return time.monotonic() + settings.STREAM_MAX_SECONDS * uniform(0.8, 1)
