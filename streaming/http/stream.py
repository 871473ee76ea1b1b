"""Open streams: what a client gets from its first byte to its last.

A stream is an async iterable of chunks of bytes, so any ASGI server can serve it. A server that can may take a
subscription over as soon as it is live: then no request, task or generator is kept for it, and the hub calls it.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Callable
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
from streaming.broker.counters import pack
from streaming.broker.hub import StreamFilter, StreamHandle
from streaming.broker.replay import CursorExpired
from streaming.broker.tailer import Tailer
from streaming.protocol.events import heartbeat_event, reset_event
from streaming.protocol.sse import random_retry

FILTER_CHARACTERS = 120  # shown to staff

logger = structlog.get_logger(__name__)
_numbers = count(1)


class Connection(Protocol):
    """A client's connection, as a server offers it to a subscription that it takes over."""

    is_full: bool  # whether the client has yet to read what it was sent; `deliver` is called when it has
    write: Callable[[bytes], int] | None  # `Subscriber.write`, good while the connection isn't full

    def send(self, chunk: bytes) -> None:
        """Send a chunk, without waiting."""

    def write_buffered(self, rest: bytes) -> None:
        """Send what `write` has not, without waiting."""

    async def until_writable(self) -> None:
        """Wait until the connection is no longer full."""

    def end(self, last: bytes) -> None:
        """Send the last chunk and close."""


class OpenStream:
    """One open response: its slot, its limits and its log lines. Subclasses say what it sends.

    Iterate over it once. It is released by the end of the request, or of the connection if that has taken it over.
    """

    def __init__(
        self,
        tail: Tailer,
        reader: StreamHandle,
        *,
        lease: ConnectionSlot,
        permit: Grant | None,
        client: str,
        **about: str,
    ) -> None:
        self.handle = reader
        self.handle.grant = permit
        self.can_detach = False  # whether a server takes it over as soon as it is live
        self.is_detached = False
        self._tail = tail
        self._slot = lease
        self._client = client
        self.number = next(_numbers)  # within this process
        self.opened_at = time.monotonic()
        # Jittered, like the lifetime, so that streams that began together don't all come back together.
        self.handle.bytes_allowed = settings.STREAM_MAX_BYTES * uniform(0.8, 1)
        self._is_released = False
        tail.streams.add(self)
        logger.info("stream_opened", client=client, **about, connections=tail.limiter.open_count)
        tail.hub.counters.opened += 1

    def chunks(self) -> AsyncGenerator[bytes, None]:
        """Yield the stream chunk by chunk, each some whole events."""
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
                yield random_retry()
        except Exception:
            self.handle.close("error")
            raise

    def _counted(self, kind: str, chunk: bytes, *, events: int = 1) -> bytes:
        """Count a chunk that does not come from a ring, where it is counted for all at once, and return it."""
        self._tail.hub.counters.sent += pack(kind, len(chunk), events=events)
        return chunk

    @property
    def continues_after_detach(self) -> bool:
        """Whether the iteration ends because the stream is handed over."""
        return self.can_detach and not self.handle.close_reason

    @property
    def lag(self) -> int:
        """Number of frames that wait for it, as far as we know."""
        return 0

    @property
    def last_seen(self) -> Cursor | None:
        """The place in the log up to which it has everything, as far as we know."""
        return None

    @property
    def filter(self) -> str:
        """What it shows, in words."""
        raise NotImplementedError

    def describe(self, now: float) -> dict[str, Any]:
        """Return what staff is shown of it at `now` (monotonic)."""
        return {
            "number": self.number,
            "address": self._slot.address,
            "filter": self.filter[:FILTER_CHARACTERS],
            "position": str(self.last_seen or ""),
            "lag": self.lag,
            "age": int(now - self.opened_at),
            "bytes": self.handle.bytes_sent,
        }

    def release(self) -> None:
        """Leave the hub and give the slot back; doing it twice is harmless."""
        if self._is_released:
            return
        self._is_released = True
        self.handle.on_ready = None
        self._tail.streams.discard(self)
        self._tail.unregister(self.handle)
        self._slot.release()
        logger.info(
            "stream_closed",
            client=self._client,
            reason=self.handle.close_reason or "client",
            seconds=round(time.monotonic() - self.opened_at, 3),
            bytes=self.handle.bytes_sent,
            connections=self._tail.limiter.open_count,
        )
        self._tail.hub.counters.closed[self.handle.close_reason or "client"] += 1


class EventstreamResponse(OpenStream):
    """Chunks made elsewhere, by django-eventstream, whose own streams know no end but the client's."""

    def __init__(
        self,
        tail: Tailer,
        source: AsyncIterable[bytes],
        *,
        lease: ConnectionSlot,
        permit: Grant | None,
        client: str,
        channels: str,
    ) -> None:
        super().__init__(tail, tail.register(), lease=lease, permit=permit, client=client, door="eventstream")
        self._source = source
        self._channels = channels

    @property
    def filter(self) -> str:
        """The channels that it shows."""
        return f"/events/ {self._channels}"

    async def chunks(self) -> AsyncGenerator[bytes, None]:
        """Yield the source's chunks until it ends or the stream is to end."""
        source = aiter(self._source)
        ended = asyncio.ensure_future(self.handle.wait())
        tasks: list[asyncio.Future[Any]] = [ended]
        try:
            while not ended.done():
                following: asyncio.Future[bytes] = asyncio.ensure_future(anext(source))
                tasks = [ended, following]
                await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
                if following.done():
                    try:
                        chunk = following.result()
                    except StopAsyncIteration:
                        return
                    if chunk:
                        yield self._counted("eventstream", chunk, events=chunk.count(b"\ndata: "))
        finally:
            # Awaited, not only cancelled: what is left to the garbage collector would keep its listener.
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


