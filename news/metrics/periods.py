"""Divide a stretch of time into whole hours, whole minutes, and the parts of minutes that only the items can count."""

from collections.abc import Collection
from dataclasses import dataclass, replace

from django.db import connection

from news.log.reader import get_head
from news.metrics.bucket_value import ALL_TIME, HOUR, MINUTE, BucketValue, floor_time
from news.metrics.counted_items import SCORE_COLUMNS, choose_axis, select_counted
from news.models import Axis, Bucket, Item, LogHead

ITEM_FIELDS = ("seq", *SCORE_COLUMNS, "published_at", "first_appended_at")
# All keys, so that the database seeks to the times of each instead of scanning the index.
ALL_KEYS = f"SELECT key FROM news_bucket WHERE axis = {{axis}} AND seconds = {ALL_TIME}"
# Raw SQL because the ORM takes longer to compile the query than the database takes to run it.
LAST_INCOMPLETE = f"""
SELECT start FROM (
    SELECT hour.start AS start FROM news_bucket AS hour
    WHERE axis = %s AND seconds = {HOUR} AND key {{keys}} AND start >= %s AND start < %s
        AND positive + neutral + negative > (
            SELECT COALESCE(SUM(minute.positive + minute.neutral + minute.negative), 0) FROM news_bucket AS minute
            WHERE minute.axis = hour.axis AND minute.seconds = {MINUTE} AND minute.key = hour.key
                AND minute.start >= hour.start AND minute.start < hour.start + {HOUR}
        )
    ORDER BY hour.start DESC LIMIT 1
) AS last
"""
OPEN_END = HOUR * 10**9  # later than any time that can be given


@dataclass(frozen=True, slots=True)
class Period:
    """The time from `start` to `end` (exclusive), in Unix seconds, on one axis."""

    axis: Axis
    start: float = 0
    end: float = OPEN_END

    @property
    def minutes(self) -> tuple[int, int]:
        """Start and end of the whole minutes inside; equal if there are none."""
        start = ceil_time(self.start, MINUTE)
        return start, max(start, floor_time(self.end, MINUTE))

    @property
    def hours(self) -> tuple[int, int]:
        """Start and end of the whole hours inside; equal if there are none."""
        start, end = self.minutes
        first = min(end, ceil_time(start, HOUR))
        return first, max(first, floor_time(end, HOUR))

    @property
    def partial_minutes(self) -> list[tuple[float, float]]:
        """The parts of minutes at either end."""
        start, end = self.minutes
        if self.end <= start:
            return [(self.start, self.end)] if self.start < self.end else []
        return [(first, last) for first, last in ((self.start, start), (end, self.end)) if first < last]

    @property
    def cut_hours(self) -> list[int]:
        """The starts of the hours at either end of which only a part lies inside."""
        return sorted({floor_time(time, HOUR) for time in (self.start, self.end) if time % HOUR})

    def select_partial_minute_items(self) -> list[Item]:
        """Return the items in the parts of minutes, in the order of the log."""
        items = [
            item
            for start, end in self.partial_minutes
            for item in select_counted(self.axis, start, end).only(*ITEM_FIELDS)
        ]
        return sorted(items, key=lambda item: item.seq)


def find_inexact_ends(period: Period, keys: Collection[str]) -> list[int]:
    """Return the ends of the hours and minutes that the period cuts and that can't be divided: parts were deleted.

    Among them is the time before which retention deleted series, if the period begins earlier. `keys` are tickers, or
    "" for all items; none mean all keys.
    """
    period = replace(period, axis=get_visible_axis(period.axis))
    hours = [find_deleted_minutes(period.axis, keys, hour, hour + HOUR) for hour in period.cut_hours]
    minutes = [
        minute
        for start, _ in period.partial_minutes
        if _has_deleted_items(period.axis, minute := floor_time(start, MINUTE))
    ]
    deleted = [series_from] if (series_from := get_series_from()) > period.start else []
    return deleted + [end for end in hours if end is not None] + [minute + MINUTE for minute in minutes]


def get_series_from() -> int:
    """Return the Unix time before which retention deleted minutes and hours, 0 if it never did."""
    return LogHead.objects.values_list("series_from", flat=True).get(pk=1)


def get_visible_axis(axis: Axis) -> Axis:
    """Return the axis that counts what is shown now."""
    return choose_axis(axis, shows_samples=get_head().shows_samples)


def find_deleted_minutes(axis: Axis, keys: Collection[str], start: int, end: int) -> int | None:
    """Return the end of the last hour that begins from `start` to `end` and counts more than its minutes.

    For each of `keys` the database walks back from `end` until it finds one; none mean all keys.
    """
    if keys:
        parts = [LAST_INCOMPLETE.format(keys="= %s")] * len(keys)
        parameters = [value for key in keys for value in (axis.value, key, start, end)]
    else:
        arrivals = choose_axis(Axis.APPENDED, shows_samples=axis.is_of_samples)
        all_keys = ALL_KEYS.format(axis=f"'{arrivals.value}'")
        parts, parameters = [LAST_INCOMPLETE.format(keys=f"IN ({all_keys})")], [axis.value, start, end]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), parameters)
        starts = [hour for (hour,) in cursor.fetchall()]
    return max(starts) + HOUR if starts else None


def _has_deleted_items(axis: Axis, minute: int) -> bool:
    bucket = Bucket.objects.filter(axis=axis, seconds=MINUTE, key="", start=minute).first()
    counted = BucketValue.from_row(bucket).count if bucket else 0
    return counted > select_counted(axis, minute, minute + MINUTE).count()


def ceil_time(time: float, seconds: int) -> int:
    """Return the first multiple of `seconds` at or after `time`."""
    return -int(-time // seconds) * seconds
