"""The sources of the headlines in a period, with their counts."""

from collections import Counter
from datetime import datetime
from typing import Any

from common.time import format_time
from dashboard.query import TimeRange
from news.log.reader import get_head, select_visible

MAX_ITEMS = 20_000  # that one request reads
MAX_SOURCES = 200


def count_sources(time: TimeRange, *, max_items: int = MAX_ITEMS) -> list[dict[str, Any]]:
    """Return name, count and time of the last headline of each source in a period, the largest first.

    Counts the latest `max_items` headlines; where there are more, `is_partial` is true of each source.
    """
    items = select_visible(get_head())
    if time.start is not None:
        items = items.filter(published_at__gte=time.start)
    if time.end is not None:
        items = items.filter(published_at__lt=time.end)
    rows = list(items.order_by("-published_at", "-pk").values_list("source", "published_at")[: max_items + 1])
    counts: Counter[str] = Counter()
    last: dict[str, datetime] = {}
    for source, published_at in rows[:max_items]:
        counts[source] += 1
        last.setdefault(source, published_at)
    note = {"is_partial": True} if len(rows) > max_items else {}
    largest = sorted(counts, key=lambda source: (-counts[source], source))[:MAX_SOURCES]
    return [
        {"name": source, "count": counts[source], "last_item_at": format_time(last[source]), **note}
        for source in largest
    ]
