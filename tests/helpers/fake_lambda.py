"""A Function URL and the Runtime API behind it, in the formats that AWS publishes, on the loopback address.

A request to the URL becomes an event. An instance, which is a process that runs the bootstrap, fetches the event, and
its response is forwarded in parts as they come. As on Lambda, an instance is not notified when a client disconnects.
"""

import json
import subprocess
import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import chain
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from tests.helpers.paths import ROOT
from tests.helpers.waiting import WAIT_SECONDS, until

BOOTSTRAP = ROOT / "deploy" / "lambda" / "bootstrap"
NULS = bytes(8)


@dataclass
class Invocation:
    """One event and its response."""

    payload: bytes
    id: str = field(default_factory=lambda: str(uuid4()))
    parts: SimpleQueue[bytes | None] = field(default_factory=SimpleQueue)  # of the response; None is its end
    headers: dict[str, str] = field(default_factory=dict)  # of the request that posted the response
    trailers: dict[str, str] = field(default_factory=dict)
    error: dict[str, Any] | None = None  # reported in place of a response

    def receive_parts(self, *, seconds: float = 60) -> Iterator[bytes]:
        """Yield the parts of the response as they come."""
        while (part := self.parts.get(timeout=seconds)) is not None:
            yield part

    def receive_all(self) -> tuple[dict[str, Any], bytes]:
        """Wait for the complete response; return its prelude and body."""
        prelude, _, body = b"".join(self.receive_parts()).partition(NULS)
        return json.loads(prelude or b"{}"), body


class Lambda:
    """Both servers. An invocation may take `timeout_seconds`."""

    def __init__(self, *, timeout_seconds: float = 900) -> None:
        self.timeout_seconds = timeout_seconds
        self.poll_count = 0  # requests for an event so far
        self.init_errors: list[dict[str, Any]] = []
        self.fetched: list[Invocation] = []
        self._waiting: SimpleQueue[Invocation] = SimpleQueue()
        self.runtime_api = _listen(_RuntimeApi, self)
        self.function_url = _listen(_FunctionUrl, self)

    @property
    def address(self) -> str:
        """AWS_LAMBDA_RUNTIME_API."""
        return f"127.0.0.1:{self.runtime_api.server_port}"

    def invoke(self, event: Any) -> Invocation:
        """Queue an event for the instances."""
        invocation = Invocation(json.dumps(event).encode())
        self._waiting.put(invocation)
        return invocation

    def wait_for_event(self) -> Invocation:
        """Wait for the next event."""
        self.poll_count += 1
        invocation = self._waiting.get()
        self.fetched.append(invocation)
        return invocation

    def find(self, invocation_id: str) -> Invocation:
        return next(invocation for invocation in self.fetched if invocation.id == invocation_id)

    def close(self) -> None:
        for server in (self.runtime_api, self.function_url):
            server.shutdown()
            server.server_close()


@contextmanager
def running_instances(aws: Lambda, environment: dict[str, str], *, count: int, log: Path) -> Iterator[None]:
    """Run the bootstrap in `count` processes."""
    environment = environment | {"AWS_LAMBDA_RUNTIME_API": aws.address, "LAMBDA_TASK_ROOT": str(ROOT)}
    with log.open("ab") as file:
        instances = [
            subprocess.Popen([BOOTSTRAP], env=environment, stdout=file, stderr=file, cwd="/") for _ in range(count)
        ]
    try:
        until(lambda: aws.poll_count >= count, seconds=WAIT_SECONDS, what="all instances wait for events")
        yield
    finally:
        for instance in instances:
            instance.terminate()
            instance.wait(60)


