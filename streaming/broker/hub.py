"""Fan frames out to this process's subscribers. Knows nothing of HTTP or the database.

A topic is a ring of encoded frames, a subscriber a position in it. So an event is stored once however many read it,
and a reader that is slow, or has stopped, costs nothing but its position.
"""

import asyncio
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from streaming.broker.counters import StreamCounters

SHARED_CHUNKS = 64
FLUSH_BATCH = 250  # subscribers, a few milliseconds of sending; then the loop turns to others
CHUNK_BYTES = 49_152  # what a reader that stops in the middle of a chunk can hold of memory


class StreamHandle:
    """Somebody whose stream can be asked to end."""

    __slots__ = ("_waiter", "bytes_allowed", "bytes_sent", "close_reason", "expires_at", "grant", "on_ready")

    def __init__(self, *, expires_at: float) -> None:
        self.expires_at = expires_at  # monotonic time
        self.bytes_allowed = float("inf")
        self.bytes_sent = 0
        self.close_reason: str | None = None
        self.grant: Hashable = None  # what it must not outlive, if anything
        self.on_ready: Callable[[], None] | None = None  # called in place of waking whoever waits
        self._waiter: asyncio.Future[None] | None = None

    @property
    def is_ready(self) -> bool:
        """Whether there is something to do: here, to end."""
        return self.close_reason is not None

    async def wait(self) -> None:
        """Wait until there is something to do."""
        if self.is_ready:
            return
        self._waiter = asyncio.get_running_loop().create_future()
        try:
            await self._waiter
        finally:
            self._waiter = None

    def notify(self) -> None:
        """Let `wait` return, or call `on_due`."""
        if self.on_ready is not None:
            self.on_ready()
        elif self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def count_bytes(self, size: int) -> None:
        """Count bytes that were sent; the stream is to end when they were all it may send."""
        self.bytes_sent += size
        if self.bytes_sent >= self.bytes_allowed:
            self.close("bytes")

    def close(self, reason: str) -> None:
        """Ask the stream to end; the first reason counts."""
        self.close_reason = self.close_reason or reason
        self.notify()


