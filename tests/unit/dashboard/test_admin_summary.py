"""The admin's first screen: what comes in, what is in trouble, who listens."""

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


def count(begins: datetime, seconds: int, positive: int, negative: int = 0, key: str = "") -> None:
    """Enter a bucket."""
    start = int(begins.timestamp())
    zeros = dict.fromkeys(("neutral", "total", "open", "high", "low", "close", "opened_at", "closed_at"), 0)
    Bucket.objects.create(
        axis=Axis.APPENDED, seconds=seconds, key=key, start=start, positive=positive, negative=negative, **zeros
    )


def add_source(name: str, *, failures: int = 0, due_in: int = 60, **values: object) -> Source:
    next_poll_at = NOW + timedelta(seconds=due_in)
    url = f"https://example.org/{name}"
    return Source.objects.create(name=name, url=url, next_poll_at=next_poll_at, consecutive_failures=failures, **values)


def test_a_day_of_hours_is_counted_with_the_present_one_last() -> None:
    hour = NOW.replace(minute=0, second=0)
    count(hour, HOUR, 5, 5)
    count(hour - timedelta(hours=24), HOUR, 20)
    count(hour - timedelta(hours=25), HOUR, 99)
    count(hour, HOUR, 99, key="AAPL")

    intake = get_intake(NOW)

    assert [bar.count for bar in intake.hours] == [20, *[0] * 23, 10]
    assert [intake.hours[0].height, intake.hours[-1].height] == [BAR_HEIGHT, BAR_HEIGHT // 2]
    assert intake.hours[-1].begins == hour
    assert intake.last_day == 30
    assert (intake.last_hour, intake.newest_ago) == (0, None)


def test_the_last_hour_is_the_last_sixty_minutes() -> None:
    minute = NOW.replace(second=0)
    for back in (0, 59, 60):
        count(minute - timedelta(minutes=back), MINUTE, 10**back if back < 2 else back)

    assert get_intake(NOW).last_hour == 1 + 59


def test_sources_that_fail_or_are_not_polled_are_in_trouble() -> None:
    add_source("well")
    add_source("late", due_in=-301)
    add_source("off", failures=9, due_in=-999, is_enabled=False)
    add_source("worse", failures=7, last_error="503: try later")
    add_source("bad", failures=1, last_error="")

    troubles = [(trouble.source.name, trouble.problem) for trouble in find_problems(NOW)]

    assert [name for name, _ in troubles] == ["worse", "bad", "late"]
    assert troubles[0][1] == "503: try later"
    assert "does `manage.py ingest` run?" in troubles[2][1]


def test_the_first_screen_of_an_empty_site_says_what_to_do(admin_client: Client) -> None:
    page = admin_client.get("/admin/").text

    assert "No items yet. Enable a source or post an item." in page
    assert "No source is enabled" in page
    assert "<svg viewBox" not in page
    assert 'href="/">Open the live page' in page


def test_the_first_screen_shows_what_comes_in_what_fails_and_who_listens(admin_client: Client) -> None:
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


def test_nobody_is_shown_what_they_may_not_see() -> None:
    add_source("feed", failures=3, last_error="a secret")
    user = User.objects.create_user("staff", is_staff=True)
    client = Client()
    client.force_login(user)

    assert "Open the live page" in client.get("/admin/").text
    assert not any(text in client.get("/admin/").text for text in ("a secret", "Open streams", "Items in"))
    user.user_permissions.set(Permission.objects.filter(codename="view_source"))
    assert "a secret" in client.get("/admin/").text
