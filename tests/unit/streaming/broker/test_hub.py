"""The hub against a model: whoever joins gets every frame of its topic from then on, or is told that it can't."""

import asyncio
from dataclasses import dataclass, field

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule

from streaming.broker.hub import CHUNK_BYTES, Hub, StreamFilter, Subscriber, Topic, flush
from tests.helpers.examples import scale_examples

RING_FRAMES = 8
TICKERS = ["A", "B", "C"]
interests = st.builds(StreamFilter, st.frozensets(st.sampled_from(TICKERS)), st.sampled_from([None, "headline"]))


@dataclass
class Reader:
    """What the model knows of a subscriber: the frames it is owed, and what it got."""

    subscriber: Subscriber
    owed: list[bytes] = field(default_factory=list)
    got: list[bytes] = field(default_factory=list)


def is_wanted(interest: StreamFilter, tickers: list[str]) -> bool:
    return not interest.tickers or not interest.tickers.isdisjoint(tickers)


class HubMachine(RuleBasedStateMachine):
    """Subscribers join, take, stall (by not being drawn), leave and join again while items are appended."""

    readers = Bundle("readers")

    def __init__(self) -> None:
        super().__init__()
        self.hub = Hub(ring_frames=RING_FRAMES)
        self.log: list[list[str]] = []  # the tickers of each item
        self.live: list[Reader] = []

    @rule(target=readers, interest=interests)
    def join(self, interest: StreamFilter) -> Reader:
        reader = Reader(self.hub.subscribe(interest, place=len(self.log)))
        self.live.append(reader)
        assert reader.subscriber.read_pending() == b""
        return reader

    @rule(tickers=st.lists(st.sampled_from(TICKERS), min_size=1, max_size=3, unique=True), times=st.integers(1, 12))
    def append(self, tickers: list[str], times: int) -> None:
        for _ in range(times):
            self.log.append(tickers)
            matching = list(self.hub.topics_for(tickers))
            assert len(matching) == len(set(matching))
            for topic in matching:
                topic.append(b"%d;" % len(self.log), len(self.log))
            for reader in self.live:
                if is_wanted(reader.subscriber.topic.filter, tickers):
                    reader.owed.append(b"%d;" % len(self.log))

    @rule(reader=readers)
    def take(self, reader: Reader) -> None:
        if reader.subscriber.is_overrun:
            return
        missing = len(reader.owed) - len(reader.got)
        assert reader.subscriber.lag == missing
        chunk, seq = reader.subscriber.read_pending(), reader.subscriber.last_seen
        frames = [part + b";" for part in chunk.split(b";")[:-1]]
        reader.got += frames
        assert reader.got == reader.owed  # these chunks are small: all that is pending comes at once
        assert not frames or frames[-1] == b"%d;" % seq
        # Were the log read on from there, nothing would come twice.
        assert not any(is_wanted(reader.subscriber.topic.filter, tickers) for tickers in self.log[seq:])

    @rule(reader=readers)
    def share(self, reader: Reader) -> None:
        subscriber = reader.subscriber
        for other in list(subscriber.topic.subscribers):
            if other.ring_index == subscriber.ring_index and not other.is_overrun:
                assert (
                    subscriber.topic.chunk_from(other.ring_index)[0]
                    is subscriber.topic.chunk_from(subscriber.ring_index)[0]
                )

    @rule(reader=consumes(readers))
    def leave(self, reader: Reader) -> None:
        self.hub.unregister(reader.subscriber)
        self.hub.unregister(reader.subscriber)
        self.live.remove(reader)

    @rule(target=readers, reader=consumes(readers))
    def rejoin(self, reader: Reader) -> Reader:
        interest = reader.subscriber.topic.filter
        self.leave(reader)
        return self.join(interest)

    @invariant()
    def nobody_skips_silently(self) -> None:
        for reader in self.live:
            missing = len(reader.owed) - len(reader.got)
            held = reader.subscriber.topic.end - reader.subscriber.topic.begin
            assert reader.subscriber.is_overrun == (missing > held)

    @invariant()
    def topics_live_as_long_as_their_subscribers(self) -> None:
        assert set(self.hub.topics) == {reader.subscriber.topic.filter for reader in self.live}
        assert set(self.hub.subscribers) == {reader.subscriber for reader in self.live}
        assert not self.hub.topics_for(["nobody's"]) - {t for i, t in self.hub.topics.items() if not i.tickers}
        if not self.live:
            assert not self.hub.topics_for(TICKERS)

    @invariant()
    def rings_are_bounded(self) -> None:
        for topic in self.hub.topics.values():
            assert topic.end - topic.begin < RING_FRAMES + max(1, RING_FRAMES // 4)


HubMachine.TestCase.settings = settings(max_examples=scale_examples(60), stateful_step_count=40)
TestEverySubscriberGetsEveryFrameOrIsTold = HubMachine.TestCase


def ring(frames: int = 4) -> tuple[Hub, Topic, Subscriber]:
    hub = Hub(ring_frames=frames)
    subscriber = hub.subscribe(StreamFilter(), place=0)
    return hub, subscriber.topic, subscriber


def test_an_item_with_several_tickers_reaches_a_topic_that_wants_two_of_them_once() -> None:
    hub = Hub(ring_frames=4)
    both = hub.subscribe(StreamFilter(frozenset({"A", "B"})), place=0).topic
    everything = hub.subscribe(StreamFilter(), place=0).topic
    hub.subscribe(StreamFilter(frozenset({"C"})), place=0)

    assert sorted(map(id, hub.topics_for(["A", "B", "X"]))) == sorted(map(id, [both, everything]))


def test_a_chunk_stays_near_its_bound_and_nothing_is_lost_between_chunks() -> None:
    _, topic, subscriber = ring(frames=1000)
    frames = [b"%04d" % n * 1000 for n in range(100)]
    for seq, frame in enumerate(frames, start=1):
        topic.append(frame, seq)

    chunks = []
    while subscriber.lag:
        chunks.append(subscriber.read_pending())
        assert chunks[-1].endswith(frames[subscriber.last_seen - 1])

    assert b"".join(chunks) == b"".join(frames)
    assert max(map(len, chunks)) < CHUNK_BYTES + 4000


def test_a_frame_larger_than_a_chunk_goes_alone() -> None:
    _, topic, subscriber = ring()
    topic.append(b"x" * (3 * CHUNK_BYTES), 1)
    topic.append(b"y", 2)

    assert (subscriber.read_pending(), subscriber.last_seen) == (b"x" * (3 * CHUNK_BYTES), 1)
    assert (subscriber.read_pending(), subscriber.last_seen) == (b"y", 2)


def test_the_place_reached_is_that_of_the_newest_frame_also_with_nothing_pending() -> None:
    _, topic, subscriber = ring()
    topic.append(b"a", 7)

    assert (subscriber.read_pending(), subscriber.last_seen) == (b"a", 7)
    assert (subscriber.read_pending(), subscriber.last_seen) == (b"", 7)


async def test_a_waiting_subscriber_wakes_for_frames_and_for_its_end() -> None:
    hub, topic, subscriber = ring()
    waiting = asyncio.create_task(subscriber.wait())
    await asyncio.sleep(0)
    hub.notify()
    await asyncio.sleep(0)
    assert not waiting.done()  # nothing came

    topic.append(b"a", 1)
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


async def test_a_wait_that_is_cancelled_leaves_nothing_behind() -> None:
    hub, topic, subscriber = ring()
    waiting = asyncio.create_task(subscriber.wait())
    await asyncio.sleep(0)

    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    topic.append(b"a", 1)
    hub.notify()

    await asyncio.wait_for(subscriber.wait(), 60)
    assert subscriber.read_pending() == b"a"


def test_streams_end_when_their_time_is_up() -> None:
    hub = Hub(ring_frames=4)
    early, late = (hub.subscribe(StreamFilter(), place=0, expires_at=at) for at in (10.0, 20.0))

    hub.close_expired(15.0)

    assert (early.close_reason, late.close_reason) == ("lifetime", None)


def test_a_stream_that_ends_in_the_middle_of_a_chunk_sends_the_rest_of_it_first() -> None:
    hub = Hub(ring_frames=16)
    subscriber = hub.subscribe(StreamFilter(), place=0)
    done: list[str] = []
    subscriber.bytes_allowed = 1
    subscriber.write = lambda framed: len(framed) // 2
    subscriber.write_buffered = lambda rest: done.append("rest")
    subscriber.on_ready = lambda: done.append(f"due: {subscriber.close_reason}")

    subscriber.topic.append(b"frame\n\n", 1)
    flush([subscriber])

    assert done == ["rest", "due: bytes"]
