"""The threads of requests: what waits too long or is given up never runs."""

import asyncio
import threading

import pytest
from asgiref.sync import async_to_sync

from common.request_threads import NoFreeThread, RequestThreads
from tests.helpers.waiting import WAIT_SECONDS


@pytest.fixture
def threads() -> RequestThreads:
    """Return one thread."""
    return RequestThreads("test", threads=1, wait_seconds=WAIT_SECONDS)


async def occupy(threads: RequestThreads) -> tuple["asyncio.Task[bool]", threading.Event]:
    """Keep the thread busy until the event is set."""
    started, end = threading.Event(), threading.Event()

    def wait() -> bool:
        started.set()
        return end.wait(WAIT_SECONDS)

    task = asyncio.create_task(threads.run(wait))
    await asyncio.to_thread(started.wait, WAIT_SECONDS)
    return task, end


async def test_run_returns_the_result_and_raises_the_error(threads: RequestThreads) -> None:
    assert await threads.run(pow, 2, 5) == 32
    with pytest.raises(ZeroDivisionError):
        await threads.run(pow, 0, -1)

    assert (threads.running, threads.waiting, threads.rejected) == (0, 0, 0)


async def test_run_without_free_thread_is_rejected_and_never_runs(threads: RequestThreads) -> None:
    task, end = await occupy(threads)
    calls: list[int] = []

    threads.wait_seconds = 0.05
    with pytest.raises(NoFreeThread):
        await threads.run(calls.append, 1)
    threads.wait_seconds = WAIT_SECONDS

    assert (threads.running, threads.waiting, threads.rejected) == (1, 0, 1)
    end.set()
    assert await task  # it waited longer than that, but had started
    await threads.run(calls.append, 2)
    assert calls == [2]


async def test_run_cancelled_before_it_begins_never_runs(threads: RequestThreads) -> None:
    task, end = await occupy(threads)
    calls: list[int] = []
    waiting = asyncio.create_task(threads.run(calls.append, 1))
    await asyncio.sleep(0)
    assert threads.waiting == 1

    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)

    assert waiting.cancelled()
    assert (threads.waiting, threads.rejected) == (0, 0)
    end.set()
    assert await task
    await threads.run(calls.append, 2)
    assert calls == [2]


async def test_async_to_sync_on_a_thread_reaches_the_event_loop_of_the_caller(threads: RequestThreads) -> None:
    async def get_loop() -> asyncio.AbstractEventLoop:
        return asyncio.get_running_loop()

    assert await threads.run(async_to_sync(get_loop)) is asyncio.get_running_loop()
