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

from streaming.broker.counters import Traffic

SHARED_CHUNKS = 64
WOKEN_AT_ONCE = 250  # subscribers, a few milliseconds of sending; then the loop turns to others
CHUNK_BYTES = 49_152  # what a reader that stops in the middle of a chunk can hold of memory


class Reader:
    """Somebody whose stream can be asked to end."""

    __slots__ = ("_waiter", "bytes_allowed", "bytes_sent", "end_reason", "expires_at", "on_due", "permit")

    def __init__(self, *, expires_at: float) -> None:
        self.expires_at = expires_at  # monotonic time
        self.bytes_allowed = float("inf")
        self.bytes_sent = 0
        self.end_reason: str | None = None
        self.permit: Hashable = None  # what it must not outlive, if anything
        self.on_due: Callable[[], None] | None = None  # called in place of waking whoever waits
        self._waiter: asyncio.Future[None] | None = None

    @property
    def is_due(self) -> bool:
        """Whether there is something to do: here, to end."""
        return self.end_reason is not None

    async def wait(self) -> None:
        """Wait until there is something to do."""
        if self.is_due:
            return
        self._waiter = asyncio.get_running_loop().create_future()
        try:
            await self._waiter
        finally:
            self._waiter = None

    def wake(self) -> None:
        """Let `wait` return, or call `on_due`."""
        if self.on_due is not None:
            self.on_due()
        elif self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def count(self, size: int) -> None:
        """Count bytes that were sent; the stream is to end when they were all it may send."""
        self.bytes_sent += size
        if self.bytes_sent >= self.bytes_allowed:
            self.end("bytes")

    def end(self, reason: str) -> None:
        """Ask the stream to end; the first reason counts."""
        self.end_reason = self.end_reason or reason
        self.wake()


class Subscriber(Reader):
    """A reader of one topic.

    `position` is the place in the ring of the next frame it takes; `place` is the place in the log up to which it has
    everything, None before it has anything. While it has a `write`, which sends what `frame` returns and tells how many
    bytes went, the hub writes to it without asking; what did not go it gives to `spill`.
    """

    __slots__ = ("place", "position", "spill", "topic", "write")

    def __init__(self, topic: "Topic", *, expires_at: float) -> None:
        super().__init__(expires_at=expires_at)
        self.topic = topic
        self.position = topic.end
        self.place: Any = None
        self.write: Callable[[bytes], int] | None = None
        self.spill: Callable[[bytes], None] | None = None

    @property
    def is_due(self) -> bool:
        """Whether there is something to take, or the stream is to end."""
        return self.lag > 0 or super().is_due

    @property
    def lag(self) -> int:
        """Number of frames that wait for it."""
        return self.topic.end - self.position

    @property
    def has_fallen_off(self) -> bool:
        """Whether the ring no longer holds the frame that is next for it."""
        return self.position < self.topic.begin

    def take(self) -> bytes:
        """Take what is pending, up to about CHUNK_BYTES, as one chunk."""
        chunk, self.position, self.place, carried = self.topic.read(self.position)
        self.topic.traffic.sent += carried
        return chunk


@dataclass(frozen=True, slots=True)
class Interest:
    """What a subscriber wants: items of these tickers (none: of all), in this form of frames."""

    tickers: frozenset[str] = frozenset()
    form: Hashable = None


