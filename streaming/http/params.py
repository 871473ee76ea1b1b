"""Parse what a request asks of a stream: which items, and where to start."""

from collections.abc import Collection
from datetime import datetime

from django.http import HttpRequest, JsonResponse

from common.parsing import parse_time
from common.query_params import UnknownParameter, reject_unknown
from news.log.cursor import EVENT_ID_PREFIX, CursorError, parse_cursor
from streaming.broker.filters import TICKER_PARAMETERS, StreamFilter

MAX_POLLED_EVENTS = 1000

# The query parameters of each endpoint, in the order in which errors list them.
RESUME_PARAMETERS = ("since", "last_event_id", "lastEventId")
PLAYBACK_PARAMETERS = ("until", "speed")
STREAM_PARAMETERS = (*StreamFilter.PARAMETERS, *RESUME_PARAMETERS, *PLAYBACK_PARAMETERS, "ticket")
POLL_PARAMETERS = (*StreamFilter.PARAMETERS, "after", "since", "limit")
CONFIGURATION_FILTER_PARAMETERS = tuple(name for name in StreamFilter.PARAMETERS if name not in TICKER_PARAMETERS)
CONFIGURATION_STREAM_PARAMETERS = (
    *CONFIGURATION_FILTER_PARAMETERS,
    *RESUME_PARAMETERS,
    *PLAYBACK_PARAMETERS,
    "ticket",
)
CONFIGURATION_POLL_PARAMETERS = (*CONFIGURATION_FILTER_PARAMETERS, "after", "since", "limit", "ticket")


class APIError(Exception):
    """A request that can't be served; `response` is the answer."""

    def __init__(self, status: int, detail: str, **headers: str) -> None:
        super().__init__(detail)
        self.response = JsonResponse({"detail": detail}, status=status, headers=headers)


def check_parameters(request: HttpRequest, allowed: Collection[str]) -> None:
    """Reject query parameters that the endpoint does not know, and name the right one. Errors: APIError 400."""
    try:
        reject_unknown(request.GET, allowed)
    except UnknownParameter as error:
        raise APIError(400, f"{error}.") from error


def check_configuration_parameters(request: HttpRequest, allowed: Collection[str]) -> None:
    """Reject unknown parameters of a configuration's stream, and tickers. Errors: APIError 400."""
    for name in TICKER_PARAMETERS:
        if name in request.GET:
            detail = f"{name}: this stream has the tickers of its configuration; leave it out, or PATCH them there."
            raise APIError(400, detail)
    check_parameters(request, allowed)


def parse_filter(request: HttpRequest) -> StreamFilter:
    """Return the filter of the query string. What is given several times counts as one list.

    Errors: APIError 400.
    """
    names = request.GET.keys() & {*StreamFilter.PARAMETERS}
    try:
        return StreamFilter.from_query({name: ",".join(request.GET.getlist(name)) for name in names})
    except ValueError as error:
        raise APIError(400, f"{error}.") from error


def parse_limit(request: HttpRequest) -> int:
    """Return `?limit=`, 1 to MAX_POLLED_EVENTS, 100 by default. Errors: APIError 400."""
    text = request.GET.get("limit", "100")
    if not (text.isascii() and text.isdecimal() and len(text) < 10 and 1 <= int(text) <= MAX_POLLED_EVENTS):
        raise APIError(400, f"limit={text[:80]!r}: must be a whole number from 1 to {MAX_POLLED_EVENTS}.")
    return int(text)


def parse_resume_start(request: HttpRequest) -> str | datetime | None:
    """Return where the client wants to resume: an event id as text, a time, or None for the current state.

    An id of the client's takes precedence over `?since=`. Errors: APIError 400 for a malformed `?since=`.
    """
    return get_event_id(request) or parse_since(request)


def get_event_id(request: HttpRequest) -> str | None:
    """Return the id of the last event that a client has, as it sends it to resume; the header takes precedence."""
    query = request.GET
    return request.headers.get("Last-Event-ID") or query.get("last_event_id") or query.get("lastEventId")


def parse_poll_start(request: HttpRequest) -> str | datetime | None:
    """Return where a poll starts: `?after=` as text, `?since=`, or None for the current state.

    Errors: APIError 400 for a malformed `?since=`.
    """
    return request.GET.get("after") or parse_since(request)


def parse_since(request: HttpRequest) -> str | datetime | None:
    """Return the event id or time in `?since=`, or None. Errors: APIError 400."""
    text = request.GET.get("since")
    return parse_point("since", text) if text else None


def parse_point(name: str, text: str) -> str | datetime:
    """Return the place in the log that the parameter `name` gives: an event id as it is, or a time.

    Errors: APIError 400.
    """
    try:
        if not text.startswith(EVENT_ID_PREFIX):
            return parse_time(text)
        parse_cursor(text)
    except CursorError as error:
        detail = f"{name}={text[:80]!r}: is not the id of an event of this server; give one as it was received."
        raise APIError(400, detail) from error
    except ValueError as error:
        raise APIError(400, f"{name}={text[:80]!r}: {error}, or the id of an event.") from error
    return text
