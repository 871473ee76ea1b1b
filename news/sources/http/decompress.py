"""Decompress what a server sends, piece by piece."""

import zlib
from collections.abc import Iterator

PIECE_BYTES = 65_536
MAX_GZIP_MEMBERS = 100  # of one body, each costs


class Decompressor:
    """Decompresses gzip, of several members too, and deflate with or without its header. Errors: zlib.error."""

    def __init__(self) -> None:
        self._inflate = zlib.decompressobj(zlib.MAX_WBITS | 32)  # gzip or zlib, as its first bytes say
        self._members = 0

    @property
    def is_whole(self) -> bool:
        """Say whether the body has come to its end."""
        return self._inflate.eof

    def __call__(self, chunk: bytes) -> Iterator[bytes]:
        """Give out what a chunk holds, up to PIECE_BYTES at once; what stands behind the end is left out."""
        has_more = bool(chunk)
        while has_more:
            if self._members == 0 or (self._inflate.eof and chunk.startswith(b"\x1f")):
                piece = self._begin(chunk)
            elif self._inflate.eof:
                break
            else:
                piece = self._inflate.decompress(chunk, PIECE_BYTES)
            yield piece
            chunk = self._inflate.unconsumed_tail or self._inflate.unused_data
            has_more = bool(chunk) or len(piece) == PIECE_BYTES  # it may keep some output back

    def _begin(self, chunk: bytes) -> bytes:
        self._members += 1
        if self._members > MAX_GZIP_MEMBERS:
            raise zlib.error(f"it has more than {MAX_GZIP_MEMBERS} parts")
        self._inflate = zlib.decompressobj(zlib.MAX_WBITS | 32)
        try:
            return self._inflate.decompress(chunk, PIECE_BYTES)
        except zlib.error:
            if self._members > 1:
                raise
            self._inflate = zlib.decompressobj(-zlib.MAX_WBITS)  # as some send "deflate": without a header
            return self._inflate.decompress(chunk, PIECE_BYTES)
