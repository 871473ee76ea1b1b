"""What one client is sent of the log, from the first byte to the last.

When a live subscription is detached from its request, no task or generator is kept for it either: the hub writes to the
client's connection.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

from accounts.grants import Grant
from news.log.cursor import Cursor
from streaming.broker.connection_limits import ConnectionSlot
from streaming.broker.filters import StreamFilter
from streaming.broker.replay import CursorExpired
from streaming.broker.service import StreamService
from streaming.broker.tailer import InitialSnapshot
from streaming.http.stream import Connection, DetachableStream

FIRST_EVENTS_SECONDS = 0.25  # for which the first events wait for `metrics`, so that both are sent at once


class Subscription(DetachableStream):
    """What one client is sent of the log: snapshot, replay, live events, and replay again if the ring overruns it.

    1. The first bytes: a heartbeat with `retry:`, and a `reset` if the client's cursor can't be resumed.
    2. `_catch_up`: attach to the topic, replay the log from the client's cursor up to there, then `metrics`.
    3. Live: whatever the ring holds, as one chunk each time. An overrun goes back to 2.
    """

    def __init__(
        self,
        service: StreamService,
        stream_filter: StreamFilter,
        *,
        resume: Cursor | None,
        reset_reason: str | None,
        slot: ConnectionSlot,
        grant: Grant | None,
        client: str,
    ) -> None:
        self.subscriber = service.subscribe(stream_filter)
        self.subscriber.move_to(self.subscriber.ring_index, resume)
        super().__init__(
            service,
            self.subscriber,
            slot=slot,
            grant=grant,
            client=client,
            tickers=str(stream_filter),
            resume=str(resume or "none"),
            reset=reset_reason or "none",
        )
        self.filter = stream_filter
        self.is_plain = resume is None and reset_reason is None and grant is None  # begins now, for anyone
        # On resume, the client's own cursor: a disconnect before the replay must not skip items.
        self._start = resume or service.current_cursor
        self._reset_reason = reset_reason
        self._connection: Connection | None = None
        self._catch_up_task: asyncio.Task[None] | None = None
        self._attaching: asyncio.Future[InitialSnapshot | None] | None = None
        self._first_events_timer: asyncio.TimerHandle | None = None

    @property
    def lag(self) -> int:
        """Number of pending events."""
        return self.subscriber.lag

    @property
    def last_seen(self) -> Cursor | None:
        """The cursor up to which the client has everything; None while the stream opens."""
        cursor: Cursor | None = self.subscriber.last_seen
        return cursor

    @property
    def filter_text(self) -> str:
        """The tickers, or "all"."""
        return str(self.filter)

    async def chunks(self) -> AsyncGenerator[bytes, None]:
        """Yield the stream chunk by chunk until it is closed, or until it is live if it can be detached."""
        subscriber = self.subscriber
        yield self._first_events()
        while not subscriber.close_reason:
            async with aclosing(self._catch_up()) as chunks:
                async for chunk in chunks:
                    yield chunk
            if self.can_detach:
                return
            while not (subscriber.close_reason or subscriber.is_overrun):
                if chunk := subscriber.read_pending():
                    yield chunk
                else:
                    await subscriber.wait()

    def encode_last_event(self) -> bytes:
        """Return a heartbeat with a `retry:`; its id resumes at the client's own cursor."""
        return self._encode_heartbeat(self.last_seen or self._start)

    def detach_to(self, connection: Connection) -> None:
        """Continue over a connection, whose end releases the stream."""
        self._connection = connection
        self.is_detached = True
        self.subscriber.on_ready = self.deliver
        self.subscriber.write_buffered = connection.write_buffered
        self.deliver()

    def open_on(self, connection: Connection) -> None:
        """Open a plain stream on a connection, whose end releases it, without a request or task in between.

        What `chunks` and `detach_to` do otherwise; but the first events are sent with `metrics`, in one chunk.
        """
        self._connection = connection
        self.is_detached = True
        self._first_events_timer = asyncio.get_running_loop().call_later(FIRST_EVENTS_SECONDS, self._send_first_events)
        self._attaching = self._service.begin_attach(self.subscriber)
        self._attaching.add_done_callback(self._begin_at)

    def deliver(self) -> None:
        """Send the next pending chunk over the connection; without one, let the hub send to it directly."""
        subscriber, connection = self.subscriber, self._connection
        assert connection is not None, "detach_to() comes first"
        # Without `on_ready` the stream catches up from the log, or is released.
        if subscriber.on_ready is None or connection.is_full:
            return
        subscriber.leave_cohort()
        if subscriber.close_reason:
            subscriber.on_ready = None
            connection.end(self.encode_last_event())
        elif subscriber.is_overrun:
            subscriber.on_ready = None
            self._catch_up_task = asyncio.ensure_future(self._catch_up_to_ring(connection))
        elif subscriber.lag:
            self._send(connection, subscriber.read_pending())
        elif connection.send_now is not None:
            subscriber.join_cohort(connection.send_now)

    def release(self) -> None:
        """Leave the hub and give the slot back. Idempotent."""
        for each in (self._catch_up_task, self._attaching, self._first_events_timer):
            if each is not None:
                each.cancel()
        self.subscriber.write_buffered = None
        super().release()

    def _send_first_events(self) -> None:
        """Send them without `metrics`, which are late: the database does not answer."""
        assert self._connection is not None, "open_on() comes first"
        self._first_events_timer = None
        self._send(self._connection, self._first_events())

    def _begin_at(self, attaching: asyncio.Future[InitialSnapshot | None]) -> None:
        """Send what is missing up to `metrics`, and go on from there; without a snapshot, close."""
        timer, connection = self._first_events_timer, self._connection
        self._attaching = self._first_events_timer = None
        if self._is_released or connection is None:
            return
        chunk = b""
        if timer is not None:
            timer.cancel()
            chunk = self._first_events()
        if (snapshot := attaching.result()) is not None:
            if snapshot.cursor.generation != self._start.generation:
                chunk += self._encode_reset(snapshot.cursor, "foreign")
            self.subscriber.move_to(snapshot.ring_index, snapshot.cursor)
            chunk += self._count("metrics", snapshot.metrics)
        if chunk:
            self._send(connection, chunk)
        self.detach_to(connection)

    async def _catch_up_to_ring(self, connection: Connection) -> None:
        """Replay what the ring dropped, as fast as the client reads, and then let the hub write again."""
        await self._send_all(self._catch_up(), connection)
        self._catch_up_task = None
        self.subscriber.on_ready = self.deliver
        self.deliver()

    def _first_events(self) -> bytes:
        first = self._encode_heartbeat(self._start)
        if self._reset_reason:
            first += self._encode_reset(self._start, self._reset_reason)
        return first

    async def _catch_up(self) -> AsyncGenerator[bytes, None]:
        """Replay the log from the client's cursor up to the ring; then `metrics` as of there."""
        subscriber = self.subscriber
        snapshot = await self._service.attach(subscriber)
        if snapshot is None:
            return
        target = snapshot.cursor
        last_seen = subscriber.last_seen
        subscriber.move_to(snapshot.ring_index, last_seen)
        if (last_seen or self._start).generation != target.generation:
            yield self._encode_reset(target, "foreign")
        elif last_seen is not None:
            try:
                while last_seen.seq < target.seq:
                    replayed = await self._service.replay.get_next_chunk(last_seen, target, self.filter)
                    last_seen = replayed.cursor
                    subscriber.move_to(snapshot.ring_index, last_seen)
                    if replayed.data:
                        self._service.hub.counters.count_sent(replayed.counts)
                        yield replayed.data
            except CursorExpired:
                yield self._encode_reset(target, "expired")
        subscriber.move_to(snapshot.ring_index, target)
        # A long replay can outlast the ring; the caller then finds the subscriber overrun, and catches up again.
        yield self._count("metrics", snapshot.metrics)
