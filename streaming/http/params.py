"""What a request asks of the stream: which items, from where on. Refuses, with an answer, what can't be read."""

from datetime import datetime

from django.http import HttpRequest, JsonResponse

from common.parsing import parse_tickers, parse_time
from streaming.broker.hub import StreamFilter
from streaming.broker.replay import WITH_HEADLINE

MAX_EVENTS = 1000


class APIError(Exception):
    """A request that can't be served; carries the answer."""

    def __init__(self, status: int, detail: str, **headers: str) -> None:
        super().__init__(detail)
        self.response = JsonResponse({"detail": detail}, status=status, headers=headers)


def parse_filter(request: HttpRequest) -> StreamFilter:
    """Read `?tickers=` and `?include=`.

    Errors: Refusal 400 for a malformed ticker or an unknown form.
    """
    include = request.GET.get("include")
    if include not in (None, "", WITH_HEADLINE):
        raise APIError(400, f"include={include[:80]!r}: unknown; leave it out or give include=headline.")
    asked = ",".join(request.GET.getlist("tickers"))
    try:
        tickers = frozenset(parse_tickers(asked) if "tickers" in request.GET else ())
    except ValueError as error:
        raise APIError(400, f"tickers={asked[:80]!r}: {error}.") from error
    return StreamFilter(tickers, include or None)


def parse_limit(request: HttpRequest) -> int:
    """Read `?limit=`, 1 to MAX_EVENTS.

    Errors: Refusal 400 for anything else.
    """
    text = request.GET.get("limit", "100")
    if not (text.isascii() and text.isdecimal() and len(text) < 10 and 1 <= int(text) <= MAX_EVENTS):
        raise APIError(400, f"limit={text[:80]!r}: must be a whole number from 1 to {MAX_EVENTS}.")
    return int(text)


def parse_resume_point(request: HttpRequest) -> str | datetime | None:
    """Read where the client wants to go on: an event id as text, a time, or None for the present.

    Errors: Refusal 400 for a malformed time.
    """
    parameters = request.GET
    cursor = (
        request.headers.get("Last-Event-ID") or parameters.get("last_event_id") or parameters.get("lastEventId") or None
    )
    if cursor is not None or not parameters.get("since"):
        return cursor
    try:
        return parse_time(parameters["since"])
    except ValueError as error:
        raise APIError(400, f"since={parameters['since'][:80]!r}: {error}.") from error
