"""The hub against a model: a subscriber gets every event of its topic from its start on, or is overrun."""

import asyncio
from dataclasses import dataclass, field

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule

from streaming.broker.fanout import send_pending
from streaming.broker.filters import INCLUDES, StreamFilter
from streaming.broker.hub import Hub
from streaming.broker.ring import CHUNK_BYTES
from streaming.broker.topics import Subscriber, Topic
from tests.helpers.examples import scale_examples

RING_SIZE = 8
TICKERS = ["A", "B", "C"]
filters = st.builds(StreamFilter, st.frozensets(st.sampled_from(TICKERS)), st.frozensets(st.sampled_from(INCLUDES)))


@dataclass
class Reader:
    """What the model knows of a subscriber: the events it must get, and those it got."""

    subscriber: Subscriber
    owed: list[bytes] = field(default_factory=list)
    got: list[bytes] = field(default_factory=list)


@dataclass(frozen=True)
class FakeItem:
    tickers: list[str]
    is_historical: bool = False
    is_withdrawn: bool = False
    change: None = None


class HubMachine(RuleBasedStateMachine):
    """Subscribers join, read, stall (by not being drawn), leave and rejoin while items are appended."""

    readers = Bundle("readers")

    def __init__(self) -> None:
        super().__init__()
        self.hub = Hub(ring_size=RING_SIZE)
        self.log: list[FakeItem] = []
        self.live: list[Reader] = []

    @rule(target=readers, stream_filter=filters)
    def join(self, stream_filter: StreamFilter) -> Reader:
        reader = Reader(self.hub.subscribe(stream_filter, cursor=len(self.log)))
        self.live.append(reader)
        assert reader.subscriber.read_pending() == b""
        return reader

    @rule(tickers=st.lists(st.sampled_from(TICKERS), min_size=1, max_size=3, unique=True), times=st.integers(1, 12))
    def append(self, tickers: list[str], times: int) -> None:
        for _ in range(times):
            item = FakeItem(tickers)
            self.log.append(item)
            for topic in self.hub.match_topics(item, tickers):
                topic.append(b"%d;" % len(self.log), len(self.log), "new_item")
            for reader in self.live:
                if reader.subscriber.topic.filter.matches(item):
                    reader.owed.append(b"%d;" % len(self.log))

    @rule(reader=readers)
    def read_pending(self, reader: Reader) -> None:
        if reader.subscriber.is_overrun:
            return
        missing = len(reader.owed) - len(reader.got)
        assert reader.subscriber.lag == missing
        chunk, seq = reader.subscriber.read_pending(), reader.subscriber.last_seen
        events = [part + b";" for part in chunk.split(b";")[:-1]]
        reader.got += events
        assert reader.got == reader.owed  # these chunks are small: all that is pending comes at once
        assert not events or events[-1] == b"%d;" % seq
        # Resuming the log from there would repeat nothing.
        assert not any(reader.subscriber.topic.filter.matches(item) for item in self.log[seq:])

    @rule(reader=readers)
    def drop(self, reader: Reader) -> None:
        reader.subscriber.topic.drop_events()

    @rule(reader=readers)
    def share(self, reader: Reader) -> None:
        subscriber = reader.subscriber
        for other in list(subscriber.topic.subscribers):
            if other.ring_index == subscriber.ring_index and not other.is_overrun:
                chunks = [subscriber.topic.get_chunk(each.ring_index) for each in (other, subscriber)]
                assert chunks[0] is chunks[1]

    @rule(reader=consumes(readers))
    def leave(self, reader: Reader) -> None:
        self.hub.unregister(reader.subscriber)
        self.hub.unregister(reader.subscriber)
        self.live.remove(reader)

    @rule(target=readers, reader=consumes(readers))
    def rejoin(self, reader: Reader) -> Reader:
        stream_filter = reader.subscriber.topic.filter
        self.leave(reader)
        return self.join(stream_filter)

    @invariant()
    def subscribers_are_overrun_when_the_ring_dropped_their_events(self) -> None:
        for reader in self.live:
            missing = len(reader.owed) - len(reader.got)
            held = reader.subscriber.topic.end - reader.subscriber.topic.begin
            assert reader.subscriber.is_overrun == (missing > held)

    @invariant()
    def topics_exist_while_they_have_subscribers(self) -> None:
        assert set(self.hub.topics) == {reader.subscriber.topic.filter for reader in self.live}
        assert set(self.hub.subscribers) == {reader.subscriber for reader in self.live}
        item = FakeItem(["OTHER"])
        assert not self.hub.match_topics(item, ["OTHER"]) - {t for f, t in self.hub.topics.items() if not f.tickers}
        if not self.live:
            assert not self.hub.match_topics(FakeItem(TICKERS), TICKERS)

    @invariant()
    def rings_are_bounded(self) -> None:
        for topic in self.hub.topics.values():
            assert topic.end - topic.begin < RING_SIZE + max(1, RING_SIZE // 4)


HubMachine.TestCase.settings = settings(max_examples=scale_examples(60), stateful_step_count=40)
TestHubAgainstModel = HubMachine.TestCase


def make_ring(size: int = 4) -> tuple[Hub, Topic, Subscriber]:
    hub = Hub(ring_size=size)
    subscriber = hub.subscribe(StreamFilter(), cursor=0)
    return hub, subscriber.topic, subscriber


def test_topics_for_item_with_several_tickers_returns_each_topic_once() -> None:
    hub = Hub(ring_size=4)
    both = hub.subscribe(StreamFilter(frozenset({"A", "B"})), cursor=0).topic
    everything = hub.subscribe(StreamFilter(), cursor=0).topic
    hub.subscribe(StreamFilter(frozenset({"C"})), cursor=0)

    tickers = ["A", "B", "X"]
    assert hub.match_topics(FakeItem(tickers), tickers) == {both, everything}


def test_read_pending_many_events_come_in_bounded_chunks_without_loss() -> None:
    _, topic, subscriber = make_ring(size=1000)
    events = [b"%04d" % n * 1000 for n in range(100)]
    for seq, event in enumerate(events, start=1):
        topic.append(event, seq, "new_item")

    chunks = []
    while subscriber.lag:
        chunks.append(subscriber.read_pending())
        assert chunks[-1].endswith(events[subscriber.last_seen - 1])

    assert b"".join(chunks) == b"".join(events)
    assert max(map(len, chunks)) < CHUNK_BYTES + 4000


def test_read_pending_event_larger_than_chunk_comes_alone() -> None:
    _, topic, subscriber = make_ring()
    topic.append(b"x" * (3 * CHUNK_BYTES), 1, "new_item")
    topic.append(b"y", 2, "new_item")

    assert (subscriber.read_pending(), subscriber.last_seen) == (b"x" * (3 * CHUNK_BYTES), 1)
    assert (subscriber.read_pending(), subscriber.last_seen) == (b"y", 2)


def test_read_pending_nothing_pending_keeps_cursor_of_newest_event() -> None:
    _, topic, subscriber = make_ring()
    topic.append(b"a", 7, "new_item")

    assert (subscriber.read_pending(), subscriber.last_seen) == (b"a", 7)
    assert (subscriber.read_pending(), subscriber.last_seen) == (b"", 7)


async def test_wait_returns_for_events_and_for_close() -> None:
    hub, topic, subscriber = make_ring()
    waiting = asyncio.create_task(subscriber.wait())
    await asyncio.sleep(0)
    hub.notify()
    await asyncio.sleep(0)
    assert not waiting.done()  # nothing came

    topic.append(b"a", 1, "new_item")
    hub.notify()
    await asyncio.wait_for(waiting, 60)
    subscriber.read_pending()

    waiting = asyncio.create_task(subscriber.wait())
    await asyncio.sleep(0)
    subscriber.close("drain")
    subscriber.close("lifetime")
    await asyncio.wait_for(waiting, 60)
    assert subscriber.close_reason == "drain"
    await asyncio.wait_for(subscriber.wait(), 60)


async def test_wait_cancelled_leaves_nothing_behind() -> None:
    hub, topic, subscriber = make_ring()
    waiting = asyncio.create_task(subscriber.wait())
    await asyncio.sleep(0)

    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    topic.append(b"a", 1, "new_item")
    hub.notify()

    await asyncio.wait_for(subscriber.wait(), 60)
    assert subscriber.read_pending() == b"a"


def test_close_expired_closes_streams_past_their_lifetime() -> None:
    hub = Hub(ring_size=4)
    early, late = (hub.subscribe(StreamFilter(), cursor=0, expires_at=at) for at in (10.0, 20.0))

    hub.close_expired(15.0)

    assert (early.close_reason, late.close_reason) == ("lifetime", None)


def test_send_pending_stream_closed_in_mid_chunk_sends_the_rest_first() -> None:
    hub = Hub(ring_size=16)
    subscriber = hub.subscribe(StreamFilter(), cursor=0)
    done: list[str] = []
    subscriber.bytes_allowed = 1
    subscriber.join_cohort(lambda chunk: len(chunk) // 2)
    subscriber.write_buffered = lambda rest: done.append("rest")
    subscriber.on_ready = lambda: done.append(f"closed: {subscriber.close_reason}")

    subscriber.topic.append(b"frame\n\n", 1, "new_item")
    send_pending(subscriber.topic, deadline=float("inf"))

    assert done == ["rest", "closed: bytes"]
