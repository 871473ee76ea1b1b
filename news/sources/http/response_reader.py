"""Read HTTP/1 responses as tolerantly as browsers do: many servers of feeds are slightly wrong.

Pure protocol over a binary file. One response is read from a connection, so nothing that follows can be mistaken for
another one (response splitting). Sizes are limited by the caller, except that of the head.
"""

import re
from collections.abc import Iterator
from typing import BinaryIO

MAX_HEAD_BYTES = 100_000  # of all heads of one response
PIECE_BYTES = 65_536

Headers = list[tuple[bytes, bytes]]

_STATUS_LINE = re.compile(
    rb"(?:HTTP/\d(?:\.\d)?|ICY)[ \t]+(\d{3})(?!\d)", re.IGNORECASE
)  # ICY: SHOUTcast and its heirs
_NAME = re.compile(rb"[!#$%&'*+.^_`|~\w-]+")  # RFC 9110, 5.6.2
_CHUNK_SIZE = re.compile(rb"[ \t]*([0-9a-fA-F]{1,15})[ \t]*(?:;.*)?", re.DOTALL)


class ResponseError(Exception):
    """A response that can't be read; the text says why."""


class ResponseReader:
    """Reads one response from `file`, whose reads return less than asked for only at the end of the connection.

    status, headers: of the final response. Lines of the head that are no header are left out.
    is_complete: False if the body ended before its announced end; known when the body has been read.
    Errors: ResponseError, and those of `file`.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._head_bytes = 0
        self.is_complete = True
        self.status, self.headers = self._parse_head()
        while 100 <= self.status < 200:
            self.status, self.headers = self._parse_head()

    def iter_body(self) -> Iterator[bytes]:
        """Yield the body in pieces, without its chunk coding (RFC 9112, 6 and 7)."""
        if self.status in (204, 304):
            return
        length = self._get_length()
        if b"chunked" in b",".join(self._get_all(b"transfer-encoding")).lower():
            yield from self._iter_chunks()
        elif length is not None:
            yield from self._iter_exactly(length)
        else:
            yield from self._iter_rest()

    def _parse_head(self) -> tuple[int, Headers]:
        line = self._next_line() or self._next_line()  # a blank line before it, as of a reused connection
        match = _STATUS_LINE.match(line)
        if match is None:
            raise ResponseError(f"it sent {line[:60]!r} instead of an HTTP status line" if line else "it sent nothing")
        lines: list[bytes] = []
        while line := self._next_line():
            if line[:1] in b" \t" and lines:
                lines[-1] += b" " + line.strip()  # obs-fold
            else:
                lines.append(line)
        return int(match[1]), list(_parse_headers(lines))

    def _next_line(self) -> bytes:
        """Return a line without its end, b"" for a blank line and at the end of the connection."""
        line = self._file.readline(MAX_HEAD_BYTES + 1)
        self._head_bytes += len(line)
        if self._head_bytes > MAX_HEAD_BYTES:
            raise ResponseError(f"its head is longer than {MAX_HEAD_BYTES:,} bytes")
        return line.rstrip(b"\r\n")

    def _get_all(self, name: bytes) -> list[bytes]:
        return [value for key, value in self.headers if key.lower() == name]

    def _get_length(self) -> int | None:
        """Return the length of the body, None if it ends with the connection: no length, invalid or several."""
        lengths = {part.strip() for value in self._get_all(b"content-length") for part in value.split(b",")}
        length = lengths.pop() if len(lengths) == 1 else b""
        return int(length) if length.isdigit() and len(length) < 16 else None

    def _iter_chunks(self) -> Iterator[bytes]:
        line = self._file.readline(PIECE_BYTES)
        if not _CHUNK_SIZE.fullmatch(line.strip(b"\r\n")):
            yield line  # the header is left over from a proxy that has removed the chunk coding
            yield from self._iter_rest()
            return
        while match := _CHUNK_SIZE.fullmatch(line.strip(b"\r\n")):
            size = int(match[1], 16)
            if not size:
                return  # what follows are trailers
            yield from self._iter_exactly(size)
            end = self._file.readline(PIECE_BYTES)
            line = self._file.readline(PIECE_BYTES) if not end.strip(b"\r\n") else end
        self.is_complete = False
        if line:
            raise ResponseError(f"it sent {line[:60]!r} instead of the size of a chunk")

    def _iter_exactly(self, size: int) -> Iterator[bytes]:
        while size and (piece := self._file.read(min(size, PIECE_BYTES))):
            size -= len(piece)
            yield piece
        self.is_complete = not size

    def _iter_rest(self) -> Iterator[bytes]:
        while piece := self._file.read(PIECE_BYTES):
            yield piece


def _parse_headers(lines: list[bytes]) -> Iterator[tuple[bytes, bytes]]:
    for line in lines:
        name, colon, value = line.partition(b":")
        if colon and _NAME.fullmatch(name.strip()):
            yield name.strip(), value.replace(b"\0", b"").strip()
