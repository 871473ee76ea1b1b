"""Pages of the log for pollers, and how long caches may keep them.

A page that can never change is kept for a year by any cache, so that many clients replay the log at the cost of one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.cache import get_conditional_response, patch_vary_headers, set_response_etag

from common.time import utc_now
from news.log.cursor import Cursor
from news.log.reader import LoggedState, get_head, get_seq_before, resolve_cursor
from streaming.broker.filters import CHANGES, HISTORICAL, StreamFilter
from streaming.protocol.events import Event, make_metrics_event, make_reset_event

IMMUTABLE = "public, max-age=31536000, immutable"
SHORT = "max-age=60"  # so long may a withdrawn text stay in a cache
# The next request for the page can have another answer. Not no-store, which stands for secrets and is not compressed.
REVALIDATE = "no-cache"
# What a page can include, and by what it can select, and still never change. A withdrawal erases texts and sources;
# places, tickers, scores and times stay.
LASTING_INCLUDES = frozenset({HISTORICAL, CHANGES})
LASTING_CONDITIONS = frozenset({"tickers"})


@dataclass(frozen=True, slots=True)
class EventPage:
    """Events of a page, the cursor after it, whether more items follow, and the value of Cache-Control."""

    events: Sequence[Event]
    cursor: Cursor
    has_more: bool = False
    cache_control: str = REVALIDATE

    @property
    def payload(self) -> dict[str, Any]:
        """The JSON of the response."""
        return {
            "events": [{"event": event.name, "id": event.id, "data": event.payload} for event in self.events],
            "cursor": str(self.cursor),
            "has_more": self.has_more,
        }


def get_events(stream_filter: StreamFilter, after: str | datetime | None, limit: int) -> EventPage:
    """Return up to `limit` items after a cursor or a time; without one that can be resumed, the current metrics."""
    head = get_head()
    cursor: Cursor | None = None
    reset_reason = None
    if isinstance(after, datetime):
        cursor = Cursor(head.generation, get_seq_before(after, head))
    elif after:
        cursor, reset_reason = resolve_cursor(after, head)
    items = stream_filter.select_states_after(cursor.seq, up_to=head.seq, limit=limit + 1) if cursor else []
    if cursor is not None:
        cursor, reset_reason = resolve_cursor(str(cursor), get_head())  # trimmed or restored while it was read?
    if cursor is None:
        return _get_current_metrics(stream_filter, reset_reason)
    events = [stream_filter.make_item_event(item, head.generation) for item in items[:limit]]
    if len(items) <= limit:
        return EventPage(events, Cursor(head.generation, head.seq))
    # `since` names a time: after retention or without samples, another item is the first one after it.
    cache_control = REVALIDATE if isinstance(after, datetime) else _choose_cache_control(stream_filter, items)
    return EventPage(events, Cursor(head.generation, items[limit - 1].seq), True, cache_control)


def build_public_response(request: HttpRequest, page: EventPage) -> HttpResponse:
    """Return the response with a page that anyone may read; 304 if the client has it."""
    response = JsonResponse(page.payload, headers={"Cache-Control": page.cache_control})
    if page.cache_control == REVALIDATE:
        return response
    # By the token: one that is unknown or revoked gets 401 from the site, not the page from a cache.
    patch_vary_headers(response, ["Accept-Encoding", "Authorization"])
    if page.cache_control == IMMUTABLE:
        return response
    etag = set_response_etag(response)["ETag"]
    return get_conditional_response(request, etag=etag, response=response) or response


def _get_current_metrics(stream_filter: StreamFilter, reset_reason: str | None) -> EventPage:
    metrics = stream_filter.get_metrics()
    events = [make_metrics_event(metrics)]
    if reset_reason:
        events.insert(0, make_reset_event(metrics.cursor, now=utc_now(), reason=reset_reason))
    return EventPage(events, metrics.cursor)


def _choose_cache_control(stream_filter: StreamFilter, items: Sequence[LoggedState]) -> str:
    """Return how long a full page after a cursor may be kept; `items` are its own and the one that follows it.

    Samples can be removed from the log, so a page with one is never immutable.
    """
    if stream_filter.include <= LASTING_INCLUDES and stream_filter.conditions.keys() <= LASTING_CONDITIONS:
        return SHORT if any(item.is_sample for item in items) else IMMUTABLE
    return SHORT
