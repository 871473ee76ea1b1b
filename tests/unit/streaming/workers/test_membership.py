"""What a worker inherits, and how it sees the others."""

import json
import os

import pytest

from streaming.workers.membership import VARIABLE, InheritedDescriptors, take_worker
from tests.helpers.workers import joined_workers


def test_take_inheritance_removes_it_from_the_environment() -> None:
    with joined_workers(2) as (first, _):
        inherited = InheritedDescriptors(1, first.board.descriptor, (7, 8), 9, (3,), "b" * 16)
        environment = {VARIABLE: inherited.encode(), "PATH": "/bin"}

        worker = take_worker(environment)

        assert worker is not None
        assert (worker.index, worker.waker, worker.lifeline, [*worker.listeners]) == (1, 8, 9, [3])
        assert worker.process_name.startswith("b" * 16)
        assert len(worker.process_name) == 32
        assert worker.board.started_at == first.board.started_at
        assert environment == {"PATH": "/bin"}
        assert json.loads(inherited.encode())["index"] == 1
    assert take_worker({}) is None


def test_wake_others_wakes_all_but_itself() -> None:
    with joined_workers(3) as (first, second, third):
        first.wake_others()
        first.wake_others()

        assert os.eventfd_read(second.waker) == 2
        assert os.eventfd_read(third.waker) == 2
        with pytest.raises(BlockingIOError):
            os.eventfd_read(first.waker)


@pytest.mark.parametrize(
    ("own", "least", "is_ahead"), [(0, 0, False), (4, 0, False), (5, 0, True), (114, 100, False), (115, 100, True)]
)
def test_is_ahead_by_more_than_four_streams_and_a_tenth(own: int, least: int, is_ahead: bool) -> None:
    with joined_workers(3) as (first, second, third):
        first.section.open_count, second.section.open_count, third.section.open_count = own, 1000, least

        assert first.is_ahead is is_ahead
        third.section.is_serving = False
        assert not first.is_ahead