class Subscriber(StreamHandle):
    """A reader of one topic.

    `ring_index` is the index in the ring of the next event it takes; `last_seen` is the cursor up to which it has
    everything, None before it has anything. While it has a `write`, which sends an HTTP chunk and returns the number of
    bytes sent, the hub writes to it directly; the rest goes to `write_buffered`.
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
        """Whether there is something to take, or the stream is to end."""
        return self.lag > 0 or super().is_ready

    @property
    def lag(self) -> int:
        """Number of frames that wait for it."""
        return self.topic.end - self.ring_index

    @property
    def is_overrun(self) -> bool:
        """Whether the ring no longer holds the frame that is next for it."""
        return self.ring_index < self.topic.begin

    def read_pending(self) -> bytes:
        """Take what is pending, up to about CHUNK_BYTES, as one chunk."""
        chunk, self.ring_index, self.last_seen, carried = self.topic.chunk_from(self.ring_index)
        self.topic.counters.sent += carried
        return chunk


@dataclass(frozen=True, slots=True)
class StreamFilter:
    """What a subscriber wants: items of these tickers (none: of all), in this form of frames."""

    tickers: frozenset[str] = frozenset()
    include: Hashable = None


class Topic:
    """The ring of frames of one interest, from position `begin` up to, without it, `end`.

    `place` is the place in the log that the newest frame stands for.
    """

    def __init__(
        self,
        interest: StreamFilter,
        *,
        ring_frames: int,
        place: Any,
        changed: "OrderedDict[Topic, None]",
        traffic: StreamCounters,
    ) -> None:
        self.filter = interest
        self.counters = traffic
        self.begin = self.end = 0
        self.cursor = place
        self.subscribers: set[Subscriber] = set()
        self.has_new_items = False  # since the frame that sums the topic up was appended
        self.metrics_sent_at = float("-inf")  # monotonic time of that frame
        self._dirty_topics = changed  # where it enters itself when frames come
        self._ring_size = ring_frames
        self._slack = max(1, ring_frames // 4)
        self._events: list[bytes] = []
        self._cursors: list[Any] = []
        self._counts: list[int] = []
        self._chunks: dict[int, tuple[bytes, int, Any, int]] = {}

    def append(self, frame: bytes, place: Any, carried: int = 0) -> None:
        """Put a frame at the end of the ring; who has it has everything up to `place` in the log.

        `carried` is what it counts as, see `streaming.broker.counters.pack`.
        """
        self.cursor = place
        self._events.append(frame)
        self._cursors.append(place)
        self._counts.append(carried)
        self._chunks.clear()
        self._dirty_topics[self] = None
        self.end += 1
        # Cut off a quarter at a time: moving the list for each frame would cost more than the frame.
        if len(self._events) >= self._ring_size + self._slack:
            cut = len(self._events) - self._ring_size
            del self._events[:cut], self._cursors[:cut], self._counts[:cut]
            self.begin += cut

    def chunk_from(self, position: int) -> tuple[bytes, int, Any, int]:
        """Return the chunk from `position` on, the position after it, the place in the log it reaches, what it carries.

        Subscribers at one position share one chunk.
        """
        known = self._chunks.get(position)
        if known is not None:
            return known
        first = last = position - self.begin
        size = carried = 0
        while last < len(self._events) and (size < CHUNK_BYTES or last == first):
            size += len(self._events[last])
            carried += self._counts[last]
            last += 1
        place = self._cursors[last - 1] if last > first else self.cursor
        chunk = (b"".join(self._events[first:last]), self.begin + last, place, carried)
        if len(self._chunks) >= SHARED_CHUNKS:
            self._chunks.clear()
        self._chunks[position] = chunk
        return chunk


def flush(subscribers: Iterable[Subscriber]) -> list[Subscriber]:
    """Write a chunk to those who can be written to, and wake the others; returns those for whom there is more.

    Every event runs through here once for each client: what can be is done once for all, and few objects are touched.
    """
    behind: list[Subscriber] = []
    topic: Topic | None = None
    position = after = size = carried = readers = 0
    framed, place = b"", None
    for subscriber in subscribers:
        write = subscriber.write
        if write is None:
            subscriber.notify()
            continue
        if subscriber.ring_index != position or subscriber.topic is not topic:
            if readers and topic is not None:
                topic.counters.sent += carried * readers
            readers = 0
            topic, position = subscriber.topic, subscriber.ring_index
            if subscriber.is_overrun:
                topic = None
                subscriber.notify()
                continue
            chunk, after, place, carried = topic.chunk_from(position)
            framed = encode_http_chunk(chunk)
            size = len(framed)
        if position == after:
            continue
        try:
            sent = write(framed)
        except OSError:
            sent = 0  # whoever the rest is given to meets the error too, and knows what to do about it
        subscriber.ring_index, subscriber.last_seen = after, place
        readers += 1
        if sent < size:
            subscriber.write_buffered(framed[sent:])  # type: ignore[misc]  # there is one where there is a `write`
        elif after != topic.end:
            behind.append(subscriber)
        # Last, because it may end the stream: what ends it must not overtake the rest of the chunk.
        subscriber.count_bytes(size)
    if readers and topic is not None:
        topic.counters.sent += carried * readers
    return behind


@lru_cache(maxsize=16)
def encode_http_chunk(chunk: bytes) -> bytes:
    """Return a chunk in HTTP's chunked coding (RFC 9112, 7.1); made once for all who are sent the same."""
    return b"%x\r\n%b\r\n" % (len(chunk), chunk)


