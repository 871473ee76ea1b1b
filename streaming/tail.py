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

from accounts.permits import find_ended
from news.clock import utc_now
from news.cursor import Cursor
from news.doorbell import listen
from news.head import rename_log
from news.metrics import Metrics, read_metrics, this_minute
from news.models import Item, LogHead
from streaming.database_thread import Answer, DatabaseThread
from streaming.edge import wake_listeners
from streaming.events import heartbeat_event, item_event, metrics_event, reset_event
from streaming.hub import Hub, Interest, Reader, Subscriber, Topic
from streaming.log import PAGE_ITEMS, read_head, read_items
from streaming.replay import WITH_HEADLINE, Replay
from streaming.report import report
from streaming.slots import Slots
from streaming.summary import Summaries, is_due
from streaming.traffic import pack

if TYPE_CHECKING:
    from streaming.subscription import OpenStream

SUM_UP_SECONDS = 0.05  # topics that are due within it are summed up together
READINGS_AT_ONCE = 20  # of topics; then it is the items' turn again
RETRY_SECONDS = 1.0
PERMIT_TURNS = 2  # seconds until each stream's permit was looked at

_tails: WeakKeyDictionary[asyncio.AbstractEventLoop, "Tail"] = WeakKeyDictionary()
logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Opening:
    """Where a subscriber begins: the `metrics` event standing for `cursor`, and the frames from `position` on."""

    position: int
    cursor: Cursor
    metrics: bytes


@dataclass(frozen=True, slots=True)
class Reading:
    """What one look at the database found. The items were read last, so they reach beyond every head in it."""

    head: LogHead
    minute: int  # before it
    counted: list[tuple[Topic, Metrics]]
    items: list[Item]
    floor: int  # after it


Joining = defaultdict[Topic, list[asyncio.Future[Opening | None]]]


