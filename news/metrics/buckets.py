"""Aggregate items into buckets, in the transaction that writes them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection

from common.sql import in_array
from news.metrics.bucket_value import ALL_TIME, HOUR, MINUTE, BucketValue, floor_time
from news.metrics.counted_items import SCORE_COLUMNS, get_time, list_counted, list_scores, select_counted
from news.models import Axis, Bucket, Item

# The bucket lengths on each axis, in seconds; each is aggregated from the one before.
BUCKET_SECONDS = {
    Axis.APPENDED: (MINUTE, HOUR, ALL_TIME),
    Axis.PUBLISHED: (MINUTE, HOUR),
    Axis.HISTORICAL: (MINUTE, HOUR),
    Axis.SAMPLE_APPENDED: (MINUTE, HOUR, ALL_TIME),
    Axis.SAMPLE_PUBLISHED: (MINUTE, HOUR),
}

# Positions in a row of `make_rows`, which has the columns of INSERT.
SECONDS, HIGH, LOW = 1, 9, 10
IDENTITY, SUMS = slice(4), slice(4, 8)

# Raw SQL because the ORM's upsert can overwrite a column but not add to it.
INSERT = """
INSERT INTO news_bucket
    (axis, seconds, key, start, positive, neutral, negative, total, open, high, low, close, opened_at, closed_at)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""
ADD = f"""{INSERT}
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

REPLACE = f"""{INSERT}
ON CONFLICT (axis, seconds, key, start) DO UPDATE SET
    positive = excluded.positive, neutral = excluded.neutral, negative = excluded.negative, total = excluded.total,
    open = excluded.open, high = excluded.high, low = excluded.low, close = excluded.close,
    opened_at = excluded.opened_at, closed_at = excluded.closed_at
"""

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
DELETE_EMPTY = """
DELETE FROM news_bucket WHERE axis = %s AND seconds = %s AND key = %s AND start = %s
    AND positive + neutral + negative = 0
"""
# What is read of items that are counted again: a minute of an import has thousands, with long texts.
COUNTED_COLUMNS = (
    *("seq", *SCORE_COLUMNS),
    *("published_at", "first_appended_at", "is_historical", "is_withdrawn"),
)
MAX_REBUILD_ITEMS = 20_000  # items that one call of `rebuild_buckets` reads; bounds the time that the log is locked


def add_to_buckets(items: Sequence[Item]) -> None:
    """Add `items`, in log order, to their buckets. The caller holds the log's lock."""
    _write(ADD, [row for axis in Axis for row in make_rows(items, axis)])


def adjust_buckets(before: Sequence[Item], after: Sequence[Item]) -> None:
    """Replace changed items in their buckets: remove the items `before`, add the same items `after`.

    Counts and sums are exact afterwards. High and low can only widen, open and close stay: `rebuild_buckets` corrects
    them. The caller holds the log's lock.
    """
    changed: list[tuple[Any, ...]] = []
    added: list[tuple[Any, ...]] = []
    for axis in Axis:
        old_rows = {row[IDENTITY]: row for row in make_rows(before, axis)}
        new_rows = {row[IDENTITY]: row for row in make_rows(after, axis)}
        added += [row for identity, row in new_rows.items() if identity not in old_rows]
        for identity, old in old_rows.items():
            new = new_rows.get(identity)
            high, low = (new or old)[HIGH], (new or old)[LOW]
            sums = new[SUMS] if new else (0,) * len(old[SUMS])
            differences = [new_value - old_value for old_value, new_value in zip(old[SUMS], sums, strict=True)]
            changed.append((*differences, high, high, low, low, *identity))
    changed.sort(key=lambda row: row[8:])  # by identity, as in `_write`
    with connection.cursor() as cursor:
        cursor.executemany(ADJUST, changed)
        cursor.executemany(DELETE_EMPTY, [row[8:] for row in changed])
    _write(ADD, added)


