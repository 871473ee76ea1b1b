"""An open stream: an async iterable of chunks of bytes, so any ASGI server can serve it.

A server that supports it detaches a `DetachableStream` from the request: no request is kept for it, and it writes to
the client's connection.
"""

import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing
from itertools import count
from random import uniform
from typing import Any, Protocol

import structlog
from django.conf import settings

from accounts.grants import Grant
from common.time import utc_now
from news.log.cursor import Cursor
from streaming.broker.connection_limits import ConnectionSlot
from streaming.broker.handles import StreamHandle
from streaming.broker.service import StreamService
from streaming.protocol.events import Event, make_heartbeat_event, make_reset_event
from streaming.protocol.sse import add_retry

MAX_FILTER_CHARACTERS = 120  # in the admin
OPENED_LINES_PER_SECOND = 10

logger = structlog.get_logger(__name__)
_numbers = count(1)


class OpenedLog:
    """Logs streams that were opened, so many a second; the next line has the number of those that it left out.

    `stream_closed` has the same fields. When all clients reconnect at once, such lines would be a fifth of the work.
    """

    def __init__(self, *, lines_per_second: int = OPENED_LINES_PER_SECOND) -> None:
        self._lines_per_second = lines_per_second
        self._second = 0
        self._lines = 0  # in this second
        self._left_out = 0

    def add(self, *, now: float, **fields: Any) -> None:
        """Log a stream that was opened at `now` (monotonic seconds), or count it."""
        if int(now) != self._second:
            self._second, self._lines = int(now), 0
        if self._lines == self._lines_per_second:
            self._left_out += 1
            return
        self._lines += 1
        left_out, self._left_out = self._left_out, 0
        logger.info("stream_opened", **fields, **({"left_out": left_out} if left_out else {}))


_opened_log = OpenedLog()


class OpenStream:
    """One open response: its slot, limits and log lines. Subclasses define what it sends.

    Iterate over it once. It is released by the end of the request, or of the connection if it is detached.
    """

    def __init__(
        self,
        service: StreamService,
        handle: StreamHandle,
        *,
        slot: ConnectionSlot,
        grant: Grant | None,
        client: str,
        **log_fields: str,
    ) -> None:
        self.handle = handle
        self.handle.grant = grant
        self.can_detach = False  # whether a server takes it as soon as it is live
        self.is_detached = False
        self.number = next(_numbers)  # within this process
        self.opened_at = time.monotonic()
        self._service = service
        self._slot = slot
        self._client = client
        self._log_fields = log_fields
        self._is_released = False
        # Jittered, like the lifetime, so that streams that were opened together don't all reconnect together.
        self.handle.bytes_allowed = settings.STREAM_MAX_BYTES * uniform(0.8, 1)
        service.streams.add(self)
        service.hub.counters.opened += 1
        connections = service.limiter.total_count
        _opened_log.add(now=self.opened_at, client=client, **log_fields, connections=connections)

    def chunks(self) -> AsyncGenerator[bytes, None]:
        """Yield the stream chunk by chunk, each of whole events."""
        raise NotImplementedError

    def encode_last_event(self) -> bytes:
        """Return the encoded event, with a `retry:`, by which the server ends the stream."""
        raise NotImplementedError

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async with aclosing(self.chunks()) as chunks:
                async for chunk in chunks:
                    yield chunk
                    self.handle.count_bytes(len(chunk))
                    if self.handle.close_reason:
                        break
            if not self.continues_after_detach:
                yield self.encode_last_event()
        except Exception:
            self.handle.close("error")
            raise

    @property
    def continues_after_detach(self) -> bool:
        """Whether the iteration ends because the stream is detached."""
        return self.can_detach and not self.handle.close_reason

    @property
    def lag(self) -> int:
        """Number of pending events, as far as known."""
        return 0

    @property
    def last_seen(self) -> Cursor | None:
        """The cursor up to which the client has everything, as far as known."""
        return None

    @property
    def filter_text(self) -> str:
        """The stream's filter, for people to read."""
        raise NotImplementedError

    def describe(self, now: float) -> dict[str, Any]:
        """Return what the admin shows of the stream at `now` (monotonic seconds)."""
        return {
            "number": self.number,
            "address": self._slot.address,
            "filter": self.filter_text[:MAX_FILTER_CHARACTERS],
            "position": str(self.last_seen or ""),
            "lag": self.lag,
            "age": int(now - self.opened_at),
            "bytes": self.handle.bytes_sent,
        }

    def release(self) -> None:
        """Leave the hub and give the slot back. Idempotent."""
        if self._is_released:
            return
        self._is_released = True
        self.handle.on_ready = None
        self._service.streams.discard(self)
        self._service.unregister(self.handle)
        self._slot.release()
        reason = self.handle.close_reason or "client"
        logger.info(
            "stream_closed",
            client=self._client,
            **self._log_fields,
            reason=reason,
            seconds=round(time.monotonic() - self.opened_at, 3),
            bytes=self.handle.bytes_sent,
            connections=self._service.limiter.total_count,
        )
        self._service.hub.counters.closed[reason] += 1

    def _count(self, name: str, chunk: bytes, *, events: int = 1) -> bytes:
        """Count a chunk that comes from no ring, and return it."""
        self._service.hub.counters.count_sent([(name, events, len(chunk))])
        return chunk


class Connection(Protocol):
    """A client's connection, as a server offers it to a stream that is detached to it."""

    is_full: bool  # whether sent bytes are still unread; `deliver` is called once they are read
    send_now: Callable[[bytes], int] | None  # for `Subscriber.join_cohort`, valid while the connection isn't full

    def send(self, chunk: bytes) -> None:
        """Send a chunk, without waiting."""

    def write_buffered(self, rest: bytes) -> None:
        """Send what `send_now` did not take, without waiting."""

    async def until_writable(self) -> None:
        """Wait until the connection is no longer full."""

    def end(self, last: bytes) -> None:
        """Send the last chunk and close."""


class DetachableStream(OpenStream):
    """A stream of the site's own events that a server can detach."""

    def detach_to(self, connection: Connection) -> None:
        """Continue over a connection, whose end releases the stream."""
        raise NotImplementedError

    def deliver(self) -> None:
        """Called by the connection once the client has read what was sent."""

    async def _send_all(self, chunks: AsyncGenerator[bytes, None], connection: Connection) -> None:
        """Send chunks as fast as the client reads until they end or the stream is closed. An error closes it."""
        try:
            async with aclosing(chunks):
                async for chunk in chunks:
                    self._send(connection, chunk)
                    await connection.until_writable()
                    if self.handle.close_reason:
                        break
        except Exception as error:
            logger.error("stream_failed", client=self._client, error=repr(error))
            self.handle.close_reason = self.handle.close_reason or "error"

    def _send(self, connection: Connection, chunk: bytes) -> None:
        connection.send(chunk)
        self.handle.count_bytes(len(chunk))

    def _encode_heartbeat(self, cursor: Cursor, *, with_retry: bool = True) -> bytes:
        connections = self._service.limiter.total_count
        encoded = self._encode(make_heartbeat_event(cursor, now=utc_now(), connections=connections))
        return add_retry(encoded) if with_retry else encoded

    def _encode_reset(self, cursor: Cursor, reason: str) -> bytes:
        return self._encode(make_reset_event(cursor, now=utc_now(), reason=reason))

    def _encode(self, event: Event) -> bytes:
        return self._count(event.name, event.encode())
