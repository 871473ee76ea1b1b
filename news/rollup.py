"""Roll items up into buckets as they are written, in the item's own transaction."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from django.db import connection

from news.models import Axis, Bucket, Combination, Item, Sentiment

MINUTE = 60
HOUR = 3600
ALL_TIME = 0
# The lengths of buckets on each axis; each rolls up the one before it.
LEVELS = {
    Axis.APPENDED: (MINUTE, HOUR, ALL_TIME),
    Axis.TOGETHER: (MINUTE, HOUR, ALL_TIME),
    Axis.PUBLISHED: (MINUTE, HOUR),
}

# Raw SQL because the ORM's upsert can overwrite a column but not add to it.
UPSERT = """
INSERT INTO news_bucket
    (axis, seconds, key, start, positive, neutral, negative, total, open, high, low, close, opened_at, closed_at)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (axis, seconds, key, start) DO UPDATE SET
    positive = news_bucket.positive + excluded.positive,
    neutral = news_bucket.neutral + excluded.neutral,
    negative = news_bucket.negative + excluded.negative,
    total = news_bucket.total + excluded.total,
    high = CASE WHEN excluded.high > news_bucket.high THEN excluded.high ELSE news_bucket.high END,
    low = CASE WHEN excluded.low < news_bucket.low THEN excluded.low ELSE news_bucket.low END,
    open = CASE WHEN excluded.opened_at < news_bucket.opened_at THEN excluded.open ELSE news_bucket.open END,
    close = CASE WHEN excluded.closed_at >= news_bucket.closed_at THEN excluded.close ELSE news_bucket.close END,
    opened_at = CASE WHEN excluded.opened_at < news_bucket.opened_at
                     THEN excluded.opened_at ELSE news_bucket.opened_at END,
    closed_at = CASE WHEN excluded.closed_at >= news_bucket.closed_at
                     THEN excluded.closed_at ELSE news_bucket.closed_at END
"""


@dataclass(slots=True)
class Point:
    """Sentiment of one key over one stretch of time that begins at `start` (Unix seconds, UTC). Values are -1..1."""

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

    @property
    def count(self) -> int:
        """Number of items."""
        return self.positive + self.neutral + self.negative

    @property
    def avg(self) -> float:
        """Mean value of the items."""
        return self.sum / self.count

    def merge(self, other: "Point") -> None:
        """Take in what `other` counted. Ties in time go to the later call, as items are merged in log order."""
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


def roll_up(items: Sequence[Item], *, axes: Sequence[Axis] = tuple(Axis)) -> None:
    """Add `items`, in log order, to their buckets. The caller holds the log's lock."""
    combinations = {(ticker, key) for item in items for key in _combination(item) for ticker in item.tickers}
    Combination.objects.bulk_create(
        [Combination(ticker=ticker, key=key) for ticker, key in sorted(combinations)], ignore_conflicts=True
    )
    _add([row for axis in axes for row in _rows(items, axis)])


def roll_back(items: Sequence[Item]) -> None:
    """Take `items`, still as they were rolled up, out of the counts. The caller holds the log's lock.

    Open, high, low and close of the published axis can't be taken back: call `rebuild_published` after the change.
    """
    rows = [row for axis in (Axis.APPENDED, Axis.TOGETHER) for row in _rows(items, axis)]
    _add([(*row[:4], -row[4], -row[5], -row[6], -row[7], *row[8:]) for row in rows])


def rebuild_published(hours: Iterable[int]) -> None:
    """Roll the items published in the given hours (Unix seconds) up again. The caller holds the log's lock."""
    for hour in sorted(set(hours)):
        Bucket.objects.filter(axis=Axis.PUBLISHED, start__gte=hour, start__lt=hour + HOUR).delete()
        items = Item.objects.filter(published_at__gte=_moment(hour), published_at__lt=_moment(hour + HOUR))
        needed = items.only("tickers", "sentiment", "probabilities", "published_at").order_by("seq")
        _add(_rows(needed.iterator(), Axis.PUBLISHED))


def hour_of(moment: datetime) -> int:
    """Return the start of the hour in which `moment` lies, in Unix seconds."""
    return floor(moment.timestamp(), HOUR)


def floor(at: float, seconds: int) -> int:
    """Return the start of the stretch of `seconds` in which `at` lies; all time starts at 0."""
    return int(at // seconds) * seconds if seconds else 0


def _add(rows: list[tuple[Any, ...]]) -> None:
    # Sorted: rows next to each other in the index are written one after the other.
    rows.sort(key=lambda row: row[:4])
    with connection.cursor() as cursor:
        cursor.executemany(UPSERT, rows)


def _combination(item: Item) -> list[str]:
    return [",".join(sorted(item.tickers))] if len(item.tickers) > 1 else []


def _rows(items: Iterable[Item], axis: Axis) -> list[tuple[Any, ...]]:
    """Return the bucket rows of `items` on one axis, at all its levels."""
    rows: list[tuple[Any, ...]] = []
    points: dict[tuple[str, int], Point] = {}
    for item in items:
        at = (item.published_at if axis is Axis.PUBLISHED else item.analysed_at).timestamp()
        for key in _combination(item) if axis is Axis.TOGETHER else ("", *item.tickers):
            _merge_into(points, key, _point_of(item, at), LEVELS[axis][0])
    for seconds in LEVELS[axis]:
        wider: dict[tuple[str, int], Point] = {}
        for (key, _), point in points.items():
            _merge_into(wider, key, replace(point), seconds)
        points = wider
        rows += [_row(axis, seconds, key, point) for (key, _), point in points.items()]
    return rows


def _merge_into(points: dict[tuple[str, int], Point], key: str, point: Point, seconds: int) -> None:
    point.start = floor(point.start, seconds)
    known = points.setdefault((key, point.start), point)
    if known is not point:
        known.merge(point)


def _point_of(item: Item, at: float) -> Point:
    value, sentiment = item.value, item.sentiment
    return Point(
        int(at),
        sentiment == Sentiment.POSITIVE,
        sentiment == Sentiment.NEUTRAL,
        sentiment == Sentiment.NEGATIVE,
        value,
        value,
        value,
        value,
        value,
        at,
        at,
    )


def _row(axis: Axis, seconds: int, key: str, point: Point) -> tuple[Any, ...]:
    return (
        axis.value,
        seconds,
        key,
        point.start,
        int(point.positive),
        int(point.neutral),
        int(point.negative),
        point.sum,
        point.open,
        point.high,
        point.low,
        point.close,
        point.opened_at,
        point.closed_at,
    )


def _moment(at: int) -> datetime:
    return datetime.fromtimestamp(at, tz=UTC)
