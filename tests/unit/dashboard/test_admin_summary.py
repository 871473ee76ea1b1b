"""The admin's home: sources first, headlines, accuracy, open streams, and the groups of lists."""

from datetime import UTC, datetime, timedelta

import pytest
from django.conf import LazySettings
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.html import strip_tags

from common.time import utc_now
from dashboard.admin_summary import BAR_HEIGHT, MAX_SOURCES, get_intake, list_sources
from news.ingest.pipeline import ingest_records
from news.labels.store import set_label
from news.metrics.bucket_value import HOUR, MINUTE
from news.models import Axis, Bucket, Item, Sentiment, ShadowScore, Source
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


def text_of(html: str) -> str:
    return strip_tags(html).strip()


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
    assert (intake.last_hour, intake.newest_at) == (0, None)


def test_get_intake_last_hour_counts_the_last_sixty_minutes() -> None:
    minute = NOW.replace(second=0)
    for minutes_ago in (0, 59, 60):
        add_bucket(minute - timedelta(minutes=minutes_ago), MINUTE, minutes_ago or 1)

    assert get_intake(NOW).last_hour == 1 + 59


def test_list_sources_returns_what_needs_attention_first() -> None:
    add_source("well", last_polled_at=NOW)
    add_source("late", due_in=-301)
    add_source("off", failures=9, due_in=-999, is_enabled=False)
    add_source("worse", failures=7, last_error="503: try later")
    add_source("bad", failures=1, last_error="")
    add_source("new")
    add_source("useless", last_polled_at=NOW, entries_skipped=3)

    rows = list_sources(NOW)

    assert [row.source.name for row in rows] == ["bad", "worse", "late", "useless", "new", "well", "off"]
    assert [text_of(row.status) for row in rows] == [
        "Failing",
        "Failing, 7 in a row",
        "Not polled",
        "No usable entry",
        "Not polled yet",
        "Working",
        "Off",
    ]
    assert "503: try later" in rows[1].name
    assert "Check that `manage.py ingest` is running." in rows[2].name
    assert "problem" not in rows[5].name + rows[6].name


def test_list_sources_more_than_listed_are_left_to_the_list(admin_client: Client) -> None:
    for number in range(MAX_SOURCES + 2):
        add_source(f"feed-{number:02}")

    assert len(list_sources(NOW)) == MAX_SOURCES + 1
    page = admin_client.get("/admin/").text
    assert page.count("source-name") == MAX_SOURCES
    assert "All sources" in page


def test_admin_home_of_empty_site_says_what_to_do(admin_client: Client) -> None:
    page = admin_client.get("/admin/").text

    assert "No headlines yet. Enable a source or post one." in page
    assert "No source yet." in page
    assert "<svg viewBox" not in page
    assert '<a href="/sources/add">Add real news</a>' in page
    assert "well-known" not in page
    assert '<a href="/">Open the page</a>' in page


def test_admin_home_shows_sources_headlines_and_streams(admin_client: Client) -> None:
    ingest_records([{"title": "Profit rises", "ticker": "AAPL"}], source="test")
    skipped = [{"time": "2026-01-31T09:00:00.000Z", "title": "An <i>old</i> one", "reason": "is too long", "count": 2}]
    hour = int(utc_now().timestamp()) // 3600 * 3600
    add_source("wire", last_skipped=skipped, items_by_hour=[[hour - 3600, 1200], [hour, 34]], last_item_at=NOW)
    add_source("dead", failures=7, last_error="<b>gone</b>")
    heartbeat("a" * 32, ProcessStats(1, 1234, 5000, 17), None, host="web-1", pid=42, started_at=utc_now())

    page = admin_client.get("/admin/").text

    for text in ("<strong>1,234</strong>", "of 5,000 slots in 1 process", "17 events", "Failing, 7 in a row"):
        assert text in page
    assert page.index("dead") < page.index("wire")
    assert "&lt;b&gt;gone&lt;/b&gt;" in page
    assert 'aria-label="1,234 headlines in the last 24 hours"' in page
    assert "An &lt;i&gt;old&lt;/i&gt; one and 1 more" in page
    assert '<time datetime="2026-01-31T09:30:20.000Z" data-relative="">2026-01-31 09:30 UTC</time>' in page
    assert "/admin/streaming/serverprocess/" in page
    assert "style=" not in page.replace("stylesheet", "")


def test_admin_home_cost_is_independent_of_headlines_and_sources(admin_client: Client) -> None:
    def get_queries() -> list[str]:
        with CaptureQueriesContext(connection) as captured:
            assert admin_client.get("/admin/").status_code == 200
        return [query["sql"] for query in captured]

    add_source("first")
    ingest_records([{"title": "Profit rises", "ticker": "AAPL"}], source="test")
    few = len(get_queries())
    for number in range(20):
        add_source(f"feed-{number}", failures=number, items_by_hour=[[0, 1]])
    ingest_records([{"title": f"Headline {number}", "ticker": "AAPL"} for number in range(200)], source="test")
    many = get_queries()

    assert len(many) == few <= 16
    assert not [sql for sql in many if "COUNT(" in sql and "news_" in sql]


def test_admin_home_shows_accuracy_and_the_shadow_analyzer(admin_client: Client, settings: LazySettings) -> None:
    settings.SHADOW_ANALYZER = "http"
    item_id = ingest_records([{"title": "Profit surges to a record", "ticker": "AAPL"}], source="test").created[0]
    assert "It has not scored a headline yet." in admin_client.get("/admin/").text

    set_label(item_id, Sentiment.POSITIVE, author="ann")
    item = Item.objects.get()
    ShadowScore.objects.create(
        item=item, seq=item.seq, analyzer="http", sentiment="negative", score=0.8, entities=[], scored_at=NOW
    )
    page = admin_client.get("/admin/").text

    assert "Right in 1 of the last 1 labelled." in page
    assert "On the last 1 headlines." in page
    assert "Of 1 labelled it was right in 0, the model in 1." in page


def test_admin_home_shows_only_what_the_user_may_view() -> None:
    add_source("feed", failures=3, last_error="a secret")
    user = User.objects.create_user("staff", is_staff=True)
    client = Client()
    client.force_login(user)

    page = client.get("/admin/").text
    assert "Open the page" in page
    assert not any(text in page for text in ("a secret", "Open streams", "Headlines in", "Set-up"))
    user.user_permissions.set(Permission.objects.filter(codename="view_source"))
    page = client.get("/admin/").text
    assert "a secret" in page
    assert "Check feed" not in page


def test_admin_lists_are_grouped_with_internals_under_diagnostics(admin_client: Client) -> None:
    page = admin_client.get("/admin/news/item/").text

    news, access, diagnostics = (page.index(f">{name}<") for name in ("News", "Access", "Diagnostics"))
    assert news < page.index('id="nav-source"') < page.index('id="nav-item"') < page.index('id="nav-instrument"')
    assert access < page.index('id="nav-token"') < page.index('id="nav-user"') < diagnostics
    for name in ("bucket", "loghead", "shadowscore", "analyzerusage", "serverprocess"):
        assert page.index(f'id="nav-{name}"') > diagnostics
    assert "Watchlists</a>" in page
    assert "<title>Headlines | Market Sentiment</title>" in page
    assert admin_client.get("/admin/news/").status_code == 200
