"""Pages of items: every combination of filters, stable while the log changes, and bounded in the rows read."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from news.dedup.headline import Headline
from news.ingest.pipeline import ingest
from news.ingest.rescoring import rescore
from news.models import Item, Sentiment
from news.search.item_query import READ_BOUNDS, ItemQuery, ItemSelection, ReadBounds, select_item_page
from news.search.words import parse_search

pytestmark = pytest.mark.django_db
DAY = datetime(2026, 1, 31, tzinfo=UTC)
WORDS = ["Profit surges to record", "Losses widen after fraud", "Café opens in Zürich", "Board meets"]


@pytest.fixture
def log() -> list[Item]:
    """A log of 120 items: one to three of six tickers, three sources, one published each hour in random order."""
    choice = random.Random(19)
    hours = choice.sample(range(120), 120)
    headlines = [
        Headline(
            f"{choice.choice(WORDS)} {number}",
            tuple(choice.sample(["AAPL", "MSFT", "F", "BRK.B", "^GSPC", "BTC-USD"], choice.randint(1, 3))),
            choice.choice(["wire", "blog", "Zeitung"]),
            DAY + timedelta(hours=hour),
            external_id=f"x{number % 50}" if number % 2 else None,
            is_historical=number % 3 == 0,
        )
        for number, hour in enumerate(hours)
    ]
    for start in range(0, 120, 30):
        ingest(headlines[start : start + 30])
    items = list(Item.objects.order_by("pk"))
    for minute, item in enumerate(items):
        item.first_appended_at = DAY + timedelta(days=10, minutes=minute)
        item.save(update_fields=["first_appended_at"])
    return items


def walk(query: ItemQuery, *, limit: int, bounds: ReadBounds = READ_BOUNDS) -> Iterator[ItemSelection]:
    after = None
    while True:
        selection = select_item_page(query, after=after, limit=limit, bounds=bounds)
        yield selection
        after = selection.next_key
        if after is None:
            return


def list_pks(query: ItemQuery, *, limit: int, bounds: ReadBounds) -> list[int]:
    return [item.pk for selection in walk(query, limit=limit, bounds=bounds) for item in selection.items]


def passes(item: Item, query: ItemQuery) -> bool:
    return (
        (not query.tickers or not {*query.tickers}.isdisjoint(item.tickers))
        and query.sentiment in (None, item.sentiment)
        and query.source in (None, item.source)
        and query.external_id in (None, item.external_id)
        and (query.search is None or query.search.matches(item.title, item.summary))
        and (query.published_from is None or query.published_from <= item.published_at)
        and (query.published_to is None or item.published_at < query.published_to)
        and (query.appended_from is None or query.appended_from <= item.first_appended_at)
        and (query.appended_to is None or item.first_appended_at < query.appended_to)
        and (query.min_score is None or item.score >= query.min_score)
    )


CHOICES: dict[str, list[Any]] = {
    "tickers": [(), ("AAPL",), ("F", "^GSPC"), ("NEW",), ("AAPL", "MSFT", "BRK.B")],
    "sentiment": [None, *Sentiment.values],
    "source": [None, "wire", "none"],
    "external_id": [None, None, "x7", "x8"],
    "search": [None, None, *map(parse_search, ["PROFIT", "opens cafe", "ZÜRICH -5", "fraud wid*", "1", '"to record"'])],
    "published_from": [None, DAY + timedelta(hours=20), DAY + timedelta(days=100)],
    "published_to": [None, DAY + timedelta(hours=100), DAY],
    "appended_from": [None, DAY + timedelta(days=10, minutes=40), DAY + timedelta(days=100)],
    "appended_to": [None, DAY + timedelta(days=10, minutes=80), DAY],
    "min_score": [None, 0.6, 1.0],
    "oldest_first": [False, True],
}


@pytest.mark.parametrize(("window", "candidates"), [(20_000, 2_000), (7, 0), (7, 20)], ids=["all", "windows", "mixed"])
def test_select_item_page_any_filters_return_exactly_the_items_that_pass(
    log: list[Item], window: int, candidates: int
) -> None:
    bounds = ReadBounds(window, candidates)
    choice = random.Random(window + candidates)
    for _ in range(40):
        query = ItemQuery(
            **{name: choice.choice([values[0], choice.choice(values)]) for name, values in CHOICES.items()}
        )
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
    for number, selection in enumerate(walk(query, limit=7)):
        pks += [item.pk for item in selection.items]
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

    selections = list(walk(ItemQuery(min_score=0.8), limit=10, bounds=ReadBounds(window_items=50)))

    assert [(len(selection.items), selection.is_partial) for selection in selections] == [
        (0, True),
        (0, True),
        (1, False),
    ]


def test_select_item_page_each_request_reads_a_bounded_number_of_rows(log: list[Item]) -> None:
    Item.objects.update(score=0.5)

    selection = select_item_page(ItemQuery(min_score=0.8), limit=10, bounds=ReadBounds(10, 0))

    assert selection.next_key == log[-1].pk - 9


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
