"""Pages of items: every combination of filters, stable while the log changes, and bounded in the rows read."""

import random
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from news.dedup.headline import Headline
from news.ingest.pipeline import ingest
from news.ingest.rescoring import rescore
from news.models import Item
from news.search.item_query import READ_BOUNDS, ItemQuery, ReadBounds, SearchPage, select_item_page
from news.search.words import parse_search
from tests.helpers.varied_items import DAY, append_varied_items, make_query, passes

pytestmark = pytest.mark.django_db


@pytest.fixture
def log() -> list[Item]:
    """A log of 120 items that differ in all that is filtered by."""
    return append_varied_items()


def walk(query: ItemQuery, *, limit: int, bounds: ReadBounds = READ_BOUNDS) -> Iterator[SearchPage]:
    after = None
    while True:
        page = select_item_page(query, after=after, limit=limit, bounds=bounds)
        yield page
        after = page.next_key
        if after is None:
            return


def list_pks(query: ItemQuery, *, limit: int, bounds: ReadBounds) -> list[int]:
    return [item.pk for page in walk(query, limit=limit, bounds=bounds) for item in page.items]


@pytest.mark.parametrize(("window", "candidates"), [(20_000, 2_000), (7, 0), (7, 20)], ids=["all", "windows", "mixed"])
def test_select_item_page_any_filters_return_exactly_the_items_that_pass(
    log: list[Item], window: int, candidates: int
) -> None:
    bounds = ReadBounds(window, candidates)
    choice = random.Random(window + candidates)
    for _ in range(40):
        query = make_query(choice)
        expected = [item.pk for item in log if passes(item, query)]

        pks = list_pks(query, limit=choice.randint(5, 30), bounds=bounds)

        assert pks == (expected if query.oldest_first else expected[::-1]), query


@pytest.mark.parametrize("oldest_first", [False, True])
@pytest.mark.parametrize("tickers", [(), ("AAPL",), ("AAPL", "F")])
def test_select_item_page_log_grows_and_is_scored_again_pages_lose_and_repeat_nothing(
    log: list[Item], oldest_first: bool, tickers: tuple[str, ...]
) -> None:
    query = ItemQuery(tickers=tickers, oldest_first=oldest_first)
    expected = [item.pk for item in log if passes(item, query)]
    pks: list[int] = []
    for number, page in enumerate(walk(query, limit=7)):
        pks += [item.pk for item in page.items]
        if number < 5:
            ingest([Headline(f"New {number}", ("AAPL",), "wire", DAY)])
            Item.objects.filter(pk__in=[item.pk for item in log[number::5]]).update(title=f"Losses {number}")
            rescore(Item.objects.filter(pk__in=[item.pk for item in log[number::5]]))

    old = [pk for pk in pks if pk <= log[-1].pk]
    assert old == (expected if oldest_first else expected[::-1])
    assert len(pks) == len(set(pks))
    assert (len(pks) > len(old)) == oldest_first


def test_select_item_page_nothing_in_reach_is_partial_and_goes_on(log: list[Item]) -> None:
    Item.objects.update(score=0.5)
    Item.objects.filter(pk=log[0].pk).update(score=0.9)

    pages = list(walk(ItemQuery(min_score=0.8), limit=10, bounds=ReadBounds(window_items=50)))

    assert [(len(page.items), page.is_partial) for page in pages] == [
        (0, True),
        (0, True),
        (1, False),
    ]


def test_select_item_page_each_request_reads_a_bounded_number_of_rows(log: list[Item]) -> None:
    Item.objects.update(score=0.5)

    page = select_item_page(ItemQuery(min_score=0.8), limit=10, bounds=ReadBounds(10, 0))

    assert page.next_key == log[-1].pk - 9


QUERIES = {
    "all": {},
    "sentiment": {"sentiment": "positive", "min_score": 0.5},
    "source": {"source": "wire"},
    "external id": {"external_id": "x7"},
    "published": {"published_from": DAY, "published_to": DAY + timedelta(days=1)},
    "appended": {"appended_from": DAY, "appended_to": DAY + timedelta(days=11)},
    "ticker": {"tickers": ("AAPL",)},
    "tickers": {"tickers": ("AAPL", "F"), "sentiment": "negative"},
    "search": {"search": parse_search("profit")},
    "search and ticker": {"search": parse_search("profit"), "tickers": ("AAPL",)},
}


@pytest.mark.parametrize("oldest_first", [False, True])
@pytest.mark.parametrize("max_candidates", [2_000, 0])
@pytest.mark.parametrize("filters", QUERIES.values(), ids=QUERIES)
def test_select_item_page_queries_walk_indexes(
    log: list[Item], filters: dict[str, Any], max_candidates: int, oldest_first: bool
) -> None:
    bounds = ReadBounds(max_candidates=max_candidates)
    with CaptureQueriesContext(connection) as queries:
        select_item_page(ItemQuery(**filters, oldest_first=oldest_first), after=log[60].pk, limit=10, bounds=bounds)

    for query in queries.captured_queries:
        assert not find_scans(query["sql"]), query["sql"]


def find_scans(query: str) -> list[str]:
    """Return the steps of a query's plan that read a whole table. PostgreSQL scans small tables, unless it may not."""
    if not query.lstrip().startswith(("SELECT", "WITH")):
        return []
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute(f"EXPLAIN {query.replace('%', '%%')}")
            return [line for (line,) in cursor.fetchall() if "Seq Scan on" in line]
        cursor.execute(f"EXPLAIN QUERY PLAN {query}")
        plan = [row[3] for row in cursor.fetchall()]
    return [step for step in plan if step.startswith("SCAN news_") and "INDEX" not in step]
