"""Slots are given out up to their limits and come back exactly once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streaming.broker.connection_limits import AddressFull, HouseFull, Lease, Slots


def test_a_full_house_refuses_and_a_slot_given_back_can_be_taken_again() -> None:
    slots = Slots(limit=2, per_address=2)
    first, _ = slots.take("a"), slots.take("b")

    with pytest.raises(HouseFull):
        slots.take("c")
    first.release()
    slots.take("c")

    assert slots.taken == 2


def test_one_address_gets_no_more_than_its_share_while_others_get_theirs() -> None:
    slots = Slots(limit=10, per_address=1)
    lease = slots.take("a")

    with pytest.raises(AddressFull):
        slots.take("a")
    slots.take("b")
    lease.release()
    slots.take("a")

    assert slots.taken == 2


def test_a_refusal_takes_no_slot() -> None:
    slots = Slots(limit=2, per_address=1)
    slots.take("a")

    for _ in range(5):
        with pytest.raises(AddressFull):
            slots.take("a")

    assert slots.taken == 1


def test_a_lease_released_twice_frees_one_slot() -> None:
    slots = Slots(limit=5, per_address=5)
    lease, other = slots.take("a"), slots.take("a")

    lease.release()
    lease.release()

    assert slots.taken == 1
    other.release()
    assert slots.taken == 0


def test_a_closed_house_refuses_and_takes_back() -> None:
    slots = Slots(limit=5, per_address=5)
    lease = slots.take("a")

    slots.close()

    with pytest.raises(HouseFull):
        slots.take("b")
    lease.release()
    assert slots.taken == 0


@given(st.lists(st.tuples(st.sampled_from(["take", "release"]), st.integers(0, 9)), max_size=60))
def test_whatever_happens_the_count_is_the_number_of_live_leases(steps: list[tuple[str, int]]) -> None:
    slots = Slots(limit=5, per_address=2)
    leases: list[tuple[str, Lease]] = []
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
                with pytest.raises((HouseFull, AddressFull)):
                    slots.take(address)
            else:
                live.add(len(leases))
                leases.append((address, slots.take(address)))
        assert slots.taken == len(live)
