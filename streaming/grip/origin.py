"""Answer a GRIP proxy in place of a stream: the beginning, and what to hold the client on. No slot, no task is kept.

The proxy comes back by itself, with the last item that it has, when its channel shows a gap and from time to time.
"""

import asyncio
import time
from collections import OrderedDict
from urllib.parse import urlencode
from weakref import WeakKeyDictionary

from channels.db import database_sync_to_async
from django.http import HttpRequest, HttpResponse

from common.time import utc_now
from news.log.cursor import Cursor, parse_cursor
from news.log.reader import get_head, get_last_seq, resolve_cursor
from streaming.broker.filters import StreamFilter
from streaming.broker.replay import CursorExpired
from streaming.broker.service import StreamService
from streaming.broker.tailer import InitialSnapshot
from streaming.grip.channel_registry import mark_used
from streaming.grip.leader_lock import get_published_seq
from streaming.grip.protocol import ChannelNames, escape, get_channel_names, hold_headers, parse_last_id
from streaming.protocol.events import heartbeat_event, reset_event
from streaming.protocol.sse import parse_event_id, random_retry

PART = "grip"  # the parameter of the links that proxies follow
OPENING, NEXT = "opening", "next"  # the rest of a long replay; what a stream missed

# Pushpin takes the first answer whole, up to 100,000 bytes, and passes those to links on as they come.
FIRST_BYTES, NEXT_BYTES = 60_000, 400_000
FRESH_SECONDS = 0.02  # how old what is known of the relay may be
PATIENCE_SECONDS = 2.0  # with the relay
PLACES_KEPT = 256


