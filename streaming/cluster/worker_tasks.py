"""What a worker of `serve --workers` does beside serving: it wakes the others, is woken by them, and sees who fails."""

import asyncio
import os
from collections.abc import Iterator
from contextlib import suppress

from django.db import Error

from common.database import is_unavailable
from common.supervision import register_failing_source
from news.log import notify
from streaming.broker.service import StreamService, register_background_task
from streaming.workers.membership import WORKER, Worker

RETRY_SECONDS = 1.0


async def start_service(service: StreamService, worker: Worker) -> None:
    """Follow the log from the start of the worker on, so that it reports from then on, and show that it serves."""
    while True:
        try:
            await service.start()
            break
        except Error as error:  # reported by /health/ready and by every request that needs the database
            if not is_unavailable(error):
                raise
            await asyncio.sleep(RETRY_SECONDS)
    worker.section.is_serving = True


async def follow_wakeups(service: StreamService, worker: Worker) -> None:
    """Read the log whenever another worker has appended to it, until cancelled."""
    loop = asyncio.get_running_loop()

    def wake() -> None:
        with suppress(BlockingIOError):  # read before
            os.eventfd_read(worker.waker)
        service.wake()

    loop.add_reader(worker.waker, wake)
    try:
        await loop.create_future()
    finally:
        loop.remove_reader(worker.waker)


def find_failing(worker: Worker) -> Iterator[str]:
    """Yield the names of the background tasks that fail in other workers, and of workers that do not serve."""
    for index, section in worker.others.items():
        if section.is_serving:
            yield from section.load_stats().get("failing", ())
        else:
            yield f"worker_{index + 1}"


def register_worker(worker: Worker) -> None:
    """Make this process one of the workers."""
    notify.wakers.append(worker.wake_others)
    register_background_task("worker_wakeups", lambda service: follow_wakeups(service, worker))
    register_failing_source(lambda: find_failing(worker))


if WORKER is not None:
    register_worker(WORKER)
