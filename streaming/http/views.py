"""The HTTP side of the stream: read the request, refuse what can't be served, hand the subscription over."""

import re
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from functools import wraps
from random import randint
from typing import Any

import structlog
from asgiref.sync import sync_to_async
from channels.db import database_sync_to_async
from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.db import Error
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse, StreamingHttpResponse
from django.views.decorators.csrf import csrf_exempt
from django_eventstream.views import events as eventstream_events
from ninja.errors import AuthenticationError, HttpError

from accounts.grants import Grant
from accounts.principals import MISSING, get_credentials
from accounts.throttle_keys import address_key
from common.client_ip import get_client_ip
from common.time import utc_now
from news.log.cursor import Cursor
from news.log.reader import get_cursor_at, get_head, resolve_cursor, select_items
from news.metrics.queries import get_metrics
from streaming.broker.connection_limits import AddressLimitReached, ConnectionSlot, ProcessLimitReached
from streaming.broker.hub import StreamFilter
from streaming.broker.replay import WITH_HEADLINE
from streaming.broker.tailer import Tailer, get_tailer
from streaming.cluster.heartbeat import get_cluster_stats, local_stats
from streaming.eventstream_compat import (
    CAN_WAKE_LISTENERS,
    RECONNECT_SECONDS,
    build_eventstream_hold,
    is_private,
    with_first_id,
)
from streaming.grip.origin import build_hold_response
from streaming.grip.protocol import is_signed
from streaming.http.auth import authorize, consume_ticket, find_channel_grant, find_grant
from streaming.http.params import APIError, parse_filter, parse_limit, parse_resume_point
from streaming.http.response import StreamResponse
from streaming.http.stream import EventstreamResponse, Subscription
from streaming.protocol.events import item_event, metrics_event, reset_event

EVENTSTREAM_ID = re.compile(r"[A-Za-z0-9.%-]{1,60}:[0-9]{1,18}(,[A-Za-z0-9.%-]{1,60}:[0-9]{1,18}){0,9}|error")
PROXY_PARAMETERS = {"link", "recover", "es-meta"}  # django-eventstream's, in the links that it has proxies follow
RETRY_AFTER_SECONDS = (2, 10)
STREAM_HEADERS = {
    "Content-Type": "text/event-stream; charset=utf-8",
    # no-transform: a proxy that compresses would hold events back.
    "Cache-Control": "no-cache, no-transform",
    "X-Accel-Buffering": "no",
}
STARTED_AT = time.monotonic()

View = Callable[..., Coroutine[Any, Any, HttpResponseBase]]
logger = structlog.get_logger(__name__)


def get_or_head(view: View) -> View:
    """Let only GET and HEAD in, and turn refusals and a database that is away into answers."""

    # Exempt, so that a POST hears of the method and not of a missing token: nothing here writes.
    @csrf_exempt
    @wraps(view)
    async def guarded(request: HttpRequest, **arguments: str) -> HttpResponseBase:
        if request.method not in ("GET", "HEAD"):
            detail = f"{request.method}: this address answers GET and HEAD only."
            return JsonResponse({"detail": detail}, status=405, headers={"Allow": "GET, HEAD"})
        try:
            return await view(request, **arguments)
        except APIError as refusal:
            return refusal.response
        except HttpError as error:  # of `find_visitor` and its like
            headers = {"WWW-Authenticate": "Bearer"} if error.status_code == 401 else None
            return JsonResponse({"detail": str(error)}, status=error.status_code, headers=headers)
        except SuspiciousOperation as error:
            # Left to Django, it would fill the log with a traceback of what is the client's doing.
            return JsonResponse({"detail": f"{error} Send a smaller, well-formed request."}, status=400)
        except Error as error:
            logger.error("database_away", path=request.path, error=str(error))
            detail = "The database can't be read at the moment. Please try again later."
            return JsonResponse({"detail": detail}, status=503, headers={"Retry-After": _retry_after()})

    return guarded


@get_or_head
async def stream(request: HttpRequest) -> HttpResponseBase:
    """Serve the live stream of events."""
    interest = parse_filter(request)
    asked = parse_resume_point(request)
    if request.method == "HEAD":
        return HttpResponse(headers=STREAM_HEADERS)
    tail = get_tailer()
    if (held := await hold(request, tail, interest, asked)) is not None:
        return held
    with acquire_slot(request, tail) as lease:
        await tail.start()
        permit = await find_grant(request, tail)
        return await open_stream(request, interest, asked, lease=lease, permit=permit)


