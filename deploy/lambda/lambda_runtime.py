"""Run the site as an AWS Lambda function: take requests from the Runtime API and stream responses to it.

Lambda may freeze the process between two requests for any time, so nothing stays running or connected.
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
from function_url import PRELUDE_TYPE, EventError, make_prelude, read_event

VERSION = "2018-06-01"
MARGIN_SECONDS = 5.0  # streams end this long before Lambda's deadline
READ_BYTES = 1 << 16
ERROR_TYPE, ERROR_BODY = "Lambda-Runtime-Function-Error-Type", "Lambda-Runtime-Function-Error-Body"
STREAMED = [
    ("Content-Type", PRELUDE_TYPE),
    ("Lambda-Runtime-Function-Response-Mode", "streaming"),
    ("Transfer-Encoding", "chunked"),
    ("Trailer", f"{ERROR_TYPE}, {ERROR_BODY}"),
]

Headers = Sequence[tuple[str, str]]
Application = Callable[..., Awaitable[None]]
logger = structlog.get_logger(__name__)


class AnswerIncomplete(Exception):
    """The application returned without completing its response."""


@dataclass(frozen=True, slots=True)
class Invocation:
    """One request from the Runtime API."""

    id: str
    payload: bytes
    ends_at: float  # Unix time


class Exchange:
    """One request to the Runtime API and its response, on a separate connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._http = h11.Connection(h11.CLIENT)
        self._reader = reader
        self._writer = writer

    async def send(self, event: h11.Event) -> None:
        """Send a part of the request and wait until the next can be sent."""
        self._writer.write(self._http.send(event) or b"")
        await self._writer.drain()

    async def finish(self, trailers: Headers = ()) -> tuple[h11.Response, bytes]:
        """End the request and return the response with its body."""
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
            assert response is not None, "h11 gives no end before the beginning"
            return response, body
        finally:
            self._writer.close()


class RuntimeApi:
    """Client of Lambda's Runtime API at AWS_LAMBDA_RUNTIME_API."""

    def __init__(self, address: str) -> None:
        self._host, _, self._port = address.partition(":")

    async def begin(self, method: str, path: str, headers: Headers = ()) -> Exchange:
        """Begin a request. Errors: OSError."""
        exchange = Exchange(*await asyncio.open_connection(self._host, int(self._port or 80)))
        target = f"/{VERSION}/runtime/{path}"
        headers = [("Host", self._host), ("Connection", "close"), *headers]
        await exchange.send(h11.Request(method=method, target=target, headers=headers))
        return exchange

    async def take(self) -> Invocation:
        """Wait for the next request, without a timeout."""
        response, payload = await (await self.begin("GET", "invocation/next")).finish()
        headers = {name.decode(): value.decode() for name, value in response.headers}
        ends_at = int(headers["lambda-runtime-deadline-ms"]) / 1000
        return Invocation(headers["lambda-runtime-aws-request-id"], payload, ends_at)

    async def report(self, where: str, error: Exception) -> None:
        """Report a failure before any response; `where` is `init` or `invocation/<id>`."""
        kind, body = describe(error)
        headers = [(ERROR_TYPE, kind), ("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
        exchange = await self.begin("POST", f"{where}/error", headers)
        await exchange.send(h11.Data(data=body))
        await exchange.finish()


class Answer:
    """The response to one invocation, forwarded as the application produces it."""

    def __init__(self, api: RuntimeApi, invocation: Invocation, body: bytes) -> None:
        self._api = api
        self._where = f"invocation/{invocation.id}"
        self._body: bytes | None = body  # of the request, until `receive` returns it
        self._exchange: Exchange | None = None
        self._ended = asyncio.Event()

    @property
    def is_complete(self) -> bool:
        return self._ended.is_set()

    async def receive(self) -> dict[str, Any]:
        """Return the request's body, and after the response the disconnect. Lambda never reports it earlier."""
        if self._body is None:
            await self._ended.wait()
            return {"type": "http.disconnect"}
        body, self._body = self._body, None
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(self, message: dict[str, Any]) -> None:
        """Send a part of the response immediately and wait until the next can be sent."""
        if message["type"] == "http.response.start":
            self._exchange = await self._api.begin("POST", f"{self._where}/response", STREAMED)
            await self._exchange.send(h11.Data(data=make_prelude(message)))
            return
        assert self._exchange is not None, "ASGI: the start comes first"
        if message.get("body"):
            await self._exchange.send(h11.Data(data=message["body"]))
        if not message.get("more_body"):
            await self._exchange.finish()
            self._ended.set()

    async def fail(self, error: Exception) -> None:
        """Report a failure: in place of the response, or in trailers after its beginning."""
        if self._exchange is None:
            await self._api.report(self._where, error)
        elif not self.is_complete:
            kind, body = describe(error)
            await self._exchange.finish([(ERROR_TYPE, kind), (ERROR_BODY, b64encode(body).decode())])
        self._ended.set()


def describe(error: Exception) -> tuple[str, bytes]:
    """Return the type of an error and the body that Lambda displays."""
    kind = f"Site.{type(error).__name__}"
    return kind, json.dumps({"errorMessage": str(error), "errorType": kind}).encode()


async def serve(application: Application, api: RuntimeApi, invocation: Invocation) -> None:
    """Serve one invocation. A failure is logged and reported, and ends only this response."""
    answer: Answer | None = None
    try:
        request = read_event(json.loads(invocation.payload))
        answer = Answer(api, invocation, request.body)
        seconds = invocation.ends_at - time.time() - MARGIN_SECONDS
        request.scope["extensions"] = {"streaming.end_by": {"monotonic": time.monotonic() + seconds}}
        await application(request.scope, answer.receive, answer.send)
        if not answer.is_complete:
            raise AnswerIncomplete("The application ended before its answer did; the log says why.")
    except Exception as error:
        if isinstance(error, EventError):
            logger.warning("event_refused", id=invocation.id, error=str(error))
        else:
            logger.exception("invocation_failed", id=invocation.id)
        with suppress(OSError, h11.ProtocolError):  # the Runtime API itself may be what failed
            await (answer or Answer(api, invocation, b"")).fail(error)


async def work(application: Application, api: RuntimeApi, rest: Callable[[], Awaitable[None]] | None) -> None:
    """Serve invocations one after another, and await `rest` in between."""
    while True:
        await serve(application, api, await api.take())
        if rest is not None:
            await rest()


async def run(api: RuntimeApi, *, at_once: int) -> None:
    """Serve `at_once` invocations concurrently; Lambda gives a process one unless configured otherwise."""
    from sentiment_site.asgi import application
    from streaming.broker.service import stop_service

    # A process with several concurrent invocations is not frozen between them.
    rest = stop_service if at_once == 1 else None
    await asyncio.gather(*(work(application, api, rest) for _ in range(at_once)))


def main() -> None:
    """Load the site and serve it. If it can't be loaded, report the reason to Lambda and exit with status 1."""
    api = RuntimeApi(os.environ["AWS_LAMBDA_RUNTIME_API"])
    try:
        from django.urls import get_resolver

        import sentiment_site.asgi

        assert sentiment_site.asgi.application
        get_resolver().url_patterns  # noqa: B018 - import the views now, not at the first request
    except Exception as error:
        asyncio.run(api.report("init", error))
        sys.exit(f"error: {error}")
    asyncio.run(run(api, at_once=int(os.environ.get("AWS_LAMBDA_MAX_CONCURRENCY", "1"))))


if __name__ == "__main__":
    main()
