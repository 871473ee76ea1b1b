"""How many statements a batch takes: few, and no more for a large one than for a small one."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from news.ingest.pipeline import ingest_records
from news.instruments.current import without_database
from news.models import Item
from tests.helpers.api_client import post

pytestmark = pytest.mark.django_db
FIRST = {"title": "Zorva opens a plant", "ticker": "ZRV"}
# The test's transaction has a savepoint and its release in place of BEGIN and COMMIT.
NEW_ITEM = 9  # look-ups by hash and by facts, BEGIN, head, item, words, mentions, buckets, COMMIT


@pytest.fixture(autouse=True)
def _first_item() -> Iterator[None]:
    """Let the log have a real item, and no look for changed instruments, which comes every two seconds."""
    with without_database():
        ingest_records([FIRST], source="wire")
        yield


def count(records: list[dict[str, Any]], *, source: str = "wire") -> int:
    """Ingest records and return how many statements that takes."""
    with CaptureQueriesContext(connection) as queries:
        ingest_records(records, source=source)
    return len(queries)


def make(number: int) -> dict[str, Any]:
    """Return a new record with an id, three tickers and a title that version 0.1 would have hashed otherwise."""
    return {
        "title": f"Zorva's U.S. unit posts profit of {number} million",
        "tickers": ["ZRV", "AAPL", f"T{number}"],
        "summary": "Its shares rise.",
        "external_id": str(number),
    }


def test_new_item_takes_few_statements() -> None:
    assert count([make(1)]) <= NEW_ITEM
    assert count([make(2)], source="paper") <= NEW_ITEM
    assert Item.objects.count() == 3


def test_post_of_new_item_takes_twelve_statements_at_most(poster: Client) -> None:
    with CaptureQueriesContext(connection) as queries:
        response = post(poster, make(1))

    assert response.status_code == 201
    assert len(queries) <= 12, json.dumps([query["sql"][:100] for query in queries], indent=1)


def test_batch_takes_as_many_statements_as_one_item() -> None:
    assert count([make(number) for number in range(100)]) <= NEW_ITEM + 1  # one reads the primary keys
    assert Item.objects.count() == 101


def test_repeated_item_takes_two_statements() -> None:
    assert count([FIRST]) == 2  # the look-up, and the id of the item
    assert count([FIRST] * 100) == 2


def test_repeated_batch_with_ids_takes_three_statements() -> None:
    records = [make(number) for number in range(50)]
    ingest_records(records, source="wire")

    assert count(records) == 3  # what has the ids, too


def test_report_of_other_source_takes_few_statements() -> None:
    record = {**FIRST, "external_id": "1"}

    assert count([record], source="paper") <= 8
    assert count([record], source="third paper") <= 8
    assert Item.objects.get().duplicate_reports.count() == 2
