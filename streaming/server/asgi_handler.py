"""Django's ASGI handler, with streams kept off the threads of other requests, and handed over where a server can.

Stock Django gives each request a thread of its own for as long as it lasts: a thousand streams, a thousand threads.
A server that offers the extension DETACH is sent the start of a stream and then, in place of the end of the body, a
message with the stream itself: the request is over for Django, and the stream goes on.
"""

from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import Any

from asgiref.sync import ThreadSensitiveContext
from django.conf import settings
from django.core.handlers.asgi import ASGIHandler, get_script_prefix
from django.core.handlers.exception import convert_exception_to_response
from django.http import HttpResponseBase
from django.urls import set_script_prefix
from django.utils.module_loading import import_string

from streaming.http.response import DETACH, OPEN_STREAM, StreamResponse

Send = Callable[[Mapping[str, Any]], Awaitable[None]]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]

# One thread runs what is synchronous in stream requests: Django's middleware and signals, django-eventstream's reads.
_stream_thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="stream")


class StreamingASGIHandler(ASGIHandler):
    """Serves every request; streams share one thread and are released however they end."""

    def __init__(self) -> None:
        super().__init__()
        self._streams = StreamHandler()

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close"})  # the site has none; Django would fail on it
            return
        path: str = scope.get("path", "")
        if path.endswith("/stream"):
            handler: ASGIHandler = self._streams
        elif path.startswith("/events/"):
            handler = self
        else:
            await super().__call__(scope, receive, send)
            return
        async with ThreadSensitiveContext(executor=_stream_thread):
            try:
                await handler.handle(scope, receive, send)
            finally:
                stream = scope.get(OPEN_STREAM)
                if stream is not None and not stream.is_detached:
                    stream.release()


class StreamHandler(ASGIHandler):
    """Serves our own streams through STREAM_MIDDLEWARE, which must be asynchronous, and hands them over if it can.

    What MIDDLEWARE and Django's signals do for other requests takes a dozen changes of thread.
    """

    def load_middleware(self, is_async: bool = False) -> None:
        """Build the chain that a request goes through."""
        self._view_middleware: list[Any] = []
        self._template_response_middleware: list[Any] = []
        self._exception_middleware: list[Any] = []
        chain = convert_exception_to_response(self._get_response_async)  # type: ignore[attr-defined]
        for path in reversed(settings.STREAM_MIDDLEWARE):
            chain = convert_exception_to_response(import_string(path)(chain))
        self._middleware_chain = chain

    async def handle(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """Answer one request."""
        if DETACH not in (scope.get("extensions") or ()):
            await super().handle(scope, receive, send)  # which listens for the client's leaving while it streams
            return
        set_script_prefix(get_script_prefix(scope))
        request, refusal = self.create_request(scope, BytesIO())
        response = refusal if request is None else await self.get_response_async(request)
        await self.send_response(response, send)  # type: ignore[arg-type]  # there is a refusal where is no request

    async def send_response(self, response: HttpResponseBase, send: Send) -> None:
        """Send the response; of a stream that can be handed over the beginning, and then the stream."""
        stream = response.detachable_stream if isinstance(response, StreamResponse) else None
        if stream is None:
            await super().send_response(response, send)
            return
        stream.can_detach = True

        async def send_or_hand_over(message: Mapping[str, Any]) -> None:
            is_last = message["type"] == "http.response.body" and not message.get("more_body")
            await send({"type": DETACH, "stream": stream} if is_last and stream.continues_after_detach else message)

        await super().send_response(response, send_or_hand_over)
