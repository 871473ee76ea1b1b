"""What a thousand idle streams cost the server."""

import contextlib
import os
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.conftest import Server, until
from tests.helpers.sse import Stream
from tests.live.test_stream import headline


def resources(server: Server) -> tuple[int, int]:
    """Return the threads of a server and the files of its database it holds open."""
    assert server.process is not None
    process = Path(f"/proc/{server.process.pid}")
    match = re.search(r"Threads:\s+(\d+)", (process / "status").read_text())
    assert match is not None
    paths = [os.readlink(file) for file in (process / "fd").iterdir() if file.is_symlink()]
    return int(match[1]), sum("sqlite3" in path for path in paths)


def resident_kilobytes(server: Server) -> int:
    """Return how much memory a server occupies."""
    assert server.process is not None
    match = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{server.process.pid}/status").read_text())
    assert match is not None
    return int(match[1])


def leave_coverage_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the servers that start from now on run unmeasured: the tracer takes memory and time of its own."""
    for name in [name for name in os.environ if name.startswith("COVERAGE_")]:
        monkeypatch.delenv(name)


def test_idle_streams_cost_neither_threads_nor_connections_to_the_database(
    start_clean_server: Callable[..., Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    leave_coverage_out(monkeypatch)
    server = start_clean_server(STREAM_MAX_CONNECTIONS=1000, STREAM_MAX_PER_ADDRESS=1000)
    with contextlib.ExitStack() as open_streams:

        def open_more(count: int) -> list[Stream]:
            with ThreadPoolExecutor(20) as pool:
                streams = list(pool.map(lambda _: open_streams.enter_context(Stream(server.url)), range(count)))
            for stream in streams:
                stream.read_kinds("metrics")
            return streams

        streams = open_more(50)
        server.post(headline(1))
        for stream in streams:
            stream.read_items(1)
        _, files = resources(server)
        kilobytes = resident_kilobytes(server)

        streams += open_more(950)
        server.post(headline(2))
        for stream in streams:
            stream.read_until(lambda s: [item.seq for item in s.items()[-1:]] == [2])

        assert server.call("/api/v2/stream/status")[1]["connections"] == 1000
        threads, more_files = resources(server)
        assert threads < 20
        assert more_files <= files + 3  # one more connection (database, WAL, index of it), for a post
        assert (resident_kilobytes(server) - kilobytes) / 950 < 60
    until(lambda: server.call("/api/v2/stream/status")[1]["connections"] == 0, what="slots are free")
