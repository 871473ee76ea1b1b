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

from accounts.address import client_address
from accounts.permits import Permit
from accounts.rates import by_address
from accounts.visitors import MISSING, read_shown
from news.clock import utc_now
from news.cursor import Cursor
from news.metrics import read_metrics
from streaming.asked import Refusal, read_interest, read_limit, read_position
from streaming.edge import hold_eventstream, is_private
from streaming.entry import find_channel_permit, find_permit, redeem, visit
from streaming.events import item_event, metrics_event, reset_event
from streaming.grip import is_signed
from streaming.handler import StreamResponse
from streaming.hold import answer_proxy
from streaming.hub import Interest
from streaming.log import cursor_at, read_head, read_items, resolve
from streaming.presence import own_figures, read_cluster
from streaming.replay import WITH_HEADLINE
from streaming.slots import AddressFull, HouseFull, Lease
from streaming.subscription import ForeignStream, Subscription
from streaming.tail import Tail, local_tail

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


def answers_get(view: View) -> View:
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
        except Refusal as refusal:
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


@answers_get
async def stream(request: HttpRequest) -> HttpResponseBase:
    """Serve the live stream of events."""
    interest = read_interest(request)
    asked = read_position(request)
    if request.method == "HEAD":
        return HttpResponse(headers=STREAM_HEADERS)
    tail = local_tail()
    if (held := await hold(request, tail, interest, asked)) is not None:
        return held
    with slot_of(request, tail) as lease:
        await tail.start()
        permit = await find_permit(request, tail)
        return await open_stream(request, interest, asked, lease=lease, permit=permit)


@answers_get
async def configuration_stream(request: HttpRequest, config_id: str) -> HttpResponseBase:
    """Serve the stream of a configuration's tickers to its owner, for as long as both stay what they are."""
    shown = read_shown(request)
    if shown is None:
        raise AuthenticationError(message=MISSING)
    if "tickers" in request.GET:
        raise Refusal(400, "tickers: this stream has those of its configuration; leave it out, or PATCH them there.")
    form = read_interest(request).form
    asked = read_position(request)
    tail = local_tail()
    if request.method == "HEAD":
        await tail.read(visit, shown, config_id)  # and a ticket stays good: nothing is opened
        return HttpResponse(headers=STREAM_HEADERS)
    with slot_of(request, tail) as lease:
        await tail.start()
        visitor, configuration = await tail.read(visit, shown, config_id)
        await redeem(shown)
        interest = Interest(frozenset(configuration.tickers), form)
        return await open_stream(request, interest, asked, lease=lease, permit=visitor.permit(configuration))


async def open_stream(
    request: HttpRequest, interest: Interest, asked: str | datetime | None, *, lease: Lease, permit: Permit | None
) -> HttpResponseBase:
    """Answer with the stream of an interest, from where the client wants to go on."""
    tail = local_tail()
    resume, reset_reason = await find_position(tail, asked)
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
    request: HttpRequest, tail: Tail, interest: Interest, asked: str | datetime | None
) -> HttpResponse | None:
    """Have a GRIP proxy hold the client, if one asks; None for everybody else."""
    if not can_be_held(request):
        return None
    await tail.start()
    held = await answer_proxy(request, tail, interest, *await find_position(tail, asked))
    if held is not None:
        for name, value in STREAM_HEADERS.items():
            held[name] = value
    return held


def can_be_held(request: HttpRequest) -> bool:
    """Say whether a request comes from a GRIP proxy and may stay there.

    Who shows a secret gets a stream of its own, through the proxy: that ends when what it stands on does.
    """
    shown = read_shown(request)
    return is_signed(request, settings.GRIP_PROXIES) and (shown is None or shown.kind == "session")


@answers_get
async def eventstream(request: HttpRequest) -> HttpResponseBase:
    """Serve django-eventstream's own endpoint over the same log, in the same slots."""
    is_held = can_be_held(request) and not any(is_private(name) for name in request.GET.getlist("channel"))
    unknown = sorted(set(request.GET) - {"channel", "lastEventId", "ticket"} - (PROXY_PARAMETERS if is_held else set()))
    if unknown:
        raise Refusal(400, f"{unknown[0][:80]!r}: unknown; give channel=items or channel=ticker-AAPL, and lastEventId.")
    last_id = request.headers.get("Last-Event-ID") or request.GET.get("lastEventId") or ""
    if last_id and not EVENTSTREAM_ID.fullmatch(last_id):
        raise Refusal(400, f"lastEventId={last_id[:80]!r}: must be the id of an event of this address.")
    if request.method == "HEAD":
        return HttpResponse(headers=STREAM_HEADERS)
    if is_held:
        try:
            answer: HttpResponse = await database_sync_to_async(hold_eventstream)(request)
        except ValueError as error:
            raise Refusal(400, f"{error}.") from error
        return answer
    tail = local_tail()
    with slot_of(request, tail) as lease:
        await tail.start()
        permit = await find_channel_permit(request, tail)
        response: HttpResponseBase = await sync_to_async(eventstream_events)(request)
    if not isinstance(response, StreamingHttpResponse):
        lease.release()
        return response
    channels = ",".join(request.GET.getlist("channel"))
    stream = ForeignStream(tail, response, lease=lease, permit=permit, client=_client(request), channels=channels)
    return StreamResponse(request, stream, headers=STREAM_HEADERS)