@get_or_head
async def configuration_stream(request: HttpRequest, config_id: str) -> HttpResponseBase:
    """Serve the stream of a configuration's tickers to its owner, for as long as both stay what they are."""
    shown = get_credentials(request)
    if shown is None:
        raise AuthenticationError(message=MISSING)
    if "tickers" in request.GET:
        raise APIError(400, "tickers: this stream has those of its configuration; leave it out, or PATCH them there.")
    form = parse_filter(request).include
    asked = parse_resume_point(request)
    tail = get_tailer()
    if request.method == "HEAD":
        await tail.read(authorize, shown, config_id)  # and a ticket stays good: nothing is opened
        return HttpResponse(headers=STREAM_HEADERS)
    with acquire_slot(request, tail) as lease:
        await tail.start()
        visitor, configuration = await tail.read(authorize, shown, config_id)
        await consume_ticket(shown)
        interest = StreamFilter(frozenset(configuration.tickers), form)
        return await open_stream(request, interest, asked, lease=lease, permit=visitor.grant(configuration))


async def open_stream(
    request: HttpRequest,
    interest: StreamFilter,
    asked: str | datetime | None,
    *,
    lease: ConnectionSlot,
    permit: Grant | None,
) -> HttpResponseBase:
    """Answer with the stream of an interest, from where the client wants to go on."""
    tail = get_tailer()
    resume, reset_reason = await resolve_resume_point(tail, asked)
    subscription = Subscription(
        tail,
        interest,
        resume=resume,
        reset_reason=reset_reason,
        lease=lease,
        permit=permit,
        client=_client(request),
    )
    return StreamResponse(request, subscription, headers=STREAM_HEADERS)


async def hold(
    request: HttpRequest, tail: Tailer, interest: StreamFilter, asked: str | datetime | None
) -> HttpResponse | None:
    """Have a GRIP proxy hold the client, if one asks; None for everybody else."""
    if not can_be_held(request):
        return None
    await tail.start()
    held = await build_hold_response(request, tail, interest, *await resolve_resume_point(tail, asked))
    if held is not None:
        for name, value in STREAM_HEADERS.items():
            held[name] = value
    return held


def can_be_held(request: HttpRequest) -> bool:
    """Say whether a request comes from a GRIP proxy and may stay there.

    Who shows a secret gets a stream of its own, through the proxy: that ends when what it stands on does.
    """
    shown = get_credentials(request)
    return is_signed(request, settings.GRIP_PROXIES) and (shown is None or shown.kind == "session")


@get_or_head
async def eventstream(request: HttpRequest) -> HttpResponseBase:
    """Serve django-eventstream's own endpoint over the same log, in the same slots."""
    is_held = can_be_held(request) and not any(is_private(name) for name in request.GET.getlist("channel"))
    unknown = sorted(set(request.GET) - {"channel", "lastEventId", "ticket"} - (PROXY_PARAMETERS if is_held else set()))
    if unknown:
        raise APIError(
            400, f"{unknown[0][:80]!r}: unknown; give channel=items or channel=ticker-AAPL, and lastEventId."
        )
    last_id = request.headers.get("Last-Event-ID") or request.GET.get("lastEventId") or ""
    if last_id and not EVENTSTREAM_ID.fullmatch(last_id):
        raise APIError(400, f"lastEventId={last_id[:80]!r}: must be the id of an event of this address.")
    if request.method == "HEAD":
        return HttpResponse(headers=STREAM_HEADERS)
    if is_held:
        try:
            answer: HttpResponse = await database_sync_to_async(build_eventstream_hold)(request)
        except ValueError as error:
            raise APIError(400, f"{error}.") from error
        return answer
    tail = get_tailer()
    with acquire_slot(request, tail) as lease:
        await tail.start()
        permit = await find_channel_grant(request, tail)
        response: HttpResponseBase = await sync_to_async(eventstream_events)(request)
    if not isinstance(response, StreamingHttpResponse):
        lease.release()
        return response
    names = request.GET.getlist("channel")
    source = response if CAN_WAKE_LISTENERS or last_id else with_first_id(response, names)
    stream = EventstreamResponse(
        tail, source, lease=lease, permit=permit, client=_client(request), channels=",".join(names)
    )
    if not CAN_WAKE_LISTENERS:
        stream.handle.expires_at = min(stream.handle.expires_at, time.monotonic() + RECONNECT_SECONDS)
    return StreamResponse(request, stream, headers=STREAM_HEADERS)


