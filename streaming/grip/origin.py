"""Answer a GRIP proxy in place of a stream: send the opening and tell the proxy to hold the client.

No slot and no task is kept. The proxy requests what follows, with the last item that it has, when its channel shows a
gap and at intervals.
"""

import asyncio
import time
from collections import OrderedDict
from datetime import datetime
from urllib.parse import urlencode
from weakref import WeakKeyDictionary

from channels.db import database_sync_to_async
from django.http import HttpRequest, HttpResponse

from common.time import utc_now
from news.log.cursor import Cursor, parse_cursor
from news.log.reader import get_head, resolve_cursor
from streaming.broker.filters import StreamFilter
from streaming.broker.replay import CursorExpired
from streaming.broker.service import StreamService
from streaming.broker.tailer import InitialSnapshot
from streaming.grip.channel_registry import PERMANENT_FILTERS, mark_used
from streaming.grip.leader_lock import get_published_cursor
from streaming.grip.protocol import ChannelNames, escape, get_channel_names, hold_headers, parse_last_id
from streaming.protocol.events import make_heartbeat_event, make_reset_event
from streaming.protocol.sse import add_retry, parse_event_id

LINK_PARAMETER = "grip"  # of the links that a proxy follows
OPENING, NEXT = "opening", "next"  # its values: the rest of a long replay; what a held stream missed

# Pushpin takes the first response whole, up to 100,000 bytes, and passes on those to links as they arrive.
OPENING_BYTES, NEXT_BYTES = 60_000, 400_000
RELAY_POSITION_TTL_SECONDS = 0.02
RELAY_WAIT_SECONDS = 2.0
LAST_ITEM_CACHE_SIZE = 256


class RelayPosition:
    """How far the relay has published, queried once for all requests that arrive at about the same time."""

    def __init__(self) -> None:
        self._query: asyncio.Task[Cursor | None] | None = None
        self._queried_at = 0.0  # monotonic time

    async def get(self, service: StreamService) -> Cursor | None:
        """Return the cursor up to which the edge has every event, or None if no relay is running."""
        now = time.monotonic()
        if self._query is None or (self._query.done() and now - self._queried_at > RELAY_POSITION_TTL_SECONDS):
            self._query, self._queried_at = asyncio.ensure_future(service.run_request_read(get_published_cursor)), now
        # Shielded: a request that is cancelled must not cancel the query for the others.
        return await asyncio.shield(self._query)

    async def wait_until_published(self, cursor: Cursor, service: StreamService) -> None:
        """Wait, RELAY_WAIT_SECONDS at most, until the relay has published up to `cursor` or no relay is running."""
        deadline = time.monotonic() + RELAY_WAIT_SECONDS
        while time.monotonic() < deadline:
            published = await self.get(service)
            if published is None or published.generation != cursor.generation or published.seq >= cursor.seq:
                return
            await asyncio.sleep(RELAY_POSITION_TTL_SECONDS)


class LimitedBody:
    """The body of one response, of at most `limit_bytes` or one event, and the cursor that it reaches."""

    def __init__(self, cursor: Cursor, limit_bytes: int) -> None:
        self.cursor = cursor
        self.content = bytearray()
        self._limit_bytes = limit_bytes

    def add(self, page: bytes, end: Cursor) -> bool:
        """Append the items of a page that reaches `end`; return False if only some of them fit."""
        for event in page.split(b"\n\n")[:-1]:
            block = event + b"\n\n"
            if self.content and len(self.content) + len(block) > self._limit_bytes:
                return False
            self.content += block
            self.cursor = parse_cursor(parse_event_id(event))
        self.cursor = end
        return True


_relay_positions: WeakKeyDictionary[StreamService, RelayPosition] = WeakKeyDictionary()
_last_items: OrderedDict[tuple[StreamFilter, Cursor], Cursor] = OrderedDict()


async def build_hold_response(
    request: HttpRequest,
    service: StreamService,
    stream_filter: StreamFilter,
    resume: Cursor | None,
    reset_reason: str | None,
) -> HttpResponse | None:
    """Return what a proxy is to send and hold, or None for a request that must be served as a stream."""
    names = get_channel_names(stream_filter)
    if stream_filter not in PERMANENT_FILTERS and not await database_sync_to_async(mark_used)(
        names.items, stream_filter
    ):
        return None
    link = request.GET.get(LINK_PARAMETER)
    if link == NEXT:
        last_id = request.GET.get("last_event_id") or parse_last_id(request, names.items)
        resume, reset_reason = (
            resolve_cursor(last_id, await service.run_request_read(get_head)) if last_id else (None, "malformed")
        )
        if resume is not None:
            return await _build_next(request, service, stream_filter, names, resume)
    return await _build_opening(request, service, stream_filter, names, resume, reset_reason, is_first=link is None)


