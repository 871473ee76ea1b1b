"""The sources of the headlines in a period, with their counts."""

from typing import Any

from django.db.models import Count, Max

from common.time import format_time
from dashboard.query import TimeRange
from news.log.reader import get_head, select_visible
from news.search.item_query import filter_rows

MAX_ITEMS = 50_000  # that one request reads
MAX_SOURCES = 200


def count_sources(time: TimeRange) -> list[dict[str, Any]]:
    """Return name, count and time of the last headline of each source in a period, the largest first.

    Counts the latest MAX_ITEMS headlines; where there are more, `is_partial` is true of each source.
    """
    items = select_visible(get_head())
    if time.start is not None:
        items = items.filter(published_at__gte=time.start)
    if time.end is not None:
        items = items.filter(published_at__lt=time.end)
    earlier = items.order_by("-published_at").values_list("published_at", flat=True)[MAX_ITEMS : MAX_ITEMS + 1]
    is_partial = False
    for published_at in earlier:
        items, is_partial = items.filter(published_at__gt=published_at), True
    counted = filter_rows(items, {}).order_by().values("source").annotate(count=Count("pk"), last=Max("published_at"))
    rows = sorted(counted, key=lambda row: (-row["count"], row["source"]))[:MAX_SOURCES]
    return [
        {
            "name": row["source"],
            "count": row["count"],
            "last_item_at": format_time(row["last"]),
            **({"is_partial": True} if is_partial else {}),
        }
        for row in rows
    ]
