"""Publish to one GRIP proxy over HTTP, in order: one post at a time, repeated until the proxy accepts it.

The library for GRIP publishes with pubcontrol, which is not used here: it runs each publish on a thread of its own,
drops those that fail and reports failures only to a callback.
"""

import asyncio
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import httpx2
import orjson
import structlog

from news.log.cursor import Cursor, parse_cursor
from streaming.broker.service import StreamService
from streaming.grip.channel_registry import IDLE_SECONDS, PERMANENT_FILTERS, RegisteredFilter, permanent_filters
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
from streaming.protocol.events import EVENT_TYPES
from streaming.protocol.sse import parse_event_id

POST_BYTES = 300_000  # Pushpin accepts up to 1,000,000
POST_TIMEOUT_SECONDS = 5.0
RETRY_SECONDS = 1.0
ITEM_EVENT_STARTS = tuple(f"event: {each.name}\n".encode() for each in EVENT_TYPES.values() if each.is_of_item)

logger = structlog.get_logger(__name__)


class ChannelPublisher:
    """Turns the events of one filter into messages for its GRIP channels at one proxy."""

    def __init__(self, service: StreamService, registered: RegisteredFilter, on_ready: Callable[[], None]) -> None:
        self.resync_requested_at = time.monotonic()
        self._service = service
        self._name = registered.name
        self._filter = registered.filter
        self._is_eventstream = registered.name.startswith(EVENTSTREAM_PREFIX)
        self._last_item: Cursor | None = None  # published last, or the one before the first
        self._begin = service.current_cursor
        self._resync_after: int | None = None  # seq that must be published before the clients are resynced
        self._subscriber = service.hub.subscribe(registered.filter, cursor=service.current_cursor)
        self._subscriber.on_ready = on_ready

    @property
    def is_prepared(self) -> bool:
        """Whether the events can be taken without `prepare`."""
        return self._last_item is not None and not self._subscriber.is_overrun

    def request_resync(self, *, after: int) -> None:
        """Have the clients of this channel request what they miss, once everything up to seq `after` is published."""
        self._resync_after = after
        self.resync_requested_at = time.monotonic()

    async def prepare(self) -> None:
        """Find the item before the next one and start the metrics: at first, and after the ring has overrun us."""
        if self._subscriber.is_overrun:
            self.skip_pending()
        if self._last_item is None:
            begin = self._begin
            seq = await self._service.run_service_call(self._filter.get_last_seq, begin.seq)
            self._last_item = Cursor(begin.generation, seq)
            await self._service.attach(self._subscriber)

    def skip_pending(self) -> None:
        """Continue at the end of the ring, and have the clients request from an origin what was not published."""
        self._subscriber.move_to(self._subscriber.topic.end, None)
        self._last_item, self._begin = None, self._service.current_cursor
        self.request_resync(after=self._begin.seq)

    def take_pending(self) -> Iterator[Message]:
        """Yield the messages of the pending events in order. `prepare` comes first."""
        while self._subscriber.lag and not self._subscriber.is_overrun:
            for event in self._subscriber.read_pending().split(b"\n\n")[:-1]:
                yield from self._messages(event + b"\n\n")

    def take_resync(self, checkpoint: int) -> Iterator[Message]:
        """Yield the resync message if one is requested and due now that origins see `checkpoint` as published."""
        if self._resync_after is not None and checkpoint >= self._resync_after:
            self._resync_after = None
            yield resync_message(self._name)

    def close(self) -> None:
        """Stop publishing."""
        self._service.unregister(self._subscriber)

    def _messages(self, event: bytes) -> Iterator[Message]:
        cursor = parse_cursor(parse_event_id(event))
        if event.startswith(b"event: reset\n"):
            # The positions of clients are void. Each requests what it misses, and an origin sends it a reset.
            self._last_item = cursor
            self.request_resync(after=0)
        elif event.startswith(ITEM_EVENT_STARTS):
            yield self._item_message(event, self._last_item or cursor, cursor)
            self._last_item = cursor
        elif not self._is_eventstream:
            yield metrics_message(get_channel_names(self._filter).metrics, event)

    def _item_message(self, event: bytes, previous: Cursor, cursor: Cursor) -> Message:
        if self._is_eventstream:
            return eventstream_message(self._name, event, message_id=str(cursor.seq), previous_id=str(previous.seq))
        return item_message(self._name, event, message_id=str(cursor), previous_id=str(previous))


