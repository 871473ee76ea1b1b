"""Publish to one GRIP proxy, by its HTTP endpoint, in order: a post at a time, again until it is taken.

Not by pubcontrol, which the library for GRIP uses: that gives each publish to a thread of its own making, loses what
fails and tells of it only in a call-back.
"""

import asyncio
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import httpx2
import orjson
import structlog

from news.log.cursor import Cursor, parse_cursor
from news.log.reader import get_last_seq
from streaming.broker.service import StreamService
from streaming.grip.channel_registry import CALL_SECONDS, RegisteredFilter, permanent_filters
from streaming.grip.protocol import (
    EVENTSTREAM_PREFIX,
    Message,
    authorization,
    eventstream_message,
    get_channel_names,
    item_message,
    metrics_message,
    resync_message,
)
from streaming.protocol.sse import parse_event_id

POST_BYTES = 300_000  # Pushpin takes 1,000,000 at once
POST_SECONDS = 5.0
RETRY_SECONDS = 1.0

logger = structlog.get_logger(__name__)


class ChannelPublisher:
    """What is published on the channels of one filter at one proxy."""

    def __init__(self, tail: StreamService, channel: RegisteredFilter, wake: Callable[[], None]) -> None:
        interest = channel.interest
        self.called_at = time.monotonic()
        self._tail = tail
        self._channel = channel
        self._is_eventstreams = channel.name.startswith(EVENTSTREAM_PREFIX)
        self._last: Cursor | None = None  # the item published last, or the one before the first
        self._begins_at = tail.current_cursor
        self._calls_after: int | None = None  # the place up to which to have published before
        self._subscriber = tail.hub.subscribe(interest, cursor=tail.current_cursor)
        self._subscriber.on_ready = wake

    @property
    def is_ready(self) -> bool:
        """Whether there is nothing to `prepare`."""
        return self._last is not None and not self._subscriber.is_overrun

    def call(self, *, after: int) -> None:
        """Have those who listen ask for what they miss, once everything up to a place is published."""
        self._calls_after = after
        self.called_at = time.monotonic()

    async def prepare(self) -> None:
        """Find out which item comes before the next, if that is not known, and have metrics said from now on.

        So it is at the beginning, and when the ring has moved on without us.
        """
        if self._subscriber.is_overrun:
            self._subscriber.ring_index = self._subscriber.topic.end
            self._last, self._begins_at = None, self._tail.current_cursor
            self.call(after=self._begins_at.seq)
        if self._last is None:
            begin = self._begins_at
            seq = await self._tail.read(get_last_seq, self._channel.interest.tickers, begin.seq)
            self._last = Cursor(begin.generation, seq)
            await self._tail.attach(self._subscriber)

    def take(self) -> Iterator[Message]:
        """Yield what is pending, in order, after `prepare`."""
        while self._subscriber.lag and not self._subscriber.is_overrun:
            for frame in self._subscriber.read_pending().split(b"\n\n")[:-1]:
                yield from self._messages(frame + b"\n\n")

    def take_call(self, noted: int) -> Iterator[Message]:
        """Yield the call that is due now that a place is noted as published, if one is."""
        if self._calls_after is not None and noted >= self._calls_after:
            self._calls_after = None
            yield resync_message(self._channel.name)

    def close(self) -> None:
        """Publish no more."""
        self._tail.unregister(self._subscriber)

    def _messages(self, frame: bytes) -> Iterator[Message]:
        cursor = parse_cursor(parse_event_id(frame))
        if frame.startswith(b"event: reset\n"):
            # Where clients are means nothing any more. Each asks, and is told so by an origin.
            self._last = cursor
            self.call(after=0)
        elif frame.startswith(b"event: new_item\n"):
            yield self._item(frame, self._last or cursor, cursor)
            self._last = cursor
        elif not self._is_eventstreams:
            yield metrics_message(get_channel_names(self._channel.interest).sums, frame)

    def _item(self, frame: bytes, before: Cursor, cursor: Cursor) -> Message:
        name = self._channel.name
        if self._is_eventstreams:
            return eventstream_message(name, frame, message_id=str(cursor.seq), previous_id=str(before.seq))
        return item_message(name, frame, message_id=str(cursor), previous_id=str(before))


