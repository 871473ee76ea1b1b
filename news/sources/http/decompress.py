"""Decompress the body of a response in pieces of limited size."""

import zlib
from collections.abc import Iterator

PIECE_BYTES = 65_536
MAX_GZIP_MEMBERS = 100  # of one body; each costs time


class Decompressor:
    """Decompresses gzip (RFC 1952) with one or more members, and deflate (RFC 1950 or 1951). Errors: zlib.error."""

    def __init__(self) -> None:
        self._stream = zlib.decompressobj(zlib.MAX_WBITS | 32)  # 32: detects gzip or zlib by the header
        self._member_count = 0

    @property
    def is_complete(self) -> bool:
        """Whether the end of the compressed data has been reached."""
        return self._stream.eof

    def __call__(self, chunk: bytes) -> Iterator[bytes]:
        """Yield the content of a chunk in pieces of PIECE_BYTES at most, without what follows the compressed data."""
        has_more = bool(chunk)
        while has_more:
            if self._member_count == 0 or (self._stream.eof and chunk.startswith(b"\x1f")):
                piece = self._start_member(chunk)
            elif self._stream.eof:
                break
            else:
                piece = self._stream.decompress(chunk, PIECE_BYTES)
            yield piece
            chunk = self._stream.unconsumed_tail or self._stream.unused_data
            has_more = bool(chunk) or len(piece) == PIECE_BYTES  # zlib may hold back output of a full piece

    def _start_member(self, chunk: bytes) -> bytes:
        self._member_count += 1
        if self._member_count > MAX_GZIP_MEMBERS:
            raise zlib.error(f"it has more than {MAX_GZIP_MEMBERS} parts")
        self._stream = zlib.decompressobj(zlib.MAX_WBITS | 32)
        try:
            return self._stream.decompress(chunk, PIECE_BYTES)
        except zlib.error:
            if self._member_count > 1:
                raise
            self._stream = zlib.decompressobj(-zlib.MAX_WBITS)  # RFC 1951: some servers send deflate without a header
            return self._stream.decompress(chunk, PIECE_BYTES)
