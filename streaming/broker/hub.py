"""Fan events out to the subscribers of this process. Knows nothing of HTTP or the database."""

import asyncio
from collections import Counter, OrderedDict, defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from streaming.broker.counters import StreamCounters
from streaming.broker.topics import Chunk, Filter, StreamHandle, Subscriber, Topic

FLUSH_BATCH = 250  # subscribers, a few milliseconds of sending; then the loop serves other tasks


class Hub:
    """The topics of this process. A topic exists while it has subscribers."""

    def __init__(self, *, ring_size: int) -> None:
        self.topics: dict[Filter, Topic] = {}
        self.counters = StreamCounters(max_undelivered=ring_size)
        self.ring_size = ring_size
        self._handles: set[StreamHandle] = set()
        self._close_reason: str | None = None
        self._includes: Counter[Hashable] = Counter()
        self._unindexed: set[Topic] = set()
        self._by_key: defaultdict[Hashable, set[Topic]] = defaultdict(set)
        self._dirty_topics: OrderedDict[Topic, None] = OrderedDict()  # with events that subscribers were not sent yet
        self._pending: list[Subscriber] = []
        self._is_flushing = False

    @property
    def subscribers(self) -> Iterator[Subscriber]:
        """All subscribers of all topics."""
        return (subscriber for topic in self.topics.values() for subscriber in topic.subscribers)

    @property
    def max_lag(self) -> int:
        """The largest number of pending events of any subscriber."""
        return max((subscriber.lag for subscriber in self.subscribers), default=0)

    @property
    def grants(self) -> set[Hashable]:
        """The grants on which open streams depend."""
        return {handle.grant for handle in self._handles if handle.grant is not None}

    def subscribe(self, stream_filter: Filter, *, cursor: Any, expires_at: float = float("inf")) -> Subscriber:
        """Register a subscriber at the end of its topic's ring; a new topic begins at `cursor` in the log."""
        topic = self.topics.get(stream_filter) or self._add_topic(stream_filter, cursor)
        subscriber = Subscriber(topic, expires_at=expires_at)
        topic.subscribers.add(subscriber)
        self.register(subscriber)
        return subscriber

    def register(self, handle: StreamHandle) -> None:
        """Include a stream in `close_expired`, `close_revoked` and `close_all`."""
        self._handles.add(handle)
        if self._close_reason:
            handle.close(self._close_reason)

    def unregister(self, handle: StreamHandle) -> None:
        """Forget a stream, and its topic with the last subscriber. Idempotent."""
        self._handles.discard(handle)
        if isinstance(handle, Subscriber):
            handle.topic.subscribers.discard(handle)
            self._drop_if_unused(handle.topic)

    def topics_for(self, item: Any, keys: Iterable[Hashable]) -> set[Topic]:
        """Return the topics whose filter matches an item; `keys` are the item's own (see `Filter.index_keys`)."""
        return {topic for topic in self.topics_with(keys) if topic.filter.matches(item)}

    def topics_with(self, keys: Iterable[Hashable]) -> set[Topic]:
        """Return the topics that are filed under any of `keys`, and those that are filed under none."""
        return self._unindexed.union(*(self._by_key[key] for key in keys if key in self._by_key))

    def includes(self, name: Hashable) -> bool:
        """Return whether the filter of any topic includes `name`."""
        return self._includes[name] > 0

    def notify(self) -> None:
        """Send pending events to their subscribers: to the first FLUSH_BATCH now, to the others in the next turns."""
        if not self._is_flushing:
            self._flush_batch()

    def close_expired(self, now: float) -> None:
        """Close the streams whose lifetime is over at `now` (monotonic seconds)."""
        for handle in [*self._handles]:
            if handle.expires_at <= now:
                handle.close("lifetime")

    def close_revoked(self, reasons: Mapping[Any, str]) -> None:
        """Close the streams that depend on one of these grants, each for the grant's reason."""
        for handle in [*self._handles] if reasons else ():
            if handle.grant in reasons:
                handle.close(reasons[handle.grant])

    def close_all(self, reason: str) -> None:
        """Close every stream, and those that are registered later."""
        self._close_reason = reason
        for handle in [*self._handles]:
            handle.close(reason)

    def _flush_batch(self) -> None:
        while self._dirty_topics and len(self._pending) < FLUSH_BATCH:
            topic, _ = self._dirty_topics.popitem(last=False)
            self._pending += topic.subscribers
        batch, self._pending = self._pending[:FLUSH_BATCH], self._pending[FLUSH_BATCH:]
        self._is_flushing = False  # should `flush` fail, the next event starts again
        self._pending += flush(batch)
        self._is_flushing = bool(self._pending or self._dirty_topics)
        if self._is_flushing:
            asyncio.get_running_loop().call_soon(self._flush_batch)
        else:
            # One turn later: streams that Django serves were only notified, and write in the turn between.
            asyncio.get_running_loop().call_soon(self.counters.mark_delivered)

    def _add_topic(self, stream_filter: Filter, cursor: Any) -> Topic:
        topic = self.topics[stream_filter] = Topic(
            stream_filter,
            ring_size=self.ring_size,
            cursor=cursor,
            on_append=self._mark_dirty,
            counters=self.counters,
        )
        for index in self._indexes(topic):
            index.add(topic)
        self._includes.update(stream_filter.include)
        return topic

    def _mark_dirty(self, topic: Topic) -> None:
        self._dirty_topics[topic] = None

    def _drop_if_unused(self, topic: Topic) -> None:
        if topic.subscribers or self.topics.get(topic.filter) is not topic:
            return
        del self.topics[topic.filter]
        self._includes.subtract(topic.filter.include)
        for index in self._indexes(topic):
            index.discard(topic)
        for key in topic.filter.index_keys:
            if not self._by_key[key]:
                del self._by_key[key]

    def _indexes(self, topic: Topic) -> list[set[Topic]]:
        return [self._by_key[key] for key in topic.filter.index_keys] or [self._unindexed]


