"""Select pages of items as of an earlier place in the log: in the states that they had, with the filters of then."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from common.sql import in_array
from news.log.as_of import LogPoint, query_states_as_of, select_states_as_of_where
from news.log.reader import LOG_PAGE_ITEMS, RECENT_ITEMS, LoggedState, Selection, get_head, select_seqs
from news.metrics.counted_items import TIME_FIELDS, build_time_conditions
from news.metrics.periods import Period
from news.models import Mention
from news.search.item_query import READ_BOUNDS, ItemQuery, ReadBounds, filter_rows, get_key_range


@dataclass(frozen=True, slots=True)
class SearchPageAsOf:
    """A page of states; fields as of `SearchPage`."""

    items: list[LoggedState]
    next_key: int | None
    is_partial: bool


def select_page_as_of(
    query: ItemQuery, as_of: LogPoint, *, after: int | None = None, limit: int, bounds: ReadBounds = READ_BOUNDS
) -> SearchPageAsOf:
    """Return the next page of items that passed the filters then, after a primary key."""
    # Later arrivals are left out by their time, so that the pages begin with items of then.
    upper_time = as_of.time + timedelta(microseconds=1)
    if query.appended_to is not None:
        upper_time = min(query.appended_to, upper_time)
    lower, upper = get_key_range(replace(query, appended_to=upper_time), slack=bounds.window_items // 10)
    if after is not None:
        lower, upper = (max(lower, after + 1), upper) if query.oldest_first else (lower, min(upper, after))
    if query.oldest_first:
        first, last = lower, min(upper, lower + bounds.window_items)
    else:
        first, last = max(lower, upper - bounds.window_items), upper
    states = _select_states(query, as_of, first, last, limit=limit + 1)
    keys = sorted(states, reverse=not query.oldest_first)[: limit + 1]
    if len(keys) > limit:
        return SearchPageAsOf([states[key] for key in keys[:limit]], keys[limit - 1], is_partial=False)
    items = [states[key] for key in keys]
    if (first, last) == (lower, upper):
        return SearchPageAsOf(items, None, is_partial=False)
    return SearchPageAsOf(items, last - 1 if query.oldest_first else first, is_partial=True)


def select_newest_as_of(as_of: LogPoint, period: Period | None, *, tickers: Collection[str]) -> list[LoggedState]:
    """Return the newest states of then in reverse log order; with a period, the newest that it counts, by its time."""
    if period is not None:
        return _select_newest_in(as_of, period, tickers)
    newest: list[LoggedState] = []
    selection = Selection(tickers=tickers, historical=True)
    up_to, page_size = as_of.seq, RECENT_ITEMS
    after = 0 if as_of.shows_samples else (get_head().first_real_seq or 1) - 1
    while len(newest) < RECENT_ITEMS:
        seqs = select_seqs(selection, after=after, up_to=up_to, limit=page_size, is_descending=True)
        states = select_states_as_of_where(as_of.seq, seq__in=in_array(seqs), is_sample=as_of.shows_samples).values()
        newest += sorted(states, key=lambda state: -state.seq)
        if len(seqs) < page_size:
            break
        up_to, page_size = seqs[-1] - 1, min(10 * page_size, LOG_PAGE_ITEMS)
    return newest[:RECENT_ITEMS]


def _select_newest_in(as_of: LogPoint, period: Period, tickers: Collection[str]) -> list[LoggedState]:
    field = TIME_FIELDS[period.axis]
    query = ItemQuery(tickers=tuple(tickers))
    conditions = build_time_conditions(period.axis, period.start, period.end)
    if not period.axis.is_by_publication:
        conditions["is_historical"] = False
    conditions["is_sample"] = as_of.shows_samples
    items, revisions = (
        _filter(rows.filter(**conditions), query).order_by(f"-{field}", "-seq")[:RECENT_ITEMS]
        for rows in query_states_as_of(as_of.seq)
    )
    states: dict[int, LoggedState] = {item.pk: item for item in items}
    states.update({revision.current_id: revision for revision in revisions})
    return sorted(states.values(), key=lambda state: (getattr(state, field), state.seq), reverse=True)[:RECENT_ITEMS]


def _select_states(query: ItemQuery, as_of: LogPoint, first: int, last: int, *, limit: int) -> dict[int, LoggedState]:
    """Return the first states of a range of primary keys, by these."""
    order = "" if query.oldest_first else "-"
    items, revisions = query_states_as_of(as_of.seq)
    of_samples = {"is_sample": as_of.shows_samples}
    items = _filter(items.filter(**of_samples, pk__gte=first, pk__lt=last), query).order_by(f"{order}pk")
    revisions = _filter(revisions.filter(**of_samples, current_id__gte=first, current_id__lt=last), query)
    states: dict[int, LoggedState] = {item.pk: item for item in items[:limit]}
    states.update({each.current_id: each for each in revisions.order_by(f"{order}current_id")[:limit]})
    return states


def _filter(states: QuerySet[Any], query: ItemQuery) -> QuerySet[Any]:
    states = filter_rows(states, query.conditions)
    if query.tickers:
        states = states.filter(Exists(Mention.objects.filter(**query.mentions, seq=OuterRef("seq"))))
    return states
