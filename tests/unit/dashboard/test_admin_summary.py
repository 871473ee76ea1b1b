"""The summary on the admin's index page: items, failing sources and open streams."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from common.time import utc_now
from dashboard.admin_summary import BAR_HEIGHT, find_problems, get_intake
from news.ingest.pipeline import ingest_records
from news.metrics.bucket_value import HOUR, MINUTE
from news.models import Axis, Bucket, Source
from streaming.cluster.registry import ProcessStats, heartbeat

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 1, 31, 9, 30, 20, tzinfo=UTC)


def add_bucket(begin: datetime, seconds: int, positive: int, negative: int = 0, key: str = "") -> None:
    """Create a bucket."""
    start = int(begin.timestamp())
    zeros = dict.fromkeys(("neutral", "total", "open", "high", "low", "close", "opened_at", "closed_at"), 0)
    Bucket.objects.create(
        axis=Axis.APPENDED, seconds=seconds, key=key, start=start, positive=positive, negative=negative, **zeros
    )


def add_source(name: str, *, failures: int = 0, due_in: int = 60, **values: object) -> Source:
    next_poll_at = NOW + timedelta(seconds=due_in)
    url = f"https://example.org/{name}"
    return Source.objects.create(name=name, url=url, next_poll_at=next_poll_at, consecutive_failures=failures, **values)


def test_get_intake_returns_a_bar_per_hour_with_the_current_one_last() -> None:
    hour = NOW.replace(minute=0, second=0)
    add_bucket(hour, HOUR, 5, 5)
    add_bucket(hour - timedelta(hours=24), HOUR, 20)
    add_bucket(hour - timedelta(hours=25), HOUR, 99)
    add_bucket(hour, HOUR, 99, key="AAPL")

    intake = get_intake(NOW)

    assert [bar.count for bar in intake.hours] == [20, *[0] * 23, 10]
    assert [intake.hours[0].height, intake.hours[-1].height] == [BAR_HEIGHT, BAR_HEIGHT // 2]
    assert intake.hours[-1].start == hour
    assert intake.last_day == 30
    assert (intake.last_hour, intake.newest_ago) == (0, None)


def test_get_intake_last_hour_counts_the_last_sixty_minutes() -> None:
    minute = NOW.replace(second=0)
    for minutes_ago in (0, 59, 60):
        add_bucket(minute - timedelta(minutes=minutes_ago), MINUTE, minutes_ago or 1)

    assert get_intake(NOW).last_hour == 1 + 59


def test_find_problems_returns_failing_and_overdue_sources() -> None:
    add_source("well")
    add_source("late", due_in=-301)
    add_source("off", failures=9, due_in=-999, is_enabled=False)
    add_source("worse", failures=7, last_error="503: try later")
    add_source("bad", failures=1, last_error="")

    problems = [(failing.source.name, failing.problem) for failing in find_problems(NOW)]

    assert [name for name, _ in problems] == ["worse", "bad", "late"]
    assert problems[0][1] == "503: try later"
    assert "Check that `manage.py ingest` is running." in problems[2][1]


def test_admin_index_of_empty_site_says_what_to_do(admin_client: Client) -> None:
    page = admin_client.get("/admin/").text

    assert "No items yet. Enable a source or post an item." in page
    assert "No source is enabled" in page
    assert "<svg viewBox" not in page
    assert 'href="/">Open the live page' in page


def test_admin_index_shows_items_failing_sources_and_streams(admin_client: Client) -> None:
    ingest_records([{"title": "Profit rises", "ticker": "AAPL"}], source="test")
    for number in range(7):
        add_source(f"feed-{number}", failures=number + 1, last_error="<b>gone</b>")
    heartbeat("a" * 32, ProcessStats(1, 1234, 5000, 17), None, host="web-1", pid=42, started_at=utc_now())

    page = admin_client.get("/admin/").text

    for text in ("Newest item: 0 s ago", "<strong>1,234</strong>", "of 5,000 slots in 1 process", "17 events"):
        assert text in page
    assert "7 failures in a row" in page
    assert "&lt;b&gt;gone&lt;/b&gt;" in page
    assert page.count("in a row") == 5
    assert "More failing sources" in page
    assert "/admin/streaming/serverprocess/" in page


def test_admin_index_shows_only_what_the_user_may_view() -> None:
    add_source("feed", failures=3, last_error="a secret")
    user = User.objects.create_user("staff", is_staff=True)
    client = Client()
    client.force_login(user)

    assert "Open the live page" in client.get("/admin/").text
    assert not any(text in client.get("/admin/").text for text in ("a secret", "Open streams", "Items in"))
    user.user_permissions.set(Permission.objects.filter(codename="view_source"))
    assert "a secret" in client.get("/admin/").text