@answers_get
async def status(request: HttpRequest) -> HttpResponse:
    """Tell how full this process is, how full all are together where there are several, and where the log stands."""
    own = own_figures(local_tail())
    head, cluster = await sync_to_async(lambda: (read_head(), read_cluster(own)))()
    told = {
        "connections": own.connections,
        "max_connections": own.max_connections,
        "available": own.max_connections - own.connections,
        "uptime_seconds": round(time.monotonic() - STARTED_AT, 3),
        "head": str(Cursor(head.epoch, head.seq)),
        "subscribers_behind": own.subscribers_behind,
    }
    return JsonResponse(told | {"cluster": asdict(cluster)} if cluster.processes > 1 else told)


@answers_get
async def events(request: HttpRequest) -> HttpResponse:
    """Serve the log to those who poll: the events after a cursor, and the cursor to ask with next."""
    interest = read_interest(request)
    after = request.GET.get("after") or None
    limit = read_limit(request)
    return JsonResponse(await sync_to_async(read_events)(interest, after, limit))


def read_events(interest: Interest, after: str | None, limit: int) -> dict[str, Any]:
    """Read up to `limit` items after a cursor; without one that can be resumed, the present metrics."""
    head = read_head()
    seen, reset_reason = resolve(after, head) if after else (None, None)
    items = read_items(seen.seq, upto=head.seq, tickers=interest.tickers, limit=limit + 1) if seen else []
    if seen and read_head().floor > seen.seq:
        seen, reset_reason = None, "expired"  # trimmed while it was read
    if seen is None:
        metrics = read_metrics(interest.tickers)
        here = metrics.cursor
        found = [metrics_event(metrics)]
        if reset_reason:
            found.insert(0, reset_event(here, now=utc_now(), reason=reset_reason))
        has_more = False
    else:
        has_more = len(items) > limit
        found = [item_event(i, head.epoch, with_headline=interest.form == WITH_HEADLINE) for i in items[:limit]]
        here = Cursor(head.epoch, items[limit - 1].seq if has_more else head.seq)
    shown = [{"event": event.kind, "id": event.id, "data": event.payload} for event in found]
    return {"events": shown, "cursor": str(here), "has_more": has_more}


async def find_position(tail: Tail, asked: str | datetime | None) -> tuple[Cursor | None, str | None]:
    """Return the cursor to resume at, or None for the present, and why, if what was asked can't be resumed."""
    if asked is None:
        return None, None
    if isinstance(asked, datetime):
        return await tail.read(cursor_at, asked), None
    return resolve(asked, await tail.read(read_head))


@contextmanager
def slot_of(request: HttpRequest, tail: Tail) -> Iterator[Lease]:
    """Take a slot for the request's address, and give it back if what comes next fails.

    Errors: Refusal 503 when the house is full, 429 when the address has all it may.
    """
    try:
        lease = tail.slots.take(by_address(request))
    except HouseFull:
        detail = "Maximum connections reached. Please try again later."
        raise _refuse(request, 503, detail) from None
    except AddressFull:
        limit = settings.STREAM_MAX_PER_ADDRESS
        detail = f"Your address holds {limit} streams, as many as one may. Please close one or try again later."
        raise _refuse(request, 429, detail) from None
    try:
        yield lease
    except BaseException as error:
        lease.release()
        if isinstance(error, HttpError | Refusal):
            tail.slots.refused["not_let_in"] += 1
        raise


def _refuse(request: HttpRequest, status: int, detail: str) -> Refusal:
    logger.warning("stream_refused", client=_client(request), status=status)
    return Refusal(status, detail, **{"Retry-After": _retry_after()})


def _retry_after() -> str:
    # Jittered, so that those refused together don't come back together.
    return str(randint(*RETRY_AFTER_SECONDS))


def _client(request: HttpRequest) -> str:
    return f"{client_address(request)}:{request.META.get('REMOTE_PORT')}"
