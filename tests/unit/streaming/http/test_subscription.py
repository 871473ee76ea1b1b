"""Subscriptions over a real log, iterated and detached, against a model of what each client must get."""

import asyncio
import threading
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
from news.models import Bucket, Item, ItemRevision, LogHead
from streaming.broker.filters import CHANGES, ENTITIES, HEADLINE, HISTORICAL, StreamFilter
from streaming.broker.service import StreamService
from streaming.http.subscription import Subscription
from tests.helpers.changes import (
    SCORES,
    LogModel,
    apply_events,
    change_item,
    get_reason,
    is_sentiment_changed,
    rescore_item,
    withdraw_items,
)
from tests.helpers.examples import scale_examples
from tests.helpers.items import append, append_scored
from tests.helpers.sse import SseEvent, find_last_retry, parse_events
from tests.helpers.waiting import eventually

Result = TypeVar("Result")
TICKERS = ("AAPL", "MSFT", "AMD")
ITEM_EVENTS = ("new_item", "item_updated", "item_removed")
filters = st.builds(
    StreamFilter,
    st.frozensets(st.sampled_from(TICKERS), max_size=2),
    st.frozensets(st.sampled_from([CHANGES, CHANGES, HISTORICAL, HEADLINE, ENTITIES])),
)
ticker_lists = st.lists(st.sampled_from(TICKERS), min_size=1, unique=True)
own_sentiments = st.dictionaries(st.sampled_from(TICKERS), st.sampled_from([*SCORES]), min_size=1)
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
        self.is_opening = self.is_detached and self.subscription.is_plain
        if self.is_opening:
            self.subscription.open_on(self)
            self.task = asyncio.ensure_future(asyncio.sleep(0))
        else:
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
    def send_now(self, http_chunk: bytes) -> int:
        if self.gate.is_set():
            self.text += decode_http_chunk(http_chunk)
            return len(http_chunk)
        self.half = http_chunk[: len(http_chunk) // 2]
        return len(self.half)

    def write_buffered(self, rest: bytes) -> None:
        self.send(decode_http_chunk(self.half + rest).encode())

    def send(self, chunk: bytes) -> None:
        assert self.is_opening or not self.is_full
        self.is_opening = self.is_opening and b"event: metrics" not in chunk
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


@pytest.fixture
async def client(service: StreamService) -> Client:
    await service.start()
    return Client(service, StreamFilter(), is_detached=True)


async def test_open_on_sends_the_first_events_with_metrics_and_then_items(client: Client) -> None:
    client.connect()
    await eventually(lambda: client.text)
    first = client.events
    await sync_to_async(append)(0)
    await eventually(lambda: len(client.events) > 2)

    assert [event.kind for event in first] == ["heartbeat", "metrics"]
    assert client.text.startswith("retry: ")
    assert [event.seq for event in client.events if event.kind == "new_item"] == [1]
    await client.drop()
    assert client.service.limiter.open_count == 0


async def test_open_on_database_that_does_not_answer_sends_the_first_events_alone(client: Client) -> None:
    is_blocked, unlocked = threading.Event(), threading.Event()

    def block() -> None:
        is_blocked.set()
        unlocked.wait()

    blocking = asyncio.ensure_future(client.service.tailer_executor.run(block))
    await eventually(is_blocked.is_set)
    client.connect()
    await eventually(lambda: client.text)
    first = client.events
    unlocked.set()
    await blocking
    await eventually(lambda: len(client.events) > 1)

    assert [event.kind for event in first] == ["heartbeat"]
    assert [event.kind for event in client.events] == ["heartbeat", "metrics"]
    await client.drop()


async def test_open_on_released_before_its_metrics_sends_nothing(client: Client, service: StreamService) -> None:
    client.connect()
    await client.drop()
    other = Client(service, StreamFilter(), is_detached=True)
    other.connect()
    await eventually(lambda: other.text)

    assert client.text == ""
    await other.drop()
    assert not service.hub.topics


async def test_open_on_closed_before_its_metrics_ends_with_a_retry(client: Client, service: StreamService) -> None:
    unlocked = threading.Event()
    blocking = asyncio.ensure_future(service.tailer_executor.run(unlocked.wait))
    client.connect()
    service.close_all("drain")
    await eventually(lambda: client.ended)
    unlocked.set()
    await blocking

    assert [event.kind for event in client.events] == ["heartbeat", "heartbeat"]
    assert client.text.count("retry: ") == 2
    await client.drop()


def decode_http_chunk(http_chunk: bytes) -> str:
    """Return the data of an HTTP chunk."""
    size, _, rest = http_chunk.partition(b"\r\n")
    chunk = rest[: int(size, 16)]
    assert rest == chunk + b"\r\n"
    assert chunk, "an empty chunk is the end of a response"
    return chunk.decode()


class StreamMachine(RuleBasedStateMachine):
    """Clients join, stall, read on, drop and reconnect while items are appended, corrected, scored again and withdrawn,
    in a log with a short ring."""

    def __init__(self) -> None:
        super().__init__()
        Item.with_withdrawn.all().delete()
        Bucket.objects.all().delete()
        LogHead.objects.update(seq=0)
        self.numbered = 0
        self.model = LogModel()
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

    @rule(
        count=st.sampled_from([1, 2, 5, 20, 120]),
        tickers=ticker_lists,
        is_historical=st.sampled_from([False] * 3 + [True]),
    )
    def publish(self, count: int, tickers: list[str], is_historical: bool) -> None:
        self.run(sync_to_async(self._append)(count, tickers, is_historical))

    def _append(self, count: int, tickers: list[str], is_historical: bool) -> None:
        last = len(self.model.states)
        append(self.numbered, count, tickers=tickers, is_historical=is_historical)
        self.model.add(Item.objects.filter(seq__gt=last).order_by("seq"))
        self.numbered += count

    @rule(own=own_sentiments, count=st.integers(1, 3), sentiment=st.sampled_from([*SCORES]))
    def publish_scored(self, own: dict[str, str], count: int, sentiment: str) -> None:
        """Append items that say something of its own of each ticker."""
        self.run(sync_to_async(self._append_scored)(own, count, sentiment))

    def _append_scored(self, own: dict[str, str], count: int, sentiment: str) -> None:
        self.model.add(
            append_scored(f"Board meets {number}", own, sentiment=sentiment)
            for number in range(self.numbered, self.numbered + count)
        )
        self.numbered += count

    @precondition(lambda self: self.model.current)
    @rule(pick=picks, own=own_sentiments)
    def correct_scored(self, pick: int, own: dict[str, str]) -> None:
        """Change the tickers of an item and what it says of them, apart from the headline."""
        item_id = self.picked_item(pick)
        self.run(sync_to_async(change_item)(item_id, own=own, tickers=[*own]))
        self.model.change(item_id, own=own, tickers=tuple(own))

    @precondition(lambda self: self.model.current)
    @rule(pick=picks, tickers=ticker_lists, title=st.booleans())
    def correct(self, pick: int, tickers: list[str], title: bool) -> None:
        item_id = self.picked_item(pick)
        fields: dict[str, Any] = {"title": f"Corrected {len(self.model.states)}"} if title else {"tickers": tickers}
        self.run(sync_to_async(change_item)(item_id, **fields))
        self.model.change(item_id, **({} if title else {"tickers": tuple(tickers)}))

    @precondition(lambda self: self.model.current)
    @rule(pick=picks, sentiment=st.sampled_from([*SCORES]))
    def score_again(self, pick: int, sentiment: str) -> None:
        item_id = self.picked_item(pick)
        self.run(sync_to_async(rescore_item)(item_id, sentiment))
        self.model.change(item_id, sentiment=sentiment)

    @precondition(lambda self: self.model.current)
    @rule(picks=st.lists(picks, min_size=1, max_size=3), reason=st.sampled_from(["", "libel"]))
    def withdraw(self, picks: list[int], reason: str) -> None:
        item_ids = list(dict.fromkeys(self.picked_item(pick) for pick in picks))
        item_ids.sort(key=lambda item_id: self.model.current[item_id].seq)
        self.run(sync_to_async(withdraw_items)(*item_ids, reason=reason))
        for item_id in item_ids:
            self.model.change(item_id, is_withdrawn=True, reason=reason)

    def picked_item(self, pick: int) -> str:
        return [*self.model.current][-1 - pick % min(20, len(self.model.current))]

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
        model = self.model
        log = await sync_to_async(
            lambda: sorted(
                seq
                for states in (Item.with_withdrawn, ItemRevision.objects)
                for seq in states.values_list("seq", flat=True)
            )
        )()
        assert log == [state.seq for state in model.states]
        for client in self.clients:
            client.resume_reading()
        last = len(log)
        await eventually(lambda: self.service.current_cursor.seq == last)
        for client in self.clients:
            await eventually(lambda client=client: any(event.kind == "metrics" for event in client.events))
            events = client.events
            begin = client.begin
            if begin is None:
                begin = next(event.seq for event in events if event.kind == "metrics")
            expected = model.expect(client.stream_filter, after=begin)
            await eventually(lambda client=client, expected=expected: len(items(client.events)) >= len(expected))
            assert items(client.events) == expected
            check_ids(client.events, expected, begin)
            check_metrics(client, model)
            if begin == 0:
                check_state(client, model)

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


def items(events: list[SseEvent]) -> list[tuple[str, int]]:
    return [(event.kind, event.seq) for event in events if event.kind in ITEM_EVENTS]


def check_ids(events: list[SseEvent], item_events: list[tuple[str, int]], begin: int) -> None:
    """No id stands ahead of an item not yet sent."""
    last_seen = begin
    for event in events:
        expected = [seq for _, seq in item_events if last_seen < seq <= event.seq]
        if event.kind in ITEM_EVENTS:
            assert expected == [event.seq]
            last_seen = event.seq
        elif event.seq > begin:
            assert expected == []


def check_metrics(client: Client, model: LogModel) -> None:
    """Metrics count exactly the items as they were at their place."""
    totals = model.count(client.stream_filter.tickers)
    for event in client.events:
        if event.kind == "metrics":
            expected = totals[event.seq]
            assert {name: event.data[name] for name in expected} == expected


def check_state(client: Client, model: LogModel) -> None:
    """A client that replaces and removes items by their id has what is stored; without changes it has more."""
    stream_filter, state = client.stream_filter, apply_events(client.events)
    expected = {
        item_id: (state.get_ticker(stream_filter.tickers), state.list_sentiments(stream_filter.tickers)[0])
        for item_id, state in model.current.items()
        if state.mentions(stream_filter.tickers) and (HISTORICAL in stream_filter.include or not state.is_historical)
    }
    sentiments = {item_id: (data["ticker"], data["sentiment"]) for item_id, data in state.items()}
    if CHANGES in stream_filter.include:
        assert sentiments == expected
    assert {item_id: sentiments[item_id] for item_id in expected} == expected
    for event in client.events:
        if event.kind not in ITEM_EVENTS:
            continue
        state = model.states[event.seq - 1]
        if event.kind == "item_removed":
            assert (event.data["item_id"], event.data["reason"]) == (state.item_id, get_reason(state))
        elif event.kind == "item_updated":
            assert event.data["revision"] > 0
            assert ("sentiment" in event.data["changed"]) == is_sentiment_changed(state, stream_filter)
        if event.kind != "item_removed" and ENTITIES in stream_filter.include:
            entities = [(entity["ticker"], entity["sentiment"]) for entity in event.data["entities"]]
            assert entities == [(ticker, state.own.get(ticker, state.sentiment)) for ticker in state.tickers]


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
