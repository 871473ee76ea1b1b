"""The sources of the headlines in a period, with their counts."""

from collections import Counter
from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Value

from common.time import format_time
from dashboard.query import TimeRange
from news.log.reader import get_head, select_visible
from news.models import Mention

MAX_ITEMS = 20_000  # that one request reads
MAX_SOURCES = 200


def count_sources(
    time: TimeRange, tickers: Collection[str] = (), *, max_items: int = MAX_ITEMS
) -> list[dict[str, Any]]:
    """Return name, count and time of the last headline of each source in a period, the largest first.

    tickers: only headlines that mention one of them, if there are any. Counts among the latest `max_items` headlines of
    the period; where there are more, `is_partial` is true of each source.
    """
    items = select_visible(get_head())
    if time.start is not None:
        items = items.filter(published_at__gte=time.start)
    if time.end is not None:
        items = items.filter(published_at__lt=time.end)
    # For each of the latest headlines, so that no ticker makes the database read on.
    mentions = Mention.objects.filter(seq=OuterRef("seq"), symbol__in=tickers)
    items = items.annotate(is_wanted=Exists(mentions) if tickers else Value(True))
    columns = ("source", "published_at", "is_wanted")
    rows = list(items.order_by("-published_at", "-pk").values_list(*columns)[: max_items + 1])
    counts: Counter[str] = Counter()
    last: dict[str, datetime] = {}
    for source, published_at, is_wanted in rows[:max_items]:
        if not is_wanted:
            continue
        counts[source] += 1
        last.setdefault(source, published_at)
    note = {"is_partial": True} if len(rows) > max_items else {}
    largest = sorted(counts, key=lambda source: (-counts[source], source))[:MAX_SOURCES]
    return [
        {"name": source, "count": counts[source], "last_item_at": format_time(last[source]), **note}
        for source in largest
    ]
