"""What server processes tell each other, by the database's clock."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db.models.functions import Now

from streaming.cluster.registry import Figures, Orders, ask_to_end, read_figures, report, watch, withdraw
from streaming.models import ServerProcess

pytestmark = pytest.mark.django_db
STREAM = {"number": 7, "lag": 0}
NOTHING = Orders(is_watched=False, to_end=frozenset())


def tell(name: str, connections: int = 0, *, behind: int = 0, streams: list[dict[str, int]] | None = None) -> Orders:
    figures = Figures(1, connections, 100, behind)
    return report(name, figures, streams, host="host", pid=1, started_at=datetime(2026, 1, 31, tzinfo=UTC))


def expire(name: str) -> None:
    ServerProcess.objects.filter(name=name).update(expires_at=Now() - timedelta(seconds=1))


def test_processes_add_up_and_the_largest_lag_counts() -> None:
    tell("a", 3, behind=5)
    tell("b", 4, behind=2)
    tell("b", 6, behind=1)

    assert read_figures() == Figures(2, 9, 200, 5)
    assert read_figures(without="a") == Figures(1, 6, 100, 1)


def test_without_processes_there_is_nothing() -> None:
    assert read_figures() == Figures()


def test_a_process_that_is_silent_or_withdraws_is_gone_and_comes_back_by_telling() -> None:
    for name in ("a", "b", "c"):
        tell(name, 1)
    expire("a")
    withdraw("b")

    assert read_figures() == Figures(1, 1, 100, 0)
    tell("a", 2)
    assert read_figures() == Figures(2, 3, 200, 0)


def test_a_process_that_begins_clears_away_the_silent() -> None:
    tell("a")
    expire("a")
    tell("b")

    assert [process.name for process in ServerProcess.objects.all()] == ["b"]


def test_a_process_hears_that_it_is_watched_until_nobody_looks_any_more() -> None:
    assert tell("a") == NOTHING
    assert [process.streams for process in watch()] == [None]
    assert tell("a").is_watched
    assert tell("a", streams=[STREAM]).is_watched
    assert [process.streams for process in watch()] == [[STREAM]]
    ServerProcess.objects.update(watched_until=Now() - timedelta(seconds=1))

    assert tell("a", streams=[STREAM]) == NOTHING
    assert tell("a") == NOTHING
    assert [process.streams for process in watch()] == [None]


def test_each_process_is_asked_once_to_end_its_own_streams() -> None:
    tell("a")
    tell("b")

    assert ask_to_end("a", 7) is not None
    assert ask_to_end("a", 9) is not None

    assert tell("b").to_end == frozenset()
    assert tell("a").to_end == {7, 9}
    assert tell("a").to_end == frozenset()


def test_a_process_that_is_gone_can_not_be_asked() -> None:
    tell("a")
    expire("a")

    assert ask_to_end("a", 7) is None
    assert ask_to_end("nobody", 7) is None
