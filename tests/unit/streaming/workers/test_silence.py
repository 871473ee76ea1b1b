"""When a worker counts as one that hangs."""

import os

import pytest

from streaming.workers.silence import STARTING_SECONDS, Silence, get_state


def look_silently(silence: Silence, beats: int, times: int) -> None:
    for _ in range(times):
        silence.look(beats)


def test_silence_of_a_worker_that_has_run_is_too_long_at_the_limit() -> None:
    silence = Silence(30)
    silence.look(1)

    look_silently(silence, 1, 29)
    assert (silence.seconds, silence.is_too_long) == (29, False)

    silence.look(1)
    assert (silence.seconds, silence.is_too_long) == (30, True)


def test_silence_ends_with_a_beat_or_when_cleared() -> None:
    silence = Silence(30)
    look_silently(silence, 1, 30)

    silence.look(2)
    assert silence.seconds == 0

    look_silently(silence, 2, 30)
    silence.clear()
    assert (silence.seconds, silence.is_too_long) == (0, False)


@pytest.mark.parametrize("limit", [3, 2 * STARTING_SECONDS])
def test_silence_of_a_worker_that_starts_is_too_long_only_after_minutes(limit: float) -> None:
    silence = Silence(limit)
    seconds = int(max(limit, STARTING_SECONDS))

    look_silently(silence, 0, seconds - 1)
    assert not silence.is_too_long

    silence.look(0)
    assert silence.is_too_long


def test_get_state_of_a_process_that_runs_or_has_ended() -> None:
    state = get_state(os.getpid())
    assert (state.name, state.debugger) == ("R (running)", 0)

    assert get_state(2**22 + 1).name == "unknown"  # above the greatest id
