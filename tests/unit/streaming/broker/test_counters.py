"""What streams were sent is counted exactly, once for all who are sent the same."""

import time
from collections import Counter
from functools import partial

from hypothesis import given
from hypothesis import strategies as st

from streaming.broker.counters import BOUNDS_SECONDS, KINDS, DelayHistogram, pack, unpack
from streaming.broker.hub import FLUSH_BATCH, Hub, StreamFilter, flush
from streaming.protocol.events import Event
from tests.helpers.sse import parse_events
from tests.helpers.waiting import eventually

sendings = st.lists(st.tuples(st.sampled_from(KINDS), st.integers(0, 10**9), st.integers(0, 1000)), max_size=30)


@given(sendings, st.integers(0, 100_000))
def test_packed_counts_add_up_and_multiply_like_the_numbers_themselves(
    sent: list[tuple[str, int, int]], readers: int
) -> None:
    packed = sum(pack(kind, size, events=events) for kind, size, events in sent) * readers

    for kind, (events, size) in unpack(packed).items():
        assert events == readers * sum(number for k, _, number in sent if k == kind)
        assert size == readers * sum(length for k, length, _ in sent if k == kind)


@given(st.lists(st.floats(0, 20), max_size=50))
def test_delays_are_counted_up_to_and_with_each_bound(seconds: list[float]) -> None:
    delays = DelayHistogram()
    for delay in seconds:
        delays.add(delay)

    expected = [sum(delay <= bound for delay in seconds) for bound in (*BOUNDS_SECONDS, float("inf"))]
    assert delays.cumulative_counts() == expected


@given(st.lists(st.tuples(st.sampled_from(KINDS), st.integers(0, 3)), max_size=40), st.integers(1, 4))
def test_what_is_counted_is_what_the_sockets_were_given(steps: list[tuple[str, int]], readers: int) -> None:
    """At each step one of the readers may not be written to, so they are at different positions."""
    hub = Hub(ring_frames=64)
    got = [bytearray() for _ in range(readers)]
    subscribers = [hub.subscribe(StreamFilter(), place=0) for _ in got]
    for number, (kind, stopped) in enumerate(steps):
        frame = Event(kind, f"evt_0a0a0a-{number}", {"n": number}).encode()
        subscribers[0].topic.append(frame, number, pack(kind, len(frame)))
        for index, subscriber in enumerate(subscribers):
            subscriber.write = None if index == stopped else partial(write, got[index])
        flush(subscribers)

    received = Counter(event.kind for pipe in got for event in parse_events(pipe.decode()))
    counted = unpack(hub.counters.sent)
    assert {kind: events for kind, (events, _) in counted.items() if events} == received
    assert sum(size for _, size in counted.values()) == sum(map(len, got))


def write(pipe: bytearray, framed: bytes) -> int:
    """Take a chunk as a socket would, without HTTP's frame around it."""
    pipe += framed.partition(b"\r\n")[2].removesuffix(b"\r\n")
    return len(framed)


async def test_an_item_is_waited_for_until_all_who_can_be_written_to_have_it() -> None:
    hub = Hub(ring_frames=4)
    subscribers = [hub.subscribe(StreamFilter(), place=0) for _ in range(2 * FLUSH_BATCH + 1)]
    written: list[int] = []
    for subscriber in subscribers:
        subscriber.write = lambda framed: written.append(hub.counters.delays.cumulative_counts()[-1]) or len(framed)
    hub.counters.expect_delivery(time.time() - 2)
    subscribers[0].topic.append(b"frame", 1)

    hub.notify()
    await eventually(lambda: hub.counters.delays.cumulative_counts()[-1])

    assert written == [0] * len(subscribers)  # at each write it was still waited for
    assert 2 <= hub.counters.delays.total < 12


def test_no_more_is_waited_for_than_a_ring_holds() -> None:
    hub = Hub(ring_frames=4)
    for _ in range(100):
        hub.counters.expect_delivery(time.time())

    hub.counters.mark_delivered()

    assert hub.counters.delays.cumulative_counts()[-1] == 4


def test_a_clock_that_is_behind_the_one_that_committed_makes_no_delay_below_zero() -> None:
    hub = Hub(ring_frames=4)
    hub.counters.expect_delivery(time.time() + 60)

    hub.counters.mark_delivered()

    assert hub.counters.delays.total == 0
