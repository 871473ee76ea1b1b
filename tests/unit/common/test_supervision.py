"""A background task that fails is logged with its traceback, started again, and reported until it works."""

import asyncio

import pytest
from structlog.testing import capture_logs

from common.supervision import MAX_RETRY_SECONDS, TaskHealth, get_failing_tasks, repeat, run_every_minute, supervise
from tests.helpers.waiting import eventually


async def test_supervise_task_that_fails_is_reported_until_it_works() -> None:
    health, rounds = TaskHealth("counting"), 0
    reported: list[list[str]] = []

    async def count() -> None:
        nonlocal rounds
        rounds += 1
        reported.append(get_failing_tasks())
        if rounds == 2:
            raise ValueError("round 2")

    with capture_logs() as logs:
        task = asyncio.create_task(supervise(health, lambda: repeat(health, 0, count), settle_seconds=None))
        await eventually(lambda: rounds >= 4)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    assert reported[:4] == [[], [], ["counting"], []]
    failed, recovered = logs
    assert (failed["event"], failed["task"], failed["retry_seconds"]) == ("background_task_failed", "counting", 1)
    assert failed["exc_info"]
    assert (recovered["event"], recovered["task"], recovered["failures"]) == (
        "background_task_recovered",
        "counting",
        1,
    )


async def test_supervise_task_without_success_of_its_own_works_again_when_it_has_run_for_a_while() -> None:
    starts = 0

    async def fail_once() -> None:
        nonlocal starts
        starts += 1
        if starts == 1:
            raise ValueError("first start")
        await asyncio.Event().wait()

    task = asyncio.create_task(supervise(TaskHealth("starting"), fail_once, settle_seconds=0.05))
    await eventually(lambda: get_failing_tasks() == ["starting"])
    await eventually(lambda: get_failing_tasks() == [])

    assert starts == 2
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_supervise_task_that_ends_while_it_fails_is_no_longer_reported() -> None:
    async def fail() -> None:
        raise ValueError("always")

    task = asyncio.create_task(supervise(TaskHealth("failing"), fail))
    await eventually(lambda: get_failing_tasks() == ["failing"])

    task.cancel()
    await asyncio.gather(task, return_exceptions=True)

    assert get_failing_tasks() == []


def test_task_health_waits_longer_after_each_failure() -> None:
    health = TaskHealth("slow")

    waits = [health.mark_failed() for _ in range(2000)]

    assert waits[:4] == [1, 2, 4, MAX_RETRY_SECONDS]
    assert set(waits[3:]) == {MAX_RETRY_SECONDS}
    health.clear()


async def test_run_every_minute_when_cancelled_exports_a_last_time() -> None:
    exports: list[str] = []
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0):
            await run_every_minute("test", lambda: exports.append("exported"))

    assert exports == ["exported"]
