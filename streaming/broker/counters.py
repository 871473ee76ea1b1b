"""Count what streams were sent, by kind of event, and how long items took from their commit to the sockets.

Knows the standard library only. Every delivery is counted, so that must cost next to nothing: the counts of all kinds
stand in one integer, and what many are sent at once is counted once.
"""

import time
from bisect import bisect_left
from collections import Counter, deque
from itertools import accumulate

KINDS = ("new_item", "metrics", "heartbeat", "reset", "eventstream")
FIELD_BITS = 64
FIELD = 2**FIELD_BITS - 1
BOUNDS_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
RECENT_DELAYS = 100

_places = {kind: 2 * FIELD_BITS * number for number, kind in enumerate(KINDS)}


def pack(kind: str, size: int, *, events: int = 1) -> int:
    """Return events of a kind and their bytes as one integer; such can be added, and multiplied by a number."""
    return (events | size << FIELD_BITS) << _places[kind]


def unpack(sent: int) -> dict[str, tuple[int, int]]:
    """Return of each kind the events and the bytes in a sum of what `pack` returned."""
    return {kind: ((sent >> at) & FIELD, (sent >> at + FIELD_BITS) & FIELD) for kind, at in _places.items()}


class DelayHistogram:
    """How long items took, in seconds, as a histogram, and the newest of them."""

    def __init__(self) -> None:
        self.count = 0
        self.total = 0.0
        self._recent: deque[float] = deque(maxlen=RECENT_DELAYS)
        self._counts = [0] * (len(BOUNDS_SECONDS) + 1)

    def add(self, seconds: float) -> None:
        """Count one item."""
        self._counts[bisect_left(BOUNDS_SECONDS, seconds)] += 1
        self.count += 1
        self.total += seconds
        self._recent.append(seconds)

    def since(self, count: int) -> list[float]:
        """Return those that came after the first `count`; of more than LATEST_DELAYS the newest."""
        fresh = self.count - count
        return [*self._recent][-fresh:] if fresh else []

    def cumulative_counts(self) -> list[int]:
        """Return how many took up to each bound, and at the end how many there were."""
        return list(accumulate(self._counts))


class StreamCounters:
    """What the streams of one process were sent, how many there were, and how they ended."""

    def __init__(self, *, most_awaited: int) -> None:
        self.sent = 0  # see `pack`
        self.opened = 0  # streams
        self.closed: Counter[str] = Counter()  # streams, by reason
        self.delays = DelayHistogram()
        # Bounded as the rings are: what a ring has lost before it could be written is never written from it.
        self._undelivered: deque[float] = deque(maxlen=most_awaited)

    def expect_delivery(self, committed_at: float) -> None:
        """Begin to wait for an item's delivery; `committed_at` is Unix time."""
        self._undelivered.append(committed_at)

    def mark_delivered(self) -> None:
        """Hear that everything that could be written is written: what was waited for took until now."""
        if not self._undelivered:
            return
        now = time.time()
        for committed_at in self._undelivered:
            # The clock of the machine that committed it may be ahead of ours.
            self.delays.add(max(0.0, now - committed_at))
        self._undelivered.clear()
