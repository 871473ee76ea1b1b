"""Read what the page shows at one place in the log, to which the stream adds all that comes after."""

from dataclasses import dataclass
from typing import Any

from dashboard.query import PageQuery
from news.metrics.queries import Metrics, get_metrics
from news.models import Item, Sentiment
from streaming.protocol.events import item_event

RECENT_ITEMS = 20
COUNTED = ("total", *Sentiment.values)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The counts over the tickers asked for, the newest items that pass the filters, and the last two hours."""

    metrics: Metrics
    items: list[Item]
    hour: dict[str, int]
    previous_hour: dict[str, int]

    def payload(self) -> dict[str, Any]:
        """Return what the page's scripts begin with."""
        return {
            **self.metrics.payload(),
            "recent_items": [
                {"seq": item.seq, **item_event(item, self.metrics.generation, with_headline=True).payload}
                for item in self.items
            ],
            "hour": self.hour,
            "previous_hour": self.previous_hour,
            "cursor": str(self.metrics.cursor),
        }


def get_snapshot(filters: PageQuery) -> Snapshot:
    """Read the snapshot of a page with these filters."""
    metrics = get_metrics(filters.tickers)
    hour = _counts(get_metrics(filters.tickers, hours=1))
    two_hours = _counts(get_metrics(filters.tickers, hours=2))
    return Snapshot(
        metrics=metrics,
        items=_newest(filters, head=metrics.head_seq),
        hour=hour,
        previous_hour={name: max(0, two_hours[name] - hour[name]) for name in COUNTED},
    )


def _counts(metrics: Metrics) -> dict[str, int]:
    return {name: getattr(metrics, name) for name in COUNTED}


def _newest(filters: PageQuery, *, head: int) -> list[Item]:
    # Up to the place the counts stand for: the stream announces, and the page counts, all that comes after it.
    wanted = {"sentiment": filters.sentiment, "source": filters.source, "title__icontains": filters.text}
    items = Item.objects.filter(seq__lte=head, **{name: value for name, value in wanted.items() if value})
    if not filters.tickers:
        return list(items.order_by("-seq")[:RECENT_ITEMS])
    newest = {}
    # One walk down an index for each ticker; a single query would sort all that any of them ever had.
    for ticker in filters.tickers:
        rows = items.filter(ticker_rows__ticker=ticker).order_by("-ticker_rows__seq")
        newest.update({item.seq: item for item in rows[:RECENT_ITEMS]})
    return [newest[seq] for seq in sorted(newest, reverse=True)[:RECENT_ITEMS]]
