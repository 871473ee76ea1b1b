"""The site as an AWS Lambda function: fetch requests from the Runtime API, and stream the responses to it.

Between two requests Lambda can freeze the process for any time, so nothing is left running or connected then.
"""

import asyncio
import json
import os
import sys
import time
from base64 import b64encode
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import h11
import structlog
from function_url import PRELUDE_TYPE, EventError, encode_prelude, parse_event

VERSION = "2018-06-01"
DEADLINE_MARGIN_SECONDS = 5.0  # a stream ends by itself so long before Lambda's deadline
READ_BYTES = 1 << 16
ERROR_TYPE, ERROR_BODY = "Lambda-Runtime-Function-Error-Type", "Lambda-Runtime-Function-Error-Body"
STREAMING_HEADERS = [
    ("Content-Type", PRELUDE_TYPE),
    ("Lambda-Runtime-Function-Response-Mode", "streaming"),
    ("Transfer-Encoding", "chunked"),
    ("Trailer", f"{ERROR_TYPE}, {ERROR_BODY}"),
]

Headers = Sequence[tuple[str, str]]
Application = Callable[..., Awaitable[None]]
logger = structlog.get_logger(__name__)


class IncompleteResponse(Exception):
    """The application returned without completing its response."""


@dataclass(frozen=True, slots=True)
class Invocation:
    """One request, as Lambda passes it to the process."""

    id: str
    payload: bytes
    deadline: float  # Unix time


