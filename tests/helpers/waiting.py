"""Wait for a condition with a deadline; no test sleeps for a fixed time."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

import pytest

WAIT_SECONDS = 60  # a busy machine keeps it, and a passing test never waits that long


def until(condition: Callable[[], Any], *, seconds: float = WAIT_SECONDS, what: str = "") -> Any:
    """Return the first true result of `condition`; fail if there is none within `seconds`."""
    deadline = time.monotonic() + seconds
    while not (result := condition()):
        if time.monotonic() > deadline:
            pytest.fail(f"not within {seconds} s: {what or condition}")
        time.sleep(0.02)
    return result


async def eventually(condition: Callable[[], object], *, seconds: float = WAIT_SECONDS) -> None:
    """Let the event loop run until `condition` holds. Errors: TimeoutError after `seconds`."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - what is waited for has no event of its own
            await asyncio.sleep(0.005)
