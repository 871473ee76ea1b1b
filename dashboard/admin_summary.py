"""How the site is doing, for the admin's first screen: what comes in, which sources are in trouble, who listens."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db.models import F, Q, Sum

from common.time import format_age
from news.metrics.bucket_value import HOUR, MINUTE, floor_time
from news.models import Axis, Bucket, Item, Source

HOURS = 24
MAX_TROUBLES = 5
OVERDUE = timedelta(minutes=5)
BAR_HEIGHT = 40  # of the tallest


@dataclass(frozen=True, slots=True)
class Hour:
    """A bar: the items of one hour."""

    begins: datetime
    count: int
    height: int  # of BAR_HEIGHT


@dataclass(frozen=True, slots=True)
class Intake:
    """What came in lately."""

    hours: list[Hour]  # the last of which goes on
    last_hour: int  # 60 minutes
    newest_ago: str | None

    @property
    def last_day(self) -> int:
        """Items of all these hours."""
        return sum(hour.count for hour in self.hours)


@dataclass(frozen=True, slots=True)
class SourceProblem:
    """A source that brings nothing, and why."""

    source: Source
    problem: str


def get_intake(now: datetime) -> Intake:
    """Read what came in during the last day: the present hour and the HOURS before it."""
    second = int(now.timestamp())
    starts = range(floor_time(second, HOUR) - HOURS * HOUR, second + 1, HOUR)
    all_items = Bucket.objects.filter(axis=Axis.APPENDED, key="")
    counted = all_items.annotate(count=F("positive") + F("neutral") + F("negative"))
    counts = dict(counted.filter(seconds=HOUR, start__gte=starts[0]).values_list("start", "count"))
    minutes = counted.filter(seconds=MINUTE, start__gt=floor_time(second, MINUTE) - HOUR)
    tallest = max([*counts.values(), 1])
    hours = [
        Hour(datetime.fromtimestamp(start, UTC), count, -(-count * BAR_HEIGHT // tallest))
        for start in starts
        for count in [counts.get(start, 0)]
    ]
    newest_at = Item.objects.order_by("-seq").values_list("appended_at", flat=True).first()
    newest_ago = None if newest_at is None else format_age(max(0, int((now - newest_at).total_seconds())))
    return Intake(hours, minutes.aggregate(sum=Sum("count", default=0))["sum"], newest_ago)


def find_problems(now: datetime) -> list[SourceProblem]:
    """Return the enabled sources that fail or are not polled, those that fail longest first, a few at most."""
    bad = Source.objects.filter(Q(consecutive_failures__gt=0) | Q(next_poll_at__lt=now - OVERDUE), is_enabled=True)
    return [
        SourceProblem(source, describe_problem(source))
        for source in bad.order_by("-consecutive_failures", "next_poll_at")[: MAX_TROUBLES + 1]
    ]


def describe_problem(source: Source) -> str:
    """Say why a source brings nothing."""
    if source.consecutive_failures:
        return source.last_error or "The last poll failed."
    return "Due, and not polled: does `manage.py ingest` run?"


def count_sources() -> int:
    """Return the number of enabled sources."""
    return Source.objects.filter(is_enabled=True).count()
