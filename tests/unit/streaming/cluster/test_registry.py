"""What server processes tell each other, by the database's clock."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db.models.functions import Now

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
NOTHING = Commands(wants_details=False, close_requests=frozenset())


def tell(name: str, connections: int = 0, *, behind: int = 0, streams: list[dict[str, int]] | None = None) -> Commands:
    figures = ProcessStats(1, connections, 100, behind)
    return heartbeat(name, figures, streams, host="host", pid=1, started_at=datetime(2026, 1, 31, tzinfo=UTC))


def expire(name: str) -> None:
    ServerProcess.objects.filter(name=name).update(expires_at=Now() - timedelta(seconds=1))


def test_processes_add_up_and_the_largest_lag_counts() -> None:
    tell("a", 3, behind=5)
    tell("b", 4, behind=2)
    tell("b", 6, behind=1)

    assert get_stats() == ProcessStats(2, 9, 200, 5)
    assert get_stats(without="a") == ProcessStats(1, 6, 100, 1)


def test_without_processes_there_is_nothing() -> None:
    assert get_stats() == ProcessStats()


def test_a_process_that_is_silent_or_withdraws_is_gone_and_comes_back_by_telling() -> None:
    for name in ("a", "b", "c"):
        tell(name, 1)
    expire("a")
    unregister("b")

    assert get_stats() == ProcessStats(1, 1, 100, 0)
    tell("a", 2)
    assert get_stats() == ProcessStats(2, 3, 200, 0)


def test_a_process_that_begins_clears_away_the_silent() -> None:
    tell("a")
    expire("a")
    tell("b")

    assert [process.name for process in ServerProcess.objects.all()] == ["b"]


def test_a_process_hears_that_it_is_watched_until_nobody_looks_any_more() -> None:
    assert tell("a") == NOTHING
    assert [process.streams for process in request_stream_details()] == [None]
    assert tell("a").wants_details
    assert tell("a", streams=[STREAM]).wants_details
    assert [process.streams for process in request_stream_details()] == [[STREAM]]
    ServerProcess.objects.update(details_until=Now() - timedelta(seconds=1))

    assert tell("a", streams=[STREAM]) == NOTHING
    assert tell("a") == NOTHING
    assert [process.streams for process in request_stream_details()] == [None]


def test_each_process_is_asked_once_to_end_its_own_streams() -> None:
    tell("a")
    tell("b")

    assert request_close("a", 7) is not None
    assert request_close("a", 9) is not None

    assert tell("b").close_requests == frozenset()
    assert tell("a").close_requests == {7, 9}
    assert tell("a").close_requests == frozenset()


def test_a_process_that_is_gone_can_not_be_asked() -> None:
    tell("a")
    expire("a")

    assert request_close("a", 7) is None
    assert request_close("nobody", 7) is None
