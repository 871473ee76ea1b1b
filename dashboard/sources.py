"""The sources of the headlines in a period, with their counts."""

from datetime import UTC, datetime
from typing import Any

from django.db.models import Count, Max
from django.db.models.functions import Coalesce

from common.time import format_time
from dashboard.query import TimeRange
from news.log.reader import get_head, select_visible

MAX_ITEMS = 50_000  # that one request reads
MAX_SOURCES = 200
FIRST_TIME = datetime.min.replace(tzinfo=UTC)


def count_sources(time: TimeRange) -> list[dict[str, Any]]:
    """Return name, count and time of the last headline of each source in a period, the largest first.

    Counts the latest MAX_ITEMS headlines; where there are more, `is_partial` is true of each source.
    """
    # Always with a bound, so that the index on the time is read, and not the one that has the sources in order.
    items = select_visible(get_head()).filter(published_at__gte=time.start or FIRST_TIME)
    if time.end is not None:
        items = items.filter(published_at__lt=time.end)
    earlier = items.order_by("-published_at").values_list("published_at", flat=True)[MAX_ITEMS : MAX_ITEMS + 1]
    is_partial = False
    for published_at in earlier:
        items, is_partial = items.filter(published_at__gt=published_at), True
    names = items.order_by().annotate(name=Coalesce("source", "source")).values("name")
    counted = names.annotate(count=Count("pk"), last=Max("published_at"))
    rows = sorted(counted, key=lambda row: (-row["count"], row["name"]))[:MAX_SOURCES]
    return [
        {
            "name": row["name"],
            "count": row["count"],
            "last_item_at": format_time(row["last"]),
            **({"is_partial": True} if is_partial else {}),
        }
        for row in rows
    ]