class ProxyPublisher:
    """Publishes to one proxy. `published` is the seq up to which the proxy has every event."""

    def __init__(
        self,
        proxy: Mapping[str, str],
        service: StreamService,
        *,
        can_publish: Callable[[], bool],
        progress: asyncio.Event,
    ) -> None:
        self.is_failing = False
        self.published = 0
        self._proxy = proxy
        self._service = service
        self._can_publish = can_publish
        self._progress = progress
        self._checkpoint = 0
        self._channels: dict[str, ChannelPublisher] = {}
        self._wakeup = asyncio.Event()

    def set_filters(self, registered: Iterable[RegisteredFilter], *, is_resumed: bool = False) -> None:
        """Publish for exactly these filters from the current cursor on.

        Clients of a filter that was not published before, and those of an idle one, are resynced.
        """
        wanted = {each.name: each for each in [*permanent_filters(), *registered]}
        for name in self._channels.keys() - wanted.keys():
            self._channels.pop(name).close()
        for name, each in wanted.items():
            channel = self._channels.get(name)
            if channel is None:
                channel = self._channels[name] = ChannelPublisher(self._service, each, self._wakeup.set)
                if each.filter not in PERMANENT_FILTERS or not is_resumed:
                    channel.request_resync(after=self._service.current_cursor.seq)
            elif each.is_idle and time.monotonic() - channel.resync_requested_at > IDLE_SECONDS / 2:
                channel.request_resync(after=self._service.current_cursor.seq)
        self._wakeup.set()

    def on_checkpoint(self, checkpoint: int) -> None:
        """Note that origins can now read that everything up to seq `checkpoint` is published."""
        self._checkpoint = checkpoint
        self._wakeup.set()

    async def run(self) -> None:
        """Publish pending events until cancelled."""
        async with httpx2.AsyncClient(timeout=POST_TIMEOUT_SECONDS, trust_env=False) as client:
            while True:
                await self._wakeup.wait()
                self._wakeup.clear()
                if self._can_publish():
                    await self._publish(client)

    async def _publish(self, client: httpx2.AsyncClient) -> None:
        channels = [*self._channels.values()]
        await asyncio.gather(*(channel.prepare() for channel in channels if not channel.is_prepared))
        # No await between here and the messages, so that they include everything up to this seq.
        seq, invalidations = self._service.current_cursor.seq, self._service.replay.invalidations
        messages = [
            message
            for channel in channels
            for message in [*channel.take_pending(), *channel.take_resync(self._checkpoint)]
        ]
        for body in _encode_posts(messages):
            if not await self._post(client, body, invalidations):
                for channel in channels:
                    channel.skip_pending()
                self._wakeup.set()
                return
        if seq != self.published or messages:
            self.published = seq
            self._progress.set()

    async def _post(self, client: httpx2.AsyncClient, body: bytes, invalidations: int) -> bool:
        """Post until the proxy responds; return False, without it, if texts were withdrawn since it was made.

        The body may hold them, and a proxy can be away for long. drops: of replay pages, when the body was made.
        """
        url = f"{self._proxy['control_uri']}/publish/"
        while self._service.replay.invalidations == invalidations:
            headers = {"Content-Type": "application/json"} | authorization(self._proxy)
            try:
                response = await client.post(url, content=body, headers=headers)
                if response.status_code < 500:
                    break
                problem = f"{response.status_code}: {response.text[:200]}"
            except httpx2.TransportError as error:
                problem = repr(error)
            if not self.is_failing:
                logger.error(
                    "edge_unreachable", url=url, error=problem, effect="streams at this proxy are late until it is back"
                )
            self.is_failing = True
            self._progress.set()
            await asyncio.sleep(RETRY_SECONDS)
        else:
            return False
        if response.status_code >= 400:
            # A retry would be rejected, too. Clients detect the gap and request the events from an origin.
            logger.error("edge_rejected", url=url, status=response.status_code, answer=response.text[:200])
        if self.is_failing:
            self.is_failing = False
            logger.warning("edge_recovered", url=url)
        return True


def _encode_posts(messages: Sequence[Message]) -> Iterator[bytes]:
    """Yield the bodies of posts that carry these messages, each of about POST_BYTES at most."""
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
