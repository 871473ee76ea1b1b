"""Encode and parse Server-Sent Events (WHATWG HTML standard, section 9.2). Pure: no I/O, no Django."""

import re
from dataclasses import dataclass
from random import randint

RETRY_MILLISECONDS = (1000, 4000)


def encode_event(name: str, event_id: str, data: bytes) -> bytes:
    """Return one event block. `data` is one line of UTF-8 JSON.

    Errors: ValueError if any part holds CR, LF or NUL, which would end the line or void the id.
    """
    head = f"event: {name}\nid: {event_id}\ndata: "
    if head.count("\n") != 2 or "\r" in head or "\0" in head or b"\n" in data or b"\r" in data:
        raise ValueError(f"event {name!r} with id {event_id!r}: no part of an event may hold CR, LF or NUL")
    return head.encode() + data + b"\n\n"


def parse_event_id(block: bytes) -> str:
    """Return the id of an event that `encode_event` encoded."""
    return block.split(b"\n", 2)[1].removeprefix(b"id: ").decode()


def add_retry(event: bytes) -> bytes:
    """Return an encoded event whose block also sets the client's reconnection time, in milliseconds.

    It is random, so that clients that were cut together don't reconnect together. Within a block, because client
    libraries deliver a lone `retry:` as an empty event.
    """
    return b"retry: %d\n%b" % (randint(*RETRY_MILLISECONDS), event)


@dataclass(frozen=True, slots=True)
class ReceivedEvent:
    """One event as a client receives it; `name` is its type, `id` the last id that the stream sent."""

    name: str
    id: str
    data: str


class SSEParser:
    """Parses the bytes of one stream, in any pieces. `retry` is the last reconnection time received, in ms."""

    def __init__(self) -> None:
        self.retry: int | None = None
        self._buffer = b""
        self._name = self._id = ""
        self._data: list[str] = []
        self._is_first_line = True

    def feed(self, chunk: bytes) -> list[ReceivedEvent]:
        """Return the events that a chunk completes."""
        # A CR at the very end may be the first half of a CRLF, so it stays in the buffer.
        *lines, self._buffer = re.split(rb"\r\n|\n|\r(?!\Z)", self._buffer + chunk)
        return [event for line in lines if (event := self._parse_line(line.decode(errors="replace")))]

    def _parse_line(self, line: str) -> ReceivedEvent | None:
        if self._is_first_line:
            line, self._is_first_line = line.removeprefix("\ufeff"), False
        if not line:
            return self._dispatch()
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if field == "event":
            self._name = value
        elif field == "data":
            self._data.append(value)
        elif field == "id" and "\0" not in value:
            self._id = value
        elif field == "retry" and value.isascii() and value.isdigit():
            self.retry = int(value)
        return None

    def _dispatch(self) -> ReceivedEvent | None:
        name, data = self._name or "message", self._data
        self._name, self._data = "", []
        return ReceivedEvent(name, self._id, "\n".join(data)) if data else None