def make_event(method: str, target: str, headers: dict[str, str], body: bytes, *, is_base64: bool) -> dict[str, Any]:
    """Return a request in payload format 2.0."""
    url = urlsplit(target)
    headers = {name.lower(): value for name, value in headers.items()}
    cookies = [cookie.strip() for cookie in headers.pop("cookie", "").split(";") if cookie.strip()]
    event = {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": url.path,
        "rawQueryString": url.query,
        "headers": headers
        | {"x-forwarded-proto": "https", "x-forwarded-port": "443", "x-forwarded-for": "203.0.113.7"},
        "requestContext": {
            "accountId": "anonymous",
            "apiId": "abcdefg",
            "domainName": "abcdefg.lambda-url.eu-central-1.on.aws",
            "domainPrefix": "abcdefg",
            "http": {
                "method": method,
                "path": url.path,
                "protocol": "HTTP/1.1",
                "sourceIp": "203.0.113.7",
                "userAgent": headers.get("user-agent", ""),
            },
            "requestId": str(uuid4()),
            "routeKey": "$default",
            "stage": "$default",
            "time": "25/Nov/2026:09:30:00 +0000",
            "timeEpoch": int(time.time() * 1000),
        },
        "isBase64Encoded": is_base64,
    }
    if cookies:
        event["cookies"] = cookies
    if body:
        event["body"] = b64encode(body).decode() if is_base64 else body.decode()
    return event


def _listen(handler: type["_Handler"], aws: Lambda) -> ThreadingHTTPServer:
    server = ThreadingHTTPServer(("127.0.0.1", 0), type(handler.__name__, (handler,), {"aws": aws}))
    server.daemon_threads = True
    server.block_on_close = False
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    return server


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    aws: Lambda

    def log_message(self, *args: Any) -> None:
        """Log nothing."""

    def respond(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)


class _RuntimeApi(_Handler):
    """GET invocation/next, POST invocation/<id>/response and /error, POST init/error."""

    def do_GET(self) -> None:
        assert self.path == "/2018-06-01/runtime/invocation/next"
        invocation = self.aws.wait_for_event()
        self.respond(
            200,
            invocation.payload,
            Lambda_Runtime_Aws_Request_Id=invocation.id,
            Lambda_Runtime_Deadline_Ms=str(int((time.time() + self.aws.timeout_seconds) * 1000)),
            Lambda_Runtime_Invoked_Function_Arn="arn:aws:lambda:eu-central-1:123456789012:function:site",
            Content_Type="application/json",
        )

    def do_POST(self) -> None:
        if self.path == "/2018-06-01/runtime/init/error":
            self.aws.init_errors.append(self._parse_error())
        else:
            invocation_id, action = self.path.removeprefix("/2018-06-01/runtime/invocation/").split("/")
            invocation = self.aws.find(invocation_id)
            if action == "error":
                invocation.error = self._parse_error()
                invocation.parts.put(None)
            else:
                invocation.headers = {name.lower(): value for name, value in self.headers.items()}
                self._forward_response(invocation)
        self.respond(202)

    def _parse_error(self) -> dict[str, Any]:
        assert self.headers["Lambda-Runtime-Function-Error-Type"]
        error: dict[str, Any] = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        return error

    def _forward_response(self, invocation: Invocation) -> None:
        while size := int(self.rfile.readline(), 16):
            invocation.parts.put(self.rfile.read(size))
            self.rfile.readline()
        while line := self.rfile.readline().strip():
            name, _, value = line.decode().partition(":")
            invocation.trailers[name.lower()] = value.strip()
        invocation.parts.put(None)


class _FunctionUrl(_Handler):
    """The URL that clients use."""

    def _forward_request(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        is_text = self.headers.get("Content-Type", "").startswith(("application/json", "text/"))
        headers = dict(self.headers.items())
        invocation = self.aws.invoke(make_event(self.command, self.path, headers, body, is_base64=not is_text))
        parts = invocation.receive_parts()
        received = b""
        for part in parts:
            received += part
            if NULS in received:
                break
        if invocation.error is not None:
            self.respond(502, b"Internal Server Error")
            return
        prelude, _, rest = received.partition(NULS)
        self._send_head(json.loads(prelude))
        for part in chain([rest], parts):
            if part and self.command != "HEAD":
                self.wfile.write(b"%x\r\n%b\r\n" % (len(part), part))
        if self.command != "HEAD":
            self.wfile.write(b"0\r\n\r\n")

    def _send_head(self, prelude: dict[str, Any]) -> None:
        self.send_response(prelude["statusCode"])
        for name, value in prelude["headers"].items():
            self.send_header(name, value)
        for cookie in prelude["cookies"]:
            self.send_header("Set-Cookie", cookie)
        if self.command != "HEAD":
            self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()

    do_GET = do_HEAD = do_POST = do_PATCH = do_DELETE = _forward_request
