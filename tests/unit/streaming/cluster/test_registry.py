"""The registry of server processes, by the database's clock."""

from datetime import UTC, datetime

import pytest

from common.sql import seconds_from_now
from streaming.cluster.registry import (
    Commands,
    ProcessStats,
    get_stats,
    heartbeat,
    request_close,
    request_stream_details,
    unregister,
)
from streaming.models import ServerProcess

pytestmark = pytest.mark.django_db
STREAM = {"number": 7, "lag": 0}
STARTED_AT = datetime(2026, 1, 31, tzinfo=UTC)


def beat(name: str, connections: int = 0, *, behind: int = 0, streams: list[dict[str, int]] | None = None) -> Commands:
    stats = ProcessStats(1, connections, 100, behind)
    return heartbeat(name, stats, streams, host="host", pid=1, started_at=STARTED_AT)


def expire(name: str) -> None:
    ServerProcess.objects.filter(name=name).update(expires_at=seconds_from_now(-1))


def test_get_stats_adds_processes_and_takes_largest_lag() -> None:
    beat("a", 3, behind=5)
    beat("b", 4, behind=2)
    beat("b", 6, behind=1)

    assert get_stats() == ProcessStats(2, 9, 200, 5)
    assert get_stats(exclude="a") == ProcessStats(1, 6, 100, 1)


def test_get_stats_counts_the_limit_of_workers_once_and_excludes_a_server() -> None:
    server = "0123456789abcdef"
    for name, connections in ((f"{server}-first", 3), (f"{server}-second", 4), ("other", 5)):
        beat(name, connections)

    assert get_stats() == ProcessStats(3, 12, 200, 0)
    assert get_stats(exclude=server) == ProcessStats(1, 5, 100, 0)


def test_get_stats_without_processes_is_zero() -> None:
    assert get_stats() == ProcessStats()


def test_get_stats_excludes_expired_and_unregistered_until_next_heartbeat() -> None:
    for name in ("a", "b", "c"):
        beat(name, 1)
    expire("a")
    unregister("b")

    assert get_stats() == ProcessStats(1, 1, 100, 0)
    beat("a", 2)
    assert get_stats() == ProcessStats(2, 3, 200, 0)


def test_heartbeat_of_new_process_deletes_expired_ones() -> None:
    beat("a")
    expire("a")
    beat("b")

    assert [process.name for process in ServerProcess.objects.all()] == ["b"]


def test_heartbeat_wants_details_until_the_request_expires() -> None:
    assert beat("a") == Commands()
    assert [process.streams for process in request_stream_details()] == [None]
    assert beat("a").wants_details
    assert beat("a", streams=[STREAM]).wants_details
    assert [process.streams for process in request_stream_details()] == [[STREAM]]
    ServerProcess.objects.update(details_until=seconds_from_now(-1))

    assert beat("a", streams=[STREAM]) == Commands()
    assert beat("a") == Commands()
    assert [process.streams for process in request_stream_details()] == [None]


def test_request_close_is_passed_once_to_the_process_of_the_stream() -> None:
    beat("a")
    beat("b")

    assert request_close("a", 7) is not None
    assert request_close("a", 9) is not None

    assert beat("b").close_requests == frozenset()
    assert beat("a").close_requests == {7, 9}
    assert beat("a").close_requests == frozenset()


def test_request_close_for_expired_or_unknown_process_returns_none() -> None:
    beat("a")
    expire("a")

    assert request_close("a", 7) is None
    assert request_close("unknown", 7) is None
