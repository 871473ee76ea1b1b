"""The value of a bucket: counts and sentiment of one key in one time interval."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from news.entity_score import EntityScore
from news.models import Bucket, ItemState, Sentiment

MINUTE = 60  # lengths of intervals in seconds
HOUR = 3600
ALL_TIME = 0
# As plain texts, which compare faster.
POSITIVE, NEUTRAL, NEGATIVE = Sentiment.POSITIVE.value, Sentiment.NEUTRAL.value, Sentiment.NEGATIVE.value

Counted = ItemState | EntityScore  # what is counted: a headline, or what it says of one ticker


# The columns of a bucket in the order of the fields of BucketValue. Rows are read as tuples: model objects take longer.
COLUMNS = (
    "start",
    "positive",
    "neutral",
    "negative",
    "total",
    "open",
    "high",
    "low",
    "close",
    "opened_at",
    "closed_at",
)


@dataclass(slots=True)
class BucketValue:
    """Sentiment of one key in one time interval, which starts at `start` (Unix seconds, UTC). Values are -1..1."""

    start: int
    positive: int
    neutral: int
    negative: int
    sum: float
    open: float
    high: float
    low: float
    close: float
    opened_at: float
    closed_at: float

    @classmethod
    def from_counted(cls, counted: Counted, time: float) -> Self:
        """Return the value of a single item, or of one mention, at `time` (Unix seconds)."""
        value, sentiment = counted.value, counted.sentiment
        return cls(
            int(time),
            sentiment == POSITIVE,
            sentiment == NEUTRAL,
            sentiment == NEGATIVE,
            value,
            value,
            value,
            value,
            value,
            time,
            time,
        )

    @classmethod
    def empty(cls, start: int) -> Self:
        """Return the value of an interval without items."""
        return cls(start, 0, 0, 0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)

    @classmethod
    def from_row(cls, row: Bucket) -> Self:
        """Return the value of a stored bucket."""
        return cls(
            row.start,
            row.positive,
            row.neutral,
            row.negative,
            row.total,
            row.open,
            row.high,
            row.low,
            row.close,
            row.opened_at,
            row.closed_at,
        )

    @property
    def count(self) -> int:
        """Number of items."""
        return self.positive + self.neutral + self.negative

    @property
    def avg(self) -> float:
        """Mean sentiment value of the items, 0 without any."""
        return self.sum / self.count if self.count else 0.0

    def copy(self) -> "BucketValue":
        """Return a copy."""
        # Not dataclasses.replace: it would take more time than the rest of the aggregation.
        return BucketValue(
            self.start,
            self.positive,
            self.neutral,
            self.negative,
            self.sum,
            self.open,
            self.high,
            self.low,
            self.close,
            self.opened_at,
            self.closed_at,
        )

    def add(self, counted: Counted, time: float) -> None:
        """Add what `from_counted` gives, as `merge` would."""
        value, sentiment = counted.value, counted.sentiment
        if sentiment == NEUTRAL:
            self.neutral += 1
        elif sentiment == POSITIVE:
            self.positive += 1
        else:
            self.negative += 1
        self.sum += value
        self.high = max(self.high, value)
        self.low = min(self.low, value)
        if time < self.opened_at:
            self.open, self.opened_at = value, time
        if time >= self.closed_at:
            self.close, self.closed_at = value, time

    def merge(self, other: "BucketValue") -> None:
        """Add the items of `other`. At equal closing times the later call wins, because items come in log order."""
        self.positive += other.positive
        self.neutral += other.neutral
        self.negative += other.negative
        self.sum += other.sum
        self.high = max(self.high, other.high)
        self.low = min(self.low, other.low)
        if other.opened_at < self.opened_at:
            self.open, self.opened_at = other.open, other.opened_at
        if other.closed_at >= self.closed_at:
            self.close, self.closed_at = other.close, other.closed_at


def merge_values(values: Iterable[BucketValue], start: int) -> BucketValue | None:
    """Return one value for all of `values`, which are in log order where times are equal; None without any."""
    merged: BucketValue | None = None
    for value in values:
        if merged is None:
            merged = value.copy()
        else:
            merged.merge(value)
    if merged is not None:
        merged.start = start
    return merged


def floor_time(time: float, seconds: int) -> int:
    """Return the start of the interval of `seconds` in which `time` lies (Unix seconds); 0 for ALL_TIME."""
    return int(time // seconds) * seconds if seconds else 0
