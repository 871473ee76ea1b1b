"""A story that several sources tell in their own words is one item with several sources."""

import sqlite3
from collections.abc import Callable
from cProfile import Profile
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from news.dedup.fingerprint import is_same_story, parse_fingerprint
from news.dedup.headline import Headline
from news.dedup.matching import MOST_COMPARED
from news.ingest.pipeline import IngestResult, ingest
from news.metrics.queries import get_metrics
from news.models import DuplicateReport, Item, LogHead
from tests.helpers.duplicates import check_concurrent_duplicates

PUBLISHED_AT = datetime(2026, 1, 31, 9, 30, tzinfo=UTC)
TOLD = "Tesla recalls 120,000 cars over door latch"
RETOLD = "Tesla recalling 120,000 vehicles on door latch issue"
OTHER = "Tesla recalls 125,000 cars over door latch"


def headline(title: str, source: str = "wire", *tickers: str, **fields: Any) -> Headline:
    return Headline(title, tickers or ("TSLA",), source, fields.pop("published_at", PUBLISHED_AT), **fields)


def sources() -> list[tuple[str, str]]:
    return list(DuplicateReport.objects.order_by("pk").values_list("item__title", "source"))


@pytest.mark.django_db
@pytest.mark.parametrize("in_one_batch", [True, False])
@pytest.mark.parametrize(
    ("second", "is_duplicate"),
    [
        (headline(RETOLD, "paper"), True),
        (headline(RETOLD), False),
        (headline(OTHER, "paper"), False),
        (headline(RETOLD, "paper", "GM", "TSLA"), True),
        (headline(RETOLD, "paper", "GM"), False),
        (headline(RETOLD, "paper", published_at=PUBLISHED_AT - timedelta(hours=30)), True),
        (headline(RETOLD, "paper", published_at=PUBLISHED_AT + timedelta(hours=38)), True),
        (headline(RETOLD, "paper", published_at=PUBLISHED_AT + timedelta(hours=48)), False),
    ],
)
def test_another_source_that_retells_a_story_is_noted_with_it(
    second: Headline, is_duplicate: bool, in_one_batch: bool
) -> None:
    if in_one_batch:
        outcome = ingest([headline(TOLD), second])
    else:
        before, after = ingest([headline(TOLD)]), ingest([second])
        outcome = IngestResult(before.created + after.created, before.duplicates + after.duplicates)

    assert (len(outcome.created), outcome.duplicates) == ((1, 1) if is_duplicate else (2, 0))
    assert sources() == ([(TOLD, second.source)] if is_duplicate else [])
    assert LogHead.objects.get().seq == get_metrics().total == len(outcome.created)


@pytest.mark.django_db
def test_a_source_that_repeats_itself_is_noted_once_however_its_report_is_known() -> None:
    ingest([headline(TOLD)])

    for _ in range(3):
        ingest([headline(RETOLD, "paper", external_id="1"), headline(TOLD, "radio")])
    late = PUBLISHED_AT + timedelta(days=5)
    ingest([headline("Quite another title", "paper", external_id="1", published_at=late)])
    ingest([headline(RETOLD.upper(), "tv")])

    assert sources() == [(TOLD, "paper"), (TOLD, "radio"), (TOLD, "tv")]
    assert Item.objects.count() == 1
    assert LogHead.objects.get().duplicate_reports == 3


@pytest.mark.django_db
def test_external_ids_of_many_sources_are_looked_up_in_one_batch() -> None:
    batch = [headline(f"Story {n}", f"source {n}", external_id="1") for n in range(600)]

    assert len(ingest(batch).created) == 600
    assert ingest(batch).duplicates == 600


def without_facts(number: int) -> str:
    """Return one of many headlines that share a key and tell different stories."""
    name = "".join(chr(ord("a") + number // place % 26) for place in (676, 26, 1))
    return f"Tesla chief and z{name}z visit y{name}y with x{name}x"


def count_calls(function: Callable[..., Any], called: Callable[[], object]) -> int:
    """Return how often `function` is called by what `called` does."""
    profile = Profile()
    profile.runcall(called)
    return sum(entry.callcount for entry in profile.getstats() if entry.code is function.__code__)


@pytest.mark.django_db
@pytest.mark.parametrize("function", [is_same_story, parse_fingerprint])
def test_the_work_for_a_headline_is_bounded_however_many_share_its_key(function: Callable[..., Any]) -> None:
    for first in (0, 500):
        ingest([headline(without_facts(first + n), f"source {n % 50}") for n in range(500)])
    batch = [headline(without_facts(1000 + n), f"source {n % 50}") for n in range(400)]

    calls = count_calls(function, lambda: ingest(batch))

    assert calls <= len(batch) * (MOST_COMPARED if function is is_same_story else 1) + MOST_COMPARED
    assert Item.objects.count() == 1400


@pytest.mark.django_db
def test_of_very_many_with_the_same_key_the_newest_are_known_again() -> None:
    ingest([headline(without_facts(n), "wire") for n in range(MOST_COMPARED + 1)])
    Item.objects.filter(seq=1).update(seq=10_000)  # scored again: it is not told anew by that

    retold = [ingest([headline(f"Update: {without_facts(n)}", f"paper {n}")]).duplicates for n in (0, 1, MOST_COMPARED)]

    assert retold == [0, 0, 1]


@pytest.mark.sqlite
@pytest.mark.django_db
def test_a_batch_of_many_tickers_needs_few_parameters() -> None:
    """Of a statement; builds of SQLite that allow 999 of them are around."""
    batch = [
        headline(without_facts(n), "wire", *(f"T{n + k}" for k in range(20)), external_id=f"{n}") for n in range(1000)
    ]
    raw = connection.connection
    before = raw.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, 999)

    try:
        assert len(ingest(batch).created) == 1000
        assert ingest(batch).duplicates == 1000
    finally:
        raw.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, before)


@pytest.mark.django_db
def test_an_item_answers_with_all_its_sources(client: Client) -> None:
    (item_id,) = ingest([headline(TOLD, url="https://wire.example/1")]).created
    ingest([headline(RETOLD, "paper", url="https://paper.example/1")])

    answer = client.get(f"/api/v2/items/{item_id}").json()

    assert answer["sources"] == [
        {"source": "wire", "url": "https://wire.example/1"},
        {"source": "paper", "url": "https://paper.example/1"},
    ]
    assert {"analyzer", "analyzer_version", "probabilities", "evidence"} <= answer.keys()


@pytest.mark.django_db(transaction=True)
def test_sources_that_tell_the_same_stories_at_once_make_one_item_of_each() -> None:
    check_concurrent_duplicates()
