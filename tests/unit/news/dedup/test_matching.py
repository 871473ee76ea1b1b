"""Duplicates across sources: a story reported in other words is one item with several sources."""

import sqlite3
from collections.abc import Callable
from cProfile import Profile
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from news.dedup.existing import MAX_COMPARISONS
from news.dedup.fingerprint import is_same_story, parse_fingerprint
from news.dedup.headline import Headline
from news.ingest.pipeline import IngestResult, ingest
from news.metrics.queries import get_metrics
from news.models import DuplicateReport, Item, LogHead
from tests.helpers.duplicates import ingest_concurrently

PUBLISHED_AT = datetime(2026, 1, 31, 9, 30, tzinfo=UTC)
TITLE = "Tesla recalls 120,000 cars over door latch"
SAME_STORY = "Tesla recalling 120,000 vehicles on door latch issue"
OTHER_STORY = "Tesla recalls 125,000 cars over door latch"


def headline(title: str, source: str = "wire", *tickers: str, **fields: Any) -> Headline:
    return Headline(title, tickers or ("TSLA",), source, fields.pop("published_at", PUBLISHED_AT), **fields)


def list_duplicate_reports() -> list[tuple[str, str]]:
    return list(DuplicateReport.objects.order_by("pk").values_list("item__title", "source"))


@pytest.mark.django_db
@pytest.mark.parametrize("in_one_batch", [True, False])
@pytest.mark.parametrize(
    ("second", "is_duplicate"),
    [
        (headline(SAME_STORY, "paper"), True),
        (headline(SAME_STORY), False),
        (headline(OTHER_STORY, "paper"), False),
        (headline(SAME_STORY, "paper", "GM", "TSLA"), True),
        (headline(SAME_STORY, "paper", "GM"), False),
        (headline(SAME_STORY, "paper", published_at=PUBLISHED_AT - timedelta(hours=30)), True),
        (headline(SAME_STORY, "paper", published_at=PUBLISHED_AT + timedelta(hours=38)), True),
        (headline(SAME_STORY, "paper", published_at=PUBLISHED_AT + timedelta(hours=48)), False),
    ],
)
def test_ingest_same_story_of_other_source_is_duplicate_report(
    second: Headline, is_duplicate: bool, in_one_batch: bool
) -> None:
    if in_one_batch:
        result = ingest([headline(TITLE), second])
    else:
        before, after = ingest([headline(TITLE)]), ingest([second])
        result = IngestResult(before.created + after.created, before.duplicates + after.duplicates)

    assert (len(result.created), result.duplicates) == ((1, 1) if is_duplicate else (2, 0))
    assert list_duplicate_reports() == ([(TITLE, second.source)] if is_duplicate else [])
    assert LogHead.objects.get().seq == get_metrics().total == len(result.created)


@pytest.mark.django_db
def test_ingest_repeated_report_of_source_is_stored_once() -> None:
    ingest([headline(TITLE)])

    for _ in range(3):
        ingest([headline(SAME_STORY, "paper", external_id="1"), headline(TITLE, "radio")])
    late = PUBLISHED_AT + timedelta(days=5)
    ingest([headline(f"{SAME_STORY}!", "paper", external_id="1", published_at=late)])
    ingest([headline(SAME_STORY.upper(), "tv")])

    assert list_duplicate_reports() == [(TITLE, "paper"), (TITLE, "radio"), (TITLE, "tv")]
    assert Item.objects.count() == 1
    assert LogHead.objects.get().duplicate_reports == 3


@pytest.mark.django_db
def test_ingest_external_ids_of_many_sources_finds_duplicates() -> None:
    batch = [headline(f"Story {n}", f"source {n}", external_id="1") for n in range(600)]

    assert len(ingest(batch).created) == 600
    assert ingest(batch).duplicates == 600


def make_title_without_facts(number: int) -> str:
    """Return one of many headlines that have the same similarity key and report different stories."""
    name = "".join(chr(ord("a") + number // divisor % 26) for divisor in (676, 26, 1))
    return f"Tesla chief and z{name}z visit y{name}y with x{name}x"


def count_calls(function: Callable[..., Any], run: Callable[[], object]) -> int:
    """Return how often `run` calls `function`."""
    profile = Profile()
    profile.runcall(run)
    return sum(entry.callcount for entry in profile.getstats() if entry.code is function.__code__)


@pytest.mark.django_db
@pytest.mark.parametrize("function", [is_same_story, parse_fingerprint])
def test_ingest_many_items_with_same_key_bounds_comparisons(function: Callable[..., Any]) -> None:
    for first in (0, 500):
        ingest([headline(make_title_without_facts(first + n), f"source {n % 50}") for n in range(500)])
    batch = [headline(make_title_without_facts(1000 + n), f"source {n % 50}") for n in range(400)]

    calls = count_calls(function, lambda: ingest(batch))

    assert calls <= len(batch) * (MAX_COMPARISONS if function is is_same_story else 1) + MAX_COMPARISONS
    assert Item.objects.count() == 1400


@pytest.mark.django_db
def test_ingest_many_items_with_same_key_compares_newest() -> None:
    ingest([headline(make_title_without_facts(n), "wire") for n in range(MAX_COMPARISONS + 1)])
    Item.objects.filter(seq=1).update(seq=10_000)  # as after rescoring: its primary key still makes it the oldest

    duplicates = [
        ingest([headline(f"Report: {make_title_without_facts(n)}", f"paper {n}")]).duplicates
        for n in (0, 1, MAX_COMPARISONS)
    ]

    assert duplicates == [0, 0, 1]


@pytest.mark.django_db
@pytest.mark.parametrize("in_one_batch", [True, False])
def test_ingest_busy_day_of_one_source_does_not_hide_the_story_of_another(in_one_batch: bool) -> None:
    ingest([headline(make_title_without_facts(9_000), "wire")])
    busy = [headline(make_title_without_facts(n), "paper") for n in range(3 * MAX_COMPARISONS)]
    retold = headline(f"Report: {make_title_without_facts(9_000)}", "paper")

    if in_one_batch:
        result = ingest([*busy, retold, headline("Tesla builds plant in Ohio", "radio")])
    else:
        ingest(busy)
        result = ingest([retold])

    assert result.duplicates == 1
    assert list_duplicate_reports() == [(make_title_without_facts(9_000), "paper")]


@pytest.mark.sqlite
@pytest.mark.django_db
def test_ingest_many_tickers_needs_few_parameters() -> None:
    """Some builds of SQLite allow only 999 parameters per statement."""
    batch = [
        headline(make_title_without_facts(n), "wire", *(f"T{n + k}" for k in range(20)), external_id=f"{n}")
        for n in range(1000)
    ]
    sqlite = connection.connection
    previous_limit = sqlite.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, 999)

    try:
        assert len(ingest(batch).created) == 1000
        assert ingest(batch).duplicates == 1000
    finally:
        sqlite.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, previous_limit)


@pytest.mark.django_db
def test_get_item_returns_all_sources_of_story(client: Client) -> None:
    (item_id,) = ingest([headline(TITLE, url="https://wire.example/1")]).created
    ingest([headline(SAME_STORY, "paper", url="https://paper.example/1")])

    item = client.get(f"/api/v2/items/{item_id}").json()

    assert item["sources"] == [
        {"source": "wire", "url": "https://wire.example/1"},
        {"source": "paper", "url": "https://paper.example/1"},
    ]
    assert {"analyzer", "analyzer_version", "probabilities", "evidence"} <= item.keys()


@pytest.mark.django_db(transaction=True)
def test_ingest_concurrent_sources_create_one_item_per_story() -> None:
    ingest_concurrently()
