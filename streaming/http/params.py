"""Parse what a request asks of a stream: which items, and where to start."""

from datetime import datetime

from django.http import HttpRequest, JsonResponse

from common.parsing import parse_time
from streaming.broker.filters import StreamFilter

MAX_POLLED_EVENTS = 1000


class APIError(Exception):
    """A request that can't be served; `response` is the answer."""

    def __init__(self, status: int, detail: str, **headers: str) -> None:
        super().__init__(detail)
        self.response = JsonResponse({"detail": detail}, status=status, headers=headers)


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


def parse_resume_point(request: HttpRequest) -> str | datetime | None:
    """Return where the client wants to resume: an event id as text, a time, or None for the current state.

    The header Last-Event-ID takes precedence over the query. Errors: APIError 400 for a malformed time.
    """
    query = request.GET
    event_id = request.headers.get("Last-Event-ID") or query.get("last_event_id") or query.get("lastEventId")
    if event_id or not query.get("since"):
        return event_id or None
    try:
        return parse_time(query["since"])
    except ValueError as error:
        raise APIError(400, f"since={query['since'][:80]!r}: {error}.") from error
