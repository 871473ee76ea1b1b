"""Open streams: what a client gets from its first byte to its last, as an async iterable of chunks of bytes."""

import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from random import randint, uniform

import structlog
from django.conf import settings

from news.clock import utc_now
from news.cursor import Cursor
from streaming.events import heartbeat_event, item_event, reset_event
from streaming.hub import Interest, Reader
from streaming.log import read_items
from streaming.slots import Lease
from streaming.sse import encode_retry
from streaming.tail import WITH_HEADLINE, Tail

RETRY_MILLISECONDS = (1000, 4000)
REPLAY_ITEMS = 250

logger = structlog.get_logger(__name__)


class OpenStream:
    """One open response: its slot, its limits and its log lines, around the chunks of any stream.

    Iterate over it once; `close` it whatever happened.
    """

    def __init__(
        self,
        tail: Tail,
        reader: Reader,
        chunks: AsyncGenerator[bytes, None],
        *,
        lease: Lease,
        client: str,
        **about: str,
    ) -> None:
        self._tail = tail
        self._reader = reader
        self._chunks = chunks
        self._lease = lease
        self._log = logger.bind(client=client)
        self._opened_at = time.monotonic()
        # Jittered, like the lifetime, so that streams that began together don't all come back together.
        self._bytes_allowed = settings.STREAM_MAX_BYTES * uniform(0.8, 1)
        self._bytes_sent = 0
        self._is_closed = False
        self._log.info("stream_opened", **about, connections=tail.slots.taken)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async with aclosing(self._chunks) as chunks:
                async for chunk in chunks:
                    self._bytes_sent += len(chunk)
                    yield chunk
                    if self._bytes_sent >= self._bytes_allowed:
                        self._reader.end("bytes")
                    if self._reader.end_reason:
                        break
            yield draw_retry()
        except Exception:
            self._reader.end("error")
            raise
        finally:
            self.close()

    def close(self) -> None:
        """Leave the hub and give the slot back; doing it twice is harmless."""
        if self._is_closed:
            return
        self._is_closed = True
        self._tail.leave(self._reader)
        self._lease.release()
        self._log.info(
            "stream_closed",
            reason=self._reader.end_reason or "client",
            seconds=round(time.monotonic() - self._opened_at, 3),
            bytes=self._bytes_sent,
            connections=self._tail.slots.taken,
        )


class Subscription:
    """What one client gets of the log: opening, replay, live, and replay again if the ring moves on without it."""

    def __init__(self, tail: Tail, interest: Interest, *, resume: Cursor | None, reset_reason: str | None) -> None:
        self.subscriber = tail.subscribe(interest)
        self._tail = tail
        self._interest = interest
        self._resume = resume
        self._reset_reason = reset_reason
        self._seen = resume.seq if resume else None

    async def chunks(self) -> AsyncGenerator[bytes, None]:
        """Yield the stream chunk by chunk, each some whole events, until the subscriber is to end."""
        subscriber = self.subscriber
        yield draw_retry() + self._first_events()
        while not subscriber.end_reason:
            async for chunk in self._catch_up():
                yield chunk
            while not (subscriber.end_reason or subscriber.has_fallen_off):
                chunk, self._seen = subscriber.take()
                if chunk:
                    yield chunk
                else:
                    await subscriber.wait()

    def _first_events(self) -> bytes:
        # On resume the client's own cursor: were the present one sent, a cut here would lose what lies between.
        here = self._resume or self._tail.here
        now = utc_now()
        first = heartbeat_event(here, now=now, connections=self._tail.slots.taken).encode()
        if self._reset_reason:
            first += reset_event(here, now=now, reason=self._reset_reason).encode()
        return first

    async def _catch_up(self) -> AsyncIterator[bytes]:
        """Replay the log from the place the client has seen up to the ring; at the end, metrics that stand there."""
        while True:
            opening = await self._tail.join(self.subscriber)
            self.subscriber.position = opening.position
            while self._seen is not None and self._seen < opening.seq:
                page, self._seen = await self._tail.read(self._read_page, self._seen, opening.seq)
                if page:
                    yield page
            self._seen = opening.seq
            # A long replay can outlast the ring; then the next round replays what the ring has lost.
            if not self.subscriber.has_fallen_off:
                break
        yield opening.metrics

    def _read_page(self, after: int, upto: int) -> tuple[bytes, int]:
        """Return the next page of replay as bytes, and the place in the log it reaches."""
        items = read_items(after, upto=upto, tickers=self._interest.tickers, limit=REPLAY_ITEMS)
        with_headline = self._interest.form == WITH_HEADLINE
        page = b"".join(item_event(item, self._tail.here.epoch, with_headline=with_headline).encode() for item in items)
        return page, items[-1].seq if len(items) == REPLAY_ITEMS else upto


def draw_retry() -> bytes:
    """Return a `retry:` block; drawn for each client, so that those cut together don't come back together."""
    return encode_retry(randint(*RETRY_MILLISECONDS))
