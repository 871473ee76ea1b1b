"""Run database calls of an event loop on one thread with one connection, however many callers there are."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

from django.db import Error, connection, connections

Result = TypeVar("Result")


class DBExecutor:
    """A thread with a database connection of its own; it starts with the first call."""

    def __init__(self, name: str) -> None:
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)

    async def call(self, function: Callable[..., Result], *args: Any, **kwargs: Any) -> Result:
        """Run a function on the thread, after the calls before it. Errors: what the function raises."""

        def call_or_reconnect() -> Result:
            try:
                return function(*args, **kwargs)
            except Error:
                # A connection that failed once may be dead; the next call opens another.
                connection.close()
                raise

        return await asyncio.get_running_loop().run_in_executor(self._pool, call_or_reconnect)

    def close(self) -> "Future[None]":
        """Close the connection after all calls, and end the thread."""
        # Not `connection.close`, which would be looked up here and so belong to this thread.
        closed = self._pool.submit(connections.close_all)
        self._pool.shutdown(wait=False)
        return closed