@get_or_head
async def status(request: HttpRequest) -> HttpResponse:
    """Tell how full this process is, how full all are together where there are several, and where the log stands."""
    own = local_stats(get_tailer())
    head, cluster = await sync_to_async(lambda: (get_head(), get_cluster_stats(own)))()
    told = {
        "connections": own.connections,
        "max_connections": own.max_connections,
        "available": own.max_connections - own.connections,
        "uptime_seconds": round(time.monotonic() - STARTED_AT, 3),
        "head": str(Cursor(head.generation, head.seq)),
        "subscribers_behind": own.subscribers_behind,
    }
    return JsonResponse(told | {"cluster": asdict(cluster)} if cluster.processes > 1 else told)


@get_or_head
async def events(request: HttpRequest) -> HttpResponse:
    """Serve the log to those who poll: the events after a cursor, and the cursor to ask with next."""
    interest = parse_filter(request)
    after = request.GET.get("after") or None
    limit = parse_limit(request)
    return JsonResponse(await sync_to_async(get_events)(interest, after, limit))


def get_events(interest: StreamFilter, after: str | None, limit: int) -> dict[str, Any]:
    """Read up to `limit` items after a cursor; without one that can be resumed, the present metrics."""
    head = get_head()
    seen, reset_reason = resolve_cursor(after, head) if after else (None, None)
    items = select_items(seen.seq, upto=head.seq, tickers=interest.tickers, limit=limit + 1) if seen else []
    if seen and get_head().min_seq > seen.seq:
        seen, reset_reason = None, "expired"  # trimmed while it was read
    if seen is None:
        metrics = get_metrics(interest.tickers)
        here = metrics.cursor
        found = [metrics_event(metrics)]
        if reset_reason:
            found.insert(0, reset_event(here, now=utc_now(), reason=reset_reason))
        has_more = False
    else:
        has_more = len(items) > limit
        found = [item_event(i, head.generation, with_headline=interest.include == WITH_HEADLINE) for i in items[:limit]]
        here = Cursor(head.generation, items[limit - 1].seq if has_more else head.seq)
    shown = [{"event": event.name, "id": event.id, "data": event.payload} for event in found]
    return {"events": shown, "cursor": str(here), "has_more": has_more}


async def resolve_resume_point(tail: Tailer, asked: str | datetime | None) -> tuple[Cursor | None, str | None]:
    """Return the cursor to resume at, or None for the present, and why, if what was asked can't be resumed."""
    if asked is None:
        return None, None
    if isinstance(asked, datetime):
        return await tail.read(get_cursor_at, asked), None
    return resolve_cursor(asked, await tail.read(get_head))


@contextmanager
def acquire_slot(request: HttpRequest, tail: Tailer) -> Iterator[ConnectionSlot]:
    """Take a slot for the request's address, and give it back if what comes next fails.

    Errors: Refusal 503 when the house is full, 429 when the address has all it may.
    """
    try:
        lease = tail.limiter.acquire(address_key(request))
    except ProcessLimitReached:
        detail = "Maximum connections reached. Please try again later."
        raise _limit_error(request, 503, detail) from None
    except AddressLimitReached:
        limit = settings.STREAM_MAX_PER_ADDRESS
        detail = f"Your address holds {limit} streams, as many as one may. Please close one or try again later."
        raise _limit_error(request, 429, detail) from None
    try:
        yield lease
    except BaseException as error:
        lease.release()
        if isinstance(error, HttpError | APIError):
            tail.limiter.refused["not_let_in"] += 1
        raise


def _limit_error(request: HttpRequest, status: int, detail: str) -> APIError:
    logger.warning("stream_refused", client=_client(request), status=status)
    return APIError(status, detail, **{"Retry-After": _retry_after()})


def _retry_after() -> str:
    # Jittered, so that those refused together don't come back together.
    return str(randint(*RETRY_AFTER_SECONDS))


def _client(request: HttpRequest) -> str:
    return f"{get_client_ip(request)}:{request.META.get('REMOTE_PORT')}"
