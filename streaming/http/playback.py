"""Play a past range of the log as it was appended, or faster: the same events and ids as the live stream had."""

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
from streaming.http.playback_range import PlaybackRange
from streaming.http.stream import Connection, DetachableStream
from streaming.protocol.events import make_metrics_event

MIN_PAUSE_SECONDS = 0.01  # items that are due within it are sent together

PlaybackChunk = tuple[bytes, Cursor]  # a chunk, and the cursor up to which the client has everything once it is sent


class PlaybackClock:
    """When items are due: the first at once, the others after the pauses between them, divided by the speed."""

    def __init__(self, speed: float) -> None:
        self._speed = speed
        self._first_appended_at: float | None = None
        self._began_at = 0.0  # monotonic time

    def get_wait_seconds(self, appended_at: float, *, now: float) -> float:
        """Return seconds until an item is due, 0 or less if it is due.

        appended_at: Unix time. now: monotonic time. If the client reads slowly, items follow without pauses until it
        has caught up.
        """
        if self._first_appended_at is None:
            self._first_appended_at, self._began_at = appended_at, now
        return self._began_at + (appended_at - self._first_appended_at) / self._speed - now


class Playback(DetachableStream):
    """What one client is sent of a past range.

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
        playback_range: PlaybackRange,
        *,
        slot: ConnectionSlot,
        grant: Grant | None,
        client: str,
    ) -> None:
        self._speed_text = "max" if playback_range.speed == math.inf else f"{playback_range.speed:g}"
        super().__init__(
            service,
            service.register_handle(),
            slot=slot,
            grant=grant,
            client=client,
            tickers=str(stream_filter),
            resume=str(playback_range.start.cursor),
            reset=playback_range.reset_reason or "none",
            until=str(playback_range.end.cursor),
            speed=self._speed_text,
        )
        self._filter = stream_filter
        self._range = playback_range
        self._position = playback_range.start.cursor
        self._task: asyncio.Task[None] | None = None

    @property
    def last_seen(self) -> Cursor:
        """The cursor up to which the client has everything."""
        return self._position

    @property
    def filter_text(self) -> str:
        """The tickers, the end of the range and the speed."""
        return f"{self._filter} until {self._range.end.cursor}, speed {self._speed_text}"

    async def chunks(self) -> AsyncGenerator[bytes, None]:
        """Yield the stream chunk by chunk to its end, or only the first one if it can be detached."""
        yield self._encode_heartbeat(self._position)
        if not self.can_detach:
            async with aclosing(self._play()) as chunks:
                async for chunk in chunks:
                    yield chunk

    def encode_last_event(self) -> bytes:
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
        connection.end(self.encode_last_event())

    async def _play(self) -> AsyncGenerator[bytes, None]:
        """Yield all parts, and a heartbeat whenever one is due, until they end or the stream is closed."""
        parts = self._chunks_with_cursors()
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

    async def _chunks_with_cursors(self) -> AsyncGenerator[PlaybackChunk, None]:
        """Yield the metrics, the items when they are due, and the metrics again; or what replaces them."""
        reset_reason = self._range.reset_reason
        if reset_reason is None:
            yield await self._get_metrics(self._filter.get_metrics_as_of, self._range.start)
            try:
                async with aclosing(self._items()) as items:
                    async for part in items:
                        yield part
            except CursorExpired:
                reset_reason = "expired"
            if self._is_log_replaced:
                reset_reason = "foreign"
        if reset_reason is None:
            yield await self._get_metrics(self._filter.get_metrics_as_of, self._range.end)
        else:
            metrics, present = await self._get_metrics(self._filter.get_metrics)
            yield self._encode_reset(present, reset_reason) + metrics, present

    async def _items(self) -> AsyncGenerator[PlaybackChunk, None]:
        """Yield the items when they are due, those due at about the same time as one chunk."""
        clock, pages = PlaybackClock(self._range.speed), self._service.playback_pages
        reached, end = self._range.start.cursor, self._range.end.cursor
        while reached.seq < end.seq and not self._is_log_replaced:
            invalidations = pages.invalidations
            events, page_end = await pages.get_events(reached, end, self._filter)
            due: list[ReplayEvent] = []
            for event in events:
                wait_seconds = clock.get_wait_seconds(event.appended_at, now=time.monotonic())
                if wait_seconds > MIN_PAUSE_SECONDS:
                    if due:
                        yield self._encode_batch(due), reached
                        due = []
                    await asyncio.sleep(wait_seconds)
                if pages.invalidations != invalidations:
                    break  # texts were withdrawn in the pause: the page is read again
                due.append(event)
                reached = Cursor(end.generation, event.seq)
            else:
                reached = page_end
            if due:
                yield self._encode_batch(due), reached

    @property
    def _is_log_replaced(self) -> bool:
        """Whether the log has another generation than the range: a backup was restored."""
        return self._service.current_cursor.generation != self._range.end.generation

    async def _get_metrics(self, get_metrics: Callable[..., Metrics], *args: Any) -> PlaybackChunk:
        metrics = await self._service.playback_pages.run_read(get_metrics, *args)
        return self._encode(make_metrics_event(metrics)), metrics.cursor

    def _encode_batch(self, events: list[ReplayEvent]) -> bytes:
        self._service.hub.counters.count_sent(count_events(events))
        return b"".join(event.data for event in events)
