"""Send requests to an ASGI application on the event loop of the test, and read its answers as a server would."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

Application = Callable[..., Awaitable[None]]


@dataclass
class Answer:
    """The answer of an application, as far as it has come. Names of headers are in lower case."""

    status: int = 0
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""
    is_complete: bool = False

    def header(self, name: str) -> str | None:
        """Return the value of a header, None if it was not sent."""
        return dict(self.headers).get(name)


class Request:
    """A request to an application. `leave` has its client disconnect."""

    def __init__(self, method: str, path: str, *, chunks: Iterable[bytes] = (b"",), **headers: str) -> None:
        self.answer = Answer()
        self.has_started = asyncio.Event()  # the body of the answer
        path, _, query = path.partition("?")
        self.scope: dict[str, Any] = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "http",
            "path": unquote(path), "raw_path": path.encode(), "root_path": "", "query_string": query.encode(),
            "client": ["127.0.0.1", 50000], "server": ["127.0.0.1", 80],
            "headers": [
                (name.lower().replace("_", "-").encode(), value.encode("latin-1"))
                for name, value in {"Host": "127.0.0.1", **headers}.items()
            ],
        }  # fmt: skip
        self._messages: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        parts = [*chunks]
        for number, part in enumerate(parts, 1):
            message = {"type": "http.request", "body": part, "more_body": number < len(parts)}
            self._messages.put_nowait(message)

    def leave(self) -> None:
        """Disconnect the client."""
        self._messages.put_nowait({"type": "http.disconnect"})

    async def send_to(self, application: Application) -> Answer:
        """Run an application for this request."""
        await application(self.scope, self._messages.get, self._receive_answer)
        return self.answer

    async def _receive_answer(self, message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self.answer.status = message["status"]
            headers = [(name.decode().lower(), value.decode("latin-1")) for name, value in message["headers"]]
            self.answer.headers = headers
            return
        self.answer.body += message.get("body", b"")
        self.answer.is_complete = not message.get("more_body")
        self.has_started.set()
        await asyncio.sleep(0)  # as a server does whose client reads slowly


async def call(application: Application, method: str, path: str, *, body: bytes = b"", **headers: str) -> Answer:
    """Send one request, and return the whole answer."""
    return await Request(method, path, chunks=[body], **headers).send_to(application)
