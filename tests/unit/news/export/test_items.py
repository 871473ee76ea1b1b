"""Rows of exported items: exactly those that pass, in the order of the log, while the log changes."""

import random
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain
from typing import Any

import pytest
from django.test import Client

from news.dedup.headline import Headline
from news.export.items import CursorRejected, ItemTable, resolve_start
from news.export.tables import Row
from news.ingest.pipeline import ingest
from news.ingest.rescoring import rescore
from news.ingest.retention import trim
from news.log.cursor import Cursor
from news.log.reader import get_head
from news.models import Item
from news.search.item_query import ItemQuery
from tests.helpers.api_client import append, get
from tests.helpers.varied_items import DAY, append_varied_items, make_query, passes

pytestmark = pytest.mark.django_db
ALL = ItemQuery(oldest_first=True)


@pytest.fixture
def log() -> list[Item]:
    """A log of 120 items that differ in all that is filtered by, of which every fifth was scored again."""
    items = append_varied_items()
    _rescore(items[::5])
    return list(Item.objects.order_by("seq"))


def select_pages(table: ItemTable) -> Iterator[list[Row]]:
    while (page := table.select_page()) is not None:
        yield page


def select_rows(query: ItemQuery = ALL, **options: Any) -> list[Row]:
    return list(chain.from_iterable(select_pages(ItemTable(query, **options))))


def list_seqs(rows: list[Row]) -> list[int]:
    return [row["seq"] for row in rows]


def _rescore(items: list[Item]) -> None:
    pks = [item.pk for item in items]
    other_score = {"positive": 0.25, "neutral": 0.5, "negative": 0.25}
    Item.objects.filter(pk__in=pks).update(sentiment="neutral", score=0.5, probabilities=other_score)
    assert rescore(Item.objects.filter(pk__in=pks)).changed == len(pks)


@pytest.mark.parametrize(("page", "candidates"), [(1_000, 50_000), (7, 0), (7, 30)], ids=["one", "windows", "mixed"])
def test_table_any_filters_returns_exactly_the_items_that_pass(log: list[Item], page: int, candidates: int) -> None:
    choice = random.Random(page + candidates)
    for _ in range(40):
        query = replace(make_query(choice), oldest_first=True)
        expected = [item.seq for item in log if passes(item, query)]

        table = ItemTable(query, page_items=page, max_candidates=candidates)
        pages = list(select_pages(table))

        assert list_seqs(list(chain.from_iterable(pages))) == expected, query
        assert max(map(len, pages), default=0) <= page
        assert table.row_count == len(expected)
        assert table.cursor is not None
        assert table.cursor.seq == get_head().seq


def test_table_rows_are_those_of_lists_with_summary_id_and_cursor(client: Client, log: list[Item]) -> None:
    Item.objects.filter(pk=log[3].pk).update(summary="More of it", is_undated=True)
    listed = [item for page in _list_pages(client) for item in page]

    rows = select_rows()

    for row, item in zip(sorted(rows, key=lambda row: row["item_id"]), sorted(listed, key=_get_id), strict=True):
        full = get(client, f"items/{item['item_id']}")
        times = {"published_at", "timestamp", "first_appended_at"}
        assert {name: row[name] for name in item.keys() - times} == {name: item[name] for name in item.keys() - times}
        assert (row["summary"], row["external_id"]) == (full["summary"], full["external_id"])
        assert row["cursor"] == str(Cursor(get_head().generation, row["seq"]))
        assert all(row[name].isoformat()[:19] == item[name][:19] for name in times)
        assert row.keys() - item.keys() == {"summary", "external_id", "cursor"}


def _get_id(item: dict[str, Any]) -> str:
    return str(item["item_id"])


def _list_pages(client: Client) -> Iterator[list[dict[str, Any]]]:
    after: dict[str, str] = {}
    while True:
        page = get(client, "items", limit=50, **after)
        yield page["items"]
        if page["next_cursor"] is None:
            return
        after = {"after": page["next_cursor"]}