class Hub:
    """The topics of this process. A topic lives while it has subscribers."""

    def __init__(self, *, ring_frames: int) -> None:
        self.topics: dict[StreamFilter, Topic] = {}
        self.counters = StreamCounters(most_awaited=ring_frames)
        self.ring_size = ring_frames
        self._handles: set[StreamHandle] = set()
        self._close_reason: str | None = None
        self._unfiltered: set[Topic] = set()
        self._by_ticker: defaultdict[str, set[Topic]] = defaultdict(set)
        self._dirty_topics: OrderedDict[Topic, None] = OrderedDict()  # topics whose subscribers are yet to be woken
        self._pending: list[Subscriber] = []  # those who are next
        self._is_flushing = False

    @property
    def subscribers(self) -> Iterable[Subscriber]:
        """All subscribers of all topics."""
        return (subscriber for topic in self.topics.values() for subscriber in topic.subscribers)

    def subscribe(self, interest: StreamFilter, *, place: Any, expires_at: float = float("inf")) -> Subscriber:
        """Register a subscriber at the end of the ring of its topic; `place` is where a new topic begins in the log."""
        topic = self.topics.get(interest)
        if topic is None:
            topic = self.topics[interest] = Topic(
                interest,
                ring_frames=self.ring_size,
                place=place,
                changed=self._dirty_topics,
                traffic=self.counters,
            )
            for topics in self._indexes(interest):
                topics.add(topic)
        subscriber = Subscriber(topic, expires_at=expires_at)
        topic.subscribers.add(subscriber)
        self.register(subscriber)
        return subscriber

    def register(self, reader: StreamHandle) -> None:
        """Have a reader's stream end with the others, at its time or with `end_all`."""
        self._handles.add(reader)
        if self._close_reason:
            reader.close(self._close_reason)

    def unregister(self, reader: StreamHandle) -> None:
        """Forget a reader, and the topic of a subscriber with its last one. Doing it twice is harmless."""
        self._handles.discard(reader)
        if isinstance(reader, Subscriber):
            reader.topic.subscribers.discard(reader)
            self._drop_if_unused(reader.topic)

    def close_expired(self, now: float) -> None:
        """End the streams whose time is up at `now` (monotonic)."""
        for reader in [*self._handles]:
            if reader.expires_at <= now:
                reader.close("lifetime")

    @property
    def grants(self) -> set[Hashable]:
        """The permits on which open streams depend."""
        return {reader.grant for reader in self._handles if reader.grant is not None}

    def close_revoked(self, reasons: Mapping[Any, str]) -> None:
        """End the streams that depend on one of these permits, each for the permit's reason."""
        for reader in [*self._handles] if reasons else ():
            if reader.grant in reasons:
                reader.close(reasons[reader.grant])

    def close_all(self, reason: str) -> None:
        """End every stream, and those that still begin."""
        self._close_reason = reason
        for reader in [*self._handles]:
            reader.close(reason)

    def notify(self) -> None:
        """Wake the subscribers for whom frames came since the last time; the first now, the others soon."""
        if not self._is_flushing:
            self._flush_batch()

    def topics_for(self, tickers: Iterable[str]) -> set[Topic]:
        """Return the topics that want an item with these tickers."""
        return self._unfiltered.union(*(self._by_ticker[ticker] for ticker in tickers if ticker in self._by_ticker))

    def _flush_batch(self) -> None:
        while self._dirty_topics and len(self._pending) < FLUSH_BATCH:
            topic, _ = self._dirty_topics.popitem(last=False)
            self._pending += topic.subscribers
        these, self._pending = self._pending[:FLUSH_BATCH], self._pending[FLUSH_BATCH:]
        self._pending += flush(these)
        self._is_flushing = bool(self._pending or self._dirty_topics)
        if self._is_flushing:
            asyncio.get_running_loop().call_soon(self._flush_batch)
        else:
            self.counters.mark_delivered()

    def _drop_if_unused(self, topic: Topic) -> None:
        if topic.subscribers or self.topics.get(topic.filter) is not topic:
            return
        del self.topics[topic.filter]
        for topics in self._indexes(topic.filter):
            topics.discard(topic)
        for ticker in topic.filter.tickers:
            if not self._by_ticker[ticker]:
                del self._by_ticker[ticker]

    def _indexes(self, interest: StreamFilter) -> list[set[Topic]]:
        return [self._by_ticker[ticker] for ticker in interest.tickers] or [self._unfiltered]
