"""Processes of one site know of each other: how full each is, and whose streams are to end."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.helpers.server import Server
from tests.helpers.sse import Stream
from tests.helpers.waiting import until

STATUS = "/api/v2/stream/status"


@pytest.fixture
def servers(start_clean_server: Callable[..., Server]) -> Iterator[list[Server]]:
    return [start_clean_server(STREAM_MAX_CONNECTIONS=40), start_clean_server(STREAM_MAX_CONNECTIONS=60)]


def cluster(server: Server) -> dict[str, Any] | None:
    """Return what a process tells of all: nothing while it is alone."""
    status, answer = server.call(STATUS)
    assert status == 200, answer
    return answer.get("cluster")  # type: ignore[no-any-return]


def test_each_process_tells_of_itself_and_of_all(servers: list[Server]) -> None:
    near, far = servers
    with Stream(near.url) as first, Stream(far.url) as second, Stream(far.url) as third:
        for stream in (first, second, third):
            stream.read_kinds("metrics")
        everybody = {"processes": 2, "connections": 3, "max_connections": 100, "subscribers_behind": 0}

        for server in servers:
            until(lambda server=server: cluster(server) == everybody, what="both know of all streams")
        own = near.call(STATUS)[1]
        far.kill()
        until(lambda: cluster(near) is None, seconds=15, what="a killed process is not counted any more")

    assert (own["connections"], own["max_connections"], own["available"]) == (1, 40, 39)


def test_a_process_that_ends_is_gone_at_once(servers: list[Server]) -> None:
    near, far = servers
    until(lambda: cluster(near) is not None, what="they know of each other")

    assert far.stop() == 0

    assert cluster(near) is None
