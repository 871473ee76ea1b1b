"""Every public query keeps its plan at a million rows: it walks an index and sorts no more than it returns.

To cover another query, add a row to QUERIES; the plan is that of all statements that the call runs.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from news.export.params import ItemExportParams
from news.ingest.pipeline import ingest
from news.ingest.retention import find_trim_seq
from news.instruments.current import get_book
from news.log.reader import (
    Selection,
    get_cursor_at,
    get_head,
    get_last_seq,
    has_hidden_samples,
    select_newest,
    select_newest_visible,
    select_samples,
    select_skipped_tickers,
    select_states_after,
)
from news.models import Item, LogHead
from news.search.item_query import ItemQuery, ReadBounds
from news.search.published_items import PublishedQuery, select_published_page
from streaming.broker.filters import ENTITIES, HISTORICAL, StreamFilter
from streaming.eventstream_compat import LogStorage
from streaming.http.polling import get_events
from tests.helpers.items import make_headline
from tests.helpers.query_plans import explain, set_large_statistics

pytestmark = pytest.mark.django_db
TICKERS = [f"T{number}" for number in range(120)]
ITEMS = 360
MAX_COST = 5_000  # of PostgreSQL; what reads or sorts a table costs 18,000 and more
# Of walks that end with a window, which the planner doesn't know: all items here were published at one moment.
MAX_WALK_COST = 100_000
MAX_SORTED = 100 * 1001  # rows: a page of each of 100 tickers
PUBLISHED = "item_published_at"
ALL, ANNOUNCED, SAMPLES = "news_item(seq)", "item_announced_seq", "item_sample_seq"  # walked up to a limit
KEY, MENTION = "news_item(id)", "news_mention(item_id,symbol,seq)"
BY_SOURCE = ("item_source_external_id", "item_source_seq")
BUCKET = "news_bucket(axis,seconds,key,start)"
BY_ID = (ALL, "news_item(item_id)")
BY_TICKER, ANNOUNCED_BY_TICKER = "mention_symbol_seq", "mention_announced_seq"


@dataclass(frozen=True)
class Query:
    """A call, the indexes that its statements may use, and whether it merges index walks, which sorts their results.

    max_cost: the planner's estimate on PostgreSQL.
    """

    name: str
    call: Callable[[], object]
    indexes: frozenset[str]
    is_merge: bool = False
    max_cost: float = MAX_COST


def query(
    name: str, call: Callable[[], object], *indexes: str, is_merge: bool = False, max_cost: float = MAX_COST
) -> Query:
    return Query(name, call, frozenset(indexes), is_merge, max_cost)


def get(path: str) -> Callable[[], object]:
    def call() -> None:
        response = Client(SERVER_NAME="127.0.0.1").get(path)
        assert response.status_code == 200, response.content

    return call


def of_item(path: str) -> Callable[[], object]:
    def call() -> None:
        item = Item.objects.order_by("seq").last()
        assert item is not None
        get(f"/api/v2/items/{item.item_id}{path}")()

    return call


def poll(tickers: int, *include: str) -> Callable[[], object]:
    stream_filter = StreamFilter(frozenset(TICKERS[:tickers]), frozenset(include))
    return lambda: get_events(stream_filter, str(get_cursor_at(datetime(2000, 1, 1, tzinfo=UTC))), 100)


def replay(tickers: int, *include: str) -> Callable[[], object]:
    stream_filter = StreamFilter(frozenset(TICKERS[:tickers]), frozenset(include))
    return lambda: stream_filter.select_states_after(20, up_to=ITEMS - 20, limit=100)


def export(**params: object) -> Callable[[], object]:
    """Return a function that reads a page of an export in each of its ways: by an index, and through the log."""

    def call() -> None:
        for max_candidates in (2_000, 0):
            table = ItemExportParams(**params).make_table()
            table.page_items, table.max_candidates = 100, max_candidates
            table.select_page()

    return call


def walk(**filters: Any) -> Callable[[], object]:
    """Return a function that reads a page of the list without a look-up of candidates, which are too many."""
    query = PublishedQuery(items=ItemQuery(**filters))
    return lambda: select_published_page(query, limit=40, bounds=ReadBounds(max_candidates=0))


def now() -> datetime:
    return datetime.now(UTC)


QUERIES = [
    query("tailer", lambda: select_states_after(300, Selection(changes=True)), ANNOUNCED),
    query("tailer with historical", lambda: select_states_after(300, Selection(historical=True)), ALL),
    query("tailer, historical skipped", lambda: select_skipped_tickers(300, up_to=301), ALL),
    query("since", lambda: get_cursor_at(now() - timedelta(seconds=2)), "item_appended_at_seq"),
    query("since the beginning", lambda: get_cursor_at(now() - timedelta(days=900)), "item_appended_at_seq"),
    query("since the future", lambda: get_cursor_at(now() + timedelta(days=900)), "item_appended_at_seq"),
    query("retention", lambda: find_trim_seq(before=now() - timedelta(days=90)), "item_appended_at_seq", ALL),
    query("replay", replay(0), ANNOUNCED),
    query("replay with historical", replay(0, HISTORICAL), ALL),
    *(
        query(f"replay of {count} tickers", replay(count), ANNOUNCED_BY_TICKER, ALL, is_merge=True)
        for count in (1, 20, 100)
    ),
    *(
        query(f"replay of {count} tickers with historical", replay(count, HISTORICAL), BY_TICKER, ALL, is_merge=True)
        for count in (1, 20, 100)
    ),
    query("/events", poll(0), ANNOUNCED, "item_appended_at_seq"),
    query("/events with historical", poll(0, HISTORICAL), ALL, "item_appended_at_seq"),
    *(
        query(
            f"/events of {count} tickers",
            poll(count),
            ANNOUNCED_BY_TICKER,
            ALL,
            "item_appended_at_seq",
            is_merge=True,
        )
        for count in (1, 20, 100)
    ),
    query("/events with entities", poll(0, ENTITIES), ANNOUNCED, "item_appended_at_seq"),
    query("/events/ items", lambda: LogStorage().get_events("items", 20), ANNOUNCED),
    query(
        "/events/ ticker",
        lambda: LogStorage().get_events("ticker-T1", 20),
        ANNOUNCED_BY_TICKER,
        ALL,
        is_merge=True,
    ),
    query("/events/ current id", lambda: LogStorage().get_current_id("items"), ANNOUNCED),
    query("edge, last item", lambda: get_last_seq(Selection(), ITEMS), ANNOUNCED),
    query(
        "edge, last item of 1",
        lambda: get_last_seq(Selection(tickers=TICKERS[:1]), ITEMS),
        ANNOUNCED_BY_TICKER,
        ALL,
        is_merge=True,
    ),
    query(
        "edge, last item of 100",
        lambda: get_last_seq(Selection(tickers=TICKERS[:100]), ITEMS),
        ANNOUNCED_BY_TICKER,
        ALL,
        is_merge=True,
    ),
    query("newest", lambda: select_newest(Item.objects.order_by("-seq"), tickers=(), up_to=ITEMS), ALL),
    query(
        "newest of 20 tickers",
        lambda: select_newest(Item.objects.order_by("-seq"), tickers=TICKERS[:20], up_to=ITEMS),
        BY_TICKER,
        ALL,
        is_merge=True,
    ),
    query("newest visible", lambda: select_newest_visible(get_head(), tickers=(), up_to=ITEMS), ALL),
    query("hidden samples", lambda: has_hidden_samples(get_head()), SAMPLES),
    query("first of the samples", lambda: list(select_samples()[:100]), SAMPLES),
    query("stream status", get("/api/v2/stream/status")),
    query("items", get("/api/v2/items"), ALL, KEY),
    query("items after", get("/api/v2/items?after=300&order=oldest"), ALL, KEY),
    query("items of a sentiment", get("/api/v2/items?sentiment=negative&after=300&min_score=0.5"), ALL, KEY),
    query("items of a source", get("/api/v2/items?source=wire1&after=300"), ALL, KEY, "item_source_seq", is_merge=True),
    query("items of an id", get("/api/v2/items?external_id=x1"), ALL, KEY, *BY_SOURCE, is_merge=True),
    query("items of a ticker", get("/api/v2/items?ticker=T1&after=300"), ALL, KEY, BY_TICKER, MENTION, is_merge=True),
    query("items of tickers", get("/api/v2/items?tickers=T1,T2,T3"), ALL, KEY, BY_TICKER, MENTION, is_merge=True),
    query(
        "items of tickers of a sentiment",
        get("/api/v2/items?tickers=T1,T2&sentiment=negative&min_score=0.5"),
        *(ALL, KEY, BY_TICKER, MENTION),
        is_merge=True,
    ),
    query(
        "items of a rare answer",
        get("/api/v2/items?ticker=T1&sentiment=negative&min_score=1&order=oldest"),
        *(ALL, KEY, BY_TICKER, MENTION),
        is_merge=True,
    ),
    query(
        "items published", get("/api/v2/items?published_from=2000-01-01"), ALL, KEY, "item_published_at", is_merge=True
    ),
    query(
        "items appended",
        get("/api/v2/items?appended_from=2000-01-01"),
        ALL,
        KEY,
        "item_first_appended_at",
        is_merge=True,
    ),
    query("items with a text", get("/api/v2/items?q=nothing"), ALL, KEY, is_merge=True),
    # They read a row for each ticker in the news: the statistics have a hundred times as many as a site has.
    query("instruments", get("/api/v2/instruments"), BUCKET, max_cost=12_000),
    query("instruments by name", get("/api/v2/instruments?q=apple"), BUCKET, max_cost=12_000),
    query("instruments by symbol", get("/api/v2/instruments?q=T1&limit=5"), BUCKET, max_cost=12_000),
    query("history of an item", of_item("/history"), *BY_ID, is_merge=True),
    query("history of an item after", of_item("/history?after=100"), *BY_ID, is_merge=True),
    query("export", export(), ALL),
    query("export of a sentiment", export(sentiment="negative", min_score=0.5), ALL),
    query("export of a source", export(source="wire1"), ALL, "item_source_seq", is_merge=True),
    query("export of an id", export(external_id="x1"), ALL, *BY_SOURCE, is_merge=True),
    query("export of a ticker", export(ticker="T1"), ALL, BY_TICKER, MENTION, is_merge=True),
    query("export of tickers", export(tickers="T1,T2,T3"), ALL, BY_TICKER, MENTION, is_merge=True),
    query(
        "export of tickers of a sentiment",
        export(tickers="T1,T2", sentiment="negative", min_score=0.5),
        *(ALL, BY_TICKER, MENTION),
        is_merge=True,
    ),
    query("export published", export(published_from="2000-01-01"), ALL, "item_published_at", is_merge=True),
    query(
        "export appended",
        export(appended_from="2000-01-01"),
        ALL,
        "item_first_appended_at",
        "item_appended_at_seq",
        "revision_appended_at_seq",
        is_merge=True,
    ),
    query("export with a text", export(q="nothing"), ALL, KEY, is_merge=True),
    query("rows of the page", get("/rows?period=all"), PUBLISHED),
    query("rows after a place", get("/rows?period=all&after=1769851800000000-300"), PUBLISHED, KEY, is_merge=True),
    query("rows of a period", get("/rows?start=2026-01-31T00:00:00Z&end=2026-02-01T00:00:00Z"), PUBLISHED),
    query("rows of a sentiment", get("/rows?period=all&sentiment=negative&confidence=50"), PUBLISHED),
    query("rows of a source", get("/rows?period=all&source=wire1"), PUBLISHED, KEY, "item_source_seq", is_merge=True),
    query("rows of a kind", get("/rows?period=all&kind=market"), PUBLISHED, MENTION),
    query(
        "rows of tickers",
        get("/rows?period=all&tickers=T1,T2,T3&sentiment=negative"),
        *(PUBLISHED, ALL, KEY, BY_TICKER, MENTION),
        is_merge=True,
    ),
    query("rows with a text", get("/rows?period=all&q=percent"), PUBLISHED, KEY, is_merge=True),
    query(
        "rows of frequent tickers",
        walk(tickers=("T1", "T2")),
        *(PUBLISHED, KEY, BY_TICKER, MENTION),
        is_merge=True,
        max_cost=MAX_WALK_COST,
    ),
    query(
        "rows of a frequent source",
        walk(source="wire1", sentiment="negative"),
        *(PUBLISHED, KEY, "item_source_seq"),
        is_merge=True,
        max_cost=MAX_WALK_COST,
    ),
    query(
        "page of all time",
        get("/snapshot?period=all"),
        *(BUCKET, PUBLISHED, SAMPLES, KEY),
        max_cost=25_000,  # a row for each ticker; its cost varies with what other tests left in the statistics
    ),
    query("sources of the page", get("/sources?period=all"), PUBLISHED, max_cost=MAX_WALK_COST),
]


# PostgreSQL collects statistics by itself; SQLite has none before an ANALYZE.
@pytest.fixture(params=["large"] if connection.vendor == "postgresql" else ["without", "large"])
def statistics(request: pytest.FixtureRequest) -> str:
    """Fill the log; with the statistics of a million rows, or without any."""
    titles = ["Profit rises {} percent", "Losses widen by {} percent", "Meeting held on day {}"]
    headlines = [
        make_headline(titles[number % 3].format(number), *dict.fromkeys([f"T{number % 120}", f"T{number % 7}"]))
        for number in range(ITEMS)
    ]
    for first in range(0, ITEMS, 60):
        ingest(headlines[first : first + 60])
    Item.objects.filter(seq__range=(100, 200)).update(is_historical=True)
    Item.objects.filter(seq__lt=150).update(source="wire1")
    assert LogHead.objects.get().seq == ITEMS
    if request.param == "large":
        set_large_statistics()
    return str(request.param)


@pytest.mark.usefixtures("statistics")
def test_queries_walk_indexes_and_sort_no_more_than_they_return() -> None:
    wrong = []
    get_book()  # loads the instruments, which no request does twice
    for each in QUERIES:
        plan = explain(each.call)
        assert plan.statements, each.name
        # One row: of a table that is empty here, and so small that PostgreSQL sorts what an index would give in order.
        has_bounded_sorts = all(rows <= 1 for rows in plan.sorts) or (
            each.is_merge and not any(rows > MAX_SORTED for rows in plan.sorts)
        )
        is_kept = (
            plan.indexes <= each.indexes
            and has_bounded_sorts
            and plan.cost < each.max_cost
            and plan.walks <= {ALL, SAMPLES, PUBLISHED}
        )
        if plan.scans or not is_kept:
            wrong.append((each.name, plan))
    assert wrong == []