async def _build_opening(
    request: HttpRequest,
    service: StreamService,
    stream_filter: StreamFilter,
    names: ChannelNames,
    resume: Cursor | None,
    reset_reason: str | None,
    *,
    is_first: bool,
) -> HttpResponse:
    """Return what a stream begins with: a heartbeat, the missed items, and the metrics at the cursor after them."""
    snapshot = await _get_snapshot(service, stream_filter)
    now = utc_now()
    if snapshot is None:  # the server shuts down
        return HttpResponse(_encode_heartbeat(service, resume or service.current_cursor, now))
    end = snapshot.cursor
    body = LimitedBody(resume or end, OPENING_BYTES)
    if is_first:
        body.content += _encode_heartbeat(service, body.cursor, now)
    if reset_reason:
        body.content += make_reset_event(end, now=now, reason=reset_reason).encode()
    try:
        is_complete = await _replay(service, stream_filter, body, end)
    except CursorExpired:
        body.content += make_reset_event(end, now=now, reason="expired").encode()
        body.cursor, is_complete = end, True
    if not is_complete:
        link = _link(request, OPENING, body.cursor)
        return _respond(body, names, last_id=body.cursor, link=link, is_last=False)
    body.content += snapshot.metrics
    # A client that has these metrics must not be sent items before them, which the relay has yet to publish.
    await _relay_position(service).wait_until_published(end, service)
    last_id = await _get_last_item(service, stream_filter, end)
    return _respond(body, names, last_id=last_id, link=_link(request, NEXT), is_last=True)


async def _build_next(
    request: HttpRequest, service: StreamService, stream_filter: StreamFilter, names: ChannelNames, last: Cursor
) -> HttpResponse:
    """Return what a held stream has missed after `last`, up to where the relay has published."""
    published = await _relay_position(service).get(service)
    if published is None or published.generation != last.generation:
        head = await service.run_request_read(get_head)
        published = Cursor(head.generation, head.seq)
    end = Cursor(published.generation, max(published.seq, last.seq))
    body = LimitedBody(last, NEXT_BYTES)
    try:
        is_complete = await _replay(service, stream_filter, body, end)
    except CursorExpired:
        return await _build_opening(request, service, stream_filter, names, None, "expired", is_first=False)
    if not is_complete:
        link = _link(request, NEXT, body.cursor)
        return _respond(body, names, last_id=body.cursor, link=link, is_last=False)
    last_id = await _get_last_item(service, stream_filter, end)
    return _respond(body, names, last_id=last_id, link=_link(request, NEXT), is_last=True)


def _respond(body: LimitedBody, names: ChannelNames, *, last_id: Cursor, link: str, is_last: bool) -> HttpResponse:
    headers = hold_headers(names, last_id=str(last_id), link=link, is_last=is_last)
    return HttpResponse(escape(bytes(body.content)), headers=headers)


def _encode_heartbeat(service: StreamService, cursor: Cursor, now: datetime) -> bytes:
    return add_retry(make_heartbeat_event(cursor, now=now, connections=service.limiter.total_count).encode())


async def _get_last_item(service: StreamService, stream_filter: StreamFilter, cursor: Cursor) -> Cursor:
    """Return the last item that passes a filter, up to `cursor`. Cached: many clients ask for the same one."""
    key = (stream_filter, cursor)
    if key not in _last_items:
        seq = await service.run_request_read(stream_filter.get_last_seq, cursor.seq)
        _last_items[key] = Cursor(cursor.generation, seq)
        if len(_last_items) > LAST_ITEM_CACHE_SIZE:
            _last_items.popitem(last=False)
    return _last_items[key]


def _relay_position(service: StreamService) -> RelayPosition:
    return _relay_positions.setdefault(service, RelayPosition())


def _link(request: HttpRequest, link: str, cursor: Cursor | None = None) -> str:
    """Return where the proxy continues: this URL with its filters, and after `cursor` if that is known already."""
    filters = [(name, value) for name in StreamFilter.PARAMETERS for value in request.GET.getlist(name)]
    resume = [("last_event_id", str(cursor))] if cursor else []
    return f"{request.path}?{urlencode([*filters, *resume, (LINK_PARAMETER, link)])}"


async def _get_snapshot(service: StreamService, stream_filter: StreamFilter) -> InitialSnapshot | None:
    subscriber = service.subscribe(stream_filter)
    try:
        return await service.attach(subscriber)
    finally:
        service.unregister(subscriber)


async def _replay(service: StreamService, stream_filter: StreamFilter, body: LimitedBody, end: Cursor) -> bool:
    """Add the items from the body's cursor up to `end`; return False if they do not all fit."""
    while body.cursor.seq < end.seq:
        replayed = await service.replay.get_next_chunk(body.cursor, end, stream_filter)
        if not body.add(replayed.data, replayed.cursor):
            return False
    return True
