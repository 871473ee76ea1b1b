"""Slots are given out up to their limits and come back exactly once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streaming.broker.connection_limits import (
    AddressLimitReached,
    ConnectionLimiter,
    ConnectionSlot,
    ProcessLimitReached,
)


def test_a_full_house_refuses_and_a_slot_given_back_can_be_taken_again() -> None:
    slots = ConnectionLimiter(limit=2, per_address=2)
    first, _ = slots.acquire("a"), slots.acquire("b")

    with pytest.raises(ProcessLimitReached):
        slots.acquire("c")
    first.release()
    slots.acquire("c")

    assert slots.open_count == 2


def test_one_address_gets_no_more_than_its_share_while_others_get_theirs() -> None:
    slots = ConnectionLimiter(limit=10, per_address=1)
    lease = slots.acquire("a")

    with pytest.raises(AddressLimitReached):
        slots.acquire("a")
    slots.acquire("b")
    lease.release()
    slots.acquire("a")

    assert slots.open_count == 2


def test_a_refusal_takes_no_slot() -> None:
    slots = ConnectionLimiter(limit=2, per_address=1)
    slots.acquire("a")

    for _ in range(5):
        with pytest.raises(AddressLimitReached):
            slots.acquire("a")

    assert slots.open_count == 1


def test_a_lease_released_twice_frees_one_slot() -> None:
    slots = ConnectionLimiter(limit=5, per_address=5)
    lease, other = slots.acquire("a"), slots.acquire("a")

    lease.release()
    lease.release()

    assert slots.open_count == 1
    other.release()
    assert slots.open_count == 0


def test_a_closed_house_refuses_and_takes_back() -> None:
    slots = ConnectionLimiter(limit=5, per_address=5)
    lease = slots.acquire("a")

    slots.close()

    with pytest.raises(ProcessLimitReached):
        slots.acquire("b")
    lease.release()
    assert slots.open_count == 0


@given(st.lists(st.tuples(st.sampled_from(["take", "release"]), st.integers(0, 9)), max_size=60))
def test_whatever_happens_the_count_is_the_number_of_live_leases(steps: list[tuple[str, int]]) -> None:
    slots = ConnectionLimiter(limit=5, per_address=2)
    leases: list[tuple[str, ConnectionSlot]] = []
    live: set[int] = set()
    for step, number in steps:
        if step == "release" and leases:
            place = number % len(leases)
            leases[place][1].release()
            live.discard(place)
        elif step == "take":
            address = f"address {number % 4}"
            held = sum(leases[place][0] == address for place in live)
            if len(live) == 5 or held == 2:
                with pytest.raises((ProcessLimitReached, AddressLimitReached)):
                    slots.acquire(address)
            else:
                live.add(len(leases))
                leases.append((address, slots.acquire(address)))
        assert slots.open_count == len(live)
