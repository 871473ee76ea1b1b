"""Query time series from the buckets that `news.metrics.buckets` maintains, one page of whole buckets at a time."""

import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, islice

from common.sql import in_array
from news.metrics.bucket_value import COLUMNS, HOUR, MINUTE, BucketValue, floor_time, merge_values
from news.metrics.counted_items import get_time, select_scores
from news.metrics.grid import Bounds, Grid
from news.metrics.periods import Period, find_deleted_minutes, find_inexact_ends, get_series_from, get_visible_axis
from news.models import Axis, Bucket, Item

HOURS_PER_QUERY = 1000


@dataclass(frozen=True, slots=True)
class SeriesRange:
    """A page of a time series: the buckets from the one in which `start` lies (Unix seconds), at most `limit`.

    `end` is exclusive; without it, the series ends with the current bucket. `after` is the start of the first bucket of
    a further page. With `is_filled`, buckets without items are included.
    """

    grid: Grid
    start: float
    end: float | None = None
    axis: Axis = Axis.PUBLISHED
    limit: int = 500
    after: int | None = None
    is_filled: bool = False


@dataclass(frozen=True, slots=True)
class Series:
    """Whole buckets of one key, oldest first, and the bucket that the end of the range or the present cuts."""

    buckets: list[BucketValue]
    partial_bucket: BucketValue | None


@dataclass(frozen=True, slots=True)
class SeriesPage:
    """The series of several keys over the same time.

    `next_start` is the start of the next page, None on the last. `complete_from` is None, or the time from which on
    every bucket counts all items; earlier ones lack those of deleted minutes.
    """

    series: dict[str, Series]
    next_start: int | None
    complete_from: int | None


def get_timeseries(keys: Sequence[str], page: SeriesRange, *, now: float | None = None) -> SeriesPage:
    """Query a page of the series of `keys`, each a ticker, or "" for all items; `now` is Unix seconds."""
    grid = page.grid
    page = replace(page, axis=get_visible_axis(page.axis))
    current = grid.floor(time.time() if now is None else now)
    current_end = grid.next(current)
    end = current_end if page.end is None else min(page.end, current_end)
    whole_end = min(grid.floor(end), current)  # the bucket that starts here is cut by `end`, or not over yet
    first = grid.floor(min(page.start if page.after is None else page.after, current_end))
    series, next_start, deleted = _select_whole_buckets(keys, page, first, whole_end)
    if (series_from := get_series_from()) > first:
        deleted.append(series_from)
    cut = Period(page.axis, max(page.start, whole_end), end)
    if cut.start < end and next_start is None:
        partial = _select_partial_bucket(keys, cut, whole_end, is_filled=page.is_filled)
        deleted += find_inexact_ends(cut, keys)
    else:
        partial = {}
    return SeriesPage(
        {key: Series(series[key], partial.get(key)) for key in keys},
        next_start,
        grid.ceil(max(deleted)) if deleted else None,
    )


def _select_whole_buckets(
    keys: Sequence[str], page: SeriesRange, first: int, end: int
) -> tuple[dict[str, list[BucketValue]], int | None, list[int]]:
    """Return the buckets of each key, where the next page starts, and ends of hours of which minutes were deleted."""
    starts: list[int] = []
    page_end = end
    if page.is_filled:
        starts = list(islice(_iterate_starts(page.grid, first, end), page.limit + 1))
        page_end = starts[page.limit] if len(starts) > page.limit else end
    deleted: list[int] = []
    series = {key: _select_buckets(key, page, first, page_end, deleted) for key in keys}
    # All keys end where the first of them has a full page, so that one cursor continues all.
    page_end = min([page_end, *(values[page.limit].start for values in series.values() if len(values) > page.limit)])
    for values in series.values():
        values[:] = [value for value in values if value.start < page_end]
        if page.is_filled:
            by_start = {value.start: value for value in values}
            values[:] = [by_start.get(start) or BucketValue.empty(start) for start in starts[: page.limit]]
    deleted = [hour_end for hour_end in deleted if hour_end - HOUR < page_end]
    if page.grid.stored_seconds == MINUTE and first < page_end:
        deleted += filter(None, [find_deleted_minutes(page.axis, keys, floor_time(first, HOUR), page_end)])
    return series, page_end if page_end < end else None, deleted


