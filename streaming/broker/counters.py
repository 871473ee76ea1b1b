"""Count what streams were sent, by event name, and how long items took from their commit to the sockets.

Knows the standard library only.
"""

import time
from bisect import bisect_left
from collections import Counter, deque
from collections.abc import Iterable
from itertools import accumulate

DELAY_BOUNDS_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
MAX_RECENT_DELAYS = 100

EventCount = tuple[str, int, int]  # event name, number of events, their bytes


def sum_counts(events: Iterable[tuple[str, int]]) -> tuple[EventCount, ...]:
    """Return the number and bytes of events by name; each event is given as its name and size in bytes."""
    events = [*events]
    if len(events) == 1:  # as most chunks are
        ((name, size),) = events
        return ((name, 1, size),)
    sums: dict[str, tuple[int, int]] = {}
    for name, size in events:
        number, total = sums.get(name, (0, 0))
        sums[name] = number + 1, total + size
    return tuple((name, number, total) for name, (number, total) in sums.items())


class DelayHistogram:
    """Delivery times in seconds: a histogram with DELAY_BOUNDS_SECONDS, and the most recent values."""

    def __init__(self) -> None:
        self.count = 0
        self.total = 0.0
        self._recent: deque[float] = deque(maxlen=MAX_RECENT_DELAYS)
        self._counts = [0] * (len(DELAY_BOUNDS_SECONDS) + 1)

    def add(self, seconds: float) -> None:
        """Add one delivery."""
        self._counts[bisect_left(DELAY_BOUNDS_SECONDS, seconds)] += 1
        self.count += 1
        self.total += seconds
        self._recent.append(seconds)

    def since(self, count: int) -> list[float]:
        """Return the values added after the first `count`; of more than MAX_RECENT_DELAYS the newest."""
        new = self.count - count
        return [*self._recent][-new:] if new else []

    def cumulative_counts(self) -> list[int]:
        """Return the number of deliveries up to each bound, and last the number of all."""
        return list(accumulate(self._counts))


class StreamCounters:
    """What the streams of one process were sent, how many were opened, and why they were closed."""

    def __init__(self, *, max_undelivered: int) -> None:
        self.events_sent: Counter[str] = Counter()  # by event name
        self.bytes_sent: Counter[str] = Counter()  # by event name
        self.opened = 0  # streams
        self.closed: Counter[str] = Counter()  # streams, by reason
        self.delays = DelayHistogram()
        # Bounded like the rings: an event that a ring dropped before it was written is never written from it.
        self._undelivered: deque[float] = deque(maxlen=max_undelivered)
        self._sent_before = 0  # items sent when the first of these clocks was started

    def count_sent(self, counts: Iterable[EventCount], *, streams: int = 1) -> None:
        """Count events that each of so many streams was sent."""
        for name, events, size in counts:
            self.events_sent[name] += events * streams
            self.bytes_sent[name] += size * streams

    def expect_delivery(self, committed_at: float) -> None:
        """Start the clock of an item's delivery; `committed_at` is Unix time in seconds."""
        if not self._undelivered:
            self._sent_before = self.events_sent["new_item"]
        self._undelivered.append(committed_at)

    def mark_delivered(self) -> None:
        """Stop the clocks of all expected deliveries: everything that could be written is written.

        If nothing was, because no client reads at the moment, nothing is recorded.
        """
        if self.events_sent["new_item"] > self._sent_before:
            now = time.time()
            for committed_at in self._undelivered:
                # The clock of the machine that committed the item may be ahead of ours.
                self.delays.add(max(0.0, now - committed_at))
        self._undelivered.clear()
