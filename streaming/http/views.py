"""The stream's HTTP views: parse the request, reject what can't be served, and return the open stream."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import datetime
from typing import NamedTuple

import structlog
from asgiref.sync import sync_to_async
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from ninja.errors import AuthenticationError, HttpError

from accounts.grants import Grant
from accounts.principals import MISSING_CREDENTIALS, get_credentials
from accounts.throttle_keys import address_key
from accounts.tickets import mark_ticket_used
from common.database import limit_statements
from news.log.cursor import Cursor
from news.log.reader import get_cursor_at, get_head, resolve_cursor
from news.models import LogHead
from streaming.broker.connection_limits import (
    AddressLimitReached,
    ConnectionSlot,
    PlaybackLimitReached,
    ProcessLimitReached,
)
from streaming.broker.filters import StreamFilter
from streaming.broker.service import StreamService, get_service
from streaming.cluster.heartbeat import get_cluster_stats, server_stats
from streaming.cluster.registry import ProcessStats
from streaming.grip.origin import LINK_PARAMETER, build_hold_response
from streaming.grip.protocol import is_signed
from streaming.http.auth import authorize, authorize_stream, check_credentials, consume_ticket
from streaming.http.errors import build_limit_error, format_client, get_or_head
from streaming.http.params import (
    CONFIGURATION_POLL_PARAMETERS,
    CONFIGURATION_STREAM_PARAMETERS,
    POLL_PARAMETERS,
    STREAM_PARAMETERS,
    APIError,
    check_configuration_parameters,
    check_parameters,
    parse_filter,
    parse_limit,
    parse_poll_start,
    parse_resume_start,
)
from streaming.http.playback import Playback
from streaming.http.playback_range import PlaybackParams, PlaybackRange, parse_playback_params, resolve_playback_range
from streaming.http.polling import build_public_response, get_events
from streaming.http.response import STREAM_HEADERS, StreamResponse
from streaming.http.stream import DetachableStream
from streaming.http.subscription import Subscription
from streaming.workers.membership import WORKER

STARTED_AT = WORKER.board.started_at if WORKER else time.monotonic()


StartPoint = PlaybackParams | str | datetime | None  # an event id, a time, or the current state
logger = structlog.get_logger(__name__)


class ResumeCursor(NamedTuple):
    """The cursor to resume at, None for the current state; and why the client's cursor can't be resumed, if so."""

    cursor: Cursor | None
    reset_reason: str | None


@get_or_head
async def stream(request: HttpRequest) -> HttpResponseBase:
    """Serve the live stream of events, or a past range of it."""
    can_hold = can_grip_hold(request)
    check_parameters(request, (*STREAM_PARAMETERS, LINK_PARAMETER) if can_hold else STREAM_PARAMETERS)
    stream_filter = parse_filter(request)
    start_point = parse_start(request)
    if request.method == "HEAD":
        if get_credentials(request) is not None:
            await sync_to_async(check_credentials)(request)
        return HttpResponse(headers=STREAM_HEADERS)
    service = get_service()
    if (hold := await build_grip_hold(request, service, stream_filter, start_point)) is not None:
        return hold
    with acquire_slot(request, service, is_playback=isinstance(start_point, PlaybackParams)) as slot:
        await service.start()
        start = await resolve_start(service, start_point, stream_filter)
        if start is None:
            return build_empty_response(slot)
        grant = await authorize_stream(request, service)
        return open_stream(request, stream_filter, start, slot=slot, grant=grant)


@get_or_head
async def configuration_stream(request: HttpRequest, config_id: str) -> HttpResponseBase:
    """Serve the stream of a configuration's tickers to its owner, until that access or the configuration ends."""
    credentials = get_credentials(request)
    if credentials is None:
        raise AuthenticationError(message=MISSING_CREDENTIALS)
    check_configuration_parameters(request, CONFIGURATION_STREAM_PARAMETERS)
    requested_filter = parse_filter(request)
    start_point = parse_start(request)
    service = get_service()
    if request.method == "HEAD":
        await service.run_request_read(authorize, credentials, config_id)  # a ticket stays valid: nothing is opened
        return HttpResponse(headers=STREAM_HEADERS)
    with acquire_slot(request, service, is_playback=isinstance(start_point, PlaybackParams)) as slot:
        await service.start()
        principal, configuration = await service.run_request_read(authorize, credentials, config_id)
        stream_filter = replace(requested_filter, tickers=frozenset(configuration.tickers))
        start = await resolve_start(service, start_point, stream_filter)
        if start is None:
            return build_empty_response(slot)
        await consume_ticket(credentials)
        grant = principal.build_grant(configuration)
        return open_stream(request, stream_filter, start, slot=slot, grant=grant)


def parse_start(request: HttpRequest) -> StartPoint:
    """Return what a stream begins with: the past range that it plays, or where the client wants to resume."""
    return parse_playback_params(request) or parse_resume_start(request)


async def resolve_start(
    service: StreamService, start_point: StartPoint, stream_filter: StreamFilter
) -> PlaybackRange | ResumeCursor | None:
    """Resolve the start to a position in the log; None if the past range has no item.

    Errors: APIError 400 for a range that the log does not hold.
    """
    if isinstance(start_point, PlaybackParams):
        return await service.run_request_read(resolve_playback_range, start_point, stream_filter)
    return await resolve_resume_cursor(service, start_point)


def build_empty_response(slot: ConnectionSlot) -> HttpResponse:
    """Return 204 for a past range without items, after which an EventSource does not reconnect."""
    slot.release()
    return HttpResponse(status=204, headers={"Cache-Control": "no-store"})


