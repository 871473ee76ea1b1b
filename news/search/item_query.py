"""Select items by filters: pages in order of arrival, with a bound on the rows that one request reads.

The order is that of primary keys, which an item keeps when it is scored again: pages neither repeat nor lose an item.
Each selection either looks its candidates up in an index, or reads a window of consecutive items and filters them. The
index of words serves as one or as the other: the next matching items are a window, too.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, Literal

from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Coalesce

from common.sql import in_array
from news.entity_score import EntityScore, choose_entity
from news.log.reader import find_first_visible_pk, get_head, select_visible
from news.models import Item, Mention
from news.search.index import select_keys
from news.search.words import Search

Key = Literal["pk", "seq"]  # what a selection goes by: the order of arrival, or that of the log
MENTION_COLUMNS: dict[Key, str] = {"pk": "item_id", "seq": "seq"}
MAX_SOURCES = 1_000
MAX_PLANNED_PHRASE = 2  # words
# Walks the index on the source, one seek for each; DISTINCT would read all its entries.
SELECT_SOURCES = """
    WITH RECURSIVE names(source) AS (
        SELECT MIN(source) FROM news_item
        UNION ALL
        SELECT (SELECT MIN(source) FROM news_item WHERE source > names.source) FROM names WHERE source IS NOT NULL
    )
    SELECT source FROM names WHERE source IS NOT NULL LIMIT %s
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemQuery:
    """What to select. Times are from (inclusive) and to (exclusive); items pass all filters that are set."""

    tickers: Sequence[str] = ()
    sentiment: str | None = None
    source: str | None = None
    search: Search | None = None
    external_id: str | None = None
    published_from: datetime | None = None
    published_to: datetime | None = None
    appended_from: datetime | None = None
    appended_to: datetime | None = None
    min_score: float | None = None
    oldest_first: bool = False

    @property
    def published(self) -> dict[str, datetime]:
        """Conditions on the time of publication."""
        return _in_period("published_at", self.published_from, self.published_to)

    @property
    def appended(self) -> dict[str, datetime]:
        """Conditions on the time of arrival."""
        return _in_period("first_appended_at", self.appended_from, self.appended_to)

    @property
    def conditions(self) -> dict[str, Any]:
        """Conditions on the columns of an item; without tickers, also those on its sentiment."""
        columns = {"source": self.source, "external_id": self.external_id}
        if not self.tickers:
            columns |= self._on_score
        return {name: value for name, value in columns.items() if value is not None} | self.published | self.appended

    @property
    def has_filters(self) -> bool:
        """Whether it selects by more than the search."""
        return bool(self.tickers or self.conditions)

    @property
    def mentions(self) -> dict[str, Any]:
        """Conditions on the columns of mentions, of which one must meet them all; only with tickers."""
        return {"symbol__in": self.tickers} | {
            name: value for name, value in self._on_score.items() if value is not None
        }

    @property
    def _on_score(self) -> dict[str, Any]:
        return {"sentiment": self.sentiment, "score__gte": self.min_score}

    def choose_entity(self, entities: Sequence[EntityScore]) -> EntityScore | None:
        """Return the one by which an item with these entities passes; None without tickers."""
        passing = choose_entity(entities, self.tickers, sentiment=self.sentiment, min_score=self.min_score)
        return passing or choose_entity(entities, self.tickers)


@dataclass(frozen=True, slots=True)
class ReadBounds:
    """How many rows one request reads: consecutive ones, which are filtered, and ones that an index finds."""

    window_items: int = 20_000
    max_candidates: int = 2_000


READ_BOUNDS = ReadBounds()


@dataclass(frozen=True, slots=True)
class SearchPage:
    """A page of items that pass filters.

    next_key: primary key after which the next page begins; None if there are no more items.
    is_partial: whether the page is short because the bound was reached, and not for lack of items.
    """

    items: list[Item]
    next_key: int | None
    is_partial: bool


@dataclass(frozen=True, slots=True)
class Window:
    """The primary keys from `lower` up to, but not including, `upper`; only `keys`, unless that is None."""

    lower: int
    upper: int
    keys: list[int] | None


