"""Counters of what streams were sent, and delivery times."""

import asyncio
import time
from collections import Counter
from functools import partial

from hypothesis import given
from hypothesis import strategies as st

from streaming.broker.counters import DELAY_BOUNDS_SECONDS, DelayHistogram, StreamCounters, sum_counts
from streaming.broker.fanout import TIME_CHECK_SENDS, send_pending
from streaming.broker.filters import StreamFilter
from streaming.broker.hub import SLICE_SECONDS, Hub
from streaming.protocol.events import EVENT_TYPES, Event
from tests.helpers.sse import parse_events
from tests.helpers.waiting import eventually, until

names = st.sampled_from([*EVENT_TYPES])
events = st.lists(st.tuples(names, st.integers(0, 10**9)), max_size=30)


@given(events, st.integers(0, 100_000))
def test_count_sent_to_several_streams_multiplies_events_and_bytes(sent: list[tuple[str, int]], streams: int) -> None:
    counters = StreamCounters(max_undelivered=1)

    counters.count_sent(sum_counts(sent), streams=streams)

    for name in EVENT_TYPES:
        sizes = [size for event, size in sent if event == name]
        assert counters.events_sent[name] == streams * len(sizes)
        assert counters.bytes_sent[name] == streams * sum(sizes)


@given(st.lists(st.floats(0, 20), max_size=50))
def test_delay_histogram_counts_up_to_and_including_each_bound(seconds: list[float]) -> None:
    delays = DelayHistogram()
    for delay in seconds:
        delays.add(delay)

    expected = [sum(delay <= bound for delay in seconds) for bound in (*DELAY_BOUNDS_SECONDS, float("inf"))]
    assert delays.cumulative_counts() == expected


@given(st.lists(st.tuples(names, st.integers(0, 3)), max_size=40), st.integers(1, 4))
def test_send_pending_counts_exactly_what_sockets_were_given(steps: list[tuple[str, int]], clients: int) -> None:
    """At each step one of the clients may be in no cohort, so they are at different ring indexes."""
    hub = Hub(ring_size=64)
    pipes = [bytearray() for _ in range(clients)]
    subscribers = [hub.subscribe(StreamFilter(), cursor=0) for _ in pipes]
    for number, (name, stopped) in enumerate(steps):
        event = Event(name, f"evt_0a0a0a-{number}", {"n": number}).encode()
        subscribers[0].topic.append(event, number, name)
        for index, subscriber in enumerate(subscribers):
            if index == stopped:
                subscriber.leave_cohort()
            elif subscriber.cohort is None:
                pipes[index] += subscriber.read_pending()
                subscriber.join_cohort(partial(write, pipes[index]))
        send_pending(subscribers[0].topic, deadline=float("inf"))

    received = Counter(event.kind for pipe in pipes for event in parse_events(pipe.decode()))
    assert hub.counters.events_sent == received
    assert hub.counters.bytes_sent.total() == sum(map(len, pipes))


def write(pipe: bytearray, http_chunk: bytes) -> int:
    """Accept an HTTP chunk as a socket would, and keep its data."""
    pipe += http_chunk.partition(b"\r\n")[2].removesuffix(b"\r\n")
    return len(http_chunk)


async def test_delivery_time_ends_when_all_writable_clients_have_the_item() -> None:
    hub = Hub(ring_size=4)
    subscribers = [hub.subscribe(StreamFilter(), cursor=0) for _ in range(3 * TIME_CHECK_SENDS)]
    written: list[int] = []
    began_at = time.perf_counter()

    def send(chunk: bytes) -> int:
        if not written:
            until(lambda: time.perf_counter() > began_at + SLICE_SECONDS)  # the others' turn is another one
        written.append(hub.counters.delays.cumulative_counts()[-1])
        return len(chunk)

    for subscriber in subscribers:
        subscriber.join_cohort(send)
    hub.counters.expect_delivery(time.time() - 2)
    subscribers[0].topic.append(b"event", 1, "new_item")

    hub.notify()
    await eventually(lambda: hub.counters.delays.cumulative_counts()[-1])

    assert written == [0] * len(subscribers)  # at each write, delivery was still expected
    assert 2 <= hub.counters.delays.total < 12


async def test_delivery_time_of_a_stream_that_django_serves_ends_when_it_has_read() -> None:
    hub = Hub(ring_size=4)
    subscriber = hub.subscribe(StreamFilter(), cursor=0)
    counts: list[int] = []

    async def serve() -> None:
        await subscriber.wait()
        counts.append(hub.counters.delays.count)
        subscriber.read_pending()

    serving = asyncio.create_task(serve())
    await asyncio.sleep(0)
    hub.counters.expect_delivery(time.time() - 2)
    subscriber.topic.append(b"event", 1, "new_item")
    hub.notify()
    assert hub.counters.delays.count == 0
    await serving
    await eventually(lambda: hub.counters.delays.count)

    assert counts == [0]


async def test_item_that_no_client_reads_is_not_counted_as_delivered() -> None:
    hub = Hub(ring_size=4)
    stopped, reading = (hub.subscribe(StreamFilter(), cursor=0) for _ in range(2))
    stopped.on_ready = lambda: None  # its client has yet to read what it was sent
    hub.unregister(reading)
    hub.counters.expect_delivery(time.time() - 2)
    stopped.topic.append(b"event", 1, "new_item")
    hub.notify()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert hub.counters.delays.count == 0

    reading = hub.subscribe(StreamFilter(), cursor=1)
    reading.join_cohort(len)
    hub.counters.expect_delivery(time.time())
    stopped.topic.append(b"event", 2, "new_item")
    hub.notify()
    await eventually(lambda: hub.counters.delays.count)

    assert hub.counters.delays.count == 1


def test_expected_deliveries_are_bounded_by_ring_size() -> None:
    hub = Hub(ring_size=4)
    for _ in range(100):
        hub.counters.expect_delivery(time.time())
    hub.counters.count_sent([("new_item", 100, 1)])

    hub.counters.mark_delivered()

    assert hub.counters.delays.cumulative_counts()[-1] == 4


def test_mark_delivered_clock_behind_committer_records_zero() -> None:
    hub = Hub(ring_size=4)
    hub.counters.expect_delivery(time.time() + 60)
    hub.counters.count_sent([("new_item", 1, 1)])

    hub.counters.mark_delivered()

    assert hub.counters.delays.total == 0
