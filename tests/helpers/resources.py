"""What a server process occupies: memory, threads, open files."""

import os
import re
from pathlib import Path

import pytest

from tests.helpers.server import Server


def resources(server: Server) -> tuple[int, int]:
    """Return the number of a server's threads, and of its open files of the database."""
    assert server.process is not None
    process = Path(f"/proc/{server.process.pid}")
    match = re.search(r"Threads:\s+(\d+)", (process / "status").read_text())
    assert match is not None
    paths = [os.readlink(file) for file in (process / "fd").iterdir() if file.is_symlink()]
    return int(match[1]), sum("sqlite3" in path for path in paths)


def resident_kilobytes(server: Server) -> int:
    """Return the resident memory of a server, in KB."""
    assert server.process is not None
    match = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{server.process.pid}/status").read_text())
    assert match is not None
    return int(match[1])


def disable_coverage(monkeypatch: pytest.MonkeyPatch) -> None:
    """Start servers without coverage, whose tracer adds memory and time."""
    for name in [name for name in os.environ if name.startswith("COVERAGE_")]:
        monkeypatch.delenv(name)
