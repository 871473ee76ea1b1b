"""Decide when each topic's `metrics` are due, and keep them up to date item by item.

A topic's metrics are read from the database once and then adjusted with each item, so that an event costs what the
matching topics cost, however many others there are.
"""

import heapq
import time
from collections.abc import Iterable
from itertools import count

from django.conf import settings

from news.metrics.queries import Metrics, current_minute
from news.metrics.running_totals import RunningMetrics
from news.models import Item
from streaming.broker.topics import Topic

MAX_INTERVAL_SECONDS = 55.0  # the protocol promises 60


class MetricsSchedule:
    """The metrics of the topics of one process, and when each topic publishes them next."""

    def __init__(self) -> None:
        self._running: dict[Topic, RunningMetrics] = {}
        self._due: list[tuple[float, int, Topic]] = []  # a heap; a topic that was postponed is in it twice
        self._tie_breaker = count()

    @property
    def next_due_at(self) -> float:
        """Monotonic time in seconds at which the next topic may be due; infinite without one."""
        return self._due[0][0] if self._due else float("inf")

    def schedule(self, topic: Topic) -> None:
        """Add a topic to the schedule."""
        heapq.heappush(self._due, (_due_at(topic), next(self._tie_breaker), topic))

    def pop_due(self) -> list[Topic]:
        """Return the topics whose metrics are due; the caller schedules them again."""
        now, due = time.monotonic(), []
        while self._due and self._due[0][0] <= now:
            topic = heapq.heappop(self._due)[2]
            if topic.subscribers and _due_at(topic) <= now:
                due.append(topic)
        return due

    def start(self, topic: Topic, running: RunningMetrics) -> None:
        """Keep a topic's metrics up to date from now on."""
        self._running[topic] = running

    def add(self, topic: Topic, item: Item) -> None:
        """Count an item of a topic."""
        running = self._running.get(topic)
        if running is not None:
            running.add(item)
        self._mark_changed(topic)

    def mark_stale(self, topic: Topic) -> None:
        """Record that there are items to count which were not read; the metrics are read again when they are due."""
        self.discard([topic])
        self._mark_changed(topic)

    def get_metrics(self, topic: Topic, head_seq: int) -> Metrics | None:
        """Return a topic's metrics at the head of the log, or None when they have to be read from the database."""
        running = self._running.get(topic)
        if running is None or not running.is_exact or running.minute != current_minute():
            return None
        return running.metrics_at(head_seq)

    def mark_published(self, topic: Topic) -> None:
        """Record that a topic published its metrics just now, and schedule the next time."""
        topic.has_new_items, topic.metrics_sent_at = False, time.monotonic()
        self.schedule(topic)

    def discard(self, topics: Iterable[Topic]) -> None:
        """Forget the metrics of topics."""
        for topic in topics:
            self._running.pop(topic, None)

    def _mark_changed(self, topic: Topic) -> None:
        if not topic.has_new_items:
            topic.has_new_items = True
            self.schedule(topic)


def is_due(topic: Topic) -> bool:
    """Return whether a topic's metrics are due now."""
    return _due_at(topic) <= time.monotonic()


def _due_at(topic: Topic) -> float:
    return topic.metrics_sent_at + (settings.STREAM_METRICS_SECONDS if topic.has_new_items else MAX_INTERVAL_SECONDS)
