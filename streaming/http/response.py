"""The HTTP response of a stream, and the ASGI extension by which a server takes the stream from Django.

A server that offers the extension DETACH is sent the start of the response and then, in place of the last body message,
`{"type": DETACH, "stream": stream}`: the request is over for Django, and the stream goes on.
"""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, StreamingHttpResponse

from streaming.http.stream import OpenStream, Subscription

DETACH = "http.response.detach"  # in scope["extensions"], and as a message: {"type": DETACH, "stream": …}
OPEN_STREAM = "streaming.open_stream"
END_BY = "streaming.end_by"  # in scope["extensions"]: {"monotonic": time by which the server needs a stream to end}


class StreamResponse(StreamingHttpResponse):
    """A response that stays open. Its stream is released when the request is over, however that comes about."""

    detachable_stream: OpenStream | None

    def __init__(self, request: HttpRequest, stream: OpenStream, *, headers: Mapping[str, str]) -> None:
        scope: dict[str, Any] = request.scope  # type: ignore[attr-defined]  # an ASGIRequest
        # Django itself closes only a response that exists; a client can leave while middleware still holds it.
        scope[OPEN_STREAM] = stream
        extensions = scope.get("extensions") or {}
        if END_BY in extensions:
            stream.handle.expires_at = min(stream.handle.expires_at, extensions[END_BY]["monotonic"])
        super().__init__(stream, headers=headers)
        can_go = isinstance(stream, Subscription) and DETACH in extensions
        self.detachable_stream = stream if can_go else None

    def _set_streaming_content(self, value: Any) -> None:
        self.detachable_stream = None  # middleware that wraps the content wants to see all of it
        super()._set_streaming_content(value)  # type: ignore[misc]