class Exchange:
    """One request to the Runtime API and its response, on a connection of its own."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._http = h11.Connection(h11.CLIENT)
        self._reader = reader
        self._writer = writer

    async def send(self, event: h11.Event) -> None:
        """Send a part of the request, and wait until the next part can be sent."""
        self._writer.write(self._http.send(event) or b"")
        await self._writer.drain()

    async def finish(self, trailers: Headers = ()) -> tuple[h11.Response, bytes]:
        """End the request, and return the response with its body."""
        try:
            await self.send(h11.EndOfMessage(headers=[*trailers]))
            response, body = None, b""
            while not isinstance(event := self._http.next_event(), h11.EndOfMessage):
                if event is h11.NEED_DATA:
                    self._http.receive_data(await self._reader.read(READ_BYTES))
                elif isinstance(event, h11.Response):
                    response = event
                elif isinstance(event, h11.Data):
                    body += event.data
            assert response is not None, "h11 yields the response before its end"
            return response, body
        finally:
            self._writer.close()


class RuntimeApi:
    """Client of Lambda's Runtime API, which listens at AWS_LAMBDA_RUNTIME_API."""

    def __init__(self, address: str) -> None:
        self._host, _, self._port = address.partition(":")

    async def start_request(self, method: str, path: str, headers: Headers = ()) -> Exchange:
        """Start a request. Errors: OSError."""
        exchange = Exchange(*await asyncio.open_connection(self._host, int(self._port or 80)))
        target = f"/{VERSION}/runtime/{path}"
        headers = [("Host", self._host), ("Connection", "close"), *headers]
        await exchange.send(h11.Request(method=method, target=target, headers=headers))
        return exchange

    async def fetch_invocation(self) -> Invocation:
        """Wait for the next invocation, without a timeout."""
        response, payload = await (await self.start_request("GET", "invocation/next")).finish()
        headers = {name.decode(): value.decode() for name, value in response.headers}
        deadline = int(headers["lambda-runtime-deadline-ms"]) / 1000
        return Invocation(headers["lambda-runtime-aws-request-id"], payload, deadline)

    async def post_error(self, path: str, error: Exception) -> None:
        """Report an error that precedes any response; `path` is `init` or `invocation/<id>`."""
        error_type, body = encode_error(error)
        headers = [(ERROR_TYPE, error_type), ("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
        exchange = await self.start_request("POST", f"{path}/error", headers)
        await exchange.send(h11.Data(data=body))
        await exchange.finish()


class InvocationResponse:
    """The response to one invocation, sent while the application produces it."""

    def __init__(self, api: RuntimeApi, invocation: Invocation, body: bytes) -> None:
        self._api = api
        self._path = f"invocation/{invocation.id}"
        self._body: bytes | None = body  # of the request, until `receive` returns it
        self._exchange: Exchange | None = None
        self._completed = asyncio.Event()

    @property
    def is_complete(self) -> bool:
        return self._completed.is_set()

    async def receive(self) -> dict[str, Any]:
        """ASGI's `receive`: the request's body; then, after the response, a disconnect.

        Lambda does not report that a client has disconnected.
        """
        if self._body is None:
            await self._completed.wait()
            return {"type": "http.disconnect"}
        body, self._body = self._body, None
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(self, message: dict[str, Any]) -> None:
        """ASGI's `send`: send a part of the response, and wait until the next part can be sent."""
        if message["type"] == "http.response.start":
            self._exchange = await self._api.start_request("POST", f"{self._path}/response", STREAMING_HEADERS)
            await self._exchange.send(h11.Data(data=encode_prelude(message)))
            return
        assert self._exchange is not None, "ASGI: http.response.start comes first"
        if message.get("body"):
            await self._exchange.send(h11.Data(data=message["body"]))
        if not message.get("more_body"):
            await self._exchange.finish()
            self._completed.set()

    async def fail(self, error: Exception) -> None:
        """Report an error: in place of the response, or in trailers if a part has been sent."""
        if self._exchange is None:
            await self._api.post_error(self._path, error)
        elif not self.is_complete:
            error_type, body = encode_error(error)
            await self._exchange.finish([(ERROR_TYPE, error_type), (ERROR_BODY, b64encode(body).decode())])
        self._completed.set()


def encode_error(error: Exception) -> tuple[str, bytes]:
    """Return the type of an error, and the JSON body that Lambda shows."""
    error_type = f"Site.{type(error).__name__}"
    return error_type, json.dumps({"errorMessage": str(error), "errorType": error_type}).encode()


async def handle_invocation(application: Application, api: RuntimeApi, invocation: Invocation) -> None:
    """Respond to one invocation. An error is logged and reported, and ends this response only."""
    response: InvocationResponse | None = None
    try:
        request = parse_event(json.loads(invocation.payload))
        response = InvocationResponse(api, invocation, request.body)
        seconds = invocation.deadline - time.time() - DEADLINE_MARGIN_SECONDS
        request.scope["extensions"] = {"streaming.end_by": {"monotonic": time.monotonic() + seconds}}
        await application(request.scope, response.receive, response.send)
        if not response.is_complete:
            raise IncompleteResponse("The application returned before its response was complete; see the log.")
    except Exception as error:
        if isinstance(error, EventError):
            logger.warning("event_rejected", id=invocation.id, error=str(error))
        else:
            logger.exception("invocation_failed", id=invocation.id)
        with suppress(OSError, h11.ProtocolError):  # the Runtime API itself can be the cause
            await (response or InvocationResponse(api, invocation, b"")).fail(error)


async def run_worker(application: Application, api: RuntimeApi, on_idle: Callable[[], Awaitable[None]] | None) -> None:
    """Respond to one invocation after the other, forever, and call `on_idle` after each."""
    while True:
        await handle_invocation(application, api, await api.fetch_invocation())
        if on_idle is not None:
            await on_idle()


async def run(api: RuntimeApi, *, concurrency: int) -> None:
    """Respond to as many invocations at a time as Lambda gives to one process: one, unless configured otherwise."""
    from django.db import connections

    from sentiment_site.asgi import application
    from streaming.broker.service import stop_service

    # A process that gets several at a time is not frozen between them.
    on_idle = stop_service if concurrency == 1 else None
    if on_idle is not None:
        connections.settings["default"]["CONN_MAX_AGE"] = 0
    await asyncio.gather(*(run_worker(application, api, on_idle) for _ in range(concurrency)))


def main() -> None:
    """Load the site and serve it. Errors: exits with status 1 and reports the error when it can't be loaded."""
    api = RuntimeApi(os.environ["AWS_LAMBDA_RUNTIME_API"])
    try:
        from django.urls import get_resolver

        import sentiment_site.asgi

        assert sentiment_site.asgi.application
        get_resolver().url_patterns  # noqa: B018 - import the views now, not at the first request
    except Exception as error:
        asyncio.run(api.post_error("init", error))
        sys.exit(f"error: {error}")
    asyncio.run(run(api, concurrency=int(os.environ.get("AWS_LAMBDA_MAX_CONCURRENCY", "1"))))


if __name__ == "__main__":
    main()
