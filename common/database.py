"""Limit how long database statements run, and tell an unavailable database from a wrong statement."""

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import BoundedSemaphore, local
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection

# Instructions of SQLite between two looks at the clock: some milliseconds.
SQLITE_STEPS = 100_000
CANCEL_SECONDS = 2.0
MAX_READS = 4  # of requests, at once

_read_slots = BoundedSemaphore(MAX_READS)
_opened = local()  # inode: the number of the file that this thread's connection to SQLite has open


class StatementTimeout(OperationalError):
    """A read took longer than STATEMENT_TIMEOUT_SECONDS and was stopped; the text has the cure."""

    def __init__(self) -> None:
        super().__init__(
            f"The query took more than {settings.STATEMENT_TIMEOUT_SECONDS:g} s and was stopped: request less, such as "
            "fewer tickers, a later time or a longer text to search for, or try again later."
        )


class TooManyReads(OperationalError):
    """So many reads wait for the database that another one is rejected."""

    def __init__(self) -> None:
        super().__init__("Too many queries wait for the database: try again later.")


def is_unavailable(error: BaseException) -> bool:
    """Return whether an error means that the database can't be used now, or lacks its tables; other errors are bugs.

    The first are errors of the connection, of a lock, of a full disk, and of a statement that was stopped.
    """
    cause = error.__cause__
    if getattr(cause, "sqlstate", None) == "42P01" or str(cause).startswith("no such table"):
        return True  # `migrate` has not run
    # SQLite has one class of errors for both. Its code 1 means a wrong statement, such as one with an unknown column.
    is_wrong = getattr(cause, "sqlite_errorcode", None) == sqlite3.SQLITE_ERROR
    return isinstance(error, OperationalError | InterfaceError) and not is_wrong


def is_stopped(error: OperationalError) -> bool:
    """Return whether an error means that a statement was stopped, by its time limit or because the client left."""
    cause = error.__cause__
    if isinstance(cause, sqlite3.Error):
        return getattr(cause, "sqlite_errorcode", None) == sqlite3.SQLITE_INTERRUPT
    return isinstance(error, StatementTimeout) or getattr(cause, "sqlstate", None) == "57014"  # query_canceled


class StatementLimit:
    """An execute wrapper of Django that stops the statements of a connection that run longer than `seconds`.

    On PostgreSQL the server stops them, also when this process can't. On SQLite the clock starts with the statement
    and covers the fetching of its rows.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._deadline = float("inf")
        self._is_stopped = False
        self._limited: Any = None  # the driver's connection that has the limit

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        """Execute a statement with the limit."""
        if self._is_stopped:
            raise StatementTimeout
        self._deadline = time.monotonic() + self._seconds
        driver_connection = context["connection"].connection
        if driver_connection is not self._limited:
            self._begin(driver_connection)
        return execute(sql, params, many, context)

    def stop(self) -> None:
        """Stop the running statement and start no more until `reset`. Called from another thread; may wait 2 seconds.

        On PostgreSQL the signal may come after the statement's end: the connection must then be closed.
        """
        self._is_stopped = True
        self._deadline = float("-inf")
        if hasattr(self._limited, "cancel_safe"):
            with suppress(Exception):  # the statement's time limit remains
                self._limited.cancel_safe(timeout=CANCEL_SECONDS)

    def reset(self) -> None:
        """Allow statements again."""
        self._is_stopped = False
        self._deadline = float("inf")

    def end(self) -> None:
        """Remove the limit from the connection."""
        limited, self._limited = self._limited, None
        if limited is None or limited is not connection.connection:
            return
        try:
            if connection.vendor == "sqlite":
                limited.set_progress_handler(None, 0)
            else:
                limited.execute("SET statement_timeout = DEFAULT")
        except Exception:
            # A transaction has failed, or the connection is gone: nothing else may use it with the limit.
            if not connection.in_atomic_block:
                connection.close()

    def _begin(self, driver_connection: Any) -> None:
        if connection.vendor == "sqlite":
            driver_connection.set_progress_handler(lambda: time.monotonic() > self._deadline, SQLITE_STEPS)
        else:
            driver_connection.execute(f"SET statement_timeout = {max(1, round(self._seconds * 1000))}")
        self._limited = driver_connection


@contextmanager
def limit_statements() -> Iterator[None]:
    """Limit the statements of this thread's connection to STATEMENT_TIMEOUT_SECONDS each.

    Only MAX_READS threads are in such a block at once, because each that computes delays the event loop, and with it
    live events, by a turn; the others wait, at most for that time. Blocks don't nest.
    Errors: StatementTimeout, TooManyReads.
    """
    limit = StatementLimit(settings.STATEMENT_TIMEOUT_SECONDS)
    if not _read_slots.acquire(timeout=settings.STATEMENT_TIMEOUT_SECONDS):
        raise TooManyReads
    try:
        with connection.execute_wrapper(limit), stopped_as_timeout():
            yield
    finally:
        _read_slots.release()
        limit.end()


@contextmanager
def stopped_as_timeout() -> Iterator[None]:
    """Raise StatementTimeout in place of the driver's error for a statement that was stopped."""
    try:
        yield
    except OperationalError as error:
        if not is_stopped(error):
            raise
        raise StatementTimeout from error


def close_connection_to_replaced_file() -> None:
    """Close this thread's connection if SQLite's file has been moved or replaced: it would still see the old one."""
    if connection.vendor != "sqlite":
        return
    try:
        inode = Path(connection.settings_dict["NAME"]).stat().st_ino
    except OSError:  # none there, or a database in memory
        inode = None
    if inode != getattr(_opened, "inode", None):
        connection.close()
        _opened.inode = inode