@pytest.mark.parametrize("form", ["cursor", "seq"])
def test_table_after_row_continues_with_next(log: list[Item], form: str) -> None:
    query = ItemQuery(tickers=("AAPL", "F"), oldest_first=True)
    rows = select_rows(query)

    for number, row in enumerate(rows):
        start = resolve_start(str(row[form]), get_head())
        assert select_rows(query, after=start, page_items=7) == rows[number + 1 :]
    assert resolve_start(None, get_head()) == 0


def test_table_limit_stops_and_its_cursor_goes_on(log: list[Item]) -> None:
    rows = select_rows()
    first = ItemTable(ALL, limit=10, page_items=7)

    assert list(chain.from_iterable(select_pages(first))) == rows[:10]
    assert first.cursor is not None
    assert select_rows(after=first.cursor.seq) == rows[10:]


@pytest.mark.parametrize("max_candidates", [50_000, 0])
@pytest.mark.parametrize("tickers", [(), ("AAPL",)])
def test_table_log_grows_and_is_scored_again_misses_nothing(
    log: list[Item], tickers: tuple[str, ...], max_candidates: int
) -> None:
    query = ItemQuery(tickers=tickers, oldest_first=True)
    table = ItemTable(query, page_items=7, max_candidates=max_candidates)
    rows: list[Row] = []
    for number, page in enumerate(select_pages(table)):
        rows += page
        if number < 5:
            ingest([Headline(f"New {number} of Apple", ("AAPL",), "wire", DAY)])
            _rescore(log[number::9])

    newest = {row["item_id"]: row["seq"] for row in rows}
    assert newest == {item.item_id: item.seq for item in Item.objects.all() if passes(item, query)}
    assert list_seqs(rows) == sorted(set(list_seqs(rows)))


def test_table_later_export_has_what_was_added_or_changed_since(log: list[Item]) -> None:
    first = ItemTable(ALL)
    assert list(select_pages(first))
    (added,) = append("Apple opens another shop")
    _rescore(log[:2])
    assert first.cursor is not None

    rows = select_rows(after=first.cursor.seq)

    assert {row["item_id"] for row in rows} == {added, log[0].item_id, log[1].item_id}


def test_table_withdrawn_item_is_in_no_row(log: list[Item]) -> None:
    Item.objects.filter(pk=log[5].pk).update(is_withdrawn=True)

    for query in (ALL, ItemQuery(tickers=tuple(log[5].tickers), oldest_first=True)):
        assert log[5].item_id not in {row["item_id"] for row in select_rows(query)}


def test_table_empty_log_and_tail_return_no_rows() -> None:
    assert select_rows() == []
    append("Apple rises")
    assert select_rows(after=get_head().seq) == []


@pytest.mark.parametrize(
    ("after", "message"),
    [
        ("evt_000000-1", "is of another log, or older than a restored backup; leave it out"),
        ("{generation}-900", "is after the end of the log, {generation}-5"),
        ("900", "is after the end of the log, {generation}-5"),
        ("{generation}-1", "give the earliest, {generation}-3, or leave it out"),
        ("1", "give the earliest, {generation}-3, or leave it out"),
    ],
)
def test_resolve_start_place_that_cannot_be_resumed_is_rejected_with_cure(after: str, message: str) -> None:
    append(*[f"Apple headline {number}" for number in range(5)])
    assert sum(trim(3, batch=10)) == 3
    generation = str(Cursor(get_head().generation, 0)).removesuffix("-0")

    with pytest.raises(CursorRejected, match="after=") as rejected:
        resolve_start(after.format(generation=generation), get_head())

    assert message.format(generation=generation) in str(rejected.value)
    assert resolve_start(f"{generation}-3", get_head()) == 3
    assert len(select_rows(after=resolve_start(None, get_head()))) == 2
