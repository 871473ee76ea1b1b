"""Divide a stretch of time into whole hours, whole minutes, and the parts of minutes that only the items can count."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import F, QuerySet, Sum

from common.sql import in_array
from news.metrics.bucket_value import ALL_TIME, HOUR, MINUTE, floor_time
from news.metrics.counted_items import select_counted
from news.models import Axis, Bucket, Item

ITEM_FIELDS = ("seq", "tickers", "sentiment", "probabilities", "published_at", "first_appended_at")
COUNT = Sum(F("positive") + F("neutral") + F("negative"))
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
    def cuts(self) -> list[tuple[float, float]]:
        """The parts of minutes at either end."""
        start, end = self.minutes
        if self.end <= start:
            return [(self.start, self.end)] if self.start < self.end else []
        return [(first, last) for first, last in ((self.start, start), (end, self.end)) if first < last]

    @property
    def cut_hours(self) -> list[int]:
        """The starts of the hours at either end of which only a part lies inside."""
        return sorted({floor_time(time, HOUR) for time in (self.start, self.end) if time % HOUR})

    def select_cut_items(self) -> list[Item]:
        """Return the items in the parts of minutes, in the order of the log."""
        items = [item for start, end in self.cuts for item in select_counted(self.axis, start, end).only(*ITEM_FIELDS)]
        return sorted(items, key=lambda item: item.seq)


def find_inexact_ends(period: Period, keys: Sequence[str]) -> list[int]:
    """Return the ends of the hours and minutes that the period cuts and that can't be divided: parts were deleted."""
    hours = find_incomplete_hours(period.axis, keys, period.cut_hours)
    minutes = [
        minute for start, _ in period.cuts if _has_deleted_items(period.axis, minute := floor_time(start, MINUTE))
    ]
    return [hour + HOUR for hour in hours] + [minute + MINUTE for minute in minutes]


def find_incomplete_hours(axis: Axis, keys: Sequence[str], hours: Sequence[int]) -> list[int]:
    """Return those of `hours` (their starts) of which minutes were deleted: the hour counts more. No keys mean all."""
    if not hours:
        return []
    buckets = Bucket.objects.filter(axis=axis, key__in=in_array(keys) if keys else _all_keys())
    hour_counts = buckets.filter(seconds=HOUR, start__in=hours).values_list("start").annotate(count=COUNT)
    minutes = {
        hour: buckets.filter(seconds=MINUTE, start__gte=hour, start__lt=hour + HOUR).aggregate(count=COUNT)["count"]
        for hour in hours
    }
    return sorted(hour for hour, count in hour_counts if (minutes[hour] or 0) < count)


def _has_deleted_items(axis: Axis, minute: int) -> bool:
    bucket = Bucket.objects.filter(axis=axis, seconds=MINUTE, key="", start=minute).aggregate(count=COUNT)
    return (bucket["count"] or 0) > select_counted(axis, minute, minute + MINUTE).count()


def _all_keys() -> QuerySet[Bucket, str]:
    """Return a subquery of all keys: with it, the database seeks to the times of each instead of scanning the index."""
    return Bucket.objects.filter(axis=Axis.APPENDED, seconds=ALL_TIME).values_list("key", flat=True)


def ceil_time(time: float, seconds: int) -> int:
    """Return the first multiple of `seconds` at or after `time`."""
    return -int(-time // seconds) * seconds
