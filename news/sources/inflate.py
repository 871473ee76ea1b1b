"""Decompress what a server sends, never more of it than is asked for."""

import zlib

MAX_GZIP_MEMBERS = 100  # of one body, each costs


class Inflate:
    """Decompresses gzip, of several members too, and deflate with or without its header. Errors: zlib.error."""

    def __init__(self) -> None:
        self._inflate = zlib.decompressobj(zlib.MAX_WBITS | 32)  # gzip or zlib, as its first bytes say
        self._members = 0

    @property
    def is_whole(self) -> bool:
        """Say whether the body has come to its end."""
        return self._inflate.eof

    def __call__(self, chunk: bytes, most: int) -> bytes:
        """Return what a chunk holds, up to `most` bytes; what stands behind the end is left out."""
        parts = bytearray()
        while chunk and len(parts) < most:
            if self._members == 0 or (self._inflate.eof and chunk.startswith(b"\x1f")):
                parts += self._begin(chunk, most - len(parts))
            elif self._inflate.eof:
                break
            else:
                parts += self._inflate.decompress(chunk, most - len(parts))
            chunk = self._inflate.unused_data
        return bytes(parts)

    def _begin(self, chunk: bytes, most: int) -> bytes:
        self._members += 1
        if self._members > MAX_GZIP_MEMBERS:
            raise zlib.error(f"it has more than {MAX_GZIP_MEMBERS} parts")
        self._inflate = zlib.decompressobj(zlib.MAX_WBITS | 32)
        try:
            return self._inflate.decompress(chunk, most)
        except zlib.error:
            if self._members > 1:
                raise
            self._inflate = zlib.decompressobj(-zlib.MAX_WBITS)  # as some send "deflate": without a header
            return self._inflate.decompress(chunk, most)
