"""Read the items that pass filters in the order of the log, in short statements, however long the log is.

They are in their present states, or in those that they had as of an earlier place.

An item that is scored again gets a new place. If that happens while it is exported, it may come twice: the last row of
an item is its newest state. No item is missed.
"""

from collections.abc import Mapping
from typing import Any

import orjson
from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast

from common.sql import in_array
from news.entity_score import list_entities
from news.export.tables import ITEM_COLUMNS, Row
from news.log.as_of import LogPoint, query_states_as_of
from news.log.cursor import Cursor
from news.log.reader import get_head, get_seq_before, resolve_cursor, select_visible
from news.models import Item, LogHead
from news.search.index import MAX_KEY, select_keys
from news.search.item_query import ItemQuery, filter_items, look_up_keys

PAGE_ITEMS = 1_000
MAX_CANDIDATES = 50_000
# Fields of a row that are copied from a column, and the column's name.
COPIED_FIELDS = {
    "analyzer": "analyzer",
    "analyzer_version": "analyzer_version",
    "published_at": "published_at",
    "timestamp": "appended_at",
    "first_appended_at": "first_appended_at",
    "revision": "revision",
    "undated": "is_undated",
    "historical": "is_historical",
    "summary": "summary",
    "external_id": "external_id",
}


class CursorRejected(ValueError):
    """A cursor that an export can't begin at. The text says why and has the cure."""


def resolve_start(after: str | None, head: LogHead) -> int:
    """Return the seq after which an export begins; `after` is the cursor or the seq of a row, or None.

    Errors: CursorRejected.
    """
    if after is None:
        return head.min_seq
    text = str(Cursor(head.generation, int(after))) if after.isdecimal() else after
    cursor, reason = resolve_cursor(text, head)
    if cursor is not None:
        return cursor.seq
    reasons = {
        "foreign": "is of another log, or older than a restored backup; leave it out to export from the beginning",
        "future": f"is after the end of the log, {Cursor(head.generation, head.seq)}; give that or an earlier one",
        "expired": "is before the earliest place that retention has kept: items after it are deleted; "
        f"give the earliest, {Cursor(head.generation, head.min_seq)}, or leave it out",
    }
    raise CursorRejected(f"after={after[:80]!r} {reasons[reason or 'foreign']}.")


class ItemTable:
    """Reads pages of rows.

    after: seq after which to begin.
    limit: number of rows to stop at.
    page_items: places of the log that one statement reads.
    max_candidates: seqs that an index may find; with more, the log is read from end to end.
    as_of: the place in whose states to read items, in place of the present ones.
    """

    columns = ITEM_COLUMNS

    def __init__(
        self,
        query: ItemQuery,
        *,
        after: int = 0,
        limit: int | None = None,
        page_items: int = PAGE_ITEMS,
        max_candidates: int = MAX_CANDIDATES,
        as_of: LogPoint | None = None,
    ) -> None:
        self.row_count = 0
        self._query = query
        self._after = after  # up to here everything is read
        self._limit = limit
        self.page_items = page_items
        self.max_candidates = max_candidates
        self._as_of = as_of
        self._head: LogHead | None = None  # the newest that was read
        self._candidates: list[int] = []  # seqs that are still to be read, in order
        self._is_over = False

    @property
    def cursor(self) -> Cursor | None:
        """Where another export would go on; None before the first page."""
        return None if self._head is None else Cursor(self._head.generation, self._after)

    def select_page(self) -> list[Row] | None:
        """Return the rows of the next page, which may be none, or None at the end."""
        if self._is_over:
            return None
        if self._head is None:
            self._head = self._begin(self._get_end())
        rows = self._select_candidates(self._head) if self._candidates else self._select_window(self._head)
        if self._limit is not None and self.row_count + len(rows) >= self._limit:
            del rows[self._limit - self.row_count :]
            self._after, self._is_over = rows[-1]["seq"], True
        self.row_count += len(rows)
        return rows

    def _get_end(self) -> LogHead:
        """Return the head of the log, or as if the log ended where it is read as of."""
        head = get_head()
        if self._as_of is not None:
            head.seq = self._as_of.seq
        return head

    def _begin(self, head: LogHead) -> LogHead:
        """Find out where the log has to be read."""
        self._after = max(self._after, head.min_seq)
        if head.first_real_seq is not None and head.first_real_seq <= head.seq:  # before it are samples, not shown
            self._after = max(self._after, head.first_real_seq - 1)
        if self._query.appended_from is not None:  # an item has no state from before its arrival
            self._after = max(self._after, get_seq_before(self._query.appended_from, head))
        if head.seq - self._after > self.page_items and self._as_of is None:  # indexes find present states
            candidates = _find_candidates(self._query, limit=self.max_candidates)
            if candidates is not None:
                self._candidates = sorted({seq for seq in candidates if self._after < seq <= head.seq})
                self._after = self._after if self._candidates else head.seq
        return head

    def _select_candidates(self, head: LogHead) -> list[Row]:
        page = self._candidates[: self.page_items]
        rows = self._build_rows(head, {"in": in_array(page)})
        del self._candidates[: len(page)]
        self._after = page[-1] if self._candidates else head.seq
        return rows

    def _select_window(self, head: LogHead) -> list[Row]:
        end = self._after + self.page_items
        rows = self._build_rows(head, {"gt": self._after, "lte": end})
        self._head = self._get_end()
        # Read after the rows: what moved on while they were read is in the next window, or was among them.
        self._is_over = self._head.seq <= end
        # Places after the former head may have been taken after the rows were read.
        self._after = min(end, max([head.seq, *(row["seq"] for row in rows[-1:])]))
        return rows

    def _build_rows(self, head: LogHead, scope: Mapping[str, Any]) -> list[Row]:
        search = self._query.search
        # No scope has more places than the limit, which shows planners how few rows there are.
        states = select_rows(self._query, scope, limit=self.page_items, as_of=self._as_of)
        rows = [build_row(values, head.generation, self._query) for values in states]
        return [row for row in rows if search is None or search.matches(row["title"], row["summary"])]


