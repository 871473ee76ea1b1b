"""What a server process occupies: memory, threads, open files."""

import os
import re
from pathlib import Path

import pytest

from tests.helpers.server import Server


def resources(server: Server) -> tuple[int, int]:
    """Return the threads of a server and the files of its database that it holds open."""
    assert server.process is not None
    process = Path(f"/proc/{server.process.pid}")
    match = re.search(r"Threads:\s+(\d+)", (process / "status").read_text())
    assert match is not None
    paths = [os.readlink(file) for file in (process / "fd").iterdir() if file.is_symlink()]
    return int(match[1]), sum("sqlite3" in path for path in paths)


def resident_kilobytes(server: Server) -> int:
    """Return the resident memory of a server, in kB."""
    assert server.process is not None
    match = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{server.process.pid}/status").read_text())
    assert match is not None
    return int(match[1])


def disable_coverage(monkeypatch: pytest.MonkeyPatch) -> None:
    """Start servers from now on without coverage: its tracer takes memory and time."""
    for name in [name for name in os.environ if name.startswith("COVERAGE_")]:
        monkeypatch.delenv(name)
