"""Query what the page shows as of one cursor of the log; the stream adds everything after it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from dashboard.period import PeriodSummary, get_period_summary
from dashboard.query import PageQuery
from dashboard.rows import name_instruments, serialize_item
from dashboard.unknown_tickers import UnknownTicker, find_unknown_tickers
from news.instruments.current import get_topics
from news.log.reader import get_correction_times, get_head, has_hidden_samples
from news.metrics.queries import Metrics, get_metrics
from news.models import Item
from news.search.published_items import Kind, PublishedPage, PublishedQuery, select_published_page

PAGE_ROWS = 40


@dataclass(frozen=True, slots=True)
class RowPage:
    """A page of the list of headlines.

    corrected_at: by the id of items whose texts or tickers were corrected, the last time.
    """

    query: PublishedQuery
    page: PublishedPage
    corrected_at: dict[str, datetime]

    @property
    def items(self) -> list[Item]:
        """The items, latest first."""
        return self.page.items

    @property
    def cursor(self) -> str | None:
        """The cursor of the next page, None if there is none."""
        return str(self.page.next_position) if self.page.next_position else None

    def payload(self) -> dict[str, Any]:
        """Return the page as JSON values for the page's scripts."""
        return {"items": self.serialize_items(), "cursor": self.cursor, "names": name_instruments(self.list_tickers())}

    def list_tickers(self) -> list[str]:
        """Return the tickers of the items."""
        return [ticker for item in self.items for ticker in item.tickers]

    def serialize_items(self) -> list[dict[str, Any]]:
        """Return the items as JSON values: of the ticker by which each passes, with tickers."""
        choose_entity = self.query.items.choose_entity
        return [
            serialize_item(item, choose_entity(item.list_entities()), self.corrected_at.get(item.item_id))
            for item in self.items
        ]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The metrics of the chosen tickers of all time and of the period, and the first rows."""

    metrics: Metrics
    period: PeriodSummary
    rows: RowPage
    has_hidden_samples: bool
    unknown: list[UnknownTicker]

    @property
    def items(self) -> list[Item]:
        """The items of the first rows."""
        return self.rows.items

    def payload(self) -> dict[str, Any]:
        """Return the snapshot as JSON values for the page's scripts."""
        return {
            **self.metrics.payload(),
            "period": self.period.payload(),
            "recent_items": self.rows.serialize_items(),
            "next": self.rows.cursor,
            "names": name_instruments([*self.metrics.by_tag, *self.period.current.by_tag, *self.rows.list_tickers()]),
            "shows_samples": self.metrics.shows_samples,
            "has_hidden_samples": self.has_hidden_samples,
            "unknown": [ticker.payload() for ticker in self.unknown],
            "cursor": str(self.metrics.cursor),
        }


def get_snapshot(query: PageQuery) -> Snapshot:
    """Return the snapshot of a page with these filters."""
    metrics = get_metrics(query.tickers)
    return Snapshot(
        metrics=metrics,
        period=get_period_summary(query),
        rows=get_rows(query, up_to=metrics.head_seq),
        has_hidden_samples=has_hidden_samples(get_head()),
        unknown=find_unknown_tickers(query.tickers, metrics.by_tag),
    )


def get_rows(query: PageQuery, *, up_to: int | None = None) -> RowPage:
    """Return the rows of a page that begin after its place; without those after `up_to`, which the stream brings."""
    items_query = query.make_item_query(query.get_range())
    rows_query = PublishedQuery(items=items_query, kind=cast("Kind | None", query.kind or None), topics=get_topics())
    if query.watchlist_id and not query.tickers:  # its tickers are known to the scripts alone
        return RowPage(rows_query, PublishedPage([], None), {})
    page = select_published_page(rows_query, after=query.after, limit=PAGE_ROWS)
    items = page.items if up_to is None else [item for item in page.items if item.seq <= up_to]
    return RowPage(rows_query, PublishedPage(items, page.next_position), get_correction_times(items))