def select_rows(
    query: ItemQuery, scope: Mapping[str, Any], *, limit: int, as_of: LogPoint | None
) -> list[tuple[Any, ...]]:
    """Select the states to export in a scope of seqs, in their order: those that items have now, or had as of a place.

    All exports choose states here. The columns are those that `build_row` takes.
    """
    if as_of is None:
        return list(_select_columns(select_visible(), query, scope)[:limit])
    tables = [rows.filter(is_sample=as_of.shows_samples) for rows in query_states_as_of(as_of.seq)]
    states = {values[0]: values for rows in tables for values in _select_columns(rows, query, scope)[:limit]}
    return [states[seq] for seq in sorted(states)[:limit]]


def _select_columns(
    states: QuerySet[Any], query: ItemQuery, scope: Mapping[str, Any]
) -> QuerySet[Any, tuple[Any, ...]]:
    states = filter_items(states, query, scope, key="seq").order_by("seq")
    return states.values_list(
        "seq",
        "item_id",
        "title",
        "url",
        "source",
        Cast("tickers", TextField()),  # as text: Django's own decoding takes longer than the rest
        "sentiment",
        "score",
        Cast("probabilities", TextField()),
        Cast("entities", TextField()),
        *COPIED_FIELDS.values(),
    )


def build_row(values: tuple[Any, ...], generation: str, query: ItemQuery) -> Row:
    """Return a row with the fields that an item has in lists, its summary, external id and cursor.

    As in lists, a query with tickers chooses the one that ticker and score are of.
    """
    (seq, item_id, title, url, source, tickers_json, sentiment, score, probabilities_json, entities_json, *copied) = (
        values
    )
    tickers, probabilities = orjson.loads(tickers_json), orjson.loads(probabilities_json)
    value = float(probabilities["positive"] - probabilities["negative"])
    stored = None if entities_json is None else orjson.loads(entities_json)
    entities = list_entities(stored, tickers, sentiment=sentiment, score=score, value=value)
    entity = query.choose_entity(entities)
    return {
        "item_id": item_id,
        "seq": seq,
        "title": title,
        "url": url,
        "source": source,
        "ticker": tickers[0],
        "tickers": tickers,
        "sentiment": sentiment,
        "score": score,
        "value": value,
        "probabilities": probabilities,
        **(entity.item_fields if entity else {}),
        "entities": [entity.brief for entity in entities],
        **dict(zip(COPIED_FIELDS, copied, strict=True)),
        "cursor": str(Cursor(generation, seq)),
    }


def _find_candidates(query: ItemQuery, *, limit: int) -> list[int] | None:
    """Return the seqs that one of the filters leaves; None if that is too many, or if no index serves the filters."""
    if query.search is not None:
        keys = select_keys(query.search, lower=0, upper=MAX_KEY, limit=limit + 1, oldest_first=True)
        if len(keys) <= limit:
            return list(Item.objects.filter(pk__in=in_array(keys)).order_by().values_list("seq", flat=True))
    return look_up_keys(query, key="seq", limit=limit)
