"""Answer requests that open no stream: the whole chain of middleware and the view in one thread.

Stock Django moves each request from the event loop to a thread and back for every synchronous middleware, and makes a
thread and a database connection for each request. Here it moves once, to one of the threads that keep theirs.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from functools import lru_cache, partial
from http import HTTPStatus
from io import BytesIO
from typing import IO, Any, TypeVar

import structlog
from django.conf import settings
from django.core import signals
from django.core.exceptions import RequestAborted
from django.core.handlers import asgi
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.urls import ResolverMatch, resolve, set_script_prefix

from common.database import close_connection_to_replaced_file
from common.request_threads import READS, WRITES, NoFreeThread, RequestThreads
from common.static_files import is_loaded
from streaming.http.errors import random_retry_after
from streaming.server.memory_answers import MemoryAnswer, make_key, memory_answers

Send = Callable[[Mapping[str, Any]], Awaitable[None]]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Result = TypeVar("Result")

LIVE_PATH = "/health/live"
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")

logger = structlog.get_logger(__name__)


class RequestASGIHandler(asgi.ASGIHandler):
    """Answers a request through MIDDLEWARE, all of which must be able to run synchronously.

    An asynchronous view runs on the event loop while the thread waits for it.
    """

    def __init__(self, *, reads: RequestThreads = READS, writes: RequestThreads = WRITES) -> None:
        super().__init__()
        self._reads = reads
        self._writes = writes

    def load_middleware(self, is_async: bool = False) -> None:
        """Build the synchronous chain; Django asks for the other one."""
        super().load_middleware(is_async=False)

    async def handle(self, scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        """Answer one request, unless its client leaves before."""
        with suppress(RequestAborted):  # the client left before the end of its request
            if needs_no_thread(scope):
                await self._answer_from_memory(scope, send)
                return
            body_file = await self.read_body(receive)
            await complete_unless_left(self._answer(scope, body_file, send), receive)

    async def _answer_from_memory(self, scope: Mapping[str, Any], send: Send) -> None:
        key = make_key(scope)
        answer = None if key is None else memory_answers.find(key)
        if answer is None:
            messages: list[Mapping[str, Any]] = []
            await self.send_response(self._respond(scope, BytesIO()), partial(_append, messages))
            answer = MemoryAnswer(tuple(messages))
            if key is not None and answer.can_be_kept:
                memory_answers.keep(key, answer)
        for message in answer.messages:
            await send(message)

    def resolve_request(self, request: HttpRequest) -> ResolverMatch:
        """Return what the path of a request leads to."""
        request.resolver_match = match = resolve_path(request.path_info)
        return match

    async def _answer(self, scope: Mapping[str, Any], body_file: IO[bytes], send: Send) -> None:
        threads = self._reads if scope["method"] in SAFE_METHODS else self._writes
        has_started = False

        def respond() -> HttpResponseBase:
            nonlocal has_started
            has_started = True
            close_connection_to_replaced_file()
            return self._respond(scope, body_file)

        try:
            response = await threads.run(respond)
        except NoFreeThread:
            logger.warning("request_rejected", path=scope["path"], threads=threads.name, seconds=threads.wait_seconds)
            detail = "Too many requests wait for an answer: try again later."
            response = JsonResponse({"detail": detail}, status=503, headers={"Retry-After": random_retry_after()})
        finally:
            if not has_started:
                body_file.close()
        try:
            await self.send_response(response, send)
        finally:
            if response.streaming:
                response.close()

    def _respond(self, scope: Mapping[str, Any], body_file: IO[bytes]) -> HttpResponseBase:
        """Return the response. It is closed, except for one whose content is yet to be streamed."""
        set_script_prefix(asgi.get_script_prefix(scope))
        signals.request_started.send(sender=type(self), scope=scope)
        request, error_response = self.create_request(scope, body_file)
        response = error_response if request is None else self.get_response(request)
        assert response is not None, "create_request returns a request or an error response"
        response._handler_class = type(self)  # type: ignore[attr-defined]  # which sends request_finished
        body_file.close()
        if not response.streaming:
            response.close()
        return response

    async def send_response(self, response: HttpResponseBase, send: Send) -> None:
        """Send the response."""
        drop_length_of_not_modified(response)
        await super().send_response(response, send)


async def _append(messages: list[Mapping[str, Any]], message: Mapping[str, Any]) -> None:
    messages.append(message)


@lru_cache(maxsize=256)
def resolve_path(path: str) -> ResolverMatch:
    """Return what a path leads to. Cached: nearly all requests have one of a few paths.

    Errors: Resolver404.
    """
    return resolve(path)


def needs_no_thread(scope: Mapping[str, Any]) -> bool:
    """Return whether a request is answered from memory, so that it can be answered on the event loop.

    So are files, and /health/live even when every thread waits for a database that does not answer. Its chain reads the
    database for a token only.
    """
    if scope["method"] not in ("GET", "HEAD"):
        return False
    path = remove_script_name(scope)
    if path == LIVE_PATH:
        return all(name != b"authorization" for name, _ in scope["headers"])
    return is_loaded(path)


def remove_script_name(scope: Mapping[str, Any]) -> str:
    """Return the path of a request below the one at which the site is mounted."""
    path: str = scope.get("path", "")
    return path.removeprefix(settings.FORCE_SCRIPT_NAME or scope.get("root_path", ""))


def drop_length_of_not_modified(response: HttpResponseBase) -> None:
    """Remove the length from a 304: it would have to be that of the answer that holds (RFC 9110, 8.6)."""
    if response.status_code == HTTPStatus.NOT_MODIFIED:
        del response["Content-Length"]  # CommonMiddleware sets 0


async def complete_unless_left(work: Awaitable[Result], receive: Receive) -> Result | None:
    """Return the result of `work`, or None if the client leaves before: `work` is then cancelled."""
    task, working = asyncio.current_task(), asyncio.ensure_future(work)
    assert task is not None
    left = asyncio.ensure_future(_wait_for_disconnect(receive))
    left.add_done_callback(lambda _: working.cancel())
    try:
        return await working  # ends before this does, also when this is cancelled
    except asyncio.CancelledError:
        if left.done() and not task.cancelling():
            return None
        raise
    finally:
        left.cancel()


async def _wait_for_disconnect(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass  # the body, which nothing reads
