"""Say what topics add up to: whose `metrics` are due, and from what they are made.

A topic's metrics are read from the database when nothing is known of them, then kept item by item; so an event costs
what the topics that want it cost, however many others there are.
"""

import heapq
import time
from collections.abc import Iterable
from itertools import count

from django.conf import settings

from news.metrics.queries import Metrics, current_minute
from news.metrics.running_totals import RunningMetrics
from news.models import Item
from streaming.broker.hub import Topic

MAX_INTERVAL_SECONDS = 55.0  # the protocol promises 60: nobody is to be told late


class MetricsSchedule:
    """The metrics of the topics of one process, and when each is to say them next."""

    def __init__(self) -> None:
        self._running: dict[Topic, RunningMetrics] = {}
        self._due: list[tuple[float, int, Topic]] = []  # a heap; what has been put off since is there twice
        self._tie_breaker = count()

    @property
    def next_due_at(self) -> float:
        """Monotonic time at which a topic may be due, infinite when none will be."""
        return self._due[0][0] if self._due else float("inf")

    def schedule(self, topic: Topic) -> None:
        """Have a topic found when it is due."""
        heapq.heappush(self._due, (_due_at(topic), next(self._tie_breaker), topic))

    def pop_due(self) -> list[Topic]:
        """Return the topics whose metrics are due; each has to be scheduled again."""
        now, due = time.monotonic(), []
        while self._due and self._due[0][0] <= now:
            topic = heapq.heappop(self._due)[2]
            if topic.subscribers and _due_at(topic) <= now:
                due.append(topic)
        return due

    def start(self, topic: Topic, metrics: Metrics, *, minute: int) -> None:
        """Take in what was read of a topic in a minute (Unix seconds)."""
        self._running[topic] = RunningMetrics(metrics, topic.filter.tickers, minute=minute)

    def add(self, topic: Topic, item: Item) -> None:
        """Count an item that a topic wants."""
        tally = self._running.get(topic)
        if tally is not None:
            tally.add(item)
        if not topic.has_new_items:
            topic.has_new_items = True
            self.schedule(topic)

    def metrics(self, topic: Topic, head: int) -> Metrics | None:
        """Return a topic's metrics at the head of the log, or None when they have to be read."""
        tally = self._running.get(topic)
        if tally is None or not tally.is_exact or tally.minute != current_minute():
            return None
        return tally.metrics_at(head)

    def mark_published(self, topic: Topic) -> None:
        """Hear that a topic has said its metrics."""
        topic.has_new_items, topic.metrics_sent_at = False, time.monotonic()
        self.schedule(topic)

    def discard(self, topics: Iterable[Topic]) -> None:
        """Forget what is known of topics."""
        for topic in topics:
            self._running.pop(topic, None)


def is_due(topic: Topic) -> bool:
    """Say whether a topic is to say its metrics now."""
    return _due_at(topic) <= time.monotonic()


def _due_at(topic: Topic) -> float:
    return topic.metrics_sent_at + (settings.STREAM_METRICS_SECONDS if topic.has_new_items else MAX_INTERVAL_SECONDS)
