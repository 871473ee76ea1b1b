"""Select items by filters in order of publication: pages by cursor, with a bound on the rows that one request reads.

The order is that of (`published_at`, primary key), latest first, which an item keeps when it is scored again. Each page
either looks its candidates up in an index and sorts these, or walks the index on the time of publication in windows.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from common.sql import in_array
from news.log.reader import get_head, select_visible
from news.models import Item, Mention
from news.search.index import select_keys
from news.search.item_query import READ_BOUNDS, ItemQuery, ReadBounds, filter_items, filter_rows, look_up_keys

Kind = Literal["company", "market"]

FIRST_WINDOW = 200  # items; a window that does not fill the page is followed by one ten times as large
ORDER = ("-published_at", "-pk")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class ListPosition:
    """A place in the order of publication. As text, it is a cursor: the page after it begins with earlier items."""

    published_at: datetime
    key: int

    def __str__(self) -> str:
        return f"{(self.published_at - EPOCH) // timedelta(microseconds=1)}-{self.key}"

    @classmethod
    def from_item(cls, item: Item) -> "ListPosition":
        """Return the place of an item."""
        return cls(item.published_at, item.pk)


@dataclass(frozen=True, slots=True)
class PublishedPage:
    """A page of items, latest first.

    next_position: after which the next page begins; None if there are no more items. A page can be short, even empty,
    and have a next one: then the bound was reached.
    """

    items: list[Item]
    next_position: ListPosition | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedQuery:
    """What to select: the filters of `items`, and of news about instruments or about topics alone.

    topics: symbols of the instruments that are topics.
    """

    items: ItemQuery
    kind: Kind | None = None
    topics: Collection[str] = ()

    @property
    def has_filters(self) -> bool:
        """Whether it selects by more than the time of publication."""
        items = self._undated
        return bool(items.has_filters or items.search or self.kind)

    @property
    def _undated(self) -> ItemQuery:
        return replace(self.items, published_from=None, published_to=None)

    def find_candidates(self, *, bounds: ReadBounds) -> list[int] | None:
        """Return the keys of all items that an index leaves; None if there are too many, or no filter with an index."""
        query = self._undated
        if query.search is not None:
            first, last = 0, 2**62
            keys = select_keys(query.search, lower=first, upper=last, limit=bounds.max_candidates + 1)
            if len(keys) <= bounds.max_candidates:
                return keys
        return look_up_keys(query, key="pk", limit=bounds.max_candidates)

    def filter_kind(self, items: QuerySet[Item]) -> QuerySet[Item]:
        """Return those of `items` that are of the kind."""
        if self.kind is None:
            return items
        others = _select_own_mentions().exclude(name__in=[*self.topics])
        return items.filter(Exists(others) if self.kind == "company" else ~Exists(others))

    def filter(self, items: QuerySet[Item]) -> QuerySet[Item]:
        """Return those of `items` that pass all filters but the time and the search, compared row by row."""
        query = self._undated
        items = filter_rows(items, query.conditions)
        if query.tickers:
            conditions = {name: value for name, value in query.mentions.items() if name != "symbol__in"}
            items = items.filter(Exists(_select_own_mentions().filter(name__in=query.tickers, **conditions)))
        return self.filter_kind(items)

    def matches(self, item: Item) -> bool:
        """Return whether an item matches the search."""
        search = self.items.search
        return search is None or search.matches(item.title, item.summary)


def _select_own_mentions() -> QuerySet[Any]:
    """Return the mentions of the outer item's present state.

    Symbol and seq are expressions, so that every planner looks up the few mentions of an item by its key, and none goes
    through all mentions of a symbol.
    """
    mentions = Mention.objects.filter(item=OuterRef("pk"))
    mentions = mentions.alias(name=Coalesce("symbol", "symbol"), place=Coalesce("seq", "seq"))
    return mentions.filter(place=OuterRef("seq"))


def parse_position(text: str) -> ListPosition:
    """Return the place that a cursor names. Errors: ValueError."""
    match = re.fullmatch(r"(-?[0-9]{1,18})-([0-9]{1,18})", text)
    if match is None:
        raise ValueError(f"{text[:80]!r}: not a cursor of this list; leave it out to start with the latest headline.")
    try:
        return ListPosition(EPOCH + timedelta(microseconds=int(match[1])), int(match[2]))
    except OverflowError as error:
        raise ValueError(f"{text[:80]!r}: beyond the year 9999; leave it out.") from error


def select_published_page(
    query: PublishedQuery, *, after: ListPosition | None = None, limit: int, bounds: ReadBounds = READ_BOUNDS
) -> PublishedPage:
    """Return the next page of the shown items that pass the filters."""
    visible = select_visible(get_head())
    candidates = query.find_candidates(bounds=bounds) if query.has_filters else None
    if candidates is None:
        return _walk(query, visible, after, limit=limit, bounds=bounds)
    items = query.filter_kind(filter_items(visible, query.items, {"in": in_array(candidates)}, key="pk"))
    if after is not None:
        items = items.filter(_is_after(after))
    matches = _take(query, items.order_by(*ORDER), limit=limit + 1)
    return _cut(matches, limit, None)


def _walk(
    query: PublishedQuery, visible: QuerySet[Item], after: ListPosition | None, *, limit: int, bounds: ReadBounds
) -> PublishedPage:
    """Return a page from windows along the index on the time of publication."""
    matches: list[Item] = []
    # What is compared in Python costs about as much as ten rows that the database compares.
    bound = bounds.window_items // (10 if query.items.search else 1)
    size, read = min(FIRST_WINDOW, bound), 0
    while read < bound:
        end = _find_window_end(query.items, after, size)
        window = _between(visible, query.items, after, end)
        matches += _take(query, query.filter(window).order_by(*ORDER), limit=limit + 1 - len(matches))
        if len(matches) > limit or end is None:
            return _cut(matches, limit, None)
        after, read = end, read + size
        size = min(10 * size, max(1, bound - read))
    return _cut(matches, limit, after)


def _find_window_end(query: ItemQuery, after: ListPosition | None, size: int) -> ListPosition | None:
    """Return the place of the last of the next `size` items, None if fewer are left. Reads the index alone."""
    keys = _between(Item.with_withdrawn.all(), query, after, None).order_by(*ORDER)
    last = keys.values_list("published_at", "pk")[size - 1 : size + 1]
    places = [ListPosition(*row) for row in last]
    return places[0] if len(places) == 2 else None  # with a further item after it


def _between(
    items: QuerySet[Item], query: ItemQuery, after: ListPosition | None, end: ListPosition | None
) -> QuerySet[Item]:
    """Return the items of the period after one place and up to another."""
    conditions: dict[str, Any] = {}
    if query.published_from is not None:
        conditions["published_at__gte"] = query.published_from
    if query.published_to is not None:
        conditions["published_at__lt"] = query.published_to
    items = items.filter(**conditions)
    if after is not None:
        items = items.filter(_is_after(after))
    if end is not None:
        items = items.filter(
            Q(published_at__gte=end.published_at), Q(published_at__gt=end.published_at) | Q(pk__gte=end.key)
        )
    return items


def _is_after(place: ListPosition) -> Q:
    # The first condition is the range of the index; the second divides the items of that very moment.
    return Q(published_at__lte=place.published_at) & (Q(published_at__lt=place.published_at) | Q(pk__lt=place.key))


def _take(query: PublishedQuery, items: QuerySet[Item], *, limit: int) -> list[Item]:
    """Return the first items that match the search, if there is one."""
    if query.items.search is None:
        return list(items[:limit])
    return list(_take_matching(query, items, limit=limit))


def _take_matching(query: PublishedQuery, items: QuerySet[Item], *, limit: int) -> Iterator[Item]:
    for item in items.iterator(chunk_size=200):
        if query.matches(item):
            yield item
            limit -= 1
            if limit == 0:
                return


def _cut(items: list[Item], limit: int, next_position: ListPosition | None) -> PublishedPage:
    if len(items) > limit:
        return PublishedPage(items[:limit], ListPosition.from_item(items[limit - 1]))
    return PublishedPage(items, next_position)
