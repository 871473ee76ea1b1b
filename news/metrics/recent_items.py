"""Select the newest items of a period."""

from collections.abc import Collection

from django.db.models import Exists, OuterRef, Q, QuerySet

from news.metrics.counted_items import TIME_FIELDS, to_datetime
from news.metrics.periods import OPEN_END, Period, get_visible_axis
from news.models import Axis, Bucket, Item, Mention

FEW_ITEMS = 1000  # of the tickers: looking at each of them takes some 10 ms


def select_newest_in(period: Period, items: QuerySet[Item], *, tickers: Collection[str], limit: int = 20) -> list[Item]:
    """Return the newest of `items` in a period, by the time of its axis; with `tickers`, only those with any of them.

    The cost is bounded by FEW_ITEMS for tickers with few items, and for others by how far apart their items are.
    """
    field = TIME_FIELDS[period.axis]
    items = items.filter(**{f"{field}__gte": to_datetime(period.start)}).order_by(f"-{field}", "-pk")
    if period.end < OPEN_END:
        items = items.filter(**{f"{field}__lt": to_datetime(period.end)})
    if period.axis is Axis.APPENDED:
        items = items.filter(is_historical=False)
    if tickers:
        items = items.filter(_has_any(tickers))
    return list(items[:limit])


def _has_any(tickers: Collection[str]) -> Q | Exists:
    """Return a condition that makes the database look at all items of the tickers, or walk back in time over all."""
    rows = Bucket.objects.filter(axis=get_visible_axis(Axis.APPENDED), seconds=0, key__in=tickers, start=0)
    if sum(row.positive + row.neutral + row.negative for row in rows) <= FEW_ITEMS:
        # By seq: the mentions of former states have others.
        return Q(seq__in=Mention.objects.filter(symbol__in=tickers).values("seq"))
    return Exists(Mention.objects.filter(item=OuterRef("pk"), seq=OuterRef("seq"), symbol__in=tickers))
