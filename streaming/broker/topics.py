"""Topics and their subscribers: one ring of encoded events per stream filter, one position in it per subscriber.

An event is stored once however many clients receive it, and a slow or stopped client costs only its position.
"""

import asyncio
from collections.abc import Callable, Collection, Hashable
from dataclasses import dataclass
from typing import Any, Protocol

from streaming.broker.counters import EventCount, StreamCounters, sum_counts

MAX_SHARED_CHUNKS = 64
CHUNK_BYTES = 49_152  # memory held for a client that stops reading in the middle of a chunk


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


class StreamHandle:
    """An open stream that the server can close (shutdown, lifetime, byte budget, revocation)."""

    __slots__ = ("_waiter", "bytes_allowed", "bytes_sent", "close_reason", "expires_at", "grant", "on_ready")

    def __init__(self, *, expires_at: float) -> None:
        self.expires_at = expires_at  # monotonic seconds
        self.bytes_allowed = float("inf")
        self.bytes_sent = 0
        self.close_reason: str | None = None
        self.grant: Hashable = None  # authorization that the stream must not outlive, if any
        self.on_ready: Callable[[], None] | None = None  # called by `notify` in place of resuming `wait`
        self._waiter: asyncio.Future[None] | None = None

    @property
    def is_ready(self) -> bool:
        """Whether there is something to do: here, to close the stream."""
        return self.close_reason is not None

    async def wait(self) -> None:
        """Wait until `is_ready`. Cancellation leaves nothing behind."""
        if self.is_ready:
            return
        self._waiter = asyncio.get_running_loop().create_future()
        try:
            await self._waiter
        finally:
            self._waiter = None

    def notify(self) -> None:
        """Call `on_ready`, or let `wait` return."""
        if self.on_ready is not None:
            self.on_ready()
        elif self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def count_bytes(self, size: int) -> None:
        """Count `size` bytes as sent; closes the stream when its byte budget is spent."""
        self.bytes_sent += size
        if self.bytes_sent >= self.bytes_allowed:
            self.close("bytes")

    def close(self, reason: str) -> None:
        """Request the end of the stream; the first reason is kept."""
        self.close_reason = self.close_reason or reason
        self.notify()


class Subscriber(StreamHandle):
    """A position in the ring of one topic.

    `ring_index` is the index of the next event to send; `last_seen` is the cursor up to which the client has
    everything, None before it has anything. While `write` is set, the hub sends by it directly: it takes an HTTP chunk
    and returns the number of bytes accepted; the rest goes to `write_buffered`.
    """

    __slots__ = ("last_seen", "ring_index", "topic", "write", "write_buffered")

    def __init__(self, topic: "Topic", *, expires_at: float) -> None:
        super().__init__(expires_at=expires_at)
        self.topic = topic
        self.ring_index = topic.end
        self.last_seen: Any = None
        self.write: Callable[[bytes], int] | None = None
        self.write_buffered: Callable[[bytes], None] | None = None

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

    def read_pending(self) -> bytes:
        """Return the pending events as one chunk of about CHUNK_BYTES at most, and move on past them."""
        chunk = self.topic.chunk_from(self.ring_index)
        self.ring_index, self.last_seen = chunk.end, chunk.cursor
        self.topic.counters.count_sent(chunk.counts)
        return chunk.data


@dataclass(frozen=True, slots=True)
class Chunk:
    """Consecutive events of a ring up to ring index `end`; a client that has them has everything up to `cursor`."""

    data: bytes
    end: int
    cursor: Any
    counts: tuple[EventCount, ...]


class Topic:
    """The ring of encoded events of one filter, from ring index `begin` up to but not including `end`.

    `cursor` is the position in the log up to which the topic is complete.
    """

    def __init__(
        self,
        stream_filter: Filter,
        *,
        ring_size: int,
        cursor: Any,
        on_append: Callable[["Topic"], None],
        counters: StreamCounters,
    ) -> None:
        self.filter: Any = stream_filter
        self.counters = counters
        self.begin = self.end = 0
        self.cursor = cursor
        self.subscribers: set[Subscriber] = set()
        self.has_new_items = False  # since the last `metrics` event
        self.metrics_sent_at = float("-inf")  # monotonic seconds
        self._on_append = on_append
        self._ring_size = ring_size
        self._slack = max(1, ring_size // 4)
        self._events: list[bytes] = []
        self._cursors: list[Any] = []
        self._names: list[str] = []
        self._chunks: dict[int, Chunk] = {}

    def append(self, event: bytes, cursor: Any, name: str) -> None:
        """Add an encoded event called `name` to the ring; a client that has it has everything up to `cursor`."""
        self.cursor = cursor
        self._events.append(event)
        self._cursors.append(cursor)
        self._names.append(name)
        self._chunks.clear()
        self.end += 1
        self._trim()
        self._on_append(self)

    def drop_events(self) -> None:
        """Empty the ring. Subscribers with pending events are overrun, and get them from the log."""
        self._events.clear()
        self._cursors.clear()
        self._names.clear()
        self._chunks.clear()
        self.begin = self.end

    def chunk_from(self, ring_index: int) -> Chunk:
        """Return the chunk that begins at a ring index. Subscribers at one index share one chunk."""
        shared = self._chunks.get(ring_index)
        if shared is not None:
            return shared
        if len(self._chunks) >= MAX_SHARED_CHUNKS:
            self._chunks.clear()
        chunk = self._chunks[ring_index] = self._build_chunk(ring_index - self.begin)
        return chunk

    def _build_chunk(self, first: int) -> Chunk:
        last, size = first, 0
        while last < len(self._events) and (size < CHUNK_BYTES or last == first):
            size += len(self._events[last])
            last += 1
        events = self._events[first:last]
        return Chunk(
            b"".join(events),
            self.begin + last,
            self._cursors[last - 1] if last > first else self.cursor,
            sum_counts(zip(self._names[first:last], map(len, events), strict=True)),
        )

    def _trim(self) -> None:
        # A quarter at a time: moving the lists for each event would cost more than the event.
        if len(self._events) >= self._ring_size + self._slack:
            cut = len(self._events) - self._ring_size
            del self._events[:cut], self._cursors[:cut], self._names[:cut]
            self.begin += cut
