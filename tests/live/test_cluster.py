"""The server processes of one site report their sums in the stream's status."""

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


def get_cluster(server: Server) -> dict[str, Any] | None:
    """Return what a process reports of all processes; None while it is the only one."""
    status, payload = server.call(STATUS)
    assert status == 200, payload
    return payload.get("cluster")  # type: ignore[no-any-return]


def test_status_reports_own_process_and_sums_of_all(servers: list[Server]) -> None:
    first_server, second_server = servers
    with Stream(first_server.url) as first, Stream(second_server.url) as second, Stream(second_server.url) as third:
        for stream in (first, second, third):
            stream.receive_kinds("metrics")
        expected = {"processes": 2, "connections": 3, "max_connections": 100, "subscribers_behind": 0}

        for server in servers:
            until(lambda server=server: get_cluster(server) == expected, what="both report all streams")
        own = first_server.call(STATUS)[1]
        second_server.kill()
        until(lambda: get_cluster(first_server) is None, seconds=60, what="the killed process is not counted")

    assert (own["connections"], own["max_connections"], own["available"]) == (1, 40, 39)


def test_status_after_shutdown_excludes_the_process_at_once(servers: list[Server]) -> None:
    first_server, second_server = servers
    until(lambda: get_cluster(first_server) is not None, what="the first server reports both")

    assert second_server.stop() == 0

    assert get_cluster(first_server) is None
