"""Past ranges of the log that a request asks to play: what `since`, `until` and `speed` mean."""

import math
import re
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest

from common.time import format_time, utc_now
from news.log.as_of import AsOfError, LogPoint, resolve_as_of
from news.log.reader import get_head, get_seq_before, resolve_cursor
from news.models import LogHead
from streaming.broker.filters import StreamFilter
from streaming.http.params import PLAYBACK_PARAMETERS, APIError, get_event_id, parse_point, parse_since

MIN_SPEED, MAX_SPEED = 0.01, 1_000_000
SPEED_PATTERN = re.compile(r"[0-9]{1,7}(\.[0-9]{1,6})?")
SPEED_RULE = (
    f"a number from {MIN_SPEED} to {MAX_SPEED:,}, such as 60 for sixty times as fast, or max for without pauses"
)
# Error for a request that gives only one of PLAYBACK_PARAMETERS, by the missing one.
MISSING_PARAMETER_ERRORS = {
    "until": "until: is missing; give the past time or event id at which the range ends",
    "speed": f"speed: is missing; give {SPEED_RULE}",
}


@dataclass(frozen=True, slots=True)
class PlaybackParams:
    """A range as a request names it. start, end: time or event id; end as unparsed text.

    speed: how many times as fast as it was appended; infinite for without pauses.
    is_resumed: start comes from Last-Event-ID, not from `since`.
    """

    start: str | datetime
    end: str
    speed: float
    is_resumed: bool


@dataclass(frozen=True, slots=True)
class PlaybackRange:
    """The items after `start` up to and including `end`, and the speed at which they are played.

    With a `reset_reason`, the client's cursor can't be resumed and nothing is played.
    """

    start: LogPoint
    end: LogPoint
    speed: float
    reset_reason: str | None = None


def parse_playback_params(request: HttpRequest) -> PlaybackParams | None:
    """Return the range that a request asks for, or None if it asks for the live stream.

    A client that resumes sends its last id besides, which takes precedence over `since`. Errors: APIError 400.
    """
    query = request.GET
    missing = [name for name in PLAYBACK_PARAMETERS if name not in query]
    if len(missing) == len(PLAYBACK_PARAMETERS):
        return None
    if missing:
        raise APIError(400, f"{MISSING_PARAMETER_ERRORS[missing[0]]}, or leave both out to follow the stream live.")
    event_id = get_event_id(request)
    start = event_id or parse_since(request)
    if start is None:
        detail = "since: is missing; give the time or event id at which the range begins, as until and speed are given."
        raise APIError(400, detail)
    end = parse_point("until", query["until"])
    if isinstance(end, datetime) and end > (now := utc_now()):
        detail = (
            f"until={query['until'][:80]!r}: lies in the future, here it is {format_time(now)}; give a past time, or "
            "leave until and speed out to follow the stream live."
        )
        raise APIError(400, detail)
    if isinstance(start, datetime) and isinstance(end, datetime) and end < start:
        raise _order_error(start, query["until"])
    return PlaybackParams(start, query["until"], parse_speed(query["speed"]), is_resumed=bool(event_id))


def parse_speed(text: str) -> float:
    """Return a speed, infinite for "max". Errors: APIError 400."""
    if text == "max":
        return math.inf
    if SPEED_PATTERN.fullmatch(text) and MIN_SPEED <= float(text) <= MAX_SPEED:
        return float(text)
    raise APIError(400, f"speed={text[:80]!r}: must be {SPEED_RULE}.")


def resolve_playback_range(requested: PlaybackParams, stream_filter: StreamFilter) -> PlaybackRange | None:
    """Return a range as places of the log, or None if it holds no item that passes the filter.

    Errors: APIError 400 if the log does not hold the range, or it ends before it begins.
    """
    head = get_head()
    start, reset_reason = _find_start(requested.start, head)
    if start is None:
        present = LogPoint.from_head(head, head.seq, utc_now())
        return PlaybackRange(present, present, requested.speed, reset_reason)
    end = _resolve("until", requested.end)
    if end.seq < start.seq and not requested.is_resumed:
        raise _order_error(requested.start, requested.end)
    has_items = stream_filter.select_states_after(start.seq, up_to=end.seq, limit=1)
    return PlaybackRange(start, end, requested.speed) if has_items else None


def _find_start(point: str | datetime, head: LogHead) -> tuple[LogPoint | None, str | None]:
    """Return the place before the range, or None and why the client's cursor can't be resumed."""
    if isinstance(point, datetime):
        # Reject a start that retention has passed: the range would look complete.
        _resolve("since", point.isoformat())
        return LogPoint.from_head(head, get_seq_before(point, head), point), None
    cursor, reset_reason = resolve_cursor(point, head)
    return (None, reset_reason) if cursor is None else (_resolve("since", str(cursor)), None)


def _resolve(name: str, text: str) -> LogPoint:
    try:
        return resolve_as_of(text)
    except AsOfError as error:
        raise APIError(400, f"{name}={text[:80]!r}: {error}.") from error


def _order_error(start: str | datetime, end: str) -> APIError:
    first = start[:80] if isinstance(start, str) else format_time(start)
    return APIError(400, f"until={end[:80]!r}: lies before since={first!r}; give a later one.")
