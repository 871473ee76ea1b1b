"""Roll items up into buckets as they are written, in the item's own transaction."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import connection

from common.sql import in_array
from news.models import Axis, Bucket, Item, Sentiment

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

# Raw as well: most are there already, and objects and statements for each fifty would be made for nothing.
INSERT_COMBINATION = "INSERT INTO news_combination (ticker, key) VALUES (%s, %s) ON CONFLICT (ticker, key) DO NOTHING"

# Only rows that are there: those of minutes long past may have been dropped, and are not to begin anew.
SHIFT = """
UPDATE news_bucket SET
    positive = positive + %s,
    neutral = neutral + %s,
    negative = negative + %s,
    total = total + %s,
    high = CASE WHEN high < %s THEN %s ELSE high END,
    low = CASE WHEN low > %s THEN %s ELSE low END
WHERE axis = %s AND seconds = %s AND key = %s AND start = %s
"""
MAX_RECOUNTED = 20_000  # items read again in one call of `recount`, so that the log is not locked for long


@dataclass(slots=True)
class BucketValue:
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

    def merge(self, other: "BucketValue") -> None:
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


def aggregate(items: Sequence[Item], *, axes: Sequence[Axis] = tuple(Axis)) -> None:
    """Add `items`, in log order, to their buckets. The caller holds the log's lock."""
    combinations = {(ticker, key) for item in items for key in _combination(item) for ticker in item.tickers}
    with connection.cursor() as cursor:
        cursor.executemany(INSERT_COMBINATION, sorted(combinations))
    _add([row for axis in axes for row in _rows(items, axis)])


def adjust_buckets(before: Sequence[Item], after: Sequence[Item]) -> None:
    """Put items scored again, `after`, in the place of what they were, `before`. The caller holds the log's lock.

    Counts and sums are exact then; a high or low only widens, and what opens or closes a bucket stays: `recount` makes
    those exact.
    """
    parameters: list[tuple[Any, ...]] = []
    for axis in Axis:
        # The same items at the same times make the same rows, in the same order.
        for old, new in zip(_rows(before, axis), _rows(after, axis), strict=True):
            moved = [there - here for here, there in zip(old[4:8], new[4:8], strict=True)]
            high, low = new[9], new[10]
            parameters.append((*moved, high, high, low, low, *new[:4]))
    parameters.sort(key=lambda row: row[8:])
    with connection.cursor() as cursor:
        cursor.executemany(SHIFT, parameters)


def rebuild_buckets(items: Sequence[Item]) -> None:
    """Make the published minutes and hours of `items` anew from all items published then. The caller holds the lock.

    Left as they are: a minute of which items were trimmed, or more than can be read again at once, and an hour of
    which minutes were dropped. They know of more than could be counted again.
    """
    budget = MAX_RECOUNTED
    for minute in sorted({_start_of(item, MINUTE) for item in items}):
        counted = Bucket.objects.filter(axis=Axis.PUBLISHED, seconds=MINUTE, key="", start=minute).first()
        count = bucket_value_from_row(counted).count if counted else 0
        if not 0 < count <= budget:
            continue
        within = Item.objects.filter(published_at__gte=_moment(minute), published_at__lt=_moment(minute + MINUTE))
        found = list(within.only("tickers", "sentiment", "probabilities", "published_at").order_by("seq"))
        budget -= len(found)
        if len(found) == count:
            _replace(MINUTE, minute, [row for row in _rows(found, Axis.PUBLISHED) if row[1] == MINUTE])
    keys = {"", *(ticker for item in items for ticker in item.tickers)}
    for hour in sorted({_start_of(item, HOUR) for item in items}):
        published = Bucket.objects.filter(axis=Axis.PUBLISHED, key__in=in_array(keys))
        points: dict[tuple[str, int], BucketValue] = {}
        for row in published.filter(seconds=MINUTE, start__gte=hour, start__lt=hour + HOUR).order_by("start"):
            _merge_into(points, row.key, bucket_value_from_row(row), HOUR)
        counts = {row.key: bucket_value_from_row(row).count for row in published.filter(seconds=HOUR, start=hour)}
        whole = [
            _row(Axis.PUBLISHED, HOUR, key, point)
            for (key, _), point in points.items()
            if point.count == counts.get(key)
        ]
        _replace(HOUR, hour, whole)


def floor_time(at: float, seconds: int) -> int:
    """Return the start of the stretch of `seconds` in which `at` lies; all time starts at 0."""
    return int(at // seconds) * seconds if seconds else 0


def bucket_value_from_row(row: Bucket) -> BucketValue:
    """Return what a stored bucket holds."""
    return BucketValue(
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


def _start_of(item: Item, seconds: int) -> int:
    return floor_time(item.published_at.timestamp(), seconds)


def _replace(seconds: int, start: int, rows: list[tuple[Any, ...]]) -> None:
    keys = [row[2] for row in rows]
    Bucket.objects.filter(axis=Axis.PUBLISHED, seconds=seconds, key__in=in_array(keys), start=start).delete()
    _add(rows)


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
    points: dict[tuple[str, int], BucketValue] = {}
    for item in items:
        at = (item.published_at if axis is Axis.PUBLISHED else item.appended_at).timestamp()
        for key in _combination(item) if axis is Axis.TOGETHER else ("", *item.tickers):
            _merge_into(points, key, _bucket_value_of(item, at), LEVELS[axis][0])
    for seconds in LEVELS[axis]:
        wider: dict[tuple[str, int], BucketValue] = {}
        for (key, _), point in points.items():
            _merge_into(wider, key, _copy(point), seconds)
        points = wider
        rows += [_row(axis, seconds, key, point) for (key, _), point in points.items()]
    return rows


def _merge_into(points: dict[tuple[str, int], BucketValue], key: str, point: BucketValue, seconds: int) -> None:
    point.start = floor_time(point.start, seconds)
    known = points.setdefault((key, point.start), point)
    if known is not point:
        known.merge(point)


def _copy(point: BucketValue) -> BucketValue:
    # Not dataclasses.replace, which costs more than all else that is done here with a point.
    return BucketValue(
        point.start,
        point.positive,
        point.neutral,
        point.negative,
        point.sum,
        point.open,
        point.high,
        point.low,
        point.close,
        point.opened_at,
        point.closed_at,
    )


def _bucket_value_of(item: Item, at: float) -> BucketValue:
    value, sentiment = item.value, item.sentiment
    return BucketValue(
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


def _row(axis: Axis, seconds: int, key: str, point: BucketValue) -> tuple[Any, ...]:
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