def select_item_page(
    query: ItemQuery,
    *,
    after: int | None = None,
    limit: int,
    items: QuerySet[Item] | None = None,
    bounds: ReadBounds = READ_BOUNDS,
) -> SearchPage:
    """Return the next page of `items` (default: all that are shown) that pass the filters, after a primary key."""
    head = get_head()
    base = select_visible(head) if items is None else items
    lower, upper = get_key_range(query, slack=bounds.window_items // 10)
    lower = max(lower, find_first_visible_pk(head))
    if after is not None:
        lower, upper = (max(lower, after + 1), upper) if query.oldest_first else (lower, min(upper, after))
    window = _choose_window(query, lower, upper, limit=limit, bounds=bounds)
    scope = {"gte": window.lower, "lt": window.upper} | ({} if window.keys is None else {"in": in_array(window.keys)})
    matching = filter_items(base, query, scope, key="pk").order_by("pk" if query.oldest_first else "-pk")
    matches = _select_matching(matching, query.search, limit=limit + 1)
    if len(matches) > limit:
        return SearchPage(matches[:limit], matches[limit - 1].pk, is_partial=False)
    if (window.lower, window.upper) == (lower, upper):
        return SearchPage(matches, None, is_partial=False)
    return SearchPage(matches, window.upper - 1 if query.oldest_first else window.lower, is_partial=True)


def filter_items(items: QuerySet[Item], query: ItemQuery, scope: Mapping[str, Any], *, key: Key) -> QuerySet[Item]:
    """Return the items of a scope that pass all filters but the search.

    scope: conditions on the key by their operators, such as {"gte": 1, "lt": 1000}; small enough to be read as a whole.
    """
    matching = filter_rows(items, query.conditions)
    matching = matching.filter(**{f"{key}__{operator}": value for operator, value in scope.items()})
    if query.tickers:
        # In the same scope, so that no plan reads all mentions of the tickers.
        column = MENTION_COLUMNS[key]
        mentions = Mention.objects.filter(
            **query.mentions, **{f"{column}__{operator}": value for operator, value in scope.items()}
        )
        matching = matching.filter(Exists(mentions.filter(seq=OuterRef("seq"))))
    return matching


def filter_rows(items: QuerySet[Item], conditions: dict[str, Any]) -> QuerySet[Item]:
    """Return the items that meet conditions on their columns, which are compared row by row.

    No index serves an expression. With the columns themselves, a planner that takes a window of keys for a large part
    of the table would read all entries of another index and sort them.
    """
    parts = [(*name.partition("__"), value) for name, value in conditions.items()]
    items = items.alias(**{f"{column}_value": Coalesce(column, column) for column, *_ in parts})
    return items.filter(**{f"{column}_value{separator}{lookup}": value for column, separator, lookup, value in parts})


def _in_period(field: str, start: datetime | None, end: datetime | None) -> dict[str, datetime]:
    bounds = {f"{field}__gte": start, f"{field}__lt": end}
    return {name: time for name, time in bounds.items() if time is not None}


def get_key_range(query: ItemQuery, *, slack: int) -> tuple[int, int]:
    """Return the primary keys between which all items of the query are: the first, and the one after the last.

    Keys are in the order of arrival, except within a batch, which arrives at one time, and by as much as the clock has
    ever been set back: `slack` items cover that.
    """
    keys = Item.with_withdrawn.filter(pk__gt=0).values_list(
        "pk", flat=True
    )  # SQLite: a search, not a scan, in query plans
    first, last = keys.order_by("pk").first(), keys.order_by("-pk").first()
    lower, upper = first or 0, (last or 0) + 1
    if query.appended_from is not None:
        arrived = list(keys.filter(first_appended_at__gte=query.appended_from).order_by("first_appended_at")[:1])
        lower = max(lower, arrived[0] - slack) if arrived else upper
    if query.appended_to is not None:
        arrived = list(keys.filter(first_appended_at__lt=query.appended_to).order_by("-first_appended_at")[:1])
        upper = min(upper, arrived[0] + 1 + slack) if arrived else lower
    return lower, upper


def _choose_window(query: ItemQuery, lower: int, upper: int, *, limit: int, bounds: ReadBounds) -> Window:
    """Return what to read of a range of keys: all that an index leaves of it, or else its first part.

    That part are the next matches of the search, or without one consecutive items.
    """
    matches: list[int] | None = None
    if query.search is not None and query.external_id is None:
        # Without other filters all matches are shown, so a page of them is enough. Not for long phrases, which planners
        # take to be as frequent as all their words together: for few of them PostgreSQL would read the whole table.
        is_page_enough = not query.has_filters and query.search.longest_phrase <= MAX_PLANNED_PHRASE
        count = limit if is_page_enough else bounds.max_candidates
        matches = _select_matches(query, query.search, lower, upper, limit=count + 1)
        if len(matches) <= count:
            return Window(lower, upper, matches)
    keys = look_up_keys(query, key="pk", limit=bounds.max_candidates)
    if keys is not None:
        return Window(lower, upper, keys)
    if query.search is None:
        if query.oldest_first:
            return Window(lower, min(upper, lower + bounds.window_items), None)
        return Window(max(lower, upper - bounds.window_items), upper, None)
    if matches is None:
        # Looking one up costs about as much as reading ten in a row.
        count = max(1, bounds.window_items // 10)
        matches = _select_matches(query, query.search, lower, upper, limit=count)
        if len(matches) < count:
            return Window(lower, upper, matches)
    return Window(lower, matches[-1] + 1, matches) if query.oldest_first else Window(matches[-1], upper, matches)


def _select_matches(query: ItemQuery, search: Search, lower: int, upper: int, *, limit: int) -> list[int]:
    return select_keys(search, lower=lower, upper=upper, limit=limit, oldest_first=query.oldest_first)


def look_up_keys(query: ItemQuery, *, key: Key, limit: int) -> list[int] | None:
    """Return the keys of all items that one of the filters with an index leaves, in any order.

    None if there is no such filter, or if each leaves more than `limit`.
    """
    if query.external_id is not None and (sources := _list_sources(query)) is not None:
        matches = Item.objects.order_by().filter(source__in=in_array(sources), external_id=query.external_id)
        keys = list(matches.values_list(key, flat=True)[: limit + 1])
        if len(keys) <= limit:
            return keys
    for lookups in _list_lookups(query, key):
        keys = []
        for lookup in lookups:
            keys += lookup[: limit + 1 - len(keys)]
            if len(keys) > limit:
                break
        else:
            return keys
    return None


def _list_lookups(query: ItemQuery, key: Key) -> Iterator[list[QuerySet[Any, int]]]:
    """Yield, for each filter with an index, queries for the keys that together find all its items.

    Each walks one index in its order: without an order, a planner might read the table for the first rows instead.
    """
    if query.published:
        yield [Item.objects.filter(**query.published).order_by("published_at").values_list(key, flat=True)]
    if query.appended:
        yield [Item.objects.filter(**query.appended).order_by("first_appended_at").values_list(key, flat=True)]
    if query.source is not None:
        yield [Item.objects.filter(source=query.source).order_by("seq").values_list(key, flat=True)]
    if query.tickers:
        mentions = Mention.objects.order_by("seq").values_list(MENTION_COLUMNS[key], flat=True)
        yield [mentions.filter(symbol=ticker) for ticker in query.tickers]


def _list_sources(query: ItemQuery) -> list[str] | None:
    """Return the names of the sources that the query may be about; None if there are too many."""
    if query.source is not None:
        return [query.source]
    with connection.cursor() as cursor:
        cursor.execute(SELECT_SOURCES, [MAX_SOURCES + 1])
        sources = [source for (source,) in cursor.fetchall()]
    return sources if len(sources) <= MAX_SOURCES else None


def _select_matching(matching: QuerySet[Item], search: Search | None, *, limit: int) -> list[Item]:
    """Return the first items whose texts match the search, if there is one."""
    if search is None:
        return list(matching[:limit])
    # Those that the index of words found match; of those that another index found, this selects a few thousand at most.
    items = (item for item in matching.iterator(chunk_size=200) if search.matches(item.title, item.summary))
    return list(islice(items, limit))
