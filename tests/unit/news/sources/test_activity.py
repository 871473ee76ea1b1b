"""Items of a source by the hour, and how it is doing."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from news.models import Source
from news.sources.activity import HOURS, add_items, list_counts
from news.sources.entries import ParsedDocument
from news.sources.poll_state import record_success
from news.sources.result import FetchResult
from news.sources.status import get_status

NOW = datetime(2026, 1, 31, 9, 30, 20, tzinfo=UTC)
HOUR = int(NOW.replace(minute=0, second=0).timestamp())


def test_add_items_counts_by_the_hour_and_ends_what_is_older_than_a_day() -> None:
    rows: Any = None
    for hours_ago, count in ((25, 9), (24, 1), (1, 2), (1, 3), (0, 0), (0, 4)):
        rows = add_items(rows, count, now=NOW - timedelta(hours=hours_ago))

    assert rows == [[HOUR - 24 * 3600, 1], [HOUR - 3600, 5], [HOUR, 4]]
    assert list_counts(rows, now=NOW) == [1, *[0] * 22, 5, 4]
    assert list_counts(rows, now=NOW + timedelta(days=2)) == [0] * (HOURS + 1)
    assert list_counts(None, now=NOW) == [0] * (HOURS + 1)


@pytest.mark.django_db
def test_record_success_notes_the_last_item_and_its_hour() -> None:
    source = Source.objects.create(name="Wire", url="https://example.org/rss")
    records = [{"title": "Apple profit surges", "external_id": "1"}, {"title": "Ford recalls trucks"}]

    record_success(source, FetchResult([*ParsedDocument(records).records]))
    stored = Source.objects.get()
    record_success(stored, FetchResult(records))

    assert [count for _, count in stored.items_by_hour] == [2]
    repeated = Source.objects.get()
    assert (repeated.last_item_at, repeated.items_by_hour) == (stored.last_item_at, stored.items_by_hour)
    assert repeated.last_polled_at > stored.last_polled_at


@pytest.mark.parametrize(
    ("values", "state", "label"),
    [
        ({"is_enabled": False, "consecutive_failures": 3}, "off", "Off"),
        ({"consecutive_failures": 1}, "failing", "Failing"),
        ({"consecutive_failures": 1234}, "failing", "Failing, 1,234 in a row"),
        ({"next_poll_at": NOW - timedelta(minutes=6)}, "late", "Not polled"),
        ({"next_poll_at": NOW - timedelta(minutes=4)}, "waiting", "Not polled yet"),
        ({"last_polled_at": NOW, "entries_skipped": 2}, "useless", "No usable entry"),
        ({"last_polled_at": NOW, "entries_skipped": 2, "items_created": 1}, "working", "Working"),
    ],
)
def test_get_status_says_how_a_source_is_doing(values: dict[str, Any], state: str, label: str) -> None:
    status = get_status(Source(**{"name": "Wire", "next_poll_at": NOW} | values), now=NOW)

    assert (status.state, status.label) == (state, label)
    assert bool(status.problem) == (state in ("failing", "late", "useless"))
