"""Recompute minute and hour buckets from the items, hour by hour, where all items of the hour are kept."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from django.db import transaction

from news.log.head import lock_head
from news.metrics.bucket_value import ALL_TIME, HOUR, BucketValue, floor_time
from news.metrics.buckets import SECONDS, make_rows, replace_buckets
from news.metrics.counted_items import TIME_FIELDS, get_time, select_counted
from news.models import Axis, Bucket

Outcome = Literal["rebuilt", "items_deleted", "too_many_items"]


@dataclass(frozen=True, slots=True)
class RebuiltHour:
    """What became of the buckets of an hour, which starts at `start` (Unix seconds)."""

    axis: Axis
    start: int
    outcome: Outcome
    items: int


def rebuild_hours(*, max_items: int) -> Iterator[RebuiltHour]:
    """Rebuild hour after hour on every axis, each in one transaction that locks the log, and yield what became of it.

    Hours of more than `max_items` are left as they are: they would hold up writers. So are hours of which items were
    deleted: the buckets count them, and nothing else does any more.
    """
    for axis in Axis:
        start = _find_next_hour(axis, 0)
        while start is not None:
            yield _rebuild_hour(axis, start, max_items=max_items)
            start = _find_next_hour(axis, start + HOUR)


def _find_next_hour(axis: Axis, time: int) -> int | None:
    """Return the start of the next hour, from a time on, that has a bucket or an item."""
    bucket = Bucket.objects.filter(axis=axis, seconds=HOUR, key="", start__gte=time).order_by("start").first()
    item = select_counted(axis, time).order_by(TIME_FIELDS[axis]).first()
    starts = [bucket.start] if bucket else []
    if item is not None:
        starts.append(floor_time(get_time(item, axis), HOUR))
    return min(starts, default=None)


def _rebuild_hour(axis: Axis, start: int, *, max_items: int) -> RebuiltHour:
    with transaction.atomic():
        head = lock_head()
        items = list(select_counted(axis, start, start + HOUR).defer("title", "summary", "evidence")[: max_items + 1])
        if len(items) > max_items:
            return RebuiltHour(axis, start, "too_many_items", len(items))
        bucket = Bucket.objects.filter(axis=axis, seconds=HOUR, key="", start=start).first()
        counted = BucketValue.from_row(bucket).count if bucket else 0
        # As long as nothing was trimmed from the log, the items are right whatever the buckets say.
        if len(items) < counted and head.min_seq:
            return RebuiltHour(axis, start, "items_deleted", counted - len(items))
        items.sort(key=lambda item: item.seq)
        replace_buckets([row for row in make_rows(items, axis) if row[SECONDS] != ALL_TIME])
    return RebuiltHour(axis, start, "rebuilt", len(items))
