"""The file of a Unix socket on which `serve` listens."""

from contextlib import suppress
from pathlib import Path


def remove_socket_file(path: Path, inode: int) -> None:
    """Remove the file of a Unix socket, unless another process has replaced it."""
    with suppress(OSError):
        if path.stat().st_ino == inode:
            path.unlink()