class Tail:
    """The reader of the log for one event loop. `namespace` is CloudWatch's, if that is to be told."""

    def __init__(self, *, namespace: str = "") -> None:
        self.hub = Hub(ring_frames=settings.STREAM_RING_FRAMES)
        self.slots = Slots(limit=settings.STREAM_MAX_CONNECTIONS, per_address=settings.STREAM_MAX_PER_ADDRESS)
        self.streams: set[OpenStream] = set()  # those open in this process
        self._cursor: Cursor | None = None
        self._bell = asyncio.Event()
        self._joining: Joining = defaultdict(list)
        self._openings: set[asyncio.Future[Opening | None]] = set()
        self._summaries = Summaries()
        self.replay = Replay(self.read)
        self._tasks: list[asyncio.Task[None]] = []
        self._namespace = namespace
        self._database = DatabaseThread("tail")
        self._start_lock = asyncio.Lock()

    async def start(self, *, at: Cursor | None = None) -> Cursor:
        """Begin to follow the log, if that has not begun, and return the present cursor.

        It begins at the newest place, or at a place `at`, which the log must still reach back to.

        Errors: what the database raises when the log can't be read.
        """
        async with self._start_lock:
            if self._cursor is None:
                head = await self.read(read_head)
                self._cursor = at or Cursor(head.epoch, head.seq)
                for job in (self._follow, self._listen, self._beat, self._expire):
                    self._tasks.append(asyncio.create_task(job()))
                self._tasks.append(asyncio.create_task(report(self.hub, self.slots, namespace=self._namespace)))
        return self._cursor

    async def stop(self) -> None:
        """Stop following and give the thread and its connection back."""
        self._release_joining()
        self.replay.stop()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        with suppress(RuntimeError):
            await asyncio.wrap_future(self._database.close())

    async def read(self, ask: Callable[..., Answer], *args: Any, **options: Any) -> Answer:
        """Run a database read on the tail's thread and connection."""
        return await self._database.call(ask, *args, **options)

    def subscribe(self, interest: Interest) -> Subscriber:
        """Register a subscriber at the present end of its topic's ring."""
        return self.hub.subscribe(interest, place=self.here, expires_at=_draw_expiry())

    def admit(self) -> Reader:
        """Register a reader that gets its chunks elsewhere, to be ended with the others."""
        reader = Reader(expires_at=_draw_expiry())
        self.hub.admit(reader)
        return reader

    def leave(self, reader: Reader) -> None:
        """Forget a reader or subscriber; doing it twice is harmless."""
        self.hub.dismiss(reader)
        if isinstance(reader, Subscriber) and not reader.topic.subscribers:
            self._joining.pop(reader.topic, None)
            self._summaries.forget([reader.topic])

    def end_all(self, reason: str) -> None:
        """Let no new stream in and ask those open to end."""
        self.slots.close()
        self.hub.end_all(reason)
        self._release_joining()

    async def join(self, subscriber: Subscriber) -> Opening | None:
        """Return the opening of a subscriber at the newest place of the log, or None when all streams are to end.

        Everything committed before the call is counted in its metrics; what follows stands in the ring.
        """
        opening: asyncio.Future[Opening | None] = asyncio.get_running_loop().create_future()
        self._openings.add(opening)
        opening.add_done_callback(self._openings.discard)
        self._joining[subscriber.topic].append(opening)
        self._bell.set()
        return await opening

    @property
    def here(self) -> Cursor:
        """The place up to which every topic is complete."""
        assert self._cursor is not None, "start() comes first"
        return self._cursor

    async def _follow(self) -> None:
        while True:
            try:
                await self._pass()
            except Exception as error:
                # The streams stay open on heartbeats; the cursor makes up for the time lost.
                logger.error("log_unreadable", error=str(error), retry_seconds=RETRY_SECONDS)
                await asyncio.sleep(RETRY_SECONDS)
                continue
            due = max(SUM_UP_SECONDS, self._summaries.next_due_at - time.monotonic())
            # Not wait_for: until Python 3.12 it swallows a cancellation that comes together with the bell.
            with suppress(TimeoutError):
                async with asyncio.timeout(min(settings.STREAM_POLL_SECONDS, due)):
                    await self._bell.wait()
            self._bell.clear()

    async def _pass(self) -> None:
        due = self._summaries.take_due()
        # Taken out before the database is asked: who joins meanwhile must not get an answer older than its call.
        joining, self._joining = self._joining, defaultdict(list)
        wanted = [*dict.fromkeys([*joining, *due])]
        unknown = [topic for topic in wanted if self._summaries.metrics(topic, self.here.seq) is None]
        try:
            reading = await self.read(_look, unknown[:READINGS_AT_ONCE], self.here.seq)
            if reading.head.epoch == self.here.epoch and reading.head.seq < self.here.seq:
                # An older state of this log: its next places have been given out before, to other items.
                await self.read(rename_log, self.here)
            elif reading.head.epoch != self.here.epoch:
                self._start_over(reading.head, reason="foreign")
            elif reading.floor > self.here.seq:
                self._start_over(reading.head, reason="expired")
            else:
                await self._publish(reading, joining)
                for topic in wanted:
                    self._sum_up(topic, joining)
        finally:
            for topic in due:
                if is_due(topic):
                    self._summaries.schedule(topic)
            self._put_back(joining)
        self.hub.wake()

    async def _publish(self, reading: Reading, joining: Joining) -> None:
        """Append the items in order, and what was read of a topic after exactly the items that it counts."""
        counted = deque(sorted(reading.counted, key=lambda entry: entry[1].head))
        items = reading.items
        while True:
            for item in items:
                while counted and counted[0][1].head < item.seq:
                    self._take_in(*counted.popleft(), reading.minute, joining)
                self._append_item(item)
            if items:
                wake_listeners({ticker for item in items for ticker in item.tickers})
            if len(items) < PAGE_ITEMS:
                break
            self.hub.wake()
            items, floor = await self.read(_next_items, self.here.seq)
            if floor > self.here.seq:
                self._bell.set()  # the next pass finds the same, and says so
                return
        for topic, metrics in counted:
            self._take_in(topic, metrics, reading.minute, joining)
        self._move_to(max(self.here.seq, reading.head.seq))

    def _append_item(self, item: Item) -> None:
        self._move_to(item.seq)
        frames: dict[Any, tuple[bytes, int]] = {}
        topics = self.hub.matching(item.tickers)
        for topic in topics:
            form = topic.interest.form
            if form not in frames:
                frame = item_event(item, self.here.epoch, with_headline=form == WITH_HEADLINE).encode()
                frames[form] = frame, pack("new_item", len(frame))
            frame, carried = frames[form]
            topic.append(frame, self.here, carried)
            self._summaries.add(topic, item)
        # Scored again, it keeps the time at which it was first committed.
        if topics and not item.revision:
            self.hub.traffic.expect(item.analysed_at.timestamp())

    def _take_in(self, topic: Topic, metrics: Metrics, minute: int, joining: Joining) -> None:
        if topic.subscribers:
            self._move_to(max(self.here.seq, metrics.head))
            self._summaries.begin(topic, metrics, minute=minute)
            self._sum_up(topic, joining)

    def _sum_up(self, topic: Topic, joining: Joining) -> None:
        """Say the metrics of a topic, if they are known, to all when they are due, and to those who join."""
        is_asked = topic in joining or is_due(topic)
        metrics = self._summaries.metrics(topic, self.here.seq) if is_asked and topic.subscribers else None
        if metrics is None:
            return
        frame = metrics_event(metrics).encode()
        if is_due(topic):
            topic.append(frame, self.here, pack("metrics", len(frame)))
            self._summaries.said(topic)
        for opening in joining.pop(topic, ()):
            if not opening.done():
                opening.set_result(Opening(topic.end, self.here, frame))

    def _put_back(self, joining: Joining) -> None:
        """Have those who still wait for their opening go first in the next pass."""
        waiting: Joining = defaultdict(list)
        for topic, openings in [*joining.items(), *self._joining.items()]:
            if left := [opening for opening in openings if not opening.done() and topic.subscribers]:
                waiting[topic] += left
        self._joining = waiting
        if waiting:
            self._bell.set()

    def _start_over(self, head: LogHead, *, reason: str) -> None:
        """Tell everybody that what comes does not continue what was: a log was restored, or trimmed ahead of us."""
        logger.warning("log_replaced", old=str(self._cursor), new=f"{head.epoch} at {head.seq}", reason=reason)
        self._cursor = Cursor(head.epoch, head.seq)
        self._summaries.forget(self.hub.topics.values())
        frame = reset_event(self._cursor, now=utc_now(), reason=reason).encode()
        for topic in self.hub.topics.values():
            topic.append(frame, self._cursor, pack("reset", len(frame)))
            topic.summed_up_at = float("-inf")
            self._summaries.schedule(topic)
        self._bell.set()

    async def _expire(self) -> None:
        for turn in count():
            await asyncio.sleep(1)
            self.hub.end_expired(time.monotonic())
            # Some at each turn: to ask for a thousand takes a few hundredths of a second, and live items wait for it.
            if permits := {permit for permit in self.hub.permits if (hash(permit) - turn) % PERMIT_TURNS == 0}:
                # Unreadable, the database is logged by `_follow`; who was let in stays until it can be asked.
                with suppress(Error):
                    self.hub.end_revoked(await self.read(find_ended, permits))

    def _move_to(self, seq: int) -> None:
        self._cursor = Cursor(self.here.epoch, seq)

    def _release_joining(self) -> None:
        for opening in [*self._openings]:
            if not opening.done():
                opening.set_result(None)

    async def _listen(self) -> None:
        """Hear the doorbell. Without it the log is looked at every STREAM_POLL_SECONDS all the same."""
        await listen(self._bell.set)

    async def _beat(self) -> None:
        """Put a heartbeat into every ring: one timer a process, none a stream."""
        while True:
            await asyncio.sleep(settings.STREAM_HEARTBEAT_SECONDS)
            frame = heartbeat_event(self.here, now=utc_now(), connections=self.slots.taken).encode()
            for topic in self.hub.topics.values():
                topic.append(frame, self.here, pack("heartbeat", len(frame)))
            self.hub.wake()


