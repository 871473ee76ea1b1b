"""Topics and their subscribers: one ring of encoded events per stream filter, one position in it per subscriber.

A slow or stopped client costs only its position. Those that read in time share even that: they are a cohort.
"""

from collections.abc import Callable, Collection, Hashable
from functools import partial
from itertools import islice
from typing import Any, Protocol

from streaming.broker.counters import StreamCounters
from streaming.broker.handles import StreamHandle
from streaming.broker.ring import Chunk, Ring

Send = Callable[[bytes], int]  # takes an HTTP chunk, and returns the number of its bytes that were accepted


class Filter(Protocol):
    """What the hub needs of a stream filter; it must be hashable. `streaming.broker.filters` has the real one."""

    @property
    def include(self) -> Collection[Hashable]:
        """What the stream carries that others omit."""

    @property
    def index_keys(self) -> Collection[Hashable]:
        """Keys under which the hub files the topic: only items that have one of them can match. Empty: any item."""

    def matches(self, item: Any) -> bool:
        """Return whether the filter lets an item through."""


class Subscriber(StreamHandle):
    """A position in the ring of one topic.

    `ring_index` is the index of the next event to send; `last_seen` is the cursor up to which the client has
    everything, None before it has anything. A subscriber that has everything can join the cohort there: the hub then
    sends to it. What its connection does not accept goes to `write_buffered`, and the subscriber has left the cohort.
    Outside a cohort it is notified of events, and reads them itself.
    """

    __slots__ = ("_last_seen", "_ring_index", "cohort", "topic", "write_buffered")

    def __init__(self, topic: "Topic", *, expires_at: float) -> None:
        super().__init__(expires_at=expires_at)
        self.topic = topic
        self.cohort: Cohort | None = None
        self.write_buffered: Callable[[bytes], None] | None = None
        self._ring_index = topic.end
        self._last_seen: Any = None

    @property
    def ring_index(self) -> int:
        """The index of the next event to send."""
        return self._ring_index if self.cohort is None else self.cohort.ring_index

    @property
    def last_seen(self) -> Any:
        """The cursor up to which the client has everything; None before it has anything."""
        cohort = self.cohort
        # Until its cohort is sent something, its own: the log may have gone on without an event for the topic.
        return self._last_seen if cohort is None or cohort.ring_index == self._ring_index else cohort.cursor

    @property
    def bytes_sent(self) -> int:
        """Number of bytes that the client was sent, without the framing of HTTP."""
        return self._bytes_counted + (0 if self.cohort is None else self.cohort.byte_count)

    @property
    def byte_limit(self) -> float:
        """The `byte_count` of its cohort at which its byte budget is spent."""
        return self.bytes_allowed - self._bytes_counted

    @property
    def is_ready(self) -> bool:
        """Whether events are pending or the stream is to be closed."""
        return self.lag > 0 or super().is_ready

    @property
    def lag(self) -> int:
        """Number of pending events."""
        return self.topic.end - self.ring_index

    @property
    def is_overrun(self) -> bool:
        """Whether the ring has already dropped the subscriber's next event."""
        return self.ring_index < self.topic.begin

    def move_to(self, ring_index: int, last_seen: Any) -> None:
        """Go on from another position. Only outside a cohort."""
        self._ring_index, self._last_seen = ring_index, last_seen

    def read_pending(self) -> bytes:
        """Return the pending events as one chunk of about CHUNK_BYTES at most, and move on past them.

        Only outside a cohort.
        """
        chunk = self.topic.get_chunk(self._ring_index)
        self.move_to(chunk.end, chunk.cursor)
        self.topic.counters.count_sent(chunk.counts)
        return chunk.data

    def join_cohort(self, send: Send) -> None:
        """Have the hub send to the client by `send` from now on. Only without pending events."""
        assert not self.lag, "read_pending() comes first"
        cohort = self.topic.get_cohort(self.topic.end, self.topic.cursor, self.topic.byte_count)
        self._bytes_counted -= cohort.byte_count
        self.topic.notified.discard(self)
        cohort.add(self, send)

    def leave_cohort(self) -> None:
        """Read by itself from now on, from where it is. Idempotent."""
        cohort = self.cohort
        if cohort is None:
            return
        self.move_to(self.ring_index, self.last_seen)
        self._bytes_counted += cohort.byte_count
        self.cohort = None
        self.topic.notified.add(self)
        del cohort.sends[self]
        if not cohort.sends:
            del self.topic.cohorts[cohort.ring_index]


