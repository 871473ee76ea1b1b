"""Wait for a condition with a deadline; no test sleeps for a fixed time."""

import os
import time
from asyncio import sleep
from collections.abc import Callable
from typing import Any

import pytest

WAIT_SECONDS = 60  # a busy machine keeps it, and a passing test never waits that long
CORES = len(os.sched_getaffinity(0))


def allow_for_load(seconds: float) -> float:
    """Return a bound in seconds, times the processes per core that ran or were ready in the last minute, at least 1.

    What the site promises ("within 5 s") holds on a machine that has a core to give; tests share theirs.
    """
    return seconds * max(1.0, os.getloadavg()[0] / CORES)


def until(condition: Callable[[], Any], *, seconds: float = WAIT_SECONDS, what: str = "") -> Any:
    """Return the first true result of `condition`; fail if there is none within `seconds`, allowing for load."""
    began_at = time.monotonic()
    while not (result := condition()):
        if time.monotonic() - began_at > allow_for_load(seconds):
            pytest.fail(f"not within {seconds} s: {what or condition}")
        time.sleep(0.02)
    return result


async def eventually(condition: Callable[[], object], *, seconds: float = WAIT_SECONDS) -> None:
    """Let the event loop run until `condition` holds; fail if it does not within `seconds`, allowing for load."""
    began_at = time.monotonic()
    while not condition():
        if time.monotonic() - began_at > allow_for_load(seconds):
            pytest.fail(f"not within {seconds} s: {condition}")
        await sleep(0.005)
