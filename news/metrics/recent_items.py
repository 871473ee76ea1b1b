"""Select the newest items of a period."""

from collections.abc import Collection

from django.db.models import Exists, OuterRef, QuerySet

from news.metrics.counted_items import TIME_FIELDS, to_datetime
from news.metrics.periods import OPEN_END, Period
from news.models import Axis, Bucket, Item, ItemTicker

FEW_ITEMS = 5000  # of a ticker: reading and sorting all takes some 20 ms


def select_newest_in(period: Period, items: QuerySet[Item], *, tickers: Collection[str], limit: int = 20) -> list[Item]:
    """Return the newest of `items` in a period, by the time of its axis; with `tickers`, only those with any of them.

    The cost is bounded by FEW_ITEMS for tickers with few items, and for others by how far apart their items are.
    """
    field = TIME_FIELDS[period.axis]
    items = items.filter(**{f"{field}__gte": to_datetime(period.start)})
    if period.end < OPEN_END:
        items = items.filter(**{f"{field}__lt": to_datetime(period.end)})
    if period.axis is Axis.APPENDED:
        items = items.filter(is_historical=False)
    if not tickers:
        return list(items.order_by(f"-{field}", "-pk")[:limit])
    if _count_items(tickers) <= FEW_ITEMS:
        chosen = ItemTicker.objects.filter(ticker__in=tickers).values("item_id")
        return sorted(items.filter(pk__in=chosen), key=lambda item: (getattr(item, field), item.pk), reverse=True)[
            :limit
        ]
    # The database walks back in time until it has enough; of tickers with many items, it soon has.
    has_ticker = Exists(ItemTicker.objects.filter(item=OuterRef("pk"), ticker__in=tickers))
    return list(items.filter(has_ticker).order_by(f"-{field}", "-pk")[:limit])


def _count_items(tickers: Collection[str]) -> int:
    rows = Bucket.objects.filter(axis=Axis.APPENDED, seconds=0, key__in=tickers, start=0)
    return sum(row.positive + row.neutral + row.negative for row in rows)
