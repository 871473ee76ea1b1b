"""Cells of lists of sources: status, name and problem, items by the hour, what was skipped."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Model
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import Truncator

from news.ingest.plain_problems import describe_problem
from news.models import Source
from news.sources.status import SourceStatus

LINE_WIDTH, LINE_HEIGHT = 96, 20  # of the line of items by the hour, in pixels
MAX_PROBLEM = 200  # characters
MAX_SKIPPED = 5


def render_status(status: SourceStatus) -> SafeString:
    """Return a dot and the status in words."""
    return format_html('<span class="status status-{}">{}</span>', status.state, status.label)


def render_name(source: Source, status: SourceStatus) -> SafeString:
    """Return the name as a link to the source, and below it what is wrong."""
    link = format_html('<a href="{}" class="source-name">{}</a>', change_url(source), source.name)
    if not status.problem:
        return link
    return format_html('{}<span class="problem">{}</span>', link, Truncator(status.problem).chars(MAX_PROBLEM))


def render_hours(counts: Sequence[int]) -> SafeString:
    """Return a line of the items in each hour, with their number in words."""
    total, largest = sum(counts), max(counts, default=0)
    text = f"{total:,} headlines in the last 24 hours"
    if not total:
        return format_html('<span class="no-items">{}</span>', "none")
    step = LINE_WIDTH / max(1, len(counts) - 1)
    points = " ".join(
        f"{index * step:.1f},{LINE_HEIGHT - 1 - (LINE_HEIGHT - 2) * count / largest:.1f}"
        for index, count in enumerate(counts)
    )
    svg = format_html(
        '<svg class="hours" viewBox="0 0 {} {}" width="{}" height="{}" role="img" aria-label="{}">'
        '<title>{}</title><polyline points="{}"/></svg>',
        LINE_WIDTH,
        LINE_HEIGHT,
        LINE_WIDTH,
        LINE_HEIGHT,
        text,
        f"{text}, {largest:,} at most in one",
        points,
    )
    return format_html('{}<span class="count">{}</span>', svg, f"{total:,}")


def list_skipped(source: Source, *, limit: int = MAX_SKIPPED) -> list[dict[str, str]]:
    """Return title and reason of the entries that were skipped last; those that were kept are left out."""
    rows = [row for row in source.last_skipped or () if not row.get("is_kept")]
    return [
        {"title": describe_entry(row), "reason": describe_problem(str(row.get("reason", "")))} for row in rows[:limit]
    ]


def render_skipped(source: Source) -> SafeString | str:
    """Return how many entries were skipped, and the last ones with their reasons behind a click."""
    skipped = list_skipped(source)
    if not skipped:
        return f"{source.entries_skipped:,}"
    items = format_html_join("", "<li>{}<span>{}</span></li>", ((row["reason"], row["title"]) for row in skipped))
    return format_html(
        '<details class="skipped"><summary>{}</summary><ul>{}</ul></details>', f"{source.entries_skipped:,}", items
    )


def describe_entry(row: dict[str, Any]) -> str:
    """Return the title of a row of `Source.last_skipped`, and how many more it stands for."""
    title, more = str(row.get("title", "")), int(row.get("count", 1)) - 1
    if not more:
        return title
    return f"{title} and {more:,} more" if title else f"{more + 1:,} entries"


def change_url(row: Model) -> str:
    """Return the address of a row's page in the admin."""
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])
