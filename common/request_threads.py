"""The threads that answer requests. They last as long as the process, each with one database connection.

Reads and writes have threads of their own: on SQLite a write waits up to 20 seconds for the lock of another one, and no
read may wait with it.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, TypeVar, cast

from asgiref.sync import sync_to_async
from django.conf import settings

from common.database import MAX_READS

# Twice as many as may read for an answer at once: the others open pages that need no such turn, or wait for theirs.
READ_THREADS = 2 * MAX_READS
# One writes at a time, and the others wait for the log's lock: more would be more connections and no more writes.
WRITE_THREADS = 8
WRITE_WAIT_SECONDS = 20.0  # as long as a write waits for SQLite's lock

Result = TypeVar("Result")


class NoFreeThread(Exception):
    """A request has waited so long for a thread that it is rejected."""


class RequestThreads:
    """Threads of one kind of request; they start when they are needed.

    threads: number of requests that are answered at once.
    wait_seconds: longest time that a request waits for a thread.
    """

    def __init__(self, name: str, *, threads: int, wait_seconds: float) -> None:
        self.name = name
        self.rejected = 0  # requests that have waited too long, since the start
        self.wait_seconds = wait_seconds
        executor = ThreadPoolExecutor(threads, thread_name_prefix=name)
        # Also tells asgiref the event loop, so that `async_to_sync` on the thread reaches it.
        self._run_on_thread = sync_to_async(self._work, thread_sensitive=False, executor=executor)
        # A call is in one of them. Who removes it from the first one decides what becomes of it.
        self._waiting: set[partial[Any]] = set()
        self._running: set[partial[Any]] = set()

    @property
    def waiting(self) -> int:
        """The number of requests that wait for a thread."""
        return len(self._waiting)

    @property
    def running(self) -> int:
        """The number of requests that a thread answers, also for clients that have left."""
        return len(self._running)

    async def run(self, function: Callable[..., Result], *args: Any) -> Result:
        """Run a function on a thread. If the caller is cancelled before it has begun, it does not run.

        Errors: what the function raises; NoFreeThread.
        """
        call = partial(function, *args)
        task, is_rejected = asyncio.current_task(), False
        assert task is not None

        def reject() -> None:
            nonlocal is_rejected
            if self._take(call):
                is_rejected = True
                task.cancel()

        self._waiting.add(call)
        limit = asyncio.get_running_loop().call_later(self.wait_seconds, reject)
        try:
            return cast("Result", await self._run_on_thread(call))
        except asyncio.CancelledError:
            if is_rejected and not task.uncancel():
                self.rejected += 1
                raise NoFreeThread from None
            raise
        finally:
            limit.cancel()
            self._waiting.discard(call)

    def _take(self, call: "partial[Any]") -> bool:
        try:
            self._waiting.remove(call)
        except KeyError:
            return False
        return True

    def _work(self, call: "partial[Result]") -> Result | None:
        """Run a call on this thread, unless its caller has given up."""
        self._running.add(call)
        try:
            return call() if self._take(call) else None
        finally:
            self._running.discard(call)


READS = RequestThreads("read", threads=READ_THREADS, wait_seconds=settings.STATEMENT_TIMEOUT_SECONDS)
WRITES = RequestThreads("write", threads=WRITE_THREADS, wait_seconds=WRITE_WAIT_SECONDS)
