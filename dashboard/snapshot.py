"""The initial state of the page at one position in the log; the stream delivers everything after it."""

from dataclasses import dataclass
from typing import Any

from dashboard.query import PageQuery
from news.log.reader import select_newest
from news.metrics.queries import Metrics, get_metrics
from news.models import Item, Sentiment
from streaming.protocol.events import item_event

COUNTED = ("total", *Sentiment.values)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Counts of the chosen tickers, the newest items that match all filters, and counts of the last two hours."""

    metrics: Metrics
    items: list[Item]
    hour: dict[str, int]
    previous_hour: dict[str, int]

    def payload(self) -> dict[str, Any]:
        """Return the initial data of the page's scripts."""
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
    """Return the snapshot for these filters."""
    metrics = get_metrics(filters.tickers)
    hour = _counts(get_metrics(filters.tickers, hours=1))
    two_hours = _counts(get_metrics(filters.tickers, hours=2))
    return Snapshot(
        metrics=metrics,
        items=_get_recent_items(filters, head_seq=metrics.head_seq),
        hour=hour,
        previous_hour={name: max(0, two_hours[name] - hour[name]) for name in COUNTED},
    )


def _counts(metrics: Metrics) -> dict[str, int]:
    return {name: getattr(metrics, name) for name in COUNTED}


def _get_recent_items(filters: PageQuery, *, head_seq: int) -> list[Item]:
    # Up to the position of the counts: the stream delivers, and the page counts, everything after it.
    conditions = {"sentiment": filters.sentiment, "source": filters.source, "title__icontains": filters.text}
    items = Item.objects.filter(seq__lte=head_seq, **{name: value for name, value in conditions.items() if value})
    return select_newest(items.order_by("-seq"), tickers=filters.tickers)
