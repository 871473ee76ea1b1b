"""Aggregate items into buckets, in the transaction that writes them."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from django.db import connection

from common.sql import in_array
from news.metrics.bucket_value import ALL_TIME, HOUR, MINUTE, BucketValue, floor_time
from news.models import Axis, Bucket, Item

# The bucket lengths on each axis, in seconds; each is aggregated from the one before.
BUCKET_SECONDS = {
    Axis.APPENDED: (MINUTE, HOUR, ALL_TIME),
    Axis.TOGETHER: (MINUTE, HOUR, ALL_TIME),
    Axis.PUBLISHED: (MINUTE, HOUR),
}

# Positions in a row of `_make_rows`, which has the columns of UPSERT.
SECONDS, KEY, HIGH, LOW = 1, 2, 9, 10
IDENTITY, SUMS = slice(4), slice(4, 8)

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

# Raw SQL because most of these rows exist: `bulk_create` would build objects and statements for nothing.
INSERT_COMBINATION = "INSERT INTO news_combination (ticker, key) VALUES (%s, %s) ON CONFLICT (ticker, key) DO NOTHING"

# Updates existing rows only: buckets of old minutes may have been deleted and must not be created again.
ADJUST = """
UPDATE news_bucket SET
    positive = positive + %s,
    neutral = neutral + %s,
    negative = negative + %s,
    total = total + %s,
    high = CASE WHEN high < %s THEN %s ELSE high END,
    low = CASE WHEN low > %s THEN %s ELSE low END
WHERE axis = %s AND seconds = %s AND key = %s AND start = %s
"""
MAX_REBUILD_ITEMS = 20_000  # items that one call of `rebuild_buckets` reads; bounds the time that the log is locked


def aggregate(items: Sequence[Item], *, axes: Sequence[Axis] = tuple(Axis)) -> None:
    """Add `items`, in log order, to their buckets. The caller holds the log's lock."""
    combinations = {(ticker, key) for item in items for key in _combination(item) for ticker in item.tickers}
    with connection.cursor() as cursor:
        cursor.executemany(INSERT_COMBINATION, sorted(combinations))
    _upsert([row for axis in axes for row in _make_rows(items, axis)])


def adjust_buckets(before: Sequence[Item], after: Sequence[Item]) -> None:
    """Replace rescored items in their buckets: remove the items `before`, add the same items `after`.

    Counts and sums are exact afterwards. High and low can only widen, open and close stay: `rebuild_buckets` corrects
    them. The caller holds the log's lock.
    """
    parameters: list[tuple[Any, ...]] = []
    for axis in Axis:
        # Both lists have the same items at the same times, so their rows have the same keys in the same order.
        for old, new in zip(_make_rows(before, axis), _make_rows(after, axis), strict=True):
            differences = [new_value - old_value for old_value, new_value in zip(old[SUMS], new[SUMS], strict=True)]
            high, low = new[HIGH], new[LOW]
            parameters.append((*differences, high, high, low, low, *new[IDENTITY]))
    parameters.sort(key=lambda row: row[8:])  # by identity, as in `_upsert`
    with connection.cursor() as cursor:
        cursor.executemany(ADJUST, parameters)


def rebuild_buckets(items: Sequence[Item]) -> None:
    """Recompute the minute and hour buckets by publication in which `items` lie. The caller holds the log's lock.

    Not recomputed are minutes of which items were trimmed, minutes beyond MAX_REBUILD_ITEMS, and hours of which minutes
    were deleted: they count items that can no longer be read.
    """
    _rebuild_minutes(sorted({_get_start(item, MINUTE) for item in items}))
    keys = {"", *(ticker for item in items for ticker in item.tickers)}
    for hour in sorted({_get_start(item, HOUR) for item in items}):
        _rebuild_hour(hour, keys)


