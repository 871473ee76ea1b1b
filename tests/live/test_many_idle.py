"""Threads, files and memory of a server with 1,000 idle streams."""

import contextlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.helpers.items import headline
from tests.helpers.resources import disable_coverage, resident_kilobytes, resources
from tests.helpers.server import Server
from tests.helpers.sse import Stream
from tests.helpers.waiting import until


def test_idle_streams_use_no_threads_and_no_database_connections(
    start_clean_server: Callable[..., Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    disable_coverage(monkeypatch)
    server = start_clean_server(STREAM_MAX_CONNECTIONS=1000, STREAM_MAX_PER_ADDRESS=1000)
    with contextlib.ExitStack() as open_streams:

        def open_more(count: int) -> list[Stream]:
            with ThreadPoolExecutor(20) as pool:
                streams = list(pool.map(lambda _: open_streams.enter_context(Stream(server.url)), range(count)))
            for stream in streams:
                stream.receive_kinds("metrics")
            return streams

        streams = open_more(50)
        server.post(headline(1))
        for stream in streams:
            stream.receive_items(1)
        _, files_at_50 = resources(server)
        kilobytes_at_50 = resident_kilobytes(server)

        streams += open_more(950)
        server.post(headline(2))
        for stream in streams:
            stream.receive_until(lambda s: [item.seq for item in s.items()[-1:]] == [2])

        assert server.call("/api/v2/stream/status")[1]["connections"] == 1000
        threads, files_at_1000 = resources(server)
        assert threads < 20
        assert files_at_1000 <= files_at_50 + 3  # one more connection (database, WAL, index of it), for a post
        assert (resident_kilobytes(server) - kilobytes_at_50) / 950 < 60
    until(lambda: server.call("/api/v2/stream/status")[1]["connections"] == 0, seconds=60, what="slots are free")