class ProxyPublisher:
    """One proxy. `published` is the place up to which it has everything."""

    def __init__(
        self, proxy: Mapping[str, str], tail: StreamService, *, may_publish: Callable[[], bool], progress: asyncio.Event
    ) -> None:
        self.is_failing = False
        self.published = 0
        self._proxy = proxy
        self._tail = tail
        self._may_publish = may_publish
        self._progress = progress
        self._noted = 0
        self._feeds: dict[str, ChannelPublisher] = {}
        self._bell = asyncio.Event()

    def subscribe(self, listed: Iterable[RegisteredFilter], *, is_resumed: bool = False) -> None:
        """Publish for these filters, and no others, from here on.

        Who uses a filter that was not published before is called, and so are users of one of whom nothing was heard.
        """
        wanted = {channel.name: channel for channel in [*permanent_filters(), *listed]}
        for name in self._feeds.keys() - wanted.keys():
            self._feeds.pop(name).close()
        for name, channel in wanted.items():
            feed = self._feeds.get(name)
            if feed is None:
                feed = self._feeds[name] = ChannelPublisher(self._tail, channel, self._bell.set)
                if channel.interest.tickers or not is_resumed:
                    feed.call(after=self._tail.current_cursor.seq)
            elif channel.is_quiet and time.monotonic() - feed.called_at > CALL_SECONDS / 2:
                feed.call(after=self._tail.current_cursor.seq)
        self._bell.set()

    def on_checkpoint(self, published: int) -> None:
        """Hear that origins can read by now that everything up to a place is published."""
        self._noted = published
        self._bell.set()

    async def run(self) -> None:
        """Publish what comes, for ever."""
        async with httpx2.AsyncClient(timeout=POST_SECONDS, trust_env=False) as client:
            while True:
                await self._bell.wait()
                self._bell.clear()
                if self._may_publish():
                    await self._push(client)

    async def _push(self, client: httpx2.AsyncClient) -> None:
        feeds = [*self._feeds.values()]
        await asyncio.gather(*(feed.prepare() for feed in feeds if not feed.is_ready))
        # No await from here to the end of taking: so everything up to this place is among what is taken.
        place = self._tail.current_cursor.seq
        messages = [message for feed in feeds for message in [*feed.take(), *feed.take_call(self._noted)]]
        for post in _split(messages):
            await self._post(client, post)
        if place != self.published or messages:
            self.published = place
            self._progress.set()

    async def _post(self, client: httpx2.AsyncClient, body: bytes) -> None:
        url = f"{self._proxy['control_uri']}/publish/"
        while True:
            headers = {"Content-Type": "application/json"} | authorization(self._proxy)
            try:
                answer = await client.post(url, content=body, headers=headers)
                if answer.status_code < 500:
                    break
                trouble = f"{answer.status_code}: {answer.text[:200]}"
            except httpx2.TransportError as error:
                trouble = repr(error)
            if not self.is_failing:
                logger.error(
                    "edge_unreachable", url=url, error=trouble, effect="streams there are late until it is back"
                )
            self.is_failing = True
            self._progress.set()
            await asyncio.sleep(RETRY_SECONDS)
        if answer.status_code >= 400:
            # Again, it would be refused again. Who misses it asks an origin.
            logger.error("edge_refused", url=url, status=answer.status_code, answer=answer.text[:200])
        if self.is_failing:
            self.is_failing = False
            logger.warning("edge_reachable_again", url=url)


def _split(messages: Sequence[Message]) -> Iterator[bytes]:
    """Yield the bodies of posts that carry these messages."""
    encoded: list[bytes] = []
    size = 0
    for message in map(orjson.dumps, messages):
        if encoded and size + len(message) > POST_BYTES:
            yield b'{"items":[' + b",".join(encoded) + b"]}"
            encoded, size = [], 0
        encoded.append(message)
        size += len(message) + 1
    if encoded:
        yield b'{"items":[' + b",".join(encoded) + b"]}"
