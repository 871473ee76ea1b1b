"""Decide when each topic's `metrics` are due, and keep them up to date item by item.

A topic's metrics are read from the database once and then adjusted with each item, so that an event costs what the
matching topics cost, however many others there are.
"""

import heapq
import time
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import count

from django.conf import settings

from news.metrics.passed_minutes import MAX_PASSED_SECONDS, PassedMinutes
from news.metrics.queries import get_current_minute
from news.metrics.running_totals import ItemCounts, RunningMetrics
from streaming.broker.topics import Topic

MAX_INTERVAL_SECONDS = 55.0  # the protocol promises 60
GRACE_SECONDS = 0.25  # for which metrics that are due wait for the topic's next item, to be sent in one chunk with it
MAX_EMPTY_ENTRIES = 64  # more than the entries in use; then the heap is built again


@dataclass(slots=True, eq=False)
class _Entry:
    due_at: float  # the topic may be due later: the entry is then moved on when its own time has come
    topic: Topic | None


@dataclass(frozen=True, slots=True)
class OutdatedRates:
    """Topics whose metrics are exact but for the minutes that have passed since a minute, and the keys they count."""

    since: int
    topics: frozenset[Topic]
    keys: frozenset[str]


class MetricsSchedule:
    """The metrics of the topics of one process, and when each topic publishes them next."""

    def __init__(self) -> None:
        self._interval_seconds = settings.STREAM_METRICS_SECONDS
        self._running: dict[Topic, RunningMetrics] = {}
        self._entries: dict[Topic, _Entry] = {}
        # Tuples, which are compared without a call: due_at, a number of its own, entry. With entries that were
        # replaced or discarded, which hold no topic.
        self._heap: list[tuple[float, int, _Entry]] = []
        self._tie_breaker = count()
        self._minute = 0  # in which `take_outdated` was last asked

    @property
    def next_due_at(self) -> float:
        """Monotonic time in seconds at which the next topic is due; infinite without one."""
        while self._heap:
            due_at, _, entry = self._heap[0]
            if entry.topic is None:
                heapq.heappop(self._heap)
            elif (actual := self._due_at(entry.topic)) > due_at:
                entry.due_at = actual
                heapq.heapreplace(self._heap, (actual, next(self._tie_breaker), entry))
            else:
                return due_at
        return float("inf")

    @property
    def next_overdue_at(self) -> float:
        """Monotonic time in seconds at which the next topic must publish, with or without an item."""
        return self.next_due_at + GRACE_SECONDS

    def __len__(self) -> int:
        """Return the number of entries that the schedule keeps in memory."""
        return len(self._heap)

    def schedule(self, topic: Topic) -> None:
        """Keep an entry for when a topic is due; one without subscribers has none."""
        due_at, entry = self._due_at(topic), self._entries.get(topic)
        if entry is not None and entry.due_at <= due_at and topic.subscribers:
            return
        self._unschedule(topic)
        if topic.subscribers:
            entry = self._entries[topic] = _Entry(due_at, topic)
            heapq.heappush(self._heap, (due_at, next(self._tie_breaker), entry))

    def pop_overdue(self) -> list[Topic]:
        """Return the topics that must publish, with or without an item; the caller schedules them again."""
        self._interval_seconds = settings.STREAM_METRICS_SECONDS  # here, because it takes long to read
        now, overdue = time.monotonic(), []
        while self.next_overdue_at <= now:
            topic = heapq.heappop(self._heap)[2].topic
            assert topic is not None, "next_due_at drops the others"
            del self._entries[topic]
            if topic.subscribers:
                overdue.append(topic)
        return overdue

    def start(self, topic: Topic, running: RunningMetrics) -> None:
        """Keep a topic's metrics up to date from now on."""
        self._running[topic] = running

    def add(self, topic: Topic, item: ItemCounts) -> None:
        """Count an item of a topic. The caller then publishes its metrics, or schedules it."""
        topic.has_new_items = True
        running = self._running.get(topic)
        if running is not None:
            running.add(item)

    def mark_stale(self, topic: Topic) -> None:
        """Record that there are items to count which were not read; the metrics are read again when they are due."""
        self._running.pop(topic, None)
        if not topic.has_new_items:
            topic.has_new_items = True
            self.schedule(topic)

    def hide_samples(self) -> None:
        """Record that samples are not counted any more: metrics that counted some are read again when they are due."""
        for topic, running in [*self._running.items()]:
            running.hide_samples()
            if not running.is_exact:
                self.mark_stale(topic)

    def take_outdated(self) -> OutdatedRates | None:
        """Return, once a minute, the topics whose rates must move on to it: one read for all of them."""
        minute = get_current_minute()
        if minute == self._minute:
            return None
        self._minute = minute
        exact = {topic: running for topic, running in self._running.items() if running.is_exact}
        minutes = {running.minute for running in exact.values()}
        since = max((each for each in minutes if 0 < minute - each <= MAX_PASSED_SECONDS), default=None)
        if since is None:
            return None
        outdated = {topic: running for topic, running in exact.items() if running.minute == since}
        keys = frozenset(key for running in outdated.values() for key in running.keys)
        return OutdatedRates(since, frozenset(outdated), keys)

    def move_on(self, passed: PassedMinutes) -> None:
        """Move the rates on to another minute, once every item up to `passed.head_seq` was added."""
        for running in self._running.values():
            running.move_on(passed)

    def get_metrics(self, topic: Topic, *, minute: int) -> RunningMetrics | None:
        """Return a topic's metrics in the current `minute`, or None when they have to be read from the database."""
        running = self._running.get(topic)
        return running if running is not None and running.is_exact and running.minute == minute else None

    def is_due(self, topic: Topic, now: float, *, has_item: bool) -> bool:
        """Return whether a topic is to publish at `now` (monotonic seconds): without an item, after the grace."""
        return self._due_at(topic) + (0 if has_item else GRACE_SECONDS) <= now

    def mark_published(self, topic: Topic) -> None:
        """Record that a topic published its metrics just now, and schedule the next time."""
        topic.has_new_items, topic.metrics_sent_at = False, time.monotonic()
        self.schedule(topic)

    def discard(self, topics: Iterable[Topic]) -> None:
        """Remove topics and their metrics."""
        for topic in topics:
            self._running.pop(topic, None)
            self._unschedule(topic)

    def _unschedule(self, topic: Topic) -> None:
        """Empty a topic's entry, so that it does not keep the ring; from the middle of a heap it can't be removed."""
        entry = self._entries.pop(topic, None)
        if entry is not None:
            entry.topic = None
        if len(self._heap) > 2 * len(self._entries) + MAX_EMPTY_ENTRIES:
            self._heap = [(entry.due_at, next(self._tie_breaker), entry) for entry in self._entries.values()]
            heapq.heapify(self._heap)

    def _due_at(self, topic: Topic) -> float:
        return topic.metrics_sent_at + (self._interval_seconds if topic.has_new_items else MAX_INTERVAL_SECONDS)
