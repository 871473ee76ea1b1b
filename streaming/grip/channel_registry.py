"""Keep the filters that streams at the edge use in the database: origins write them, the relay reads them.

The relay publishes an item once per filter in use and not once per ticker: a client that follows two tickers of one
item would receive it twice. While a filter is idle, the relay asks its clients to resync; a filter that stays unused is
deleted.
"""

import time
from dataclasses import dataclass

import structlog
from django.db.models.functions import Now

from common.sql import seconds_from_now
from streaming.broker.filters import CHANGES, ENTITIES, HEADLINE, StreamFilter
from streaming.grip.protocol import get_channel_names
from streaming.models import EdgeChannel

MAX_CHANNELS = 2000
UNUSED_TTL_SECONDS = 600
IDLE_SECONDS = 300
MARK_INTERVAL_SECONDS = 60
PERMANENT_FILTERS = (
    StreamFilter(),
    StreamFilter(include=frozenset({HEADLINE})),
    StreamFilter(include=frozenset({HEADLINE, ENTITIES, CHANGES})),  # the page's
)

logger = structlog.get_logger(__name__)
_marked_at: dict[str, float] = {}  # by GRIP channel; monotonic time at which this process last marked it as used


@dataclass(frozen=True, slots=True)
class RegisteredFilter:
    """A filter in use and the GRIP channel of its items. It is idle after IDLE_SECONDS without use."""

    name: str
    filter: StreamFilter
    is_idle: bool


def mark_used(name: str, stream_filter: StreamFilter) -> bool:
    """Record that a stream at the edge uses a filter; return False if there are too many filters to relay."""
    now = time.monotonic()
    if now - _marked_at.get(name, float("-inf")) < MARK_INTERVAL_SECONDS:
        return True
    if not EdgeChannel.objects.filter(name=name).update(last_used_at=Now()):
        if EdgeChannel.objects.count() >= MAX_CHANNELS:
            return False
        fields = {
            "query": stream_filter.query_params,
            "last_used_at": Now(),
        }
        EdgeChannel.objects.update_or_create(name=name, defaults=fields)
    if len(_marked_at) > MAX_CHANNELS:
        _marked_at.clear()
    _marked_at[name] = now
    return True


def prune_unused() -> None:
    """Delete the filters that no stream has used for UNUSED_TTL_SECONDS."""
    EdgeChannel.objects.filter(last_used_at__lt=seconds_from_now(-UNUSED_TTL_SECONDS)).delete()


def prune_and_select_filters() -> list[RegisteredFilter]:
    """Delete unused filters and return the others."""
    prune_unused()
    idle = EdgeChannel.objects.filter(last_used_at__lt=seconds_from_now(-IDLE_SECONDS))
    idle_names = set(idle.values_list("name", flat=True))
    filters = ((row.name, _parse_query(row)) for row in EdgeChannel.objects.all())
    return [
        RegisteredFilter(name, stream_filter, name in idle_names)
        for name, stream_filter in filters
        if stream_filter is not None
    ]


def permanent_filters() -> list[RegisteredFilter]:
    """Return the filters that are always published."""
    return [
        RegisteredFilter(get_channel_names(stream_filter).items, stream_filter, is_idle=False)
        for stream_filter in PERMANENT_FILTERS
    ]


def _parse_query(row: EdgeChannel) -> StreamFilter | None:
    """Return the filter of a row; None, logged, for one that only another version of the site understands."""
    unknown = row.query.keys() - set(StreamFilter.PARAMETERS)
    try:
        if unknown:
            raise ValueError(f"{min(unknown)}: unknown parameter")
        return StreamFilter.from_query(row.query)
    except ValueError as error:
        logger.error("edge_filter_ignored", grip_channel=row.name, error=f"{error}; run one version of the site")
        return None
