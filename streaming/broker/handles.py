"""What the service keeps of an open stream, to close it and to limit its lifetime and bytes."""

import asyncio
from collections.abc import Callable, Hashable


class StreamHandle:
    """An open stream that the server can close (shutdown, lifetime, byte budget, revocation)."""

    __slots__ = ("_bytes_counted", "_waiter", "bytes_allowed", "close_reason", "expires_at", "grant", "on_ready")

    def __init__(self, *, expires_at: float) -> None:
        self.expires_at = expires_at  # monotonic seconds
        self.bytes_allowed = float("inf")
        self.close_reason: str | None = None
        self.grant: Hashable = None  # authorization that the stream must not outlive, if any
        self.on_ready: Callable[[], None] | None = None  # called by `notify` in place of resuming `wait`
        self._bytes_counted = 0
        self._waiter: asyncio.Future[None] | None = None

    @property
    def bytes_sent(self) -> int:
        """Number of bytes that the client was sent, without the framing of HTTP."""
        return self._bytes_counted

    @property
    def is_ready(self) -> bool:
        """Whether there is something to do: here, to close the stream."""
        return self.close_reason is not None

    async def wait(self) -> None:
        """Wait until `is_ready`. Cancellation leaves nothing behind."""
        if self.is_ready:
            return
        self._waiter = asyncio.get_running_loop().create_future()
        try:
            await self._waiter
        finally:
            self._waiter = None

    def notify(self) -> None:
        """Call `on_ready`, or let `wait` return."""
        if self.on_ready is not None:
            self.on_ready()
        elif self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def count_bytes(self, size: int) -> None:
        """Count `size` bytes as sent; closes the stream when its byte budget is spent."""
        self._bytes_counted += size
        if self.bytes_sent >= self.bytes_allowed:
            self.close("bytes")

    def close(self, reason: str) -> None:
        """Request the end of the stream; the first reason is kept."""
        self.close_reason = self.close_reason or reason
        self.notify()
