"""Statistics for the admin's index page: items per hour and failing sources."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db.models import F, Q, Sum

from common.time import format_age
from news.metrics.bucket_value import HOUR, MINUTE, floor_time
from news.metrics.periods import get_visible_axis
from news.models import Axis, Bucket, Item, Source

HOURS = 24
MAX_PROBLEMS = 5
OVERDUE_AFTER = timedelta(minutes=5)
BAR_HEIGHT = 40  # of the tallest bar, in SVG units


@dataclass(frozen=True, slots=True)
class HourBar:
    """A bar of the chart: the items of one hour."""

    start: datetime
    count: int
    height: int  # up to BAR_HEIGHT


@dataclass(frozen=True, slots=True)
class Intake:
    """The items of the last day."""

    hours: list[HourBar]  # oldest first; the last is the current hour
    last_hour: int  # items of the last 60 minutes
    newest_ago: str | None

    @property
    def last_day(self) -> int:
        """Items of all bars."""
        return sum(hour.count for hour in self.hours)


@dataclass(frozen=True, slots=True)
class SourceProblem:
    """A source that delivers nothing, and why."""

    source: Source
    problem: str


def get_intake(now: datetime) -> Intake:
    """Return the items of the current hour and of the HOURS before it, by arrival."""
    timestamp = int(now.timestamp())
    starts = range(floor_time(timestamp, HOUR) - HOURS * HOUR, timestamp + 1, HOUR)
    axes = {Axis.APPENDED, get_visible_axis(Axis.APPENDED)}  # the former is empty while samples are shown
    buckets = Bucket.objects.filter(axis__in=axes, key="").annotate(count=F("positive") + F("neutral") + F("negative"))
    counts = dict(buckets.filter(seconds=HOUR, start__gte=starts[0]).values_list("start", "count"))
    minutes = buckets.filter(seconds=MINUTE, start__gt=floor_time(timestamp, MINUTE) - HOUR)
    tallest = max([*counts.values(), 1])
    hours = [
        HourBar(datetime.fromtimestamp(start, UTC), count, -(-count * BAR_HEIGHT // tallest))
        for start in starts
        for count in [counts.get(start, 0)]
    ]
    newest_at = Item.objects.order_by("-first_appended_at").values_list("first_appended_at", flat=True).first()
    newest_ago = None if newest_at is None else format_age(max(0, int((now - newest_at).total_seconds())))
    return Intake(hours, minutes.aggregate(sum=Sum("count", default=0))["sum"], newest_ago)


def find_problems(now: datetime) -> list[SourceProblem]:
    """Return up to MAX_PROBLEMS + 1 enabled sources that fail or are not polled, most consecutive failures first."""
    sources = Source.objects.filter(
        Q(consecutive_failures__gt=0) | Q(next_poll_at__lt=now - OVERDUE_AFTER), is_enabled=True
    )
    return [
        SourceProblem(source, describe_problem(source))
        for source in sources.order_by("-consecutive_failures", "next_poll_at")[: MAX_PROBLEMS + 1]
    ]


def describe_problem(source: Source) -> str:
    """Return why a source delivers nothing."""
    if source.consecutive_failures:
        return source.last_error or "The last poll failed."
    return "Due but not polled. Check that `manage.py ingest` is running."


def count_sources() -> int:
    """Return the number of enabled sources."""
    return Source.objects.filter(is_enabled=True).count()