def _iterate_starts(grid: Grid, start: int, end: int) -> Iterator[int]:
    while start < end:
        yield start
        start = grid.next(start)


def _select_buckets(key: str, page: SeriesRange, first: int, end: int, deleted: list[int]) -> list[BucketValue]:
    """Return up to `limit` buckets and the one after them. Adds ends of hours that can't be divided to `deleted`."""
    grid = page.grid
    rows = Bucket.objects.filter(axis=page.axis, key=key, seconds=grid.stored_seconds, start__lt=end).order_by("start")
    rows = rows.filter(start__gte=floor_time(first, grid.stored_seconds))
    stored = (BucketValue(*row) for row in rows.values_list(*COLUMNS).iterator())
    values = stored if grid.zone is None else _divide_hours(stored, key, page, deleted)
    inside = (value for value in values if first <= value.start < end)
    bounds = Bounds(grid)
    buckets: list[BucketValue] = []
    for start, members in groupby(inside, key=lambda value: bounds.of(value.start)[0]):
        buckets += filter(None, [merge_values(members, start)])
        if len(buckets) > page.limit:
            break
    return buckets


def _divide_hours(
    hours: Iterator[BucketValue], key: str, page: SeriesRange, deleted: list[int]
) -> Iterator[BucketValue]:
    """Yield hours, and the minutes of those in which a day begins: some zones are half an hour off the hours of UTC."""
    bounds = Bounds(page.grid)
    while batch := list(islice(hours, HOURS_PER_QUERY)):
        divided = {hour.start for hour in batch if bounds.of(hour.start)[1] < hour.start + HOUR}
        minutes = _select_minutes_of(key, page.axis, divided)
        for hour in batch:
            members = minutes.get(hour.start, [])
            if hour.start not in divided:
                yield hour
            elif sum(member.count for member in members) == hour.count:
                yield from members
            else:
                deleted.append(hour.start + HOUR)
                yield hour


def _select_minutes_of(key: str, axis: Axis, hours: Collection[int]) -> dict[int, list[BucketValue]]:
    """Return the minutes of each of `hours` (their starts), in order."""
    minutes = [start for hour in hours for start in range(hour, hour + HOUR, MINUTE)]
    rows = Bucket.objects.filter(axis=axis, seconds=MINUTE, key=key, start__in=in_array(minutes)).order_by("start")
    by_hour: dict[int, list[BucketValue]] = {}
    for row in rows.values_list(*COLUMNS):
        by_hour.setdefault(floor_time(row[0], HOUR), []).append(BucketValue(*row))
    return by_hour


def _select_partial_bucket(
    keys: Sequence[str], cut: Period, start: int, *, is_filled: bool
) -> dict[str, BucketValue | None]:
    """Return the value of each key in the part of a bucket that starts at `start`."""
    stored = _select_stored(keys, cut)
    items = cut.select_partial_minute_items()
    return {
        key: merge_values([*stored[key], *_values_of(items, key, cut.axis)], start)
        or (BucketValue.empty(start) if is_filled else None)
        for key in keys
    }


def _select_stored(keys: Sequence[str], period: Period) -> dict[str, list[BucketValue]]:
    """Return the stored hours and minutes inside a period for each key."""
    (start, end), (first_hour, last_hour) = period.minutes, period.hours
    stored: dict[str, list[BucketValue]] = {key: [] for key in keys}
    for seconds, first, last in ((MINUTE, start, first_hour), (HOUR, first_hour, last_hour), (MINUTE, last_hour, end)):
        if first < last:
            rows = Bucket.objects.filter(axis=period.axis, seconds=seconds, key__in=keys)
            for key, *row in rows.filter(start__gte=first, start__lt=last).values_list("key", *COLUMNS):
                stored[key].append(BucketValue(*row))
    return stored


def _values_of(items: Iterable[Item], key: str, axis: Axis) -> Iterator[BucketValue]:
    for item in items:
        for score in select_scores(item, key):
            yield BucketValue.from_counted(score, get_time(item, axis))
