"""Django's ASGI handler, with stream requests kept off the threads that other requests get.

Stock Django gives each request a thread of its own for as long as it lasts: a thousand streams, a thousand threads.
"""

from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import django
from asgiref.sync import ThreadSensitiveContext
from django.core.handlers.asgi import ASGIHandler
from django.http import HttpRequest

RELEASES = "streaming.releases"

Send = Callable[[Mapping[str, Any]], Awaitable[None]]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]

# One thread runs what is synchronous in stream requests: Django's middleware and signals, django-eventstream's reads.
_stream_thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="stream")


class StreamingASGIHandler(ASGIHandler):
    """Serves every request; streams share one thread and are cleaned up after however they end."""

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close"})  # the site has none; Django would fail on it
            return
        if not is_stream(scope):
            await super().__call__(scope, receive, send)
            return
        scope[RELEASES] = []
        async with ThreadSensitiveContext(executor=_stream_thread):
            try:
                await self.handle(scope, receive, send)
            finally:
                for release in scope[RELEASES]:
                    release()


def is_stream(scope: dict[str, Any]) -> bool:
    """Say whether a request asks for a response that stays open."""
    path: str = scope.get("path", "")
    return scope["type"] == "http" and (path.endswith("/stream") or path.startswith("/events/"))


def on_request_end(request: HttpRequest, release: Callable[[], None]) -> None:
    """Call `release` when the request is over, however it ends.

    Django itself closes only a response that exists; a client can leave while middleware still holds it.
    """
    scope: dict[str, Any] = request.scope  # type: ignore[attr-defined]  # an ASGIRequest
    scope.setdefault(RELEASES, []).append(release)


def get_application() -> StreamingASGIHandler:
    """Set Django up and return the ASGI application."""
    django.setup(set_prefix=False)
    return StreamingASGIHandler()
