"""Ask the database from an event loop, on one thread with one connection, however many ask."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

from django.db import Error, connection, connections

Answer = TypeVar("Answer")


class DBExecutor:
    """A thread of its own, which begins with the first call."""

    def __init__(self, name: str) -> None:
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)

    async def call(self, ask: Callable[..., Answer], *args: Any, **options: Any) -> Answer:
        """Run a function there, when those before it are done. Errors: what it raises."""

        def ask_or_reconnect() -> Answer:
            try:
                return ask(*args, **options)
            except Error:
                # A connection that failed once may be dead; the next call opens another.
                connection.close()
                raise

        return await asyncio.get_running_loop().run_in_executor(self._pool, ask_or_reconnect)

    def close(self) -> "Future[None]":
        """Give the connection back when all calls are done, and end."""
        # Not `connection.close`, which would be looked up here and so be this thread's.
        closed = self._pool.submit(connections.close_all)
        self._pool.shutdown(wait=False)
        return closed
