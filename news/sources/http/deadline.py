"""Give a request so much time in all, whatever the server does."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any


class DeadlineExceeded(Exception):
    """The time given is over; the text says how long it was."""


class Deadline:
    """Cuts the connections it was shown when time is up. Read timeouts don't see a server that drips bytes."""

    def __init__(self, seconds: float) -> None:
        self.is_over = False
        self._seconds = seconds
        self._ends = time.monotonic() + seconds
        self._sockets: list[socket.socket] = []
        self._lock = threading.Lock()

    def watch(self, event: str, info: dict[str, Any]) -> None:
        """Note a connection that was made (the client's `trace` extension)."""
        if event in ("connection.connect_tcp.complete", "connection.start_tls.complete"):
            with self._lock:
                self._sockets.append(info["return_value"].get_extra_info("socket"))
            if self.is_over:
                self.cut()

    def cut(self) -> None:
        self.is_over = True
        with self._lock:
            for connection in self._sockets:
                # socket's own method: that of an SSLSocket would tear down what another thread is reading from.
                with suppress(OSError):
                    socket.socket.shutdown(connection, socket.SHUT_RDWR)

    def check(self) -> None:
        """Raise TimeIsUp when it is."""
        if self.is_over or time.monotonic() > self._ends:
            raise DeadlineExceeded(f"not done after {self._seconds:g} s; it is asked again later.")


@contextmanager
def running_deadline(seconds: float) -> Iterator[Deadline]:
    """Give what follows so many seconds."""
    box = Deadline(seconds)
    timer = threading.Timer(seconds, box.cut)
    timer.daemon = True
    timer.start()
    try:
        yield box
    finally:
        timer.cancel()