class Topic:
    """The ring of frames of one interest, from position `begin` up to, without it, `end`.

    `place` is the place in the log that the newest frame stands for.
    """

    def __init__(
        self,
        interest: Interest,
        *,
        ring_frames: int,
        place: Any,
        changed: "OrderedDict[Topic, None]",
        traffic: Traffic,
    ) -> None:
        self.interest = interest
        self.traffic = traffic
        self.begin = self.end = 0
        self.place = place
        self.subscribers: set[Subscriber] = set()
        self.is_changed = False  # since the frame that sums the topic up was appended
        self.summed_up_at = float("-inf")  # monotonic time of that frame
        self._changed = changed  # where it enters itself when frames come
        self._ring_frames = ring_frames
        self._slack = max(1, ring_frames // 4)
        self._frames: list[bytes] = []
        self._places: list[Any] = []
        self._carried: list[int] = []
        self._chunks: dict[int, tuple[bytes, int, Any, int]] = {}

    def append(self, frame: bytes, place: Any, carried: int = 0) -> None:
        """Put a frame at the end of the ring; who has it has everything up to `place` in the log.

        `carried` is what it counts as, see `streaming.broker.counters.pack`.
        """
        self.place = place
        self._frames.append(frame)
        self._places.append(place)
        self._carried.append(carried)
        self._chunks.clear()
        self._changed[self] = None
        self.end += 1
        # Cut off a quarter at a time: moving the list for each frame would cost more than the frame.
        if len(self._frames) >= self._ring_frames + self._slack:
            cut = len(self._frames) - self._ring_frames
            del self._frames[:cut], self._places[:cut], self._carried[:cut]
            self.begin += cut

    def read(self, position: int) -> tuple[bytes, int, Any, int]:
        """Return the chunk from `position` on, the position after it, the place in the log it reaches, what it carries.

        Subscribers at one position share one chunk.
        """
        known = self._chunks.get(position)
        if known is not None:
            return known
        first = last = position - self.begin
        size = carried = 0
        while last < len(self._frames) and (size < CHUNK_BYTES or last == first):
            size += len(self._frames[last])
            carried += self._carried[last]
            last += 1
        place = self._places[last - 1] if last > first else self.place
        chunk = (b"".join(self._frames[first:last]), self.begin + last, place, carried)
        if len(self._chunks) >= SHARED_CHUNKS:
            self._chunks.clear()
        self._chunks[position] = chunk
        return chunk


def broadcast(subscribers: Iterable[Subscriber]) -> list[Subscriber]:
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
            subscriber.wake()
            continue
        if subscriber.position != position or subscriber.topic is not topic:
            if readers and topic is not None:
                topic.traffic.sent += carried * readers
            readers = 0
            topic, position = subscriber.topic, subscriber.position
            if subscriber.has_fallen_off:
                topic = None
                subscriber.wake()
                continue
            chunk, after, place, carried = topic.read(position)
            framed = frame(chunk)
            size = len(framed)
        if position == after:
            continue
        try:
            sent = write(framed)
        except OSError:
            sent = 0  # whoever the rest is given to meets the error too, and knows what to do about it
        subscriber.position, subscriber.place = after, place
        readers += 1
        if sent < size:
            subscriber.spill(framed[sent:])  # type: ignore[misc]  # there is one where there is a `write`
        elif after != topic.end:
            behind.append(subscriber)
        # Last, because it may end the stream: what ends it must not overtake the rest of the chunk.
        subscriber.count(size)
    if readers and topic is not None:
        topic.traffic.sent += carried * readers
    return behind


@lru_cache(maxsize=16)
def frame(chunk: bytes) -> bytes:
    """Return a chunk in HTTP's chunked coding (RFC 9112, 7.1); made once for all who are sent the same."""
    return b"%x\r\n%b\r\n" % (len(chunk), chunk)


class Hub:
    """The topics of this process. A topic lives while it has subscribers."""

    def __init__(self, *, ring_frames: int) -> None:
        self.topics: dict[Interest, Topic] = {}
        self.traffic = Traffic(most_awaited=ring_frames)
        self.ring_frames = ring_frames
        self._readers: set[Reader] = set()
        self._end_reason: str | None = None
        self._unfiltered: set[Topic] = set()
        self._by_ticker: defaultdict[str, set[Topic]] = defaultdict(set)
        self._changed: OrderedDict[Topic, None] = OrderedDict()  # topics whose subscribers are yet to be woken
        self._turn: list[Subscriber] = []  # those who are next
        self._is_waking = False

    @property
    def subscribers(self) -> Iterable[Subscriber]:
        """All subscribers of all topics."""
        return (subscriber for topic in self.topics.values() for subscriber in topic.subscribers)

    def subscribe(self, interest: Interest, *, place: Any, expires_at: float = float("inf")) -> Subscriber:
        """Register a subscriber at the end of the ring of its topic; `place` is where a new topic begins in the log."""
        topic = self.topics.get(interest)
        if topic is None:
            topic = self.topics[interest] = Topic(
                interest,
                ring_frames=self.ring_frames,
                place=place,
                changed=self._changed,
                traffic=self.traffic,
            )
            for topics in self._indexes(interest):
                topics.add(topic)
        subscriber = Subscriber(topic, expires_at=expires_at)
        topic.subscribers.add(subscriber)
        self.admit(subscriber)
        return subscriber

    def admit(self, reader: Reader) -> None:
        """Have a reader's stream end with the others, at its time or with `end_all`."""
        self._readers.add(reader)
        if self._end_reason:
            reader.end(self._end_reason)

    def dismiss(self, reader: Reader) -> None:
        """Forget a reader, and the topic of a subscriber with its last one. Doing it twice is harmless."""
        self._readers.discard(reader)
        if isinstance(reader, Subscriber):
            reader.topic.subscribers.discard(reader)
            self._drop_if_deserted(reader.topic)

    def end_expired(self, now: float) -> None:
        """End the streams whose time is up at `now` (monotonic)."""
        for reader in [*self._readers]:
            if reader.expires_at <= now:
                reader.end("lifetime")

    @property
    def permits(self) -> set[Hashable]:
        """The permits on which open streams depend."""
        return {reader.permit for reader in self._readers if reader.permit is not None}

    def end_revoked(self, reasons: Mapping[Any, str]) -> None:
        """End the streams that depend on one of these permits, each for the permit's reason."""
        for reader in [*self._readers] if reasons else ():
            if reader.permit in reasons:
                reader.end(reasons[reader.permit])

    def end_all(self, reason: str) -> None:
        """End every stream, and those that still begin."""
        self._end_reason = reason
        for reader in [*self._readers]:
            reader.end(reason)

    def wake(self) -> None:
        """Wake the subscribers for whom frames came since the last time; the first now, the others soon."""
        if not self._is_waking:
            self._wake_some()

    def matching(self, tickers: Iterable[str]) -> set[Topic]:
        """Return the topics that want an item with these tickers."""
        return self._unfiltered.union(*(self._by_ticker[ticker] for ticker in tickers if ticker in self._by_ticker))

    def _wake_some(self) -> None:
        while self._changed and len(self._turn) < WOKEN_AT_ONCE:
            topic, _ = self._changed.popitem(last=False)
            self._turn += topic.subscribers
        these, self._turn = self._turn[:WOKEN_AT_ONCE], self._turn[WOKEN_AT_ONCE:]
        self._turn += broadcast(these)
        self._is_waking = bool(self._turn or self._changed)
        if self._is_waking:
            asyncio.get_running_loop().call_soon(self._wake_some)
        else:
            self.traffic.delivered()

    def _drop_if_deserted(self, topic: Topic) -> None:
        if topic.subscribers or self.topics.get(topic.interest) is not topic:
            return
        del self.topics[topic.interest]
        for topics in self._indexes(topic.interest):
            topics.discard(topic)
        for ticker in topic.interest.tickers:
            if not self._by_ticker[ticker]:
                del self._by_ticker[ticker]

    def _indexes(self, interest: Interest) -> list[set[Topic]]:
        return [self._by_ticker[ticker] for ticker in interest.tickers] or [self._unfiltered]
