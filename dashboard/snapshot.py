"""Query what the page shows as of one cursor of the log; the stream adds everything after it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from common.time import format_time
from dashboard.query import PageQuery
from news.log.reader import (
    RECENT_ITEMS,
    get_correction_times,
    get_head,
    has_hidden_samples,
    select_newest_visible,
    select_visible,
)
from news.metrics.queries import Metrics, get_metrics
from news.models import Item, LogHead, Sentiment
from news.search.item_query import ItemQuery, select_item_page
from streaming.protocol.events import ItemView, make_item_payload

COUNT_NAMES = ("total", *Sentiment.values)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The metrics of the chosen tickers, the newest items that pass the filters, and the counts of two hours."""

    metrics: Metrics
    query: ItemQuery
    items: list[Item]
    corrected_at: dict[str, datetime]  # by the id of items whose texts or tickers were corrected: the last time
    hour: dict[str, int]
    previous_hour: dict[str, int]
    has_hidden_samples: bool

    def payload(self) -> dict[str, Any]:
        """Return the snapshot as JSON values for the page's scripts."""
        return {
            **self.metrics.payload(),
            "recent_items": [
                {
                    "seq": item.seq,
                    **self._describe(item),
                    "corrected_at": format_time(at) if (at := self.corrected_at.get(item.item_id)) else None,
                }
                for item in self.items
            ],
            "hour": self.hour,
            "previous_hour": self.previous_hour,
            "shows_samples": self.metrics.shows_samples,
            "has_hidden_samples": self.has_hidden_samples,
            "cursor": str(self.metrics.cursor),
        }

    def _describe(self, item: Item) -> dict[str, Any]:
        """Return what the page's stream says of an item: of the ticker by which it passes, with tickers."""
        entity = self.query.choose_entity(item.list_entities())
        return make_item_payload(item, ItemView(entity, with_headline=True, with_entities=True))


def get_snapshot(filters: PageQuery) -> Snapshot:
    """Return the snapshot of a page with these filters."""
    head = get_head()
    metrics = get_metrics(filters.tickers)
    hour = _counts(get_metrics(filters.tickers, hours=1))
    two_hours = _counts(get_metrics(filters.tickers, hours=2))
    query = ItemQuery(
        tickers=filters.tickers,
        sentiment=filters.sentiment or None,
        source=filters.source or None,
        search=filters.search,
    )
    items = _select_rows(filters, query, head, upto=metrics.head_seq)
    return Snapshot(
        metrics=metrics,
        query=query,
        items=items,
        corrected_at=get_correction_times(items),
        hour=hour,
        previous_hour={name: max(0, two_hours[name] - hour[name]) for name in COUNT_NAMES},
        has_hidden_samples=has_hidden_samples(head),
    )


def _counts(metrics: Metrics) -> dict[str, int]:
    return {name: getattr(metrics, name) for name in COUNT_NAMES}


def _select_rows(filters: PageQuery, query: ItemQuery, head: LogHead, *, upto: int) -> list[Item]:
    # Up to the seq of the metrics: the page counts later items when the stream sends them.
    if not filters.has_row_filters:
        return select_newest_visible(head, tickers=filters.tickers, upto=upto)
    # Bounded: rows that pass few items are searched among the newest only.
    rows = select_item_page(query, limit=RECENT_ITEMS, items=select_visible(head).filter(seq__lte=upto)).items
    return sorted(rows, key=lambda item: item.seq, reverse=True)
