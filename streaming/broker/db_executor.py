"""Run database calls of an event loop on a few threads, each with one connection, however many callers there are."""

import asyncio
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from typing import Any, TypeVar

from django.db import Error, InterfaceError, connection, connections

from common.database import StatementLimit, StatementTimeout, TooManyReads, stopped_as_timeout

STOP_AGAIN_SECONDS = 0.5

Result = TypeVar("Result")


class DBExecutor:
    """Threads that make database calls in order, each with a connection of its own; they start when they are needed.

    threads: number of calls that run at once.
    max_waiting: number of calls that may wait for a thread; None for any number.
    statement_seconds: time after which a statement is stopped; None for no limit. With a limit, a caller waits no
        longer than twice that time, even if the database does not answer at all.

    The threads are daemons, so a database that does not answer can't keep the process from exiting.
    """

    def __init__(
        self, name: str, *, threads: int = 1, max_waiting: int | None = None, statement_seconds: float | None = None
    ) -> None:
        self._name = name
        self._max_threads = threads
        self._max_calls = None if max_waiting is None else threads + max_waiting
        self._statement_seconds = statement_seconds
        self._threads: list[threading.Thread] = []
        self._open_calls = 0  # that a caller still waits for
        self._waiting: deque[_Call] = deque()
        self._idle = 0  # threads that wait for a call
        self._changed = threading.Condition()
        self._is_closing = False

    async def run(self, function: Callable[..., Result], *args: Any, **kwargs: Any) -> Result:
        """Run a function on a thread, after the calls before it. If the caller is cancelled, its statement is stopped.

        Errors: what the function raises; StatementTimeout; TooManyReads, if `max_waiting` calls wait already.
        """
        if self._max_calls is not None and self._open_calls >= self._max_calls:
            raise TooManyReads
        call = _Call(partial(function, *args, **kwargs))
        self._add(call)
        self._open_calls += 1
        deadline = asyncio.timeout(self._statement_seconds and 2 * self._statement_seconds)
        try:
            async with deadline:
                result: Result = await asyncio.wrap_future(call.future)
                return result
        except TimeoutError:
            if deadline.expired():
                raise StatementTimeout from None
            raise
        finally:
            self._open_calls -= 1
            if not call.future.done() or call.future.cancelled():
                self._cancel(call)

    async def close(self, *, within: float) -> None:
        """Close the connections after all calls and end the threads; wait for that at most `within` seconds."""
        with self._changed:
            self._is_closing = True
            self._changed.notify_all()
        deadline = asyncio.get_running_loop().time() + within
        while any(thread.is_alive() for thread in self._threads):
            if asyncio.get_running_loop().time() > deadline:
                break
            await asyncio.sleep(0.01)

    def _add(self, call: "_Call") -> None:
        with self._changed:
            if self._is_closing:
                raise InterfaceError(f"{self._name}: is closed.")
            self._waiting.append(call)
            self._changed.notify()
            if self._idle >= len(self._waiting) or len(self._threads) == self._max_threads:
                return
        name = f"{self._name}_{len(self._threads)}"
        self._threads.append(threading.Thread(target=self._work, name=name, daemon=True))
        self._threads[-1].start()

    def _cancel(self, call: "_Call") -> None:
        with self._changed:
            if call in self._waiting:
                self._waiting.remove(call)
                return
        if self._statement_seconds is None:
            return
        # On another thread: to stop a statement of PostgreSQL takes a connection.
        threading.Thread(target=call.stop, name=f"{self._name}_stop", daemon=True).start()

    def _work(self) -> None:
        limit = None if self._statement_seconds is None else StatementLimit(self._statement_seconds)
        if limit is not None:
            connection.execute_wrappers.append(limit)
        while (call := self._next_call()) is not None:
            call.run(limit)
            del call  # and with it the result
        connections.close_all()

    def _next_call(self) -> "_Call | None":
        with self._changed:
            self._idle += 1
            while not self._waiting and not self._is_closing:
                self._changed.wait()
            self._idle -= 1
            return self._waiting.popleft() if self._waiting else None


class _Call:
    """A function that a thread runs for a caller. `limit` is that of the thread's statements, if they are limited."""

    def __init__(self, function: Callable[[], Any]) -> None:
        self.future: Future[Any] = Future()
        self._function = function
        self._lock = threading.Lock()  # held while the call is stopped, so that the next one is not
        self._limit: StatementLimit | None = None
        self._is_stopped = False
        self._ended = threading.Event()

    def run(self, limit: StatementLimit | None) -> None:
        """Run the function on this thread, unless the caller has left."""
        if not self.future.set_running_or_notify_cancel():
            self._ended.set()
            return
        if limit is not None:
            limit.reset()
        self._limit = limit
        try:
            with stopped_as_timeout():
                result = self._function()
        except BaseException as error:
            self._end(is_broken=isinstance(error, Error))
            self.future.set_exception(error)
        else:
            self._end(is_broken=False)
            self.future.set_result(result)

    def stop(self) -> None:
        """Stop the statements of the function, on another thread, until it has ended.

        One signal is not enough: PostgreSQL ignores it before the statement has arrived.
        """
        while not self._ended.is_set():
            with self._lock:
                if self._limit is not None:
                    self._is_stopped = True
                    self._limit.stop()
            self._ended.wait(STOP_AGAIN_SECONDS)

    def _end(self, *, is_broken: bool) -> None:
        with self._lock:
            self._limit = None
        self._ended.set()
        # A connection that failed once may be dead; one that was stopped may still get the signal. Another is opened.
        if is_broken or self._is_stopped:
            connection.close()
