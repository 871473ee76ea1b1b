"""Django's ASGI handler, with streams kept off the threads of other requests, and handed over where a server can.

Stock Django gives each request a thread of its own for as long as it lasts: a thousand streams, a thousand threads.
A server that offers the extension HAND_OVER is sent the start of a stream and then, in place of the end of the body, a
message with the stream itself: the request is over for Django, and the stream goes on.
"""

from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from asgiref.sync import ThreadSensitiveContext
from django.core.handlers.asgi import ASGIHandler
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse

from streaming.subscription import OpenStream, Subscription

HAND_OVER = "http.response.handover"  # in scope["extensions"], and as a message: {"type": HAND_OVER, "stream": …}
OPEN_STREAM = "streaming.open_stream"

Send = Callable[[Mapping[str, Any]], Awaitable[None]]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]

# One thread runs what is synchronous in stream requests: Django's middleware and signals, django-eventstream's reads.
_stream_thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="stream")


class StreamResponse(StreamingHttpResponse):
    """A response that stays open. Its stream is released when the request is over, however that comes about."""

    handable: OpenStream | None

    def __init__(self, request: HttpRequest, stream: OpenStream, *, headers: Mapping[str, str]) -> None:
        scope: dict[str, Any] = request.scope  # type: ignore[attr-defined]  # an ASGIRequest
        # Django itself closes only a response that exists; a client can leave while middleware still holds it.
        scope[OPEN_STREAM] = stream
        super().__init__(stream, headers=headers)
        can_go = isinstance(stream, Subscription) and HAND_OVER in (scope.get("extensions") or ())
        self.handable = stream if can_go else None

    def _set_streaming_content(self, value: Any) -> None:
        self.handable = None  # middleware that wraps the content wants to see all of it
        super()._set_streaming_content(value)  # type: ignore[misc]


class StreamingASGIHandler(ASGIHandler):
    """Serves every request; streams share one thread and are released however they end."""

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close"})  # the site has none; Django would fail on it
            return
        if not is_stream(scope):
            await super().__call__(scope, receive, send)
            return
        async with ThreadSensitiveContext(executor=_stream_thread):
            try:
                await self.handle(scope, receive, send)
            finally:
                stream = scope.get(OPEN_STREAM)
                if stream is not None and not stream.is_handed_over:
                    stream.release()

    async def send_response(self, response: HttpResponseBase, send: Send) -> None:
        """Send the response; of a stream that can be handed over the beginning, and then the stream."""
        stream = response.handable if isinstance(response, StreamResponse) else None
        if stream is None:
            await super().send_response(response, send)
            return
        stream.hands_over = True

        async def send_or_hand_over(message: Mapping[str, Any]) -> None:
            is_last = message["type"] == "http.response.body" and not message.get("more_body")
            await send({"type": HAND_OVER, "stream": stream} if is_last and stream.goes_on else message)

        await super().send_response(response, send_or_hand_over)


def is_stream(scope: dict[str, Any]) -> bool:
    """Say whether a request asks for a response that stays open."""
    path: str = scope.get("path", "")
    return scope["type"] == "http" and (path.endswith("/stream") or path.startswith("/events/"))
