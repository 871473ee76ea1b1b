"""The ring of encoded events of a topic. An event is stored once however many clients receive it."""

from collections.abc import Callable
from typing import Any, NamedTuple

from streaming.broker.counters import EventCount, sum_counts

MAX_SHARED_CHUNKS = 64
MAX_RING_BYTES = 4_194_304  # more, and the oldest events are dropped; a client that lacks them gets them from the log
CHUNK_BYTES = 49_152  # memory held for a client that stops reading in the middle of a chunk


class Chunk(NamedTuple):
    """Consecutive events of a ring up to ring index `end`; a client that has them has everything up to `cursor`."""

    data: bytes
    end: int
    cursor: Any
    counts: tuple[EventCount, ...]


class Ring:
    """The newest events, from ring index `begin` up to but not including `end`: about `size`, or MAX_RING_BYTES.

    `cursor` is the position in the log up to which the ring is complete, `byte_count` the bytes of all events that were
    appended. `on_change` is called when there is something to do for subscribers.
    """

    def __init__(self, *, size: int, cursor: Any, on_change: Callable[[], None]) -> None:
        self.begin = self.end = 0
        self.cursor = cursor
        self.byte_count = 0
        self._held_bytes = 0
        self._on_change = on_change
        self._size = size
        self._slack = max(1, size // 4)
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
        if self._chunks:
            self._chunks.clear()
        self.byte_count += len(event)
        self._held_bytes += len(event)
        self.end += 1
        if self.end - self.begin >= self._size + self._slack:
            # A quarter at a time: moving the lists for each event would cost more than the event.
            self._drop_oldest(len(self._events) - self._size)
        self._on_change()

    def drop_excess_bytes(self) -> None:
        """Drop the oldest events above MAX_RING_BYTES, a quarter of it at a time, but not the newest.

        Call it when clients that read in time have all: a page of the log can be larger.
        """
        if self._held_bytes <= MAX_RING_BYTES:
            return
        kept_bytes, count = self._held_bytes, 0
        while kept_bytes > MAX_RING_BYTES * 3 // 4 and count < len(self._events) - 1:
            kept_bytes -= len(self._events[count])
            count += 1
        self._drop_oldest(count)

    def drop_events(self) -> None:
        """Empty the ring. Subscribers with pending events are overrun, and get them from the log."""
        self._events.clear()
        self._cursors.clear()
        self._names.clear()
        self._chunks.clear()
        self._held_bytes = 0
        self.begin = self.end

    def get_chunk(self, ring_index: int) -> Chunk:
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

    def _drop_oldest(self, count: int) -> None:
        self._held_bytes -= sum(map(len, self._events[:count]))
        del self._events[:count], self._cursors[:count], self._names[:count]
        self._chunks.clear()
        self.begin += count
