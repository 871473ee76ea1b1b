"""The HTTP response of a stream, and DETACH, the ASGI extension by which a server takes the stream from Django.

A server that offers the extension is sent the start of the response and then, in place of the last body message,
`{"type": DETACH, "stream": stream}`: the request is over for Django, and the stream goes on.
"""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, StreamingHttpResponse

from streaming.http.stream import DetachableStream, OpenStream

DETACH = "http.response.detach"  # a key of scope["extensions"], and a message type
OPEN_STREAM = "streaming.open_stream"  # the key of scope under which the server finds the stream to release
END_BY = "streaming.end_by"  # a key of scope["extensions"]: {"monotonic": seconds by which the stream must end}
STREAM_HEADERS = {
    "Content-Type": "text/event-stream; charset=utf-8",
    # no-transform: a proxy that compresses would delay events.
    "Cache-Control": "no-cache, no-transform",
    "X-Accel-Buffering": "no",
}


class StreamResponse(StreamingHttpResponse):
    """A response that stays open. The server releases its stream when the request is over, in whatever way it ends."""

    detachable_stream: DetachableStream | None

    def __init__(self, request: HttpRequest, stream: OpenStream, *, headers: Mapping[str, str]) -> None:
        scope: dict[str, Any] = request.scope  # type: ignore[attr-defined]  # an ASGIRequest
        # Django itself closes only a response that exists; a client can leave while middleware still holds it.
        scope[OPEN_STREAM] = stream
        extensions = scope.get("extensions") or {}
        if END_BY in extensions:
            stream.handle.expires_at = min(stream.handle.expires_at, extensions[END_BY]["monotonic"])
        super().__init__(stream, headers=headers)
        self.detachable_stream = stream if isinstance(stream, DetachableStream) and DETACH in extensions else None

    def _set_streaming_content(self, value: Any) -> None:
        self.detachable_stream = None  # middleware that wraps the content must see all of it
        super()._set_streaming_content(value)  # type: ignore[misc]
