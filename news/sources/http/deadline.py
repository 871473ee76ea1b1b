"""Limit the total time of a request, whatever the server does."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class DeadlineExceeded(Exception):
    """The time of a request is over; the text says how long it was."""


class Deadline:
    """Closes the connections of a request when its time is over. Read timeouts don't catch a server that drips bytes.

    seconds: total time of the request.
    """

    def __init__(self, seconds: float) -> None:
        self.is_over = False
        self._seconds = seconds
        self._ends_at = time.monotonic() + seconds
        self._sockets: list[socket.socket] = []
        self._lock = threading.Lock()

    @property
    def remaining_seconds(self) -> float:
        """Time until the deadline, negative after it."""
        return self._ends_at - time.monotonic()

    def add(self, connection: socket.socket) -> None:
        """Add a connection of the request. Not an SSLSocket: another thread may be reading from it."""
        with self._lock:
            self._sockets.append(connection)
        if self.is_over:
            self.expire()

    def expire(self) -> None:
        """Close the connections, and those made from now on."""
        self.is_over = True
        with self._lock:
            for connection in self._sockets:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

    def check(self) -> None:
        """Raise DeadlineExceeded if the time is over."""
        if self.is_over or time.monotonic() > self._ends_at:
            raise DeadlineExceeded(f"not done after {self._seconds:g} s; it is retried later.")


@contextmanager
def running_deadline(seconds: float) -> Iterator[Deadline]:
    """Limit the time of the block."""
    deadline = Deadline(seconds)
    timer = threading.Timer(seconds, deadline.expire)
    timer.daemon = True
    timer.start()
    try:
        yield deadline
    finally:
        timer.cancel()
