"""What the admin's home shows beside the set-up check list: sources, headlines per hour, accuracy."""

from dataclasses import dataclass
from datetime import UTC, datetime

from django.conf import settings
from django.db.models import F, Sum
from django.utils.safestring import SafeString

from common.admin_columns import render_time
from news.admin.source_cells import list_skipped, render_hours, render_name, render_status
from news.labels.quality import RightAnswers, count_right
from news.labels.shadow import ShadowComparison, compare_shadow_scores
from news.metrics.bucket_value import HOUR, MINUTE, floor_time
from news.metrics.periods import get_visible_axis
from news.models import Axis, Bucket, Item, Source
from news.sources.activity import list_counts
from news.sources.status import get_status

HOURS = 24
BAR_HEIGHT = 40  # of the tallest bar, in SVG units
MAX_SOURCES = 25
MAX_SORTED_SOURCES = 500
MAX_SKIPPED = 3  # entries of one source


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
    newest_at: datetime | None

    @property
    def last_day(self) -> int:
        """Items of all bars."""
        return sum(hour.count for hour in self.hours)

    @property
    def newest(self) -> SafeString | str:
        """When the newest item came, as HTML."""
        return render_time(self.newest_at, is_relative=True)


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A source on the home page; its cells are HTML."""

    source: Source
    status: SafeString
    name: SafeString
    last_item: SafeString | str
    hours: SafeString
    skipped: list[dict[str, str]]  # title and reason


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
    return Intake(hours, minutes.aggregate(sum=Sum("count", default=0))["sum"], newest_at)


def list_sources(now: datetime) -> list[SourceRow]:
    """Return up to MAX_SOURCES + 1 sources, those that need attention first."""
    sources = Source.objects.defer("file_offsets").order_by("-is_enabled", "-consecutive_failures", "next_poll_at")
    rated = [(get_status(source, now=now), source) for source in sources[:MAX_SORTED_SOURCES]]
    rated.sort(key=lambda pair: (pair[0].rank, pair[1].name.lower()))
    return [
        SourceRow(
            source,
            render_status(status),
            render_name(source, status),
            render_time(source.last_item_at, is_relative=True),
            render_hours(list_counts(source.items_by_hour, now=now)),
            list_skipped(source, limit=MAX_SKIPPED),
        )
        for status, source in rated[: MAX_SOURCES + 1]
    ]


def get_right_answers() -> RightAnswers | None:
    """Return how often the model was right on the last labels; None without labels."""
    answers = count_right()
    return answers if answers.labelled else None


def get_shadow_comparison() -> ShadowComparison | None:
    """Return how the shadow analyzer compares; None if none runs, or if it has scored nothing."""
    return compare_shadow_scores(settings.SHADOW_ANALYZER) if settings.SHADOW_ANALYZER else None