def flush(subscribers: Iterable[Subscriber]) -> list[Subscriber]:
    """Write one chunk to each subscriber that has a `write`, and notify the others.

    Returns those that have more to send. This runs once for each client and event, so everything that subscribers at
    one ring index have in common is computed once for them.
    """
    behind: list[Subscriber] = []
    topic: Topic | None = None
    chunk = Chunk(b"", -1, None, ())
    ring_index = end = -1
    cursor, size, recipients, http_chunk = None, 0, 0, b""
    for subscriber in subscribers:
        write = subscriber.write
        if write is None:
            subscriber.notify()
            continue
        if subscriber.ring_index != ring_index or subscriber.topic is not topic:
            if recipients and topic is not None:
                topic.counters.count_sent(chunk.counts, streams=recipients)
            recipients = 0
            topic, ring_index = subscriber.topic, subscriber.ring_index
            if subscriber.is_overrun:
                topic = None
                subscriber.notify()
                continue
            chunk = topic.chunk_from(ring_index)
            http_chunk = encode_http_chunk(chunk.data)
            end, cursor, size = chunk.end, chunk.cursor, len(http_chunk)
        if ring_index == end:
            continue
        try:
            sent = write(http_chunk)
        except OSError:
            sent = 0  # `write_buffered` meets the same error and handles it
        subscriber.ring_index, subscriber.last_seen = end, cursor
        recipients += 1
        if sent < size:
            subscriber.write_buffered(http_chunk[sent:])  # type: ignore[misc]  # set wherever `write` is
        elif end != topic.end:
            behind.append(subscriber)
        # Last, because it may close the stream: the last event must not overtake the rest of the chunk.
        subscriber.count_bytes(size)
    if recipients and topic is not None:
        topic.counters.count_sent(chunk.counts, streams=recipients)
    return behind


@lru_cache(maxsize=16)
def encode_http_chunk(data: bytes) -> bytes:
    """Return `data` in the chunked transfer coding (RFC 9112, 7.1). Cached: many clients are sent the same."""
    return b"%x\r\n%b\r\n" % (len(data), data)
