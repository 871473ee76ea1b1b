"""Send an export from a thread of its own, one bounded page at a time, and stop when the client leaves."""

import asyncio
import weakref
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from time import monotonic

import structlog
from django.db import connections

from common.database import TooManyReads, limit_statements
from news.export.slots import ExportSlot
from news.export.tables import Row, Table

BUSY_TIMEOUT_SECONDS = 60.0  # for which an export waits while other reads keep the database busy

logger = structlog.get_logger(__name__)


class LimitedTable:
    """Reads a table under the limits of all requests: statements are short, and few run at once.

    The first page is read at once, under the limits of the caller: if that fails, the error can still be the answer.
    """

    def __init__(self, table: Table) -> None:
        self.columns = table.columns
        self._table = table
        self._first_page: list[Row] | None = table.select_page()

    def select_page(self) -> list[Row] | None:
        """Return the next rows. Errors: TooManyReads, StatementTimeout and other errors of the database."""
        first_page, self._first_page = self._first_page, None
        if first_page is not None:
            return first_page
        deadline = monotonic() + BUSY_TIMEOUT_SECONDS
        while True:
            try:
                with limit_statements():
                    return self._table.select_page()
            except TooManyReads:  # after a wait of STATEMENT_TIMEOUT_SECONDS
                if monotonic() > deadline:
                    raise


class ExportStream:
    """The body of an export, as an asynchronous iterator of bytes. Owns its slot and its thread until `close`.

    An error is logged and raised, so that the server cuts the response: a client must not take it for complete.
    """

    def __init__(self, parts: Iterator[bytes], slot: ExportSlot, *, path: str) -> None:
        self._parts = parts
        self._path = path
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="export")
        # Also when it is dropped before anything is sent: a response that middleware did not return is not closed.
        self._release = weakref.finalize(self, _release, slot, self._thread)
        self._release.atexit = False

    def __aiter__(self) -> "ExportStream":
        return self

    async def __anext__(self) -> bytes:
        """Return the next part; parts without bytes are left out."""
        while self._release.alive:
            part = await asyncio.get_running_loop().run_in_executor(self._thread, self._next_part)
            if part is None:
                self.close()
            elif part:
                return part
        raise StopAsyncIteration

    def close(self) -> None:
        """Release slot and thread. The thread ends after the page that it reads."""
        self._release()

    def _next_part(self) -> bytes | None:
        try:
            return next(self._parts, None)
        except Exception:
            logger.exception("export_failed", path=self._path)
            raise


def _release(slot: ExportSlot, thread: ThreadPoolExecutor) -> None:
    slot.release()
    thread.submit(connections.close_all)
    thread.shutdown(wait=False)