class Cohort:
    """The subscribers of a topic at one position whose connections accept more, so that the hub sends to all in a loop.

    What they have in common is counted once for all: the position, and the bytes. `byte_count` is that of the topic at
    this position; a member's own count is relative to it. `nearest_limit`: no member's byte budget is spent before.
    """

    __slots__ = ("byte_count", "cursor", "nearest_limit", "ring_index", "sends")

    def __init__(self, ring_index: int, cursor: Any, byte_count: int) -> None:
        self.ring_index = ring_index
        self.cursor = cursor
        self.byte_count = byte_count
        self.nearest_limit = float("inf")
        self.sends: dict[Subscriber, Send] = {}

    def add(self, subscriber: Subscriber, send: Send) -> None:
        """Add a member."""
        subscriber.cohort = self
        self.sends[subscriber] = send
        self.nearest_limit = min(self.nearest_limit, subscriber.byte_limit)

    def move_first(self, count: int, target: "Cohort") -> None:
        """Move the first `count` members to another cohort of the topic."""
        moved = dict(islice(self.sends.items(), count))
        for subscriber in moved:
            del self.sends[subscriber]  # a copy of the rest, in each slice, would cost more the more members there are
            subscriber.cohort = target
        target.sends |= moved
        target.nearest_limit = min(target.nearest_limit, self.nearest_limit)

    def find_spent(self) -> list[Subscriber]:
        """Return the members whose byte budget is spent, each once."""
        if self.byte_count < self.nearest_limit:
            return []
        spent = [subscriber for subscriber in self.sends if subscriber.byte_limit <= self.byte_count]
        limits = (subscriber.byte_limit for subscriber in self.sends if subscriber.byte_limit > self.byte_count)
        self.nearest_limit = min(limits, default=float("inf"))
        return spent


class Topic(Ring):
    """The ring of one filter, its subscribers in cohorts, by ring index, and those that read by themselves."""

    def __init__(
        self,
        stream_filter: Filter,
        *,
        ring_size: int,
        cursor: Any,
        on_change: Callable[["Topic"], None],
        counters: StreamCounters,
    ) -> None:
        super().__init__(size=ring_size, cursor=cursor, on_change=partial(on_change, self))
        self.filter: Any = stream_filter
        self.counters = counters
        self.subscribers: set[Subscriber] = set()
        self.notified: set[Subscriber] = set()  # in no cohort: each reads the ring itself
        self.cohorts: dict[int, Cohort] = {}
        self.has_new_items = False  # since the last `metrics` event
        self.metrics_sent_at = float("-inf")  # monotonic seconds

    def add(self, subscriber: Subscriber) -> None:
        """Add a subscriber."""
        self.subscribers.add(subscriber)
        self.notified.add(subscriber)

    def remove(self, subscriber: Subscriber) -> None:
        """Remove a subscriber. Idempotent."""
        subscriber.leave_cohort()
        self.subscribers.discard(subscriber)
        self.notified.discard(subscriber)

    def find_hindmost(self) -> Cohort | None:
        """Return the cohort that is furthest behind, or None if none is."""
        ring_index = min(self.cohorts, default=self.end)
        return self.cohorts[ring_index] if ring_index < self.end else None

    def get_cohort(self, ring_index: int, cursor: Any, byte_count: int) -> Cohort:
        """Return the cohort at a position; without one, a new one."""
        cohort = self.cohorts.get(ring_index)
        if cohort is None:
            cohort = self.cohorts[ring_index] = Cohort(ring_index, cursor, byte_count)
        return cohort

    def advance(self, cohort: Cohort, count: int, chunk: Chunk) -> Cohort:
        """Move the first `count` members of a cohort past a chunk that they were sent; return the cohort they are in.

        If they are all, and no other cohort is there, no member is touched.
        """
        byte_count = cohort.byte_count + len(chunk.data)
        if count == len(cohort.sends):
            del self.cohorts[cohort.ring_index]
            if chunk.end not in self.cohorts:
                cohort.ring_index, cohort.cursor, cohort.byte_count = chunk.end, chunk.cursor, byte_count
                self.cohorts[chunk.end] = cohort
                return cohort
        target = self.get_cohort(chunk.end, chunk.cursor, byte_count)
        cohort.move_first(count, target)
        return target

    def disband(self, cohort: Cohort) -> None:
        """Have the members of a cohort read by themselves, as the ring has dropped their next event."""
        for subscriber in [*cohort.sends]:
            subscriber.leave_cohort()
        self._on_change()
