"""Conditional requests (RFC 9110, 13): a client that has an answer sends its ETag back, and gets 304 if it holds still.

The ETags are weak: the same answer can be compressed, and `timestamp` of metrics is when they were read. As they name
all that decides an answer, this process also keeps the answers themselves by them.
"""

import hashlib
from collections.abc import Callable
from functools import cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response, patch_vary_headers

from common.kept_answers import Answer, BoundedCache
from news.log.reader import get_head
from news.metrics.queries import get_current_minute

KEPT_BYTES = 16_000_000
CACHE_CONTROL = "no-cache"  # caches may keep an answer, and ask whether it still holds before they use it
CODE_FOLDERS = ("common", "news", "sentiment_site")

_kept = BoundedCache[Answer](max_bytes=KEPT_BYTES)


def answer_from_log(
    request: HttpRequest,
    response: HttpResponse,
    build: Callable[[], Answer],
    *,
    moves_with_time: bool = False,
) -> HttpResponse:
    """Return the answer to a request that the log decides, or 304 if the client has it.

    build: makes the answer; called only if no equal request has come since the last write.
    moves_with_time: whether the present minute decides it, too: rates, `hours` and the newest bucket move on.
    """
    head = get_head()
    state = (head.generation, head.writes, *([get_current_minute()] if moves_with_time else []))
    if unchanged := find_unchanged(request, response, *state):
        return unchanged
    answer = _kept.get((response["ETag"], head.fingerprint), build)
    response.content = answer.with_time_now()
    return response


def find_unchanged(request: HttpRequest, response: HttpResponse, *state: object) -> HttpResponse | None:
    """Return 304 if the client has the answer that belongs to a state; otherwise None, with the ETag in `response`.

    state: values that differ whenever the answer to this request does. Take them before anything else that the answer
    depends on, also the time: what happens in between then makes the answer newer than its ETag, never older.
    """
    parts = [request.get_full_path(), get_code_version(), *state]
    digest = hashlib.sha256("\n".join(map(str, parts)).encode()).hexdigest()[:32]
    response["ETag"] = f'W/"{digest}"'
    response["Cache-Control"] = CACHE_CONTROL
    patch_vary_headers(response, ["Accept-Encoding"])
    if request.headers.get("If-None-Match", "").strip() == "*":
        return None  # the answer may be an error, which has no ETag; an ETag was given with an answer that was none
    answer = get_conditional_response(request, etag=response["ETag"], response=response)
    return None if answer is response else answer


def get_log_version() -> tuple[str, int]:
    """Return a value that changes with everything that is written to the log, its buckets and its reports."""
    head = get_head()
    return head.generation, head.writes


@cache
def get_code_version() -> int:
    """Return a value that changes with an upgrade, which can change the form of an answer."""
    files = (file for folder in CODE_FOLDERS for file in (settings.BASE_DIR / folder).rglob("*.py"))
    return max(file.stat().st_mtime_ns for file in files)
