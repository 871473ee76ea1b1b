"""Play a past stretch of the log as it was appended, or faster: the same events and ids as the live stream had."""

import asyncio
import math
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import Any

from django.conf import settings

from accounts.grants import Grant
from news.log.cursor import Cursor
from news.metrics.queries import Metrics
from streaming.broker.connection_limits import ConnectionSlot
from streaming.broker.filters import StreamFilter
from streaming.broker.replay import CursorExpired, ReplayEvent, count_events
from streaming.broker.service import StreamService
from streaming.http.stream import Connection, DetachableStream
from streaming.http.stretch import Stretch
from streaming.protocol.events import metrics_event

MIN_PAUSE_SECONDS = 0.01  # items that are due within it are sent together

Part = tuple[bytes, Cursor]  # a chunk, and the cursor up to which the client has everything once it is sent


class Pace:
    """When items are due: the first at once, the others after the pauses between them, divided by the speed."""

    def __init__(self, speed: float) -> None:
        self._speed = speed
        self._first_appended_at: float | None = None
        self._began_at = 0.0  # monotonic time

    def get_wait(self, appended_at: float, *, now: float) -> float:
        """Return seconds until an item is due, 0 or less if it is due.

        appended_at: Unix time. now: monotonic time. If the client reads slowly, items follow without pauses until it
        has caught up.
        """
        if self._first_appended_at is None:
            self._first_appended_at, self._began_at = appended_at, now
        return self._began_at + (appended_at - self._first_appended_at) / self._speed - now


class Playback(DetachableStream):
    """What one client is sent of a past stretch.

    1. The first bytes: a heartbeat with `retry:`, and `metrics` as of the start.
    2. The items, each when it is due, and heartbeats in between.
    3. `metrics` as of the end, a last heartbeat, and the end of the response.

    If the cursor can't be resumed, the stream is `reset`, the current `metrics` and the end.
    A client that is cut resumes with the last id that it has; the pace then begins again.
    """

    def __init__(
        self,
        service: StreamService,
        stream_filter: StreamFilter,
        stretch: Stretch,
        *,
        slot: ConnectionSlot,
        grant: Grant | None,
        client: str,
    ) -> None:
        self._speed_text = "max" if stretch.speed == math.inf else f"{stretch.speed:g}"
        super().__init__(
            service,
            service.register_handle(),
            slot=slot,
            grant=grant,
            client=client,
            tickers=str(stream_filter),
            resume=stretch.reset_reason or str(stretch.start.cursor),
            until=str(stretch.end.cursor),
            speed=self._speed_text,
        )
        self._filter = stream_filter
        self._stretch = stretch
        self._position = stretch.start.cursor
        self._task: asyncio.Task[None] | None = None

    @property
    def last_seen(self) -> Cursor:
        """The cursor up to which the client has everything."""
        return self._position

    @property
    def filter_text(self) -> str:
        """The tickers, the end of the stretch and the speed."""
        return f"{self._filter} until {self._stretch.end.cursor}, speed {self._speed_text}"

    async def chunks(self) -> AsyncGenerator[bytes, None]:
        """Yield the stream chunk by chunk to its end, or only the first one if it can be detached."""
        yield self._encode_heartbeat(self._position)
        if not self.can_detach:
            async with aclosing(self._play()) as chunks:
                async for chunk in chunks:
                    yield chunk

    def last_event(self) -> bytes:
        """Return a heartbeat with a `retry:`; its id resumes at the client's own cursor."""
        return self._encode_heartbeat(self._position)

    def detach_to(self, connection: Connection) -> None:
        """Continue over a connection, whose end releases the stream."""
        self.is_detached = True
        self._task = asyncio.ensure_future(self._play_over(connection))

    def release(self) -> None:
        """Stop playing and give the slot back. Idempotent."""
        if self._task is not None:
            self._task.cancel()
        super().release()

    async def _play_over(self, connection: Connection) -> None:
        await self._send_all(self._play(), connection)
        connection.end(self.last_event())

    async def _play(self) -> AsyncGenerator[bytes, None]:
        """Yield all parts, and a heartbeat whenever one is due, until they end or the stream is closed."""
        parts = self._parts()
        closed = asyncio.ensure_future(self.handle.wait())
        next_part = asyncio.ensure_future(anext(parts, None))
        heartbeat_at = time.monotonic() + settings.STREAM_HEARTBEAT_SECONDS
        try:
            while not self.handle.close_reason:
                wait_seconds = heartbeat_at - time.monotonic()
                await asyncio.wait([closed, next_part], timeout=wait_seconds, return_when=asyncio.FIRST_COMPLETED)
                if closed.done():
                    return
                if next_part.done():
                    if (part := next_part.result()) is None:
                        self.handle.close("complete")
                        return
                    chunk, self._position = part
                    yield chunk
                    next_part = asyncio.ensure_future(anext(parts, None))
                if time.monotonic() >= heartbeat_at:
                    yield self._encode_heartbeat(self._position, with_retry=False)
                    heartbeat_at = time.monotonic() + settings.STREAM_HEARTBEAT_SECONDS
        finally:
            for task in (closed, next_part):
                task.cancel()
            await asyncio.gather(closed, next_part, return_exceptions=True)
            await parts.aclose()

    async def _parts(self) -> AsyncGenerator[Part, None]:
        """Yield the metrics, the items when they are due, and the metrics again; or what replaces them."""
        reset_reason = self._stretch.reset_reason
        if reset_reason is None:
            yield await self._get_metrics(self._filter.get_metrics_as_of, self._stretch.start)
            try:
                async with aclosing(self._items()) as items:
                    async for part in items:
                        yield part
            except CursorExpired:
                reset_reason = "expired"
            if self._is_log_replaced:
                reset_reason = "foreign"
        if reset_reason is None:
            yield await self._get_metrics(self._filter.get_metrics_as_of, self._stretch.end)
        else:
            metrics, present = await self._get_metrics(self._filter.get_metrics)
            yield self._encode_reset(present, reset_reason) + metrics, present

    async def _items(self) -> AsyncGenerator[Part, None]:
        """Yield the items when they are due, those due at about the same time as one chunk."""
        pace, pages = Pace(self._stretch.speed), self._service.playback
        reached, end = self._stretch.start.cursor, self._stretch.end.cursor
        while reached.seq < end.seq and not self._is_log_replaced:
            drops = pages.drops
            events, page_end = await pages.get_events(reached, end, self._filter)
            due: list[ReplayEvent] = []
            for event in events:
                wait_seconds = pace.get_wait(event.appended_at, now=time.monotonic())
                if wait_seconds > MIN_PAUSE_SECONDS:
                    if due:
                        yield self._join(due), reached
                        due = []
                    await asyncio.sleep(wait_seconds)
                if pages.drops != drops:
                    break  # texts were withdrawn in the pause: the page is read again
                due.append(event)
                reached = Cursor(end.generation, event.seq)
            else:
                reached = page_end
            if due:
                yield self._join(due), reached

    @property
    def _is_log_replaced(self) -> bool:
        """Whether the log has another generation than the stretch: a backup was restored."""
        return self._service.current_cursor.generation != self._stretch.end.generation

    async def _get_metrics(self, get_metrics: Callable[..., Metrics], *args: Any) -> Part:
        metrics = await self._service.playback.query(get_metrics, *args)
        return self._encode(metrics_event(metrics)), metrics.cursor

    def _join(self, events: list[ReplayEvent]) -> bytes:
        self._service.hub.counters.count_sent(count_events(events))
        return b"".join(event.data for event in events)