class RelayPosition:
    """How far the relay has published, read once for all who ask at about the same time."""

    def __init__(self) -> None:
        self._reading: asyncio.Task[Cursor | None] | None = None
        self._began_at = 0.0  # monotonic time

    async def read(self, tail: StreamService) -> Cursor | None:
        """Return the place up to which the edge has everything, or None when no relay works."""
        now = time.monotonic()
        if self._reading is None or (self._reading.done() and now - self._began_at > FRESH_SECONDS):
            self._reading, self._began_at = asyncio.ensure_future(tail.read(get_published_seq)), now
        # Shielded: who leaves must not take the answer from the others.
        return await asyncio.shield(self._reading)

    async def reaches(self, here: Cursor, tail: StreamService) -> None:
        """Wait until the relay, if one works, has published up to a place; not for ever."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            published = await self.read(tail)
            if published is None or published.generation != here.generation or published.seq >= here.seq:
                return
            await asyncio.sleep(FRESH_SECONDS)


class Part:
    """What one answer carries, up to a number of bytes, and where it ends."""

    def __init__(self, seen: Cursor, room: int) -> None:
        self.seen = seen
        self.body = b""
        self._room = room

    def add(self, page: bytes, reached: Cursor) -> bool:
        """Take a page of items in, as far as there is room; says whether it went in whole."""
        for frame in page.split(b"\n\n")[:-1]:
            block = frame + b"\n\n"
            if self.body and len(self.body) + len(block) > self._room:
                return False
            self.body += block
            self.seen = parse_cursor(parse_event_id(frame))
        self.seen = reached
        return True


_progress: WeakKeyDictionary[StreamService, RelayPosition] = WeakKeyDictionary()
_last_items: OrderedDict[tuple[StreamFilter, Cursor], Cursor] = OrderedDict()


async def build_hold_response(
    request: HttpRequest, tail: StreamService, interest: StreamFilter, resume: Cursor | None, reset_reason: str | None
) -> HttpResponse | None:
    """Return what a proxy is to send and to hold, or None for a request that is to be served as a stream."""
    names = get_channel_names(interest)
    if interest.tickers and not await database_sync_to_async(mark_used)(names.items, interest):
        return None
    part = request.GET.get(PART)
    if part == NEXT:
        last = request.GET.get("last_event_id") or parse_last_id(request, names.items)
        resume, reset_reason = resolve_cursor(last, await tail.read(get_head)) if last else (None, "malformed")
        if resume is not None:
            return await _go_on(request, tail, interest, names, resume)
    return await _open(request, tail, interest, names, resume, reset_reason, is_first=part is None)


async def _open(
    request: HttpRequest,
    tail: StreamService,
    interest: StreamFilter,
    names: ChannelNames,
    resume: Cursor | None,
    reset_reason: str | None,
    *,
    is_first: bool,
) -> HttpResponse:
    """Answer as a stream begins: a heartbeat, what was missed, metrics that stand at the end of it."""
    opening = await _join(tail, interest)
    if opening is None:
        return HttpResponse(random_retry())
    here = opening.cursor
    part = Part(resume or here, FIRST_BYTES)
    now = utc_now()
    if is_first:
        part.body += random_retry()
        part.body += heartbeat_event(part.seen, now=now, connections=tail.limiter.open_count).encode()
    if reset_reason:
        part.body += reset_event(here, now=now, reason=reset_reason).encode()
    try:
        is_whole = await _replay(tail, interest, part, here)
    except CursorExpired:
        part.body, part.seen, is_whole = part.body + reset_event(here, now=now, reason="expired").encode(), here, True
    if not is_whole:
        return _respond(part, names, last_id=part.seen, link=_link(request, OPENING, part.seen), is_last=False)
    part.body += opening.metrics
    # What the relay has yet to publish would be out of turn for a client that has it.
    await _progress_of(tail).reaches(here, tail)
    return _respond(
        part, names, last_id=await _last_item(tail, interest, here), link=_link(request, NEXT), is_last=True
    )


async def _go_on(
    request: HttpRequest, tail: StreamService, interest: StreamFilter, names: ChannelNames, last: Cursor
) -> HttpResponse:
    """Answer with what a held stream has missed after `last`, up to where the relay goes on."""
    here = await _progress_of(tail).read(tail)
    if here is None or here.generation != last.generation:
        head = await tail.read(get_head)
        here = Cursor(head.generation, head.seq)
    here = Cursor(here.generation, max(here.seq, last.seq))
    part = Part(last, NEXT_BYTES)
    try:
        is_whole = await _replay(tail, interest, part, here)
    except CursorExpired:
        return await _open(request, tail, interest, names, None, "expired", is_first=False)
    if not is_whole:
        return _respond(part, names, last_id=part.seen, link=_link(request, NEXT, part.seen), is_last=False)
    return _respond(
        part, names, last_id=await _last_item(tail, interest, here), link=_link(request, NEXT), is_last=True
    )


def _respond(part: Part, names: ChannelNames, *, last_id: Cursor, link: str, is_last: bool) -> HttpResponse:
    return HttpResponse(
        escape(part.body), headers=hold_headers(names, last_id=str(last_id), link=link, is_last=is_last)
    )


async def _last_item(tail: StreamService, interest: StreamFilter, here: Cursor) -> Cursor:
    """Return the last item of an interest at a place; it is read once for all who ask at the same."""
    key = (interest, here)
    if key not in _last_items:
        seq = await tail.read(get_last_seq, interest.tickers, here.seq)
        _last_items[key] = Cursor(here.generation, seq)
        if len(_last_items) > PLACES_KEPT:
            _last_items.popitem(last=False)
    return _last_items[key]


def _progress_of(tail: StreamService) -> RelayPosition:
    return _progress.setdefault(tail, RelayPosition())


def _link(request: HttpRequest, part: str, seen: Cursor | None = None) -> str:
    """Return where the proxy is to go on: this address with these filters, and from `seen` if that is known by now."""
    kept = [(name, value) for name in ("tickers", "include") for value in request.GET.getlist(name)]
    at = [("last_event_id", str(seen))] if seen else []
    return f"{request.path}?{urlencode([*kept, *at, (PART, part)])}"


async def _join(tail: StreamService, interest: StreamFilter) -> InitialSnapshot | None:
    subscriber = tail.subscribe(interest)
    try:
        return await tail.attach(subscriber)
    finally:
        tail.unregister(subscriber)


async def _replay(tail: StreamService, interest: StreamFilter, part: Part, here: Cursor) -> bool:
    while part.seen.seq < here.seq:
        page, reached = await tail.replay.get_page(part.seen, here, interest)
        if not part.add(page, reached):
            return False
    return True
