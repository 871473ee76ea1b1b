"""Connection limiter are granted up to their limits and released exactly once."""

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


def test_acquire_process_at_limit_raises_until_a_slot_is_released() -> None:
    limiter = ConnectionLimiter(limit=2, per_address=2)
    first, _ = limiter.acquire("a"), limiter.acquire("b")

    with pytest.raises(ProcessLimitReached):
        limiter.acquire("c")
    first.release()
    limiter.acquire("c")

    assert limiter.open_count == 2


def test_acquire_address_at_limit_raises_while_others_get_slots() -> None:
    limiter = ConnectionLimiter(limit=10, per_address=1)
    slot = limiter.acquire("a")

    with pytest.raises(AddressLimitReached):
        limiter.acquire("a")
    limiter.acquire("b")
    slot.release()
    limiter.acquire("a")

    assert limiter.open_count == 2


def test_acquire_playback_at_limit_raises_while_the_address_gets_other_slots() -> None:
    limiter = ConnectionLimiter(limit=10, per_address=4, playbacks_per_address=1)
    playback = limiter.acquire("a", is_playback=True)

    with pytest.raises(PlaybackLimitReached):
        limiter.acquire("a", is_playback=True)
    limiter.acquire("a")
    limiter.acquire("b", is_playback=True)
    playback.release()
    limiter.acquire("a", is_playback=True)

    assert limiter.open_count == 3
    assert limiter.rejected == {"playback_limit": 1}
    limiter.acquire("a")
    limiter.acquire("a")
    with pytest.raises(AddressLimitReached):
        limiter.acquire("a")


def test_acquire_rejected_takes_no_slot() -> None:
    limiter = ConnectionLimiter(limit=2, per_address=1)
    limiter.acquire("a")

    for _ in range(5):
        with pytest.raises(AddressLimitReached):
            limiter.acquire("a")

    assert limiter.open_count == 1


def test_release_twice_frees_one_slot() -> None:
    limiter = ConnectionLimiter(limit=5, per_address=5)
    slot, other = limiter.acquire("a"), limiter.acquire("a")

    slot.release()
    slot.release()

    assert limiter.open_count == 1
    other.release()
    assert limiter.open_count == 0


def test_acquire_after_close_raises_and_release_still_works() -> None:
    limiter = ConnectionLimiter(limit=5, per_address=5)
    slot = limiter.acquire("a")

    limiter.close()

    with pytest.raises(ProcessLimitReached):
        limiter.acquire("b")
    slot.release()
    assert limiter.open_count == 0


@given(st.lists(st.tuples(st.sampled_from(["acquire", "release"]), st.integers(0, 9)), max_size=60))
def test_open_count_is_number_of_unreleased_slots(steps: list[tuple[str, int]]) -> None:
    limiter = ConnectionLimiter(limit=5, per_address=2)
    slots: list[tuple[str, ConnectionSlot]] = []
    live: set[int] = set()
    for step, number in steps:
        if step == "release" and slots:
            index = number % len(slots)
            slots[index][1].release()
            live.discard(index)
        elif step == "acquire":
            address = f"address {number % 4}"
            held = sum(slots[index][0] == address for index in live)
            if len(live) == 5 or held == 2:
                with pytest.raises((ProcessLimitReached, AddressLimitReached)):
                    limiter.acquire(address)
            else:
                live.add(len(slots))
                slots.append((address, limiter.acquire(address)))
        assert limiter.open_count == len(live)


def test_try_acquire_at_limit_returns_none_and_counts_no_rejection() -> None:
    limiter = ConnectionLimiter(limit=10, per_address=1)
    slot = limiter.try_acquire("a")

    assert slot is not None
    assert limiter.try_acquire("a") is None
    assert limiter.open_count == 1
    assert not limiter.rejected
    limiter.close()
    assert limiter.try_acquire("b") is None
