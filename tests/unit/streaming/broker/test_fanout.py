"""Cohorts against a model: whatever sockets accept, each client gets its events once, in order, and counted."""

from collections import Counter
from dataclasses import dataclass, field

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule

from streaming.broker.fanout import TIME_CHECK_SENDS, send_pending
from streaming.broker.filters import StreamFilter
from streaming.broker.hub import Hub
from streaming.broker.topics import Subscriber, Topic
from tests.helpers.examples import scale_examples

RING_SIZE = 8
AT_ONCE, NEVER = 0.0, float("inf")  # deadlines: after the first client, and after the last


@dataclass(eq=False)
class Client:
    """A client with its connection, which the stream reacts to as `Subscription.deliver` does."""

    hub: Hub
    subscriber: Subscriber
    bytes_allowed: float
    accepts: str = "all"
    received: bytes = b""
    expected: list[tuple[int, bytes]] = field(default_factory=list)  # seq and event, since it joined or was overrun
    skipped: int = 0  # bytes received before it was overrun
    start: int = 0  # seq at which it joined, or from which it went on
    is_full: bool = False
    half: bytes = b""

    def connect(self) -> None:
        self.subscriber.bytes_allowed = self.bytes_allowed
        self.subscriber.write_buffered = self.write_buffered
        self.subscriber.on_ready = self.deliver
        self.deliver()

    def send(self, http_chunk: bytes) -> int:
        assert not self.is_full
        if self.accepts == "all":
            self.received += decode(http_chunk)
            return len(http_chunk)
        if self.accepts == "nothing":
            raise BlockingIOError
        self.half = http_chunk[: len(http_chunk) // 2]
        return len(self.half)

    def write_buffered(self, rest: bytes) -> None:
        assert self.subscriber.cohort is None
        self.received += decode(self.half + rest)
        self.is_full, self.half = True, b""

    def deliver(self) -> None:
        if self.is_full:
            return
        subscriber = self.subscriber
        subscriber.leave_cohort()
        if subscriber.close_reason:
            subscriber.on_ready = None
            self.hub.unregister(subscriber)
        elif subscriber.is_overrun:
            seq = subscriber.topic.cursor
            subscriber.move_to(subscriber.topic.end, seq)
            self.expected, self.skipped, self.start = [], len(self.received), seq
            self.deliver()
        elif subscriber.lag:
            data = subscriber.read_pending()
            self.received += data
            self.is_full = True
            subscriber.count_bytes(len(data))
        else:
            subscriber.join_cohort(self.send)


def decode(http_chunk: bytes) -> bytes:
    size, _, rest = http_chunk.partition(b"\r\n")
    data = rest[: int(size, 16)]
    assert rest == data + b"\r\n"
    return data


class FanOutMachine(RuleBasedStateMachine):
    """Clients accept all, half or nothing, drain, leave and rejoin, while fan-outs stop after any number of them."""

    clients = Bundle("clients")

    def __init__(self) -> None:
        super().__init__()
        self.hub = Hub(ring_size=RING_SIZE)
        self.keeper = self.hub.subscribe(StreamFilter(), cursor=0)  # so that the topic stays
        self.seq = 0
        self.open: list[Client] = []
        self.ended: list[Client] = []

    @property
    def topic(self) -> Topic:
        return self.keeper.topic

    @rule(target=clients, bytes_allowed=st.sampled_from([NEVER, NEVER, 40, 150]))
    def join(self, bytes_allowed: float) -> Client:
        subscriber = self.hub.subscribe(StreamFilter(), cursor=self.seq)
        # The log may have gone on without an event for the topic.
        subscriber.move_to(subscriber.ring_index, self.seq)
        client = Client(self.hub, subscriber, bytes_allowed, start=self.seq)
        self.open.append(client)
        client.connect()
        return client

    @rule(sizes=st.lists(st.integers(1, 12), min_size=1, max_size=4), gap=st.integers(0, 2))
    def append(self, sizes: list[int], gap: int) -> None:
        for size in sizes:
            self.seq += 1
            event = b"%d;" % self.seq * size
            self.topic.append(event, self.seq, "new_item")
            for client in self.open:
                client.expected.append((self.seq, event))
        self.seq += gap

    @rule(deadline=st.sampled_from([AT_ONCE, AT_ONCE, NEVER]))
    def flush(self, deadline: float) -> None:
        is_done = send_pending(self.topic, deadline)
        assert is_done == (self.topic.find_hindmost() is None)
        for client in [*self.open]:
            if client.subscriber.cohort is None:
                client.subscriber.notify()

    @rule(client=clients, accepts=st.sampled_from(["all", "half", "nothing"]))
    def accept(self, client: Client, accepts: str) -> None:
        client.accepts = accepts

    @rule(client=clients)
    def drain(self, client: Client) -> None:
        if client in self.open:
            client.is_full = False
            client.deliver()

    @rule()
    def drop_events(self) -> None:
        self.topic.drop_events()

    @rule(client=clients, reason=st.sampled_from(["lifetime", "revoked"]))
    def close(self, client: Client, reason: str) -> None:
        client.subscriber.close(reason)

    @rule(client=consumes(clients))
    def leave(self, client: Client) -> None:
        self.hub.unregister(client.subscriber)
        self.hub.unregister(client.subscriber)

    @invariant()
    def clients_that_ended_are_in_no_cohort(self) -> None:
        gone = [client for client in self.open if client.subscriber not in self.topic.subscribers]
        self.ended += gone
        self.open = [client for client in self.open if client not in gone]
        for client in self.ended:
            assert client.subscriber.cohort is None
            assert client.subscriber not in self.topic.notified

    @invariant()
    def each_client_has_exactly_what_its_position_says(self) -> None:
        for client in self.open:
            subscriber = client.subscriber
            reached = len(client.expected) - subscriber.lag
            if not subscriber.is_overrun:
                events = client.expected[:reached]
                assert client.received[client.skipped :] == b"".join(event for _, event in events)
                assert subscriber.last_seen == (events[-1][0] if events else client.start)
        for client in [*self.open, *self.ended]:
            assert client.subscriber.bytes_sent == len(client.received)

    @invariant()
    def streams_are_closed_when_their_bytes_are_spent(self) -> None:
        for client in [*self.open, *self.ended]:
            if client.subscriber.close_reason == "bytes":
                assert client.subscriber.bytes_sent >= client.bytes_allowed
            elif client.subscriber.close_reason is None:
                assert client.subscriber.bytes_sent < client.bytes_allowed

    @invariant()
    def counters_count_what_clients_received(self) -> None:
        received = b"".join(client.received for client in [*self.open, *self.ended])
        assert self.hub.counters.bytes_sent.total() == len(received)

    @invariant()
    def each_subscriber_reads_by_itself_or_is_in_one_cohort(self) -> None:
        topic = self.topic
        members = [subscriber for cohort in topic.cohorts.values() for subscriber in cohort.sends]
        assert Counter([*members, *topic.notified]) == Counter(topic.subscribers)
        for ring_index, cohort in topic.cohorts.items():
            assert cohort.sends
            assert cohort.ring_index == ring_index
            assert all(subscriber.cohort is cohort for subscriber in cohort.sends)
            assert cohort.nearest_limit <= min(subscriber.byte_limit for subscriber in cohort.sends)


FanOutMachine.TestCase.settings = settings(max_examples=scale_examples(100), stateful_step_count=40)
TestCohortsAgainstModel = FanOutMachine.TestCase


def make_clients(count: int) -> tuple[Hub, Topic, list[Client]]:
    hub = Hub(ring_size=16)
    clients = [Client(hub, hub.subscribe(StreamFilter(), cursor=0), NEVER) for _ in range(count)]
    for client in clients:
        client.connect()
    return hub, clients[0].subscriber.topic, clients


def test_send_pending_touches_no_member_when_all_accept() -> None:
    _, topic, clients = make_clients(3)
    (cohort,) = topic.cohorts.values()

    for seq in (1, 2):
        topic.append(b"%d;" % seq, seq, "new_item")
        assert send_pending(topic, NEVER)

    assert [*topic.cohorts.values()] == [cohort]
    assert [client.received for client in clients] == [b"1;2;"] * 3


def test_item_that_comes_during_a_fan_out_joins_it_for_those_not_reached() -> None:
    _, topic, clients = make_clients(2 * TIME_CHECK_SENDS)
    chunks: list[int] = []
    for client in clients:
        client.subscriber.leave_cohort()
        client.subscriber.join_cohort(lambda http_chunk: chunks.append(http_chunk.count(b";")) or len(http_chunk))

    topic.append(b"1;", 1, "new_item")
    assert not send_pending(topic, AT_ONCE)
    topic.append(b"2;", 2, "new_item")
    assert send_pending(topic, NEVER)

    reached = chunks.index(2)
    assert 0 < reached < len(clients)
    assert chunks == [1] * reached + [2] * (len(clients) - reached) + [1] * reached
    assert len(topic.cohorts) == 1


def test_member_that_does_not_accept_all_leaves_and_returns_when_it_has_caught_up() -> None:
    _, topic, (slow, fast) = make_clients(2)
    slow.accepts = "half"

    topic.append(b"1;", 1, "new_item")
    send_pending(topic, NEVER)
    assert (slow.subscriber.cohort, slow.subscriber.lag) == (None, 0)
    topic.append(b"2;", 2, "new_item")
    send_pending(topic, NEVER)
    assert (slow.received, fast.received, slow.subscriber.lag) == (b"1;", b"1;2;", 1)

    slow.accepts = "all"
    for _ in range(2):  # what it was sent, and what it then reads
        slow.is_full = False
        slow.deliver()
    assert slow.subscriber.cohort is fast.subscriber.cohort
    assert slow.received == fast.received
