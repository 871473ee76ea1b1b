"""Limit the total time of a request, whatever the server does."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any


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

    def on_trace(self, event: str, info: dict[str, Any]) -> None:
        """Add a connection that the client has made (httpx2's `trace` extension)."""
        if event in ("connection.connect_tcp.complete", "connection.start_tls.complete"):
            with self._lock:
                self._sockets.append(info["return_value"].get_extra_info("socket"))
            if self.is_over:
                self.expire()

    def expire(self) -> None:
        """Close the connections, and those made from now on."""
        self.is_over = True
        with self._lock:
            for connection in self._sockets:
                # The base class's method: SSLSocket.shutdown would free state that another thread is reading from.
                with suppress(OSError):
                    socket.socket.shutdown(connection, socket.SHUT_RDWR)

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
