"""Fan events out to the subscribers of this process. Knows nothing of HTTP or the database."""

import asyncio
import time
from collections import Counter, OrderedDict, defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping
from typing import Any

from streaming.broker.counters import StreamCounters
from streaming.broker.fanout import send_pending
from streaming.broker.handles import StreamHandle
from streaming.broker.topics import Filter, Subscriber, Topic

SLICE_SECONDS = 0.003  # of sending; then the event loop serves other tasks


class Hub:
    """The topics of this process. A topic exists while it has subscribers."""

    def __init__(self, *, ring_size: int) -> None:
        self.topics: dict[Filter, Topic] = {}
        self.counters = StreamCounters(max_undelivered=ring_size)
        self.ring_size = ring_size
        self._handles: set[StreamHandle] = set()
        self._close_reason: str | None = None
        self._include_counts: Counter[Hashable] = Counter()
        self._unindexed: set[Topic] = set()
        self._by_key: defaultdict[Hashable, set[Topic]] = defaultdict(set)
        self._changed: dict[Topic, None] = {}  # since the last flush
        # Work left: topics whose cohorts must be sent events, and subscribers to notify, which read by themselves.
        self._queue: OrderedDict[Topic | Subscriber, None] = OrderedDict()
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
        topic.add(subscriber)
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
            handle.topic.remove(handle)
            self._drop_if_unused(handle.topic)

    def match_topics(self, item: Any, keys: Iterable[Hashable]) -> set[Topic]:
        """Return the topics whose filter matches an item; `keys` are the item's own (see `Filter.index_keys`)."""
        return {topic for topic in self.get_topics_by_keys(keys) if topic.filter.matches(item)}

    def get_topics_by_keys(self, keys: Iterable[Hashable]) -> set[Topic]:
        """Return the topics that are filed under any of `keys`, and those that are filed under none."""
        return self._unindexed.union(*(self._by_key[key] for key in keys if key in self._by_key))

    def has_topic_including(self, name: Hashable) -> bool:
        """Return whether the filter of any topic includes `name`."""
        return self._include_counts[name] > 0

    def notify(self) -> None:
        """Send pending events to their subscribers: for SLICE_SECONDS now, the rest in the next turns of the loop."""
        if not self._is_flushing:
            self._flush()

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

    def _flush(self) -> None:
        deadline = time.perf_counter() + SLICE_SECONDS
        self._is_flushing = False  # should this fail, the next event starts again
        for topic in self._changed:
            self._queue[topic] = None
            for subscriber in topic.notified:
                self._queue[subscriber] = None
        self._changed.clear()
        while self._queue and time.perf_counter() < deadline:
            next_one, _ = self._queue.popitem(last=False)
            if isinstance(next_one, Subscriber):
                next_one.notify()
            elif send_pending(next_one, deadline):
                next_one.drop_excess_bytes()
            else:
                self._queue[next_one] = None
        self._is_flushing = bool(self._queue or self._changed)
        if self._is_flushing:
            asyncio.get_running_loop().call_soon(self._flush)
        else:
            # In the next turn, when streams that Django serves, which were only notified, have written.
            asyncio.get_running_loop().call_soon(self.counters.mark_delivered)

    def _add_topic(self, stream_filter: Filter, cursor: Any) -> Topic:
        topic = self.topics[stream_filter] = Topic(
            stream_filter,
            ring_size=self.ring_size,
            cursor=cursor,
            on_change=self._mark_changed,
            counters=self.counters,
        )
        for index in self._indexes(topic):
            index.add(topic)
        self._include_counts.update(stream_filter.include)
        return topic

    def _mark_changed(self, topic: Topic) -> None:
        self._changed[topic] = None

    def _drop_if_unused(self, topic: Topic) -> None:
        if topic.subscribers or self.topics.get(topic.filter) is not topic:
            return
        del self.topics[topic.filter]
        self._include_counts.subtract(topic.filter.include)
        for index in self._indexes(topic):
            index.discard(topic)
        for key in topic.filter.index_keys:
            if not self._by_key[key]:
                del self._by_key[key]

    def _indexes(self, topic: Topic) -> list[set[Topic]]:
        return [self._by_key[key] for key in topic.filter.index_keys] or [self._unindexed]
