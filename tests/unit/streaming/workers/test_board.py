"""The memory that workers share: slots counted together, statistics that are whole or not there."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streaming.broker.connection_limits import (
    AddressLimitReached,
    ConnectionLimiter,
    ConnectionSlot,
    PlaybackLimitReached,
    ProcessLimitReached,
)
from streaming.workers.board import HEAD_BYTES, STATS_BYTES, Board, Section
from streaming.workers.membership import Worker
from tests.helpers.workers import joined_workers


@pytest.fixture
def workers() -> Iterator[list[Worker]]:
    with joined_workers(3) as workers:
        yield workers


def make_limiters(workers: list[Worker], **limits: int) -> list[ConnectionLimiter]:
    return [ConnectionLimiter(**limits, shared=worker.slots) for worker in workers]


def test_limiters_of_workers_grant_the_limit_together(workers: list[Worker]) -> None:
    first, second, third = make_limiters(workers, limit=3, per_address=3)
    slot, *_ = first.acquire("a"), second.acquire("a"), second.acquire("b")

    for limiter in (first, second, third):
        with pytest.raises(ProcessLimitReached):
            limiter.acquire("c")
    assert (first.open_count, second.open_count, third.open_count) == (1, 2, 0)
    assert (first.total_count, second.total_count, third.total_count) == (3, 3, 3)
    slot.release()

    third.acquire("c")
    assert third.rejected == {"process_limit": 1}


def test_limiters_of_workers_count_an_address_and_its_playbacks_together(workers: list[Worker]) -> None:
    first, second, _ = make_limiters(workers, limit=100, per_address=3, playbacks_per_address=1)
    playback = first.acquire("a", is_playback=True)

    with pytest.raises(PlaybackLimitReached):
        second.acquire("a", is_playback=True)
    second.acquire("a")
    second.acquire("a")
    with pytest.raises(AddressLimitReached):
        second.acquire("a")
    second.acquire("b", is_playback=True)
    playback.release()

    second.acquire("a", is_playback=True)
    assert first.total_count == 4


def test_erased_section_gives_the_slots_of_a_killed_worker_back(workers: list[Worker]) -> None:
    first, second, _ = make_limiters(workers, limit=2, per_address=1)
    first.acquire("a")
    first.acquire("b")

    workers[0].section.erase()

    assert second.total_count == 0
    second.acquire("a")
    second.acquire("b")


@given(st.lists(st.tuples(st.integers(0, 2), st.sampled_from("abcd"), st.booleans()), max_size=60))
def test_workers_at_random_never_exceed_a_limit_nor_reject_a_free_slot(steps: list[tuple[int, str, bool]]) -> None:
    with joined_workers(3) as workers:
        limiters = make_limiters(workers, limit=5, per_address=2)
        held: list[tuple[str, ConnectionSlot]] = []
        for index, address, is_release in steps:
            if is_release and held:
                held.pop(index % len(held))[1].release()
            elif len(held) == 5 or [holder for holder, _ in held].count(address) == 2:
                with pytest.raises((ProcessLimitReached, AddressLimitReached)):
                    limiters[index].acquire(address)
            else:
                held.append((address, limiters[index].acquire(address)))
            assert {limiter.total_count for limiter in limiters} == {len(held)}


def test_address_counts_of_ten_thousand_addresses_are_exact_for_nearly_all_and_never_too_low() -> None:
    with joined_workers(2) as (first, second):
        for number in range(10_000):
            first.slots.add(f"address {number}", 1, is_playback=False)

        counts = [second.slots.count_others(f"address {number}") for number in range(10_000)]

    assert min(counts) == 1
    assert counts.count(1) > 9_500


def test_stats_are_what_was_written_last() -> None:
    section = Board.create(1).section(0)
    assert section.load_stats() == {}

    section.write_stats({"lag": 1, "failing": ["tailer"]})
    section.write_stats({"lag": 2})

    assert section.load_stats() == {"lag": 2}
    with pytest.raises(ValueError, match="bytes of statistics"):
        section.write_stats({"failing": "x" * STATS_BYTES})


def test_stats_of_a_worker_killed_while_it_wrote_are_empty() -> None:
    board = Board.create(1)
    section: Section = board.section(0)
    section.write_stats({"lag": 1})
    text = bytes(board._memory).index(b'{"lag":1}', HEAD_BYTES)

    board._memory[text + 7 : text + 8] = b"7"

    assert section.load_stats() == {}
