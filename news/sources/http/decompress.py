"""Decompress the body of a response: gzip, deflate, brotli and zstd, each to a limited size.

Reads what browsers read: a gzip body without the header that announces it or with a wrong check sum, and a body that is
not compressed under a header that names no known coding (`none`, `utf-8`) or is wrong.
"""

import re
import sys
import threading
import zlib
from collections.abc import Callable
from io import BytesIO

import brotli

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

MAX_LAYERS = 2  # codings of one body, each around the next
MAX_PARTS = 100  # gzip members or zstd frames of one body; each costs time
PIECE_BYTES = 65_536  # decompressed at once
ZSTD_WINDOW_LOG = 23  # 8 MB, what RFC 9659 allows in HTTP

_GZIP, _ZSTD = b"\x1f\x8b\x08", b"\x28\xb5\x2f\xfd"  # the first bytes of a compressed body
_DOCUMENT = re.compile(rb"(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?[\s\0]*[<{\[]")  # of XML, HTML or JSON

_lock = threading.Lock()  # one body at a time: a decoder takes some 6 MB, and many feeds are fetched at once

# Writes the content of data in pieces; returns whether the data were complete, and what follows them.
Decoder = Callable[[bytes, "_Output"], tuple[bool, bytes]]


class DecompressionError(Exception):
    """A body that can't be decompressed; the text says why."""


class TooLargeError(Exception):
    """A body that is too large when decompressed."""


def decompress(body: bytes, content_encoding: str, *, max_bytes: int) -> tuple[bytes, bool]:
    """Return a body without its content codings, and whether the compressed data were complete.

    content_encoding: the value of the header.
    max_bytes: of the result, and of each layer.
    Errors: DecompressionError, TooLargeError.
    """
    is_complete, layers = True, 0
    for name in [*reversed(content_encoding.lower().split(",")), *[""] * MAX_LAYERS]:
        decode = _DECODERS.get(name.strip()) or _detect_decoder(body)
        if decode and body:
            layers += 1
            if layers > MAX_LAYERS:
                raise DecompressionError(f"it is compressed more than {MAX_LAYERS} times")
            with _lock:
                body, is_whole = _decode(decode, body, max_bytes)
            is_complete = is_complete and is_whole
        elif name.strip() not in ("", "identity") and not _DOCUMENT.match(body):
            raise DecompressionError(f"it is encoded as {name.strip()[:60]!r}, not as gzip, deflate, br or zstd")
    return body, is_complete


def _detect_decoder(body: bytes) -> Decoder | None:
    if body.startswith(_GZIP):
        return _inflate
    return _decode_zstd if body.startswith(_ZSTD) else None


class _Output:
    """Collects decompressed pieces. Errors: TooLargeError."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._buffer = BytesIO()  # returns its content without a copy

    def write(self, piece: bytes) -> None:
        self._buffer.write(piece)
        if self._buffer.tell() > self._max_bytes:
            raise TooLargeError

    def getvalue(self) -> bytes:
        return self._buffer.getvalue()


def _decode(decode: Decoder, body: bytes, max_bytes: int) -> tuple[bytes, bool]:
    output, rest = _Output(max_bytes), body
    for part in range(MAX_PARTS):
        try:
            is_complete, rest = decode(rest, output)
        except (zlib.error, brotli.error, zstd.ZstdError) as error:
            if not part and _DOCUMENT.match(body):
                return body, True  # the header is wrong
            raise DecompressionError(str(error)) from error
        if not rest.startswith((_GZIP, _ZSTD)):  # what else follows is ignored
            return output.getvalue(), is_complete
    raise DecompressionError(f"it has more than {MAX_PARTS} parts")


def _inflate(data: bytes, output: _Output) -> tuple[bool, bytes]:
    """Decompress a gzip member, or deflate with or without zlib's header (RFC 1950 to 1952).

    Check sums are not compared: some servers send a wrong one or none.
    """
    if data.startswith(_GZIP):
        is_complete, rest = _inflate_raw(data[_get_gzip_head_size(data) :], output)
        return is_complete, rest[8:]
    has_zlib_head = data[0] & 15 == 8 and int.from_bytes(data[:2]) % 31 == 0
    return _inflate_raw(data[2:] if has_zlib_head else data, output)


def _inflate_raw(data: bytes, output: _Output) -> tuple[bool, bytes]:
    stream = zlib.decompressobj(-zlib.MAX_WBITS)
    for start in range(0, len(data), PIECE_BYTES):
        chunk, has_more = data[start : start + PIECE_BYTES], True
        while has_more:
            piece = stream.decompress(chunk, PIECE_BYTES)
            output.write(piece)
            chunk = stream.unconsumed_tail
            # zlib may hold back output of a full piece; at the end, `unconsumed_tail` may hold what follows.
            has_more = not stream.eof and (bool(chunk) or len(piece) == PIECE_BYTES)
        if stream.eof:
            return True, stream.unused_data + data[start + PIECE_BYTES :]
    return False, b""


def _get_gzip_head_size(data: bytes) -> int:
    """Return the size of the header of a gzip member (RFC 1952, 2.3), that of all data if it doesn't end."""
    flags, size = data[3:4], 10
    if flags and flags[0] & 4:  # extra field
        size += 2 + int.from_bytes(data[size : size + 2], "little")
    for flag in (8, 16):  # name, comment
        if flags and flags[0] & flag:
            size = data.find(b"\0", size) + 1 or len(data)
    return size + 2 if flags and flags[0] & 2 else size  # check sum of the header


def _decode_brotli(data: bytes, output: _Output) -> tuple[bool, bytes]:
    stream = brotli.Decompressor()
    for start in range(0, len(data), PIECE_BYTES):
        output.write(stream.process(data[start : start + PIECE_BYTES], output_buffer_limit=PIECE_BYTES))
        while piece := stream.process(b"", output_buffer_limit=PIECE_BYTES):
            output.write(piece)
    return stream.is_finished(), b""


def _decode_zstd(data: bytes, output: _Output) -> tuple[bool, bytes]:
    stream = zstd.ZstdDecompressor(options={zstd.DecompressionParameter.window_log_max: ZSTD_WINDOW_LOG})
    for start in range(0, len(data), PIECE_BYTES):
        output.write(stream.decompress(data[start : start + PIECE_BYTES], PIECE_BYTES))
        while not (stream.needs_input or stream.eof):
            output.write(stream.decompress(b"", PIECE_BYTES))
        if stream.eof:
            return True, stream.unused_data + data[start + PIECE_BYTES :]
    return False, b""


_DECODERS: dict[str, Decoder] = {
    "gzip": _inflate,
    "x-gzip": _inflate,
    "deflate": _inflate,
    "br": _decode_brotli,
    "zstd": _decode_zstd,
}
