"""Subscriptions over a real log, iterated and detached, against a model of what each client must get."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

import pytest
from asgiref.sync import sync_to_async
from django.conf import LazySettings
from django.db import connections
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from news.log.cursor import parse_cursor
from news.models import Bucket, Item, LogHead, Mention
from streaming.broker.filters import StreamFilter
from streaming.broker.service import StreamService
from streaming.http.subscription import Subscription
from tests.helpers.examples import scale_examples
from tests.helpers.items import append
from tests.helpers.sse import SseEvent, find_last_retry, parse_events
from tests.helpers.waiting import eventually

Result = TypeVar("Result")
TICKERS = ("AAPL", "MSFT", "AMD")
filters = st.builds(StreamFilter, st.sets(st.sampled_from(TICKERS), max_size=2).map(frozenset))
picks = st.integers(0, 1000)


class Client:
    """One client across its connections: what it got, and how to go on."""

    def __init__(self, service: StreamService, stream_filter: StreamFilter, *, is_detached: bool) -> None:
        self.stream_filter = stream_filter
        self.is_detached = is_detached
        self.text = ""
        self.begin: int | None = None  # where it began, if it was cut before its first metrics
        self.service = service
        self.gate = asyncio.Event()  # open while it reads
        self.gate.set()
        self.drained = asyncio.Event()

    @property
    def events(self) -> list[SseEvent]:
        return parse_events(self.text)

    def connect(self) -> None:
        events = self.events
        last_id = events[-1].id if events else None
        if events and self.begin is None and "metrics" not in [event.kind for event in events]:
            self.begin = events[0].seq
        self.ended = self.is_full = False
        self.drained.set()
        self.half = b""
        self.subscription = Subscription(
            self.service,
            self.stream_filter,
            resume=parse_cursor(last_id) if last_id else None,
            reset_reason=None,
            slot=self.service.limiter.acquire("client"),
            grant=None,
            client="client",
        )
        self.subscription.can_detach = self.is_detached
        self.task = asyncio.ensure_future(self._receive(self.subscription))

    def stall(self) -> None:
        self.gate.clear()

    def resume_reading(self) -> None:
        self.gate.set()
        self._drain()

    async def drop(self) -> None:
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)
        self.subscription.release()

    async def _receive(self, subscription: Subscription) -> None:
        async for chunk in subscription:
            await self.until_writable()
            self.text += chunk.decode()
        if subscription.continues_after_detach:
            subscription.detach_to(self)
        else:
            self.ended = True

    # --- the connection of a detached subscription; of a stopped client the socket accepts half
    def write(self, http_chunk: bytes) -> int:
        if self.gate.is_set():
            self.text += decode_http_chunk(http_chunk)
            return len(http_chunk)
        self.half = http_chunk[: len(http_chunk) // 2]
        return len(self.half)

    def write_buffered(self, rest: bytes) -> None:
        self.send(decode_http_chunk(self.half + rest).encode())

    def send(self, chunk: bytes) -> None:
        assert not self.is_full
        self.text += chunk.decode()
        self.is_full = True
        self.drained.clear()
        asyncio.get_running_loop().call_soon(self._drain)

    def _drain(self) -> None:
        if self.is_full and self.gate.is_set():
            self.is_full = False
            self.drained.set()
            self.subscription.deliver()

    async def until_writable(self) -> None:
        await self.gate.wait()
        await self.drained.wait()

    def end(self, last: bytes) -> None:
        self.text += last.decode()
        self.ended = True


def decode_http_chunk(http_chunk: bytes) -> str:
    """Return the data of an HTTP chunk."""
    size, _, rest = http_chunk.partition(b"\r\n")
    chunk = rest[: int(size, 16)]
    assert rest == chunk + b"\r\n"
    assert chunk, "an empty chunk is the end of a response"
    return chunk.decode()


class StreamMachine(RuleBasedStateMachine):
    """Clients join, stall, read on, drop and reconnect while items are appended to a log with a short ring."""

    def __init__(self) -> None:
        super().__init__()
        for model in (Mention, Item, Bucket):
            model.objects.all().delete()
        LogHead.objects.update(seq=0)
        self.numbered = 0
        self.loop = asyncio.new_event_loop()
        self.clients: list[Client] = []
        self.service = self.run(self._start())

    async def _start(self) -> StreamService:
        service = StreamService()
        await service.start()
        return service

    def run(self, coroutine: Coroutine[Any, Any, Result]) -> Result:
        return self.loop.run_until_complete(coroutine)

    @rule(stream_filter=filters, is_detached=st.booleans())
    def join(self, stream_filter: StreamFilter, is_detached: bool) -> None:
        async def connect() -> None:
            self.clients.append(Client(self.service, stream_filter, is_detached=is_detached))
            self.clients[-1].connect()

        self.run(connect())

    @rule(count=st.sampled_from([1, 2, 5, 20, 120]), tickers=st.sets(st.sampled_from(TICKERS), min_size=1))
    def publish(self, count: int, tickers: set[str]) -> None:
        self.run(sync_to_async(append)(self.numbered, count, tickers=sorted(tickers)))
        self.numbered += count

    @rule(turns=st.integers(1, 30))
    def pass_turns(self, turns: int) -> None:
        async def turn() -> None:
            for _ in range(turns):
                await asyncio.sleep(0.0005)

        self.run(turn())

    @precondition(lambda self: self.clients)
    @rule(pick=picks)
    def stall(self, pick: int) -> None:
        self.picked(pick).stall()

    @precondition(lambda self: self.clients)
    @rule(pick=picks)
    def resume_reading(self, pick: int) -> None:
        async def go_on() -> None:
            self.picked(pick).resume_reading()

        self.run(go_on())

    @precondition(lambda self: self.clients)
    @rule(pick=picks)
    def drop_and_reconnect(self, pick: int) -> None:
        async def reconnect() -> None:
            client = self.picked(pick)
            await client.drop()
            client.connect()

        self.run(reconnect())

    def picked(self, pick: int) -> Client:
        return self.clients[pick % len(self.clients)]

    @rule()
    def settle(self) -> None:
        self.run(self._settle())

    async def _settle(self) -> None:
        log = await sync_to_async(lambda: list(Item.objects.order_by("seq").values_list("seq", "tickers")))()
        for client in self.clients:
            client.resume_reading()
        last = log[-1][0] if log else 0
        await eventually(lambda: self.service.current_cursor.seq == last)
        for client in self.clients:
            await eventually(lambda client=client: any(event.kind == "metrics" for event in client.events))
            events = client.events
            begin = client.begin
            if begin is None:
                begin = next(event.seq for event in events if event.kind == "metrics")
            chosen = client.stream_filter.tickers
            # An item counts once for each of the chosen tickers, or once without any.
            counts = {seq: len(chosen & {*tickers}) if chosen else 1 for seq, tickers in log}
            matching = [seq for seq, count in counts.items() if count]
            expected = [seq for seq in matching if seq > begin]
            await eventually(lambda client=client, expected=expected: len(items(client.events)) >= len(expected))
            assert items(client.events) == expected
            check_ids(client.events, counts, begin)

    def teardown(self) -> None:
        self.run(self._settle())

        async def end() -> None:
            self.service.close_all("drain")
            await eventually(lambda: all(client.ended for client in self.clients))
            for client in self.clients:
                client.subscription.release()
            await self.service.stop()
            await sync_to_async(connections.close_all)()

        self.run(end())
        assert self.service.limiter.open_count == 0
        assert list(self.service.hub.subscribers) == []
        assert all(find_last_retry(client.text) for client in self.clients)
        self.loop.close()


def items(events: list[SseEvent]) -> list[int]:
    return [event.seq for event in events if event.kind == "new_item"]


def check_ids(events: list[SseEvent], counts: dict[int, int], begin: int) -> None:
    """No id stands ahead of an item not yet sent, and metrics count exactly the items before them."""
    last_seen = begin
    for event in events:
        expected = [seq for seq, count in counts.items() if count and last_seen < seq <= event.seq]
        if event.kind == "new_item":
            assert expected == [event.seq]
            last_seen = event.seq
        elif event.seq > begin:
            assert expected == []
        if event.kind == "metrics":
            assert event.data["total"] == sum(count for seq, count in counts.items() if seq <= event.seq)


@pytest.mark.django_db(transaction=True)
def test_subscriptions_every_client_gets_every_item_once_in_order(settings: LazySettings) -> None:
    settings.STREAM_RING_FRAMES = 8
    settings.STREAM_METRICS_SECONDS = 0.02
    settings.STREAM_MAX_PER_ADDRESS = settings.STREAM_MAX_CONNECTIONS = 1000
    run_state_machine_as_test(StreamMachine, settings=MACHINE)


MACHINE = settings(
    max_examples=scale_examples(40),
    stateful_step_count=30,
    phases=[Phase.generate],  # a failure takes 10 s to be sure of: too slow to look for a smaller one
)
