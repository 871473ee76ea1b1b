"""Whole answers to requests that are answered from memory, health checks and files: equal requests have equal answers.

A client or a load balancer asks in the same words again and again, and to go through the middleware each time would be
half the cost of such a request.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from common.kept_answers import BoundedCache

MAX_BYTES = 16_000_000
MAX_KEY_LENGTH = 2048
# What the middleware and the views of these paths read of a request, and what none of them reads. A request with any
# other header, such as Cookie, Authorization or those of proxies, goes through them.
DECIDING_HEADERS = frozenset(
    (b"host", b"origin", b"accept-encoding", b"range", b"if-range", b"if-none-match", b"if-modified-since")
)
IGNORED_HEADERS = frozenset(
    (
        *(b"user-agent", b"accept", b"accept-language", b"referer", b"connection", b"cache-control", b"pragma"),
        *(b"dnt", b"priority", b"te", b"upgrade-insecure-requests", b"sec-gpc", b"sec-fetch-dest", b"sec-fetch-mode"),
        *(b"sec-fetch-site", b"sec-fetch-user", b"sec-ch-ua", b"sec-ch-ua-mobile", b"sec-ch-ua-platform"),
    )
)
KEPT_STATUSES = (HTTPStatus.OK, HTTPStatus.PARTIAL_CONTENT, HTTPStatus.NOT_MODIFIED)  # the others are logged

Message = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class MemoryAnswer:
    """The ASGI messages of an answer."""

    messages: tuple[Message, ...]

    @property
    def size(self) -> int:
        """The number of bytes of the body."""
        return sum(len(message.get("body", b"")) for message in self.messages)

    @property
    def can_be_kept(self) -> bool:
        """Whether to give it again without going through the middleware."""
        return self.messages[0]["status"] in KEPT_STATUSES


memory_answers = BoundedCache[MemoryAnswer](max_bytes=MAX_BYTES)


def make_key(scope: Mapping[str, Any]) -> Hashable | None:
    """Return all of a request that decides its answer; None if it is long or has a header of unknown effect."""
    deciding: list[bytes] = []
    for name, value in scope["headers"]:
        if name in DECIDING_HEADERS:
            deciding += (name, value)
        elif name not in IGNORED_HEADERS:
            return None
    query = scope.get("query_string", b"")
    if len(scope["path"]) + len(query) + sum(map(len, deciding)) > MAX_KEY_LENGTH:
        return None
    address = (scope["scheme"], scope.get("root_path"), scope["path"], query)
    return (scope["method"], *address, *(scope.get("server") or ()), *deciding)