def local_tail() -> Tail:
    """Return the tail of the running event loop, making it on first use."""
    loop = asyncio.get_running_loop()
    if loop not in _tails:
        _tails[loop] = Tail(namespace=settings.EMF_NAMESPACE)
    return _tails[loop]


async def forget_tail() -> None:
    """Stop the tail of the running event loop, if there is one; who asks for it next gets a new one."""
    tail = _tails.pop(asyncio.get_running_loop(), None)
    if tail is not None:
        await tail.stop()


def _look(unknown: Sequence[Topic], seq: int) -> Reading:
    minute = this_minute()
    head = read_head()
    counted = [(topic, read_metrics(topic.interest.tickers)) for topic in unknown]
    newest = max([head.seq, *(metrics.head for _, metrics in counted)])
    items, floor = _next_items(seq) if newest > seq else ([], head.floor)
    return Reading(head, minute, counted, items, floor)


def _next_items(seq: int) -> tuple[list[Item], int]:
    """Return the next items after a place, and the floor, read last: what was trimmed meanwhile is below it."""
    return read_items(seq), read_head().floor


def _draw_expiry() -> float:
    # Jittered, so that streams that began together don't all come back together.
    return time.monotonic() + settings.STREAM_MAX_SECONDS * uniform(0.8, 1)
