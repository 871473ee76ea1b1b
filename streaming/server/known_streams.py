"""Answer a request for a stream as an equal one was answered before, without Django.

What Django makes of such a request (is the host allowed, which security and CORS headers, which filter) depends on the
request and the settings alone. A request is equal if all is the same but headers that have no effect on a stream.
"""

from collections import OrderedDict
from typing import NamedTuple

from daphne.http_protocol import WebRequest
from daphne.utils import INVALID_HEADER_VALUE_BYTES

from streaming.broker.filters import StreamFilter

MAX_KNOWN = 256  # the least recently used is dropped
MAX_KEY_BYTES = 4096
FORWARDED_FOR = b"X-Forwarded-For"  # for limits and the log it is read from each request
# Nothing that acts on a stream reads these. Of cookies, streams read that of a session, and public ones ignore it.
IGNORED_HEADERS = frozenset(
    (b"Accept", b"Accept-Encoding", b"Accept-Language", b"Cache-Control", b"Connection", b"Cookie", b"Pragma",
     b"Priority", b"Referer", b"Sec-Fetch-Dest", b"Sec-Fetch-Mode", b"Sec-Fetch-Site", b"User-Agent", FORWARDED_FOR)
)  # fmt: skip
# A grant can end, a signature expire, and each client resumes elsewhere: these are always looked at.
EXCLUDED_HEADERS = frozenset((b"Authorization", b"Grip-Sig", b"Last-Event-Id"))
FORWARDED_PROTO = b"X-Forwarded-Proto"  # which counts from some peers only

RequestKey = tuple[bytes | str, ...]


class KnownStream(NamedTuple):
    """The status line and headers with which a stream begins, and its filter."""

    head: bytes
    stream_filter: StreamFilter


class KnownStreams:
    """The answers to requests for streams that begin with the current state and depend on no grant."""

    def __init__(self) -> None:
        self._known: OrderedDict[RequestKey, KnownStream] = OrderedDict()

    def find(self, key: RequestKey) -> KnownStream | None:
        """Return the answer to an equal request."""
        answer = self._known.get(key)
        if answer is not None:
            self._known.move_to_end(key)
        return answer

    def add(self, key: RequestKey, answer: KnownStream) -> None:
        """Keep an answer."""
        self._known[key] = answer
        if len(self._known) > MAX_KNOWN:
            self._known.popitem(last=False)


def make_key(request: WebRequest) -> RequestKey | None:
    """Return all that decides the answer to a request; None for one that must be looked at each time."""
    if request.method != b"GET":
        return None
    parts: list[bytes | str] = [request.clientproto, request.uri]
    for name, values in request.requestHeaders.getAllRawHeaders():
        if name in EXCLUDED_HEADERS or not all(map(INVALID_HEADER_VALUE_BYTES.isdisjoint, values)):
            return None
        if name not in IGNORED_HEADERS:
            parts += (name, b"%d" % len(values), *values)  # the number, so that no value passes for a name
        if name == FORWARDED_PROTO:
            parts.append(getattr(request.client, "host", ""))
    return tuple(parts) if sum(map(len, parts)) <= MAX_KEY_BYTES else None