class Subscription(OpenStream):
    """What one client gets of the log: opening, replay, live, and replay again if the ring moves on without it."""

    def __init__(
        self,
        tail: Tailer,
        interest: StreamFilter,
        *,
        resume: Cursor | None,
        reset_reason: str | None,
        lease: ConnectionSlot,
        permit: Grant | None,
        client: str,
    ) -> None:
        self.subscriber = tail.subscribe(interest)
        self.subscriber.last_seen = resume
        super().__init__(
            tail,
            self.subscriber,
            lease=lease,
            permit=permit,
            client=client,
            tickers=self.filter,
            resume=str(resume or reset_reason or "none"),
        )
        # On resume the client's own cursor: were the present one sent, a cut here would lose what lies between.
        self._start = resume or tail.current_cursor
        self._reset_reason = reset_reason
        self._connection: Connection | None = None
        self._catch_up_task: asyncio.Task[None] | None = None

    @property
    def lag(self) -> int:
        """Number of frames that wait for it."""
        return self.subscriber.lag

    @property
    def last_seen(self) -> Cursor | None:
        """The place in the log up to which it has everything; None while it opens."""
        place: Cursor | None = self.subscriber.last_seen
        return place

    @property
    def filter(self) -> str:
        """The tickers that it shows, or "all"."""
        return ",".join(sorted(self.subscriber.topic.filter.tickers)) or "all"

    async def chunks(self) -> AsyncGenerator[bytes, None]:
        """Yield the stream chunk by chunk until it is to end, or until it is live if it is handed over then."""
        subscriber = self.subscriber
        yield random_retry() + self._first_events()
        while not subscriber.close_reason:
            async for chunk in self._catch_up():
                yield chunk
            if self.can_detach:
                return
            while not (subscriber.close_reason or subscriber.is_overrun):
                if chunk := subscriber.read_pending():
                    yield chunk
                else:
                    await subscriber.wait()

    def detach_to(self, connection: Connection) -> None:
        """Go on over a connection, whose end is to release the stream."""
        self._connection = connection
        self.is_detached = True
        self.subscriber.on_ready = self.deliver
        self.subscriber.write_buffered = self._write_buffered
        self.deliver()

    def deliver(self) -> None:
        """Send over the connection the next of what is pending, or else let the hub write to it."""
        subscriber, connection = self.subscriber, self._connection
        assert connection is not None, "attach() comes first"
        # No `on_due`: on its way back from the log, or released.
        if subscriber.on_ready is None or connection.is_full:
            return
        subscriber.write = None
        if subscriber.close_reason:
            subscriber.on_ready = None
            connection.end(random_retry())
        elif subscriber.is_overrun:
            subscriber.on_ready = None
            self._catch_up_task = asyncio.ensure_future(self._catch_up_to_ring(connection))
        elif subscriber.lag:
            self._send(connection, subscriber.read_pending())
        else:
            subscriber.write = connection.write

    def release(self) -> None:
        """Leave the hub and give the slot back; doing it twice is harmless."""
        if self._catch_up_task is not None:
            self._catch_up_task.cancel()
        self.subscriber.write = self.subscriber.write_buffered = None
        super().release()

    def _send(self, connection: Connection, chunk: bytes) -> None:
        connection.send(chunk)
        self.subscriber.count_bytes(len(chunk))

    def _write_buffered(self, rest: bytes) -> None:
        assert self._connection is not None, "attach() comes first"
        self.subscriber.write = None
        self._connection.write_buffered(rest)

    async def _catch_up_to_ring(self, connection: Connection) -> None:
        """Replay what the ring has lost, in the client's own time, and be called by the hub again."""
        subscriber = self.subscriber
        try:
            async with aclosing(self._catch_up()) as chunks:
                async for chunk in chunks:
                    self._send(connection, chunk)
                    await connection.until_writable()
                    if subscriber.close_reason:
                        break
        except Exception as error:
            logger.error("replay_failed", client=self._client, error=repr(error))
            subscriber.close_reason = subscriber.close_reason or "error"
        self._catch_up_task = None
        subscriber.on_ready = self.deliver
        self.deliver()

    def _first_events(self) -> bytes:
        now = utc_now()
        heartbeat = heartbeat_event(self._start, now=now, connections=self._tail.limiter.open_count).encode()
        first = self._counted("heartbeat", heartbeat)
        if self._reset_reason:
            first += self._reset(self._start, self._reset_reason)
        return first

    def _reset(self, here: Cursor, reason: str) -> bytes:
        return self._counted("reset", reset_event(here, now=utc_now(), reason=reason).encode())

    async def _catch_up(self) -> AsyncGenerator[bytes, None]:
        """Replay the log from the place the client has seen up to the ring; at the end, metrics that stand there."""
        subscriber = self.subscriber
        opening = await self._tail.attach(subscriber)
        if opening is None:
            return
        here = opening.cursor
        subscriber.ring_index = opening.ring_index
        seen = subscriber.last_seen
        if (seen or self._start).generation != here.generation:
            yield self._reset(here, "foreign")
        elif seen is not None:
            try:
                while seen.seq < here.seq:
                    page, seen = await self._tail.replay.get_page(seen, here, subscriber.topic.filter)
                    subscriber.last_seen = seen
                    if page:
                        yield self._counted("new_item", page, events=page.count(b"\n\n"))
            except CursorExpired:
                yield self._reset(here, "expired")
        subscriber.last_seen = here
        # A long replay can outlast the ring; who serves the stream then finds that it has fallen off, and comes back.
        yield self._counted("metrics", opening.metrics)