def _rebuild_minutes(starts: Iterable[int]) -> None:
    remaining = MAX_REBUILD_ITEMS
    for start in starts:
        bucket = Bucket.objects.filter(axis=Axis.PUBLISHED, seconds=MINUTE, key="", start=start).first()
        count = BucketValue.from_row(bucket).count if bucket else 0
        if not 0 < count <= remaining:
            continue
        published = Item.objects.filter(published_at__gte=_to_time(start), published_at__lt=_to_time(start + MINUTE))
        stored = list(published.only("tickers", "sentiment", "probabilities", "published_at").order_by("seq"))
        remaining -= len(stored)
        if len(stored) == count:
            _replace(MINUTE, start, [row for row in _make_rows(stored, Axis.PUBLISHED) if row[SECONDS] == MINUTE])


def _rebuild_hour(start: int, keys: set[str]) -> None:
    published = Bucket.objects.filter(axis=Axis.PUBLISHED, key__in=in_array(keys))
    values: dict[tuple[str, int], BucketValue] = {}
    for row in published.filter(seconds=MINUTE, start__gte=start, start__lt=start + HOUR).order_by("start"):
        _merge_into(values, row.key, BucketValue.from_row(row), HOUR)
    counts = {row.key: BucketValue.from_row(row).count for row in published.filter(seconds=HOUR, start=start)}
    complete = [
        _make_row(Axis.PUBLISHED, HOUR, key, value)
        for (key, _), value in values.items()
        if value.count == counts.get(key)
    ]
    _replace(HOUR, start, complete)


def _get_start(item: Item, seconds: int) -> int:
    return floor_time(item.published_at.timestamp(), seconds)


def _replace(seconds: int, start: int, rows: list[tuple[Any, ...]]) -> None:
    keys = [row[KEY] for row in rows]
    Bucket.objects.filter(axis=Axis.PUBLISHED, seconds=seconds, key__in=in_array(keys), start=start).delete()
    _upsert(rows)


def _upsert(rows: list[tuple[Any, ...]]) -> None:
    # Sorted, so that neighbours in the index are written one after the other.
    rows.sort(key=lambda row: row[IDENTITY])
    with connection.cursor() as cursor:
        cursor.executemany(UPSERT, rows)


def _combination(item: Item) -> list[str]:
    return [",".join(sorted(item.tickers))] if len(item.tickers) > 1 else []


def _make_rows(items: Iterable[Item], axis: Axis) -> list[tuple[Any, ...]]:
    """Return the bucket rows of `items` on one axis, of all its bucket lengths."""
    rows: list[tuple[Any, ...]] = []
    values: dict[tuple[str, int], BucketValue] = {}
    for item in items:
        time = (item.published_at if axis is Axis.PUBLISHED else item.first_appended_at).timestamp()
        for key in _combination(item) if axis is Axis.TOGETHER else ("", *item.tickers):
            _merge_into(values, key, BucketValue.from_item(item, time), BUCKET_SECONDS[axis][0])
    for seconds in BUCKET_SECONDS[axis]:
        wider: dict[tuple[str, int], BucketValue] = {}
        for (key, _), value in values.items():
            _merge_into(wider, key, value.copy(), seconds)
        values = wider
        rows += [_make_row(axis, seconds, key, value) for (key, _), value in values.items()]
    return rows


def _merge_into(values: dict[tuple[str, int], BucketValue], key: str, value: BucketValue, seconds: int) -> None:
    value.start = floor_time(value.start, seconds)
    merged = values.setdefault((key, value.start), value)
    if merged is not value:
        merged.merge(value)


def _make_row(axis: Axis, seconds: int, key: str, value: BucketValue) -> tuple[Any, ...]:
    return (
        axis.value,
        seconds,
        key,
        value.start,
        int(value.positive),
        int(value.neutral),
        int(value.negative),
        value.sum,
        value.open,
        value.high,
        value.low,
        value.close,
        value.opened_at,
        value.closed_at,
    )


def _to_time(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, tz=UTC)
