"""Starlette and sse-starlette with a queue for each client, as their documentation shows it."""

import asyncio
from collections.abc import AsyncIterator

from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

queues: set["asyncio.Queue[str]"] = set()


async def publish(request: Request) -> Response:
    """Send the body of the request to all clients."""
    text = (await request.body()).decode()
    for queue in queues:
        queue.put_nowait(text)
    return Response()


async def stream(request: Request) -> Response:
    """Serve one client."""
    return EventSourceResponse(events())


async def events() -> AsyncIterator[ServerSentEvent]:
    """Yield the events published from now on."""
    queue: asyncio.Queue[str] = asyncio.Queue()
    queues.add(queue)
    try:
        yield ServerSentEvent(comment="open")
        while True:
            yield ServerSentEvent(await queue.get(), event="new_item", sep="\n")
    finally:
        queues.discard(queue)


application = Starlette(routes=[Route("/publish", publish, methods=["POST"]), Route("/stream", stream)])
