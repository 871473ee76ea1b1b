"""django-eventstream's own endpoint, /events/, over the same log and in the same connection slots."""

import asyncio
import re
import time
from collections.abc import AsyncGenerator, AsyncIterable
from contextlib import suppress
from typing import Any
from urllib.parse import quote

from asgiref.sync import sync_to_async
from channels.db import database_sync_to_async
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict, StreamingHttpResponse
from django_eventstream.views import events as eventstream_events

from accounts.grants import Grant
from accounts.principals import get_credentials
from common.parsing import parse_ticker
from streaming.broker.connection_limits import ConnectionSlot
from streaming.broker.service import StreamService, get_service
from streaming.eventstream_compat import CAN_WAKE_LISTENERS, LogStorage, build_eventstream_hold, is_private
from streaming.http.auth import authorize_channels, check_credentials
from streaming.http.errors import format_client, get_or_head
from streaming.http.params import APIError, check_parameters
from streaming.http.response import STREAM_HEADERS, StreamResponse
from streaming.http.stream import OpenStream
from streaming.http.views import acquire_slot, can_grip_hold
from streaming.protocol.sse import add_retry

# Percent-encoded channel names; those of tickers have up to 20 characters, each encoded as three.
EVENTSTREAM_LAST_ID = re.compile(r"[\w.%-]{1,80}:[0-9]{1,18}(,[\w.%-]{1,80}:[0-9]{1,18}){0,9}|error", re.ASCII)
UNKNOWN_SEQ = 10**18 - 1  # ahead of every log
PARAMETERS = ("channel", "lastEventId", "ticket")
PROXY_PARAMETERS = ("link", "recover", "es-meta")  # in the links that django-eventstream lets proxies follow
KEEP_ALIVE = b"event: keep-alive\ndata:\n\n"
RECONNECT_SECONDS = 5.0  # length of a stream whose listener can't be woken


class EventstreamStream(OpenStream):
    """A stream whose chunks come from django-eventstream, which itself never ends one."""

    def __init__(
        self,
        service: StreamService,
        source: AsyncIterable[bytes],
        *,
        slot: ConnectionSlot,
        grant: Grant | None,
        client: str,
        channels: str,
    ) -> None:
        super().__init__(
            service, service.register_handle(), slot=slot, grant=grant, client=client, protocol="eventstream"
        )
        self._source = source
        self._channels = channels

    @property
    def filter_text(self) -> str:
        """The channels."""
        return f"/events/ {self._channels}"

    def encode_last_event(self) -> bytes:
        """Return one of the library's keep-alive events with a `retry:`."""
        return add_retry(KEEP_ALIVE)

    async def chunks(self) -> AsyncGenerator[bytes, None]:
        """Yield the source's chunks until it ends or the stream is closed."""
        source = aiter(self._source)
        closed = asyncio.ensure_future(self.handle.wait())
        tasks: list[asyncio.Future[Any]] = [closed]
        try:
            while not closed.done():
                next_chunk: asyncio.Future[bytes] = asyncio.ensure_future(anext(source))
                tasks = [closed, next_chunk]
                await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
                if next_chunk.done():
                    try:
                        chunk = next_chunk.result()
                    except StopAsyncIteration:
                        return
                    if chunk:
                        yield self._count("eventstream", chunk, events=chunk.count(b"\ndata: "))
        finally:
            # Awaited, not only cancelled: what is left to the garbage collector would keep its listener.
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


@get_or_head
async def eventstream(request: HttpRequest) -> HttpResponseBase:
    """Serve django-eventstream's endpoint."""
    request.GET = use_canonical_tickers(request.GET)  # type: ignore[assignment]
    channels = request.GET.getlist("channel")
    can_hold = can_grip_hold(request) and not any(is_private(name) for name in channels)
    check_parameters(request, (*PARAMETERS, *PROXY_PARAMETERS) if can_hold else PARAMETERS)
    replace_foreign_id(request, channels)
    if request.method == "HEAD":
        if get_credentials(request) is not None:
            await sync_to_async(check_credentials)(request)
        return HttpResponse(headers=STREAM_HEADERS)
    if can_hold and (hold := await build_hold(request)) is not None:
        return hold
    service = get_service()
    with acquire_slot(request, service) as slot:
        await service.start()
        grant = await authorize_channels(request, service)
        response: HttpResponseBase = await sync_to_async(eventstream_events)(request)
        if not isinstance(response, StreamingHttpResponse):
            slot.release()
            return response
        source = response if CAN_WAKE_LISTENERS or get_last_id(request) else prepend_resume_id(response, channels)
        stream = EventstreamStream(
            service, source, slot=slot, grant=grant, client=format_client(request), channels=",".join(channels)
        )
        if not CAN_WAKE_LISTENERS:
            stream.handle.expires_at = min(stream.handle.expires_at, time.monotonic() + RECONNECT_SECONDS)
        return StreamResponse(request, stream, headers=STREAM_HEADERS)


def use_canonical_tickers(query: QueryDict) -> QueryDict:
    """Return a query string whose channels name tickers in canonical form: ticker-brk-b is ticker-BRK.B."""
    channels = []
    for channel in query.getlist("channel"):
        with suppress(ValueError):  # django-eventstream reports a channel that does not exist
            if channel.startswith("ticker-"):
                channel = f"ticker-{parse_ticker(channel.removeprefix('ticker-'))}"  # noqa: PLW2901
        channels.append(channel)
    canonical = query.copy()
    canonical.setlist("channel", channels)
    return canonical


async def prepend_resume_id(source: AsyncIterable[bytes], channels: list[str]) -> AsyncGenerator[bytes, None]:
    """Yield the id at which a client resumes that gets no event, and then the source's chunks."""
    storage = LogStorage()
    ids = [f"{quote(name)}:{await database_sync_to_async(storage.get_current_id)(name)}" for name in channels]
    # Within an event's block: client libraries deliver a lone id as an empty event.
    yield f"id: {','.join(ids)}\n".encode() + KEEP_ALIVE
    async for chunk in source:
        yield chunk


def replace_foreign_id(request: HttpRequest, channels: list[str]) -> None:
    """Replace a last id of another form by one ahead of the log, which django-eventstream answers with a reset.

    An id from elsewhere, such as that of the site before, is no reason to leave a client without its stream.
    """
    last_id = get_last_id(request)
    if last_id and not EVENTSTREAM_LAST_ID.fullmatch(last_id):
        request.META["HTTP_LAST_EVENT_ID"] = ",".join(f"{quote(name)}:{UNKNOWN_SEQ}" for name in channels)


def get_last_id(request: HttpRequest) -> str:
    """Return the id at which a client resumes, or an empty string."""
    return request.headers.get("Last-Event-ID") or request.GET.get("lastEventId") or ""


async def build_hold(request: HttpRequest) -> HttpResponse | None:
    """Return the instruction by which a GRIP proxy holds the client, or None for a request that is served here.

    Errors: APIError 400 for an unsigned link.
    """
    try:
        response: HttpResponse | None = await database_sync_to_async(build_eventstream_hold)(request)
    except ValueError as error:
        raise APIError(400, f"{error}.") from error
    return response