def rebuild_buckets(items: Sequence[Item]) -> None:
    """Recompute the minutes and hours in which changed `items` lie, before and after. The caller holds the log's lock.

    Skips minutes with trimmed items, minutes beyond MAX_REBUILD_ITEMS, and hours with deleted minutes: their items
    can't be read.
    """
    for axis in Axis:
        counted = list_counted(items, axis)
        _rebuild_minutes(axis, sorted({floor_time(get_time(item, axis), MINUTE) for item in counted}))
        keys: defaultdict[int, set[str]] = defaultdict(lambda: {""})
        for item in counted:
            keys[floor_time(get_time(item, axis), HOUR)].update(item.tickers)
        for start in sorted(keys):
            _rebuild_hour(axis, start, keys[start])


def make_rows(items: Sequence[Item], axis: Axis) -> list[tuple[Any, ...]]:
    """Return the bucket rows of `items` on one axis, of all bucket lengths that count them."""
    counted = list_counted(items, axis)
    if axis is not Axis.APPENDED or len(counted) == len(items):
        return _roll_up(counted, axis, BUCKET_SECONDS[axis])
    # All time has the historical items, too.
    present = [item for item in items if not item.is_withdrawn and not item.is_sample]
    return [*_roll_up(counted, axis, (MINUTE, HOUR)), *_roll_up(present, axis, (ALL_TIME,))]


def replace_buckets(rows: list[tuple[Any, ...]]) -> None:
    """Write rows of `make_rows` in place of what is stored under their keys. The caller holds the log's lock."""
    _write(REPLACE, rows)


def _rebuild_minutes(axis: Axis, starts: Sequence[int]) -> None:
    minutes = Bucket.objects.filter(axis=axis, seconds=MINUTE, key="", start__in=in_array(starts))
    remaining = MAX_REBUILD_ITEMS
    rows: list[tuple[Any, ...]] = []
    for bucket in minutes.order_by("start"):
        count = BucketValue.from_row(bucket).count
        if count > remaining:
            continue
        stored = list(select_counted(axis, bucket.start, bucket.start + MINUTE).only(*COUNTED_COLUMNS).order_by("seq"))
        remaining -= len(stored)
        if len(stored) == count:
            rows += _roll_up(stored, axis, (MINUTE,))
    replace_buckets(rows)


def _rebuild_hour(axis: Axis, start: int, keys: set[str]) -> None:
    buckets = Bucket.objects.filter(axis=axis, key__in=in_array(keys))
    values: dict[tuple[str, int], BucketValue] = {}
    for row in buckets.filter(seconds=MINUTE, start__gte=start, start__lt=start + HOUR).order_by("start"):
        _merge_into(values, row.key, BucketValue.from_row(row), HOUR)
    counts = {row.key: BucketValue.from_row(row).count for row in buckets.filter(seconds=HOUR, start=start)}
    complete = [
        _make_row(axis, HOUR, key, value) for (key, _), value in values.items() if value.count == counts.get(key)
    ]
    replace_buckets(complete)


def _write(statement: str, rows: list[tuple[Any, ...]]) -> None:
    if not rows:
        return
    # Sorted, so that neighbours in the index are written one after the other.
    rows.sort(key=lambda row: row[IDENTITY])
    with connection.cursor() as cursor:
        cursor.executemany(statement, rows)


def _roll_up(items: Iterable[Item], axis: Axis, lengths: Sequence[int]) -> list[tuple[Any, ...]]:
    """Return the bucket rows of `items` for several bucket lengths, each aggregated from the one before."""
    rows: list[tuple[Any, ...]] = []
    values: dict[tuple[str, int], BucketValue] = {}
    for item in items:
        time = get_time(item, axis)
        start = floor_time(time, lengths[0])
        for key, score in list_scores(item):
            value = values.get((key, start))
            if value is None:
                value = values[key, start] = BucketValue.from_counted(score, time)
                value.start = start
            else:
                value.add(score, time)
    for seconds in lengths:
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
