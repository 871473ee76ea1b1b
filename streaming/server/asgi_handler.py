"""Django's ASGI handler, with one thread for all streams, and streams detached where the server can take them.

Stock Django gives each request a thread for as long as it lasts: a thousand streams, a thousand threads. Requests that
open no stream are answered by `streaming.server.request_handler`.
A server that offers the extension DETACH is sent the start of a stream and then, in place of the end of the body, a
message with the stream itself: the request is over for Django, and the stream goes on.
"""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import Any

from asgiref.sync import ThreadSensitiveContext
from django.conf import settings
from django.core.handlers import asgi, exception
from django.db import connections
from django.http import HttpRequest, HttpResponseBase
from django.urls import Resolver404, ResolverMatch, set_script_prefix
from django.utils.module_loading import import_string

from streaming.http.eventstream import eventstream
from streaming.http.response import DETACH, OPEN_STREAM, StreamResponse
from streaming.http.views import configuration_stream, stream
from streaming.server.private_names import Feature, is_available
from streaming.server.request_handler import (
    Receive,
    RequestASGIHandler,
    Send,
    complete_unless_left,
    drop_length_of_not_modified,
    remove_script_name,
    resolve_path,
)

STREAM_PATH_ENDS = ("/stream", "/events/")

# Runs what is synchronous in stream requests: Django's middleware and signals, django-eventstream's reads.
_stream_thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="stream")


def find_stream_view(scope: Mapping[str, Any]) -> Callable[..., Any] | None:
    """Return the view of a request if that view opens streams."""
    if not scope.get("path", "").endswith(STREAM_PATH_ENDS):  # to resolve the path of every request would cost more
        return None
    try:
        view = resolve_path(remove_script_name(scope)).func
    except Resolver404:
        return None
    return view if view in (stream, configuration_stream, eventstream) else None


class SiteASGIHandler(asgi.ASGIHandler):
    """Serves every request. Streams share one thread, and are released however they end."""

    def __init__(self) -> None:
        super().__init__()
        self._has_stream_thread = is_available(Feature.STREAM_THREAD)
        has_own_handler = self._has_stream_thread and is_available(Feature.STREAM_HANDLER)
        self._stream_handler: asgi.ASGIHandler = StreamASGIHandler() if has_own_handler else self
        has_request_handler = is_available(Feature.STREAM_HANDLER, Feature.REQUEST_THREADS)
        self._request_handler = RequestASGIHandler() if has_request_handler else None
        if self._request_handler is None:
            connections.settings["default"]["CONN_MAX_AGE"] = 0  # threads that end can't keep a connection

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close"})  # the site has none; Django raises ValueError
            return
        if settings.SITE_PREFIX and "path" in scope:
            scope = {**scope, "path": settings.SITE_PREFIX + _remove_prefix(scope["path"])}
        view = find_stream_view(scope)
        if view is None:
            if self._request_handler is None or scope["type"] != "http":
                await super().__call__(scope, receive, send)
            else:
                await self._request_handler.handle(scope, receive, send)
            return
        handler = self if view is eventstream else self._stream_handler
        try:
            if self._has_stream_thread:
                async with ThreadSensitiveContext(executor=_stream_thread):
                    await handler.handle(scope, receive, send)
            else:
                await super().__call__(scope, receive, send)
        finally:
            opened = scope.get(OPEN_STREAM)
            if opened is not None and not opened.is_detached:
                opened.release()

    async def send_response(self, response: HttpResponseBase, send: Send) -> None:
        """Send the response."""
        drop_length_of_not_modified(response)
        await super().send_response(response, send)


def _remove_prefix(path: str) -> str:
    """Return a path without SITE_PREFIX, which some proxies remove and some do not."""
    rest = path.removeprefix(settings.SITE_PREFIX)
    if rest == path or not rest.startswith("/"):
        return path if rest else "/"  # removed by the proxy, or the prefix alone
    return rest


class StreamASGIHandler(asgi.ASGIHandler):
    """Serves the project's own streams through STREAM_MIDDLEWARE, which must be asynchronous, and detaches them.

    MIDDLEWARE and Django's signals would take a dozen changes of thread.
    """

    def load_middleware(self, is_async: bool = False) -> None:
        """Build the chain that a request goes through."""
        self._view_middleware: list[Any] = []
        self._template_response_middleware: list[Any] = []
        self._exception_middleware: list[Any] = []
        chain = exception.convert_exception_to_response(self._get_response_async)  # type: ignore[attr-defined]
        for path in reversed(settings.STREAM_MIDDLEWARE):
            chain = exception.convert_exception_to_response(import_string(path)(chain))
        self._middleware_chain = chain

    def resolve_request(self, request: HttpRequest) -> ResolverMatch:
        """Return what the path of a request leads to."""
        match = resolve_path(request.path_info)
        request.resolver_match = match
        return match

    async def handle(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """Answer one request."""
        if DETACH not in (scope.get("extensions") or ()):
            await super().handle(scope, receive, send)  # which detects while it streams that the client disconnects
            return
        set_script_prefix(asgi.get_script_prefix(scope))
        request, error_response = self.create_request(scope, BytesIO())
        # What the request looks up is cancelled if the client leaves before.
        response = error_response
        if request is not None:
            response = await complete_unless_left(self.get_response_async(request), receive)
        if response is not None:
            await self.send_response(response, send)

    async def send_response(self, response: HttpResponseBase, send: Send) -> None:
        """Send the response. Of a stream that can be detached, send the beginning and then the stream itself."""
        detachable = response.detachable_stream if isinstance(response, StreamResponse) else None
        if detachable is None:
            await super().send_response(response, send)
            return
        detachable.can_detach = True

        async def send_or_detach(message: Mapping[str, Any]) -> None:
            is_last = message["type"] == "http.response.body" and not message.get("more_body")
            is_detaching = is_last and detachable.continues_after_detach
            await send({"type": DETACH, "stream": detachable} if is_detaching else message)

        await super().send_response(response, send_or_detach)