def open_stream(
    request: HttpRequest,
    stream_filter: StreamFilter,
    start: PlaybackRange | ResumeCursor,
    *,
    slot: ConnectionSlot,
    grant: Grant | None,
) -> HttpResponseBase:
    """Return the response of a stream."""
    service, client = get_service(), format_client(request)
    stream: DetachableStream
    if isinstance(start, PlaybackRange):
        stream = Playback(service, stream_filter, start, slot=slot, grant=grant, client=client)
    else:
        stream = Subscription(
            service,
            stream_filter,
            resume=start.cursor,
            reset_reason=start.reset_reason,
            slot=slot,
            grant=grant,
            client=client,
        )
    return StreamResponse(request, stream, headers=STREAM_HEADERS)


async def build_grip_hold(
    request: HttpRequest, service: StreamService, stream_filter: StreamFilter, start_point: StartPoint
) -> HttpResponse | None:
    """Return the GRIP response that makes the proxy hold the client, or None to serve the stream here."""
    if isinstance(start_point, PlaybackParams) or not can_grip_hold(request):
        return None
    await service.start()
    resume, reset_reason = await resolve_resume_cursor(service, start_point)
    response = await build_hold_response(request, service, stream_filter, resume, reset_reason)
    if response is not None:
        for name, value in STREAM_HEADERS.items():
            response[name] = value
    return response


def can_grip_hold(request: HttpRequest) -> bool:
    """Return whether a request comes from a GRIP proxy that may hold the client.

    A request with a token or ticket is not held: its stream must end when its grant is revoked.
    """
    if not is_signed(request, settings.GRIP_PROXIES):
        return False
    credentials = get_credentials(request)
    return credentials is None or credentials.kind == "session"


@get_or_head
async def status(request: HttpRequest) -> HttpResponse:
    """Return how full this server is, how full all are together if there are several, and both ends of the log."""
    check_parameters(request, ())
    process_stats = server_stats(get_service())

    @limit_statements()
    def get_state() -> tuple[LogHead, ProcessStats]:
        return get_head(), get_cluster_stats(process_stats)

    head, cluster = await sync_to_async(get_state)()
    payload = {
        "connections": process_stats.connections,
        "max_connections": process_stats.max_connections,
        "available": process_stats.max_connections - process_stats.connections,
        "uptime_seconds": round(time.monotonic() - STARTED_AT, 3),
        "head": str(Cursor(head.generation, head.seq)),
        "tail": str(Cursor(head.generation, head.min_seq)),
        "subscribers_behind": process_stats.subscribers_behind,
    }
    return JsonResponse(payload | {"cluster": asdict(cluster)} if cluster.processes > 1 else payload)


@get_or_head
def poll_events(request: HttpRequest) -> HttpResponse:
    """Serve the log to pollers: the events after a cursor, and the cursor for the next request."""
    check_parameters(request, POLL_PARAMETERS)
    stream_filter, after, limit = parse_filter(request), parse_poll_start(request), parse_limit(request)
    with limit_statements():
        return build_public_response(request, get_events(stream_filter, after, limit))


@get_or_head
def configuration_events(request: HttpRequest, config_id: str) -> HttpResponse:
    """Serve the log to the owner of a configuration, filtered by its tickers."""
    credentials = get_credentials(request)
    if credentials is None:
        raise AuthenticationError(message=MISSING_CREDENTIALS)
    check_configuration_parameters(request, CONFIGURATION_POLL_PARAMETERS)
    requested_filter, after, limit = parse_filter(request), parse_poll_start(request), parse_limit(request)
    with limit_statements():
        _, configuration = authorize(credentials, config_id)
        if credentials.kind == "ticket" and request.method != "HEAD":
            mark_ticket_used(credentials.secret)
        page = get_events(replace(requested_filter, tickers=frozenset(configuration.tickers)), after, limit)
        return JsonResponse(page.payload, headers={"Cache-Control": "private, no-store"})


async def resolve_resume_cursor(service: StreamService, start_point: str | datetime | None) -> ResumeCursor:
    """Return where a stream resumes that begins at an event id, at a time, or with the current state."""
    if start_point is None:
        return ResumeCursor(None, None)
    if isinstance(start_point, datetime):
        return ResumeCursor(await service.run_request_read(get_cursor_at, start_point), None)
    return ResumeCursor(*resolve_cursor(start_point, await service.run_request_read(get_head)))


@contextmanager
def acquire_slot(
    request: HttpRequest, service: StreamService, *, is_playback: bool = False
) -> Iterator[ConnectionSlot]:
    """Acquire a connection slot for the request's address; an error inside the block releases it.

    Errors: APIError 503 when the process is full, 429 when the address holds as many as it may.
    """
    try:
        slot = service.limiter.acquire(address_key(request), is_playback=is_playback)
    except ProcessLimitReached:
        raise build_limit_error(request, 503, "Maximum connections reached. Please try again later.") from None
    except AddressLimitReached:
        limit = settings.STREAM_MAX_PER_ADDRESS
        detail = f"Too many streams from your IP address (limit {limit}). Close one, or try again later."
        raise build_limit_error(request, 429, detail) from None
    except PlaybackLimitReached:
        limit = settings.STREAM_MAX_PLAYBACKS_PER_ADDRESS
        detail = f"Too many streams with speed from your IP address (limit {limit}). Close one, or try again later."
        raise build_limit_error(request, 429, detail) from None
    try:
        yield slot
    except BaseException as error:
        slot.release()
        if isinstance(error, HttpError) or (isinstance(error, APIError) and error.response.status_code == 404):
            service.limiter.rejected["unauthorized"] += 1
        raise
