"""A client of Server-Sent Events: a raw socket, and the parsing rules of the WHATWG standard."""

import json
import re
import socket
import ssl
import time
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import quote, urlsplit

from tests.helpers.waiting import WAIT_SECONDS, allow_for_load

METRICS_KEYS = {"total", "positive", "neutral", "negative", "by_tag", "rate_last_hour", "rate_last_24h"}


@dataclass(frozen=True)
class Block:
    """An event as the standard dispatches it: type, data and last event id, all text."""

    kind: str
    data: str
    last_id: str


@dataclass(frozen=True)
class SseEvent:
    """An event of the site: its data is JSON."""

    kind: str
    id: str
    data: Any

    @property
    def seq(self) -> int:
        return int(self.id.split("-")[1])


def parse_blocks(text: str) -> tuple[list[Block], int | None]:
    """Parse a complete or unfinished stream, WHATWG HTML 9.2.6; an unfinished block is dropped.

    Returns the events dispatched and the reconnection time in ms, if one was set.
    """
    blocks: list[Block] = []
    kind, data, last_id, retry = "", "", "", None
    for line in re.split("\r\n|\n|\r", text.removeprefix("\ufeff"))[:-1]:
        if line == "":
            if data:
                blocks.append(Block(kind or "message", data.removesuffix("\n"), last_id))
            kind, data = "", ""
            continue
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "event":
            kind = value
        elif name == "data":
            data += value + "\n"
        elif name == "id" and "\0" not in value:
            last_id = value
        elif name == "retry" and re.fullmatch("[0-9]+", value):
            retry = int(value)
    return blocks, retry


def parse_events(text: str) -> list[SseEvent]:
    """Return the events of a complete or unfinished stream of the site; empty data is None."""
    return [SseEvent(block.kind, block.last_id, json.loads(block.data or "null")) for block in parse_blocks(text)[0]]


class Stream:
    """One GET of a stream; reads only when a method is called."""

    def __init__(
        self,
        url: str,
        *,
        path: str = "/api/v2/stream",
        source: str = "127.0.0.1",
        tls: ssl.SSLContext | None = None,
        **headers: str,
    ) -> None:
        address = urlsplit(url)
        assert address.hostname is not None
        self.socket = socket.create_connection(
            (address.hostname, address.port or 80), WAIT_SECONDS, source_address=(source, 0)
        )
        if tls is not None:
            self.socket = tls.wrap_socket(self.socket)
        lines = [
            f"GET {address.path}{path} HTTP/1.1",
            f"Host: {address.netloc}",
            *(f"{k}: {v}" for k, v in headers.items()),
        ]
        self.socket.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        self._raw = b""
        self._body = b""
        self._events: list[SseEvent] = []
        self._parsed = 0
        self.is_ended = False
        self._receive_head()

    def _receive_head(self) -> None:
        while b"\r\n\r\n" not in self._raw:
            received = self.socket.recv(65536)
            assert received, "closed before the headers ended"
            self._raw += received
        head, _, self._raw = self._raw.partition(b"\r\n\r\n")
        first, *lines = head.decode().split("\r\n")
        self.status = int(first.split()[1])
        self.headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}

    def _unchunk(self) -> None:
        while match := re.match(rb"([0-9a-fA-F]+)\r\n", self._raw):
            size = int(match[1], 16)
            if len(self._raw) < match.end() + size + 2:
                return
            self._body += self._raw[match.end() : match.end() + size]
            self._raw = self._raw[match.end() + size + 2 :]
            if size == 0:
                self.is_ended = True
                return

    @property
    def events(self) -> list[SseEvent]:
        """The events received so far."""
        whole = self._body.rfind(b"\n\n") + 2
        if whole > self._parsed:
            self._events += parse_events(self._body[self._parsed : whole].decode())
            self._parsed = whole
        return self._events

    @property
    def text(self) -> str:
        """The body received so far."""
        return self._body.decode()

    def items(self) -> list[SseEvent]:
        """The `new_item` events received so far."""
        return [event for event in self.events if event.kind == "new_item"]

    def receive_until(self, condition: Any, *, seconds: float = WAIT_SECONDS) -> list[SseEvent]:
        """Read until `condition(self)` holds; fail if the stream ends first, or after `seconds`, allowing for load."""
        began_at = time.monotonic()
        self._unchunk()
        while not condition(self):
            left = began_at + allow_for_load(seconds) - time.monotonic()
            assert left > 0, f"not within {seconds} s; the last of {len(self.events)} events: {self.events[-3:]}"
            assert not self.is_ended, f"the stream ended; the last events: {self.events[-3:]}"
            self.socket.settimeout(left)
            try:
                received = self.socket.recv(1 << 20)
            except TimeoutError:
                continue
            assert received, f"the connection was closed; the last events: {self.events[-3:]}"
            self._raw += received
            self._unchunk()
        return self.events

    def receive_kinds(self, *kinds: str) -> list[SseEvent]:
        """Read until events of all `kinds` have arrived."""
        return self.receive_until(lambda stream: set(kinds) <= {event.kind for event in stream.events})

    def receive_items(self, count: int, *, seconds: float = WAIT_SECONDS) -> list[SseEvent]:
        """Read until `count` items have arrived, and return them."""
        self.receive_until(lambda stream: len(stream.items()) >= count, seconds=seconds)
        return self.items()

    def receive_to_end(self, *, seconds: float = WAIT_SECONDS) -> None:
        """Read until the server ends the response."""
        self.receive_until(lambda stream: stream.is_ended, seconds=seconds)

    def close(self) -> None:
        self.socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()


def find_last_retry(text: str) -> str | None:
    """Return the reconnection time in the last event of a stream that the server ended; None without one."""
    match = re.search(r"(?:\A|\n\n)retry: (\d+)\nevent: (?:heartbeat|keep-alive)\n(?:.+\n)+\n\Z", text)
    return match and match[1]


def resume_path(event_id: str) -> str:
    """Return the path of the stream with a cursor in its query."""
    return f"/api/v2/stream?last_event_id={quote(event_id)}"
