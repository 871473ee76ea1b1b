"""Streams held by Pushpin in front of the site, through restarts of relays and origins."""

import json
import tempfile
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from streaming.broker.filters import StreamFilter
from streaming.grip.protocol import Message, get_channel_names, resync_message
from tests.helpers.changes import change_on
from tests.helpers.items import headline
from tests.helpers.kills import CHANGE
from tests.helpers.load_clients import committed_events
from tests.helpers.nginx import running_origins_nginx
from tests.helpers.ports import free_port
from tests.helpers.pushpin import Edge, running_pushpin
from tests.helpers.server import Server
from tests.helpers.server_process import Process
from tests.helpers.sse import METRICS_KEYS, SseEvent, Stream, parse_blocks, resume_path
from tests.helpers.waiting import until

STATUS = "/api/v2/stream/status"
SLOW_SECONDS = 200  # a request that Debian's zurl drops is repeated after a minute, and can be dropped again


@dataclass
class Site:
    """An origin, nginx and Pushpin in front of it, and relays."""

    origin: Server
    edge: Edge
    relays: list[Process] = field(default_factory=list)

    def start_relay(self) -> Process:
        """Start another relay, which may be on standby."""
        relay = Process(self.origin, "relay", name=f"relay-{len(self.relays)}")
        self.relays.append(relay)
        relay.until_logged("relay_standby")
        return relay

    def open(self, path: str = "/api/v2/stream", **headers: str) -> Stream:
        """Open a stream at the edge and read its opening."""
        stream = Stream(self.edge.url, path=path, **headers)
        assert stream.status == 200
        stream.receive_kinds("heartbeat", "metrics")
        return stream


@pytest.fixture
def start_site(start_clean_server: Callable[..., Server]) -> Iterator[Callable[..., Site]]:
    """Return a function that starts a site with these settings."""
    with tempfile.TemporaryDirectory(prefix="edge-") as folder, ExitStack() as stack:

        def start(**options: object) -> Site:
            origin_port = free_port()
            nginx_port = stack.enter_context(running_origins_nginx(origin_port, Path(folder) / "nginx"))
            edge = stack.enter_context(running_pushpin(Path(folder), [nginx_port]))
            origin = start_clean_server(
                GRIP_URL=edge.grip_url,
                port=origin_port,
                STREAM_METRICS_SECONDS=0.2,
                STREAM_HEARTBEAT_SECONDS=2,
                **options,
            )
            sites.append(Site(origin, edge))
            sites[-1].start_relay().until_logged("relay_leader_acquired")
            return sites[-1]

        sites: list[Site] = []
        yield start
        for relay in (relay for site in sites for relay in site.relays):
            relay.end()
            assert "Traceback" not in relay.log, relay.log[-3000:]


@pytest.fixture
def site(start_site: Callable[..., Site]) -> Site:
    return start_site()


def item_events(stream: Stream) -> list[tuple[str, int]]:
    return [
        (event.kind, event.seq) for event in stream.events if event.kind.endswith(("_item", "_updated", "_removed"))
    ]


def item_seqs(stream: Stream) -> list[int]:
    return [item.seq for item in stream.items()]


def is_in_order(events: list[SseEvent]) -> bool:
    """Return whether the ids of all events are in the order of the log."""
    seqs = [event.seq for event in events]
    return seqs == sorted(seqs)


def test_held_stream_equals_the_origins_own(site: Site) -> None:
    with site.open() as held, Stream(site.origin.url) as own:
        own.receive_kinds("metrics")
        site.origin.post(headline(1), headline(2, "MSFT"), {"title": "Both rise 5%", "tickers": ["MSFT", "AAPL"]})
        pairs = list(zip(held.receive_items(3), own.receive_items(3), strict=True))
        held.receive_until(lambda s: s.events[-1].kind == "metrics" and s.events[-1].data["total"] == 3)
        held.receive_until(lambda s: [event.kind for event in s.events].count("heartbeat") > 1)
        connections = site.origin.call(STATUS)[1]["connections"]

    assert [(a.kind, a.id, a.data) for a, _ in pairs] == [(b.kind, b.id, b.data) for _, b in pairs]
    assert held.headers["content-type"] == own.headers["content-type"]
    assert held.headers["cache-control"] == own.headers["cache-control"]
    assert not [name for name in held.headers if name.startswith("grip-")]
    assert is_in_order(held.events)
    assert len({event.id for event in held.events}) == len(held.events)
    assert all(set(event.data) - {"timestamp"} == METRICS_KEYS for event in held.events if event.kind == "metrics")
    assert connections == 1  # the stream that is not held


def test_held_stream_with_filter_and_headlines_carries_matching_items(site: Site) -> None:
    with (
        site.open("/api/v2/stream?tickers=AAPL,MSFT&include=headline") as two_tickers,
        site.open("/api/v2/stream?tickers=TSLA") as one_ticker,
    ):
        for number in range(10):
            site.origin.post(
                {"title": f"All three gain {number}%", "tickers": ["TSLA", "MSFT", "AAPL"]},
                headline(number),
                headline(number, "NVDA"),
            )
        two_tickers_items, one_ticker_items = two_tickers.receive_items(20), one_ticker.receive_items(10)
        two_tickers.receive_until(lambda s: s.events[-1].kind == "metrics" and s.events[-1].data["total"] == 30)
        site.origin.post(headline(99, "NVDA"), headline(98, "TSLA"))
        one_ticker.receive_items(11)
        site.origin.post(headline(97, "MSFT"))
        two_tickers.receive_items(21)

    assert [item.seq for item in two_tickers_items] == sorted(n * 3 + k for n in range(10) for k in (1, 2))
    assert [item.seq for item in one_ticker_items] == [n * 3 + 1 for n in range(10)]
    assert two_tickers_items[0].data["title"] == "All three gain 0%"
    assert set(two_tickers_items[0].data["tickers"]) == {"TSLA", "MSFT", "AAPL"}
    for stream in (two_tickers, one_ticker):
        assert len(set(item_seqs(stream))) == len(item_seqs(stream))
        assert is_in_order(stream.events)


def test_held_streams_get_historical_items_only_if_they_include_them(site: Site) -> None:
    with (
        site.open() as plain,
        site.open("/api/v2/stream?include=historical") as including,
        site.open("/api/v2/stream?ticker=AAPL&include=historical,headline") as filtered,
    ):
        site.origin.post(headline(1), headline(2, "MSFT"))
        for stream, count in ((plain, 2), (including, 2), (filtered, 1)):
            stream.receive_items(count, seconds=SLOW_SECONDS)
        site.origin.append_historical(10, 30)
        site.origin.post(headline(3))
        for stream, count in ((plain, 3), (including, 33), (filtered, 32)):
            stream.receive_items(count, seconds=SLOW_SECONDS)
        tail = site.origin.call(STATUS)[1]["tail"]
        with site.open(resume_path(tail)) as resumed:
            assert item_seqs(resumed) == [1, 2, 33]
        connections = site.origin.call(STATUS)[1]["connections"]

    assert item_seqs(plain) == [1, 2, 33]
    assert item_seqs(including) == [*range(1, 34)]
    assert item_seqs(filtered) == [1, *range(3, 34)]
    assert connections == 0
    for stream in (plain, including, filtered):
        assert is_in_order(stream.events)


def test_held_stream_behind_tls_terminating_proxy_follows_links(
    start_site: Callable[..., Site],
) -> None:
    site = start_site(HTTPS=1, TRUSTED_PROXIES="127.0.0.1")
    https = {"X-Forwarded-Proto": "https"}
    headers = {"Authorization": f"Bearer {site.origin.token}", "Content-Type": "application/json"} | https
    for start in range(0, 1000, 500):
        long = [{"title": f"{n} {'long ' * 100}", "ticker": "AAPL"} for n in range(start, start + 500)]
        assert site.origin.call("/api/v2/items", {"items": long}, **headers)[0] == 201
    with Stream(site.edge.url, path="/api/v2/stream?include=headline&since=2026-01-01T00:00:00Z", **https) as stream:
        stream.receive_items(1000, seconds=SLOW_SECONDS)
        assert site.origin.call("/api/v2/items", headline(2000), **headers)[0] == 201
        stream.receive_items(1001, seconds=10)
        connections = site.origin.call(STATUS, **https)[1]["connections"]

    assert item_seqs(stream) == list(range(1, 1002))
    assert connections == 0
    with Stream(site.edge.url) as plain:
        assert plain.status == 301


def test_held_streams_of_a_site_at_a_path_follow_links_and_resume(start_site: Callable[..., Site]) -> None:
    site = start_site(SITE_PREFIX="/news")
    with site.open("/news/api/v2/stream") as stream, site.open("/api/v2/stream") as stripped:
        site.origin.post(headline(1))
        ids = [each.receive_items(1)[0].id for each in (stream, stripped)]
        before = len(site.edge.log)
        publish(site.edge, resync_message(get_channel_names(StreamFilter()).items))
        answered = "/news/api/v2/stream?grip=next route=*,*,*,* code=200"
        until(lambda: site.edge.log[before:].count(answered) == 2, what="both streams have asked at the path")
        site.origin.post(headline(2))
        for each in (stream, stripped):
            each.receive_items(2, seconds=SLOW_SECONDS)
        connections = site.origin.call(STATUS)[1]["connections"]
    with Stream(site.edge.url, path="/news" + resume_path(ids[0])) as resumed:
        resumed.receive_items(1, seconds=SLOW_SECONDS)

    assert ids[0] == ids[1]
    assert item_seqs(stream) == item_seqs(stripped) == [1, 2]
    assert item_seqs(resumed) == [2]
    assert connections == 0


def test_client_resumes_across_edge_and_origin_with_its_cursor(site: Site) -> None:
    received: list[int] = []
    last_id = ""
    for turn in range(6):
        site.origin.post(*(headline(turn * 10 + n) for n in range(5)))
        url = site.edge.url if turn % 2 else site.origin.url
        with Stream(
            url, path=resume_path(last_id) if last_id else "/api/v2/stream?since=2026-01-01T00:00:00Z"
        ) as stream:
            stream.receive_items(5, seconds=15)
            stream.receive_kinds("metrics")
            site.origin.post(*(headline(turn * 10 + n) for n in range(5, 10)))
            stream.receive_items(10, seconds=15)
            received += item_seqs(stream)
            # The id of any event resumes: of the last item in some turns, of a later event in others.
            last_id = (stream.items() if turn % 3 else stream.events)[-1].id
    assert received == list(range(1, 61))


def test_long_replay_at_edge_is_sent_in_parts_and_continues_live(site: Site) -> None:
    for start in range(0, 2000, 500):
        site.origin.post(*({"title": f"{n} {'long ' * 100}", "ticker": "AAPL"} for n in range(start, start + 500)))
    for path in ("/api/v2/stream?include=headline", "/api/v2/stream?include=headline&tickers=AAPL"):
        with Stream(site.edge.url, path=f"{path}&since=2026-01-01T00:00:00Z") as stream:
            stream.receive_items(2000, seconds=SLOW_SECONDS)
            stream.receive_until(lambda s: s.events[-1].kind == "metrics", seconds=10)
            site.origin.post(headline(5000 + len(path)))
            stream.receive_items(2000 + 1, seconds=10)

        assert item_seqs(stream)[:2000] == list(range(1, 2001))
        assert len(set(item_seqs(stream))) == len(item_seqs(stream))
        assert is_in_order(stream.events)


def test_cursor_that_cannot_be_resumed_at_edge_gets_reset(site: Site) -> None:
    site.origin.post(headline(1))
    for cursor, reason in (("evt_ffffff-1", "foreign"), ("nonsense", "malformed")):
        with Stream(site.edge.url, **{"Last-Event-ID": cursor}) as stream:
            stream.receive_kinds("reset", "metrics")
            site.origin.post(headline(2 + len(cursor)))
            stream.receive_items(1)

        assert [event.data["reason"] for event in stream.events if event.kind == "reset"] == [reason]


def test_request_without_valid_grip_signature_is_not_held(site: Site) -> None:
    for signature in ("", "nonsense", "eyJhbGciOiJIUzI1NiJ9.eyJleHAiOjQ4ODg4ODg4ODh9.c2lnbmVkLWJ5LW5vYm9keQ"):
        with Stream(site.origin.url, **{"Grip-Sig": signature}) as stream:
            stream.receive_kinds("heartbeat", "metrics")
            site.origin.post(headline(100 + len(signature)))

            assert stream.receive_items(1)
            assert not [name for name in stream.headers if name.startswith("grip-")]


def test_request_with_token_is_served_by_the_origin_through_the_edge(site: Site) -> None:
    with site.open(Authorization=f"Bearer {site.origin.token}") as stream:
        assert site.origin.call(STATUS)[1]["connections"] == 1
        site.origin.post(headline(1))
        assert stream.receive_items(1)


def test_past_range_is_played_by_the_origin_through_the_edge(site: Site) -> None:
    site.origin.post(*(headline(n) for n in range(1, 301)))
    generation = site.origin.call(STATUS)[1]["head"].rpartition("-")[0]
    path = f"/api/v2/stream?since={generation}-50&until={generation}-250&speed=max&include=headline"

    with Stream(site.edge.url, path=path) as stream:
        stream.receive_to_end()
    with Stream(site.edge.url, path=path, **{"Last-Event-ID": stream.events[-1].id}) as again:
        assert again.status == 204

    assert item_seqs(stream) == [*range(51, 251)]
    assert [event.data["total"] for event in stream.events if event.kind == "metrics"] == [50, 250]
    assert not [name for name in stream.headers if name.startswith("grip-")]


def test_held_streams_lose_nothing_when_the_origin_restarts(site: Site) -> None:
    with ExitStack() as stack:
        streams = [stack.enter_context(site.open()) for _ in range(50)]
        assert site.origin.call(STATUS)[1]["connections"] == 0
        site.origin.post(*(headline(n) for n in range(20)))
        site.origin.kill()
        site.origin.start()
        site.origin.post(*(headline(n) for n in range(20, 40)))
        site.origin.stop()
        site.origin.start()
        site.origin.post(headline(40))
        for stream in streams:
            stream.receive_items(41, seconds=SLOW_SECONDS)

    assert all(item_seqs(stream) == list(range(1, 42)) for stream in streams)


def test_held_streams_that_ask_for_items_while_the_origin_is_down_continue_with_it(site: Site) -> None:
    with ExitStack() as stack:
        streams = [stack.enter_context(site.open()) for _ in range(50)]
        site.origin.post(headline(0))
        for stream in streams:
            stream.receive_items(1, seconds=SLOW_SECONDS)
        site.origin.kill()
        before = len(site.edge.log)
        # All ask at once and share one request; some of them come just when it has failed.
        publish(site.edge, resync_message(get_channel_names(StreamFilter()).items))
        until(lambda: "grip=next" in site.edge.log[before:], what="a stream has asked in vain")
        site.origin.start()
        site.origin.post(headline(1))
        for stream in streams:
            stream.receive_items(2, seconds=SLOW_SECONDS)

    assert all(item_seqs(stream) == [1, 2] for stream in streams)


def test_held_streams_neither_lose_nor_repeat_items_when_relays_are_killed(site: Site) -> None:
    with ExitStack() as stack:
        streams = [stack.enter_context(site.open(path)) for path in ["/api/v2/stream"] * 40 + [FILTERED] * 10]
        for round_ in range(3):
            with ThreadPoolExecutor(1) as pool:
                posting = pool.submit(post_one_by_one, site.origin, round_ * 100, 60)
                streams[0].receive_items(round_ * 70 + 10, seconds=SLOW_SECONDS)
                site.relays[-1].kill()
                posting.result(60)
            site.origin.post(*(headline(round_ * 100 + n) for n in range(60, 70)))
            site.start_relay()
            for stream in streams:
                stream.receive_items((round_ + 1) * 70, seconds=SLOW_SECONDS)

    assert all(item_seqs(stream) == list(range(1, 211)) for stream in streams)
    assert all(is_in_order(stream.events) for stream in streams)


FILTERED = "/api/v2/stream?tickers=AAPL,MSFT"


def test_relay_standby_becomes_leader_when_the_leader_stops(site: Site) -> None:
    first, second = site.relays[0], site.start_relay()
    with site.open() as stream, site.open(FILTERED) as filtered:
        site.origin.post(*(headline(n) for n in range(10)))
        stream.receive_items(10)
        assert "relay_leader_acquired" not in second.log
        first.kill()
        site.origin.post(*(headline(n) for n in range(10, 20)))
        stream.receive_items(20, seconds=SLOW_SECONDS)
        filtered.receive_items(20, seconds=SLOW_SECONDS)
        assert "resumed=true" in second.until_logged("relay_leader_acquired").lower()
        third = site.start_relay()
        second.end()
        site.origin.post(*(headline(n) for n in range(20, 30)))
        stream.receive_items(30, seconds=SLOW_SECONDS)
        filtered.receive_items(30, seconds=SLOW_SECONDS)

    assert "relay_leader_acquired" in third.log
    assert item_seqs(stream) == item_seqs(filtered) == list(range(1, 31))


def test_streams_opened_while_items_arrive_neither_lose_nor_repeat_items(site: Site) -> None:
    with ThreadPoolExecutor(1) as pool, ExitStack() as stack:
        posting = pool.submit(post_batches, site.origin, 40)
        streams = []
        while not posting.done():
            streams.append(stack.enter_context(site.open(("/api/v2/stream", FILTERED)[len(streams) % 2])))
        site.origin.post(headline(9999))
        last = int(site.origin.call(STATUS)[1]["head"].split("-")[1])
        for stream in streams:
            stream.receive_until(lambda s: item_seqs(s)[-1:] == [last], seconds=SLOW_SECONDS)

    for stream in streams:
        opened = next(event for event in stream.events if event.kind == "metrics").seq
        assert item_seqs(stream) == list(range(opened + 1, last + 1))
        assert is_in_order(stream.events)


@pytest.mark.parametrize("channel", ["items", "ticker-AAPL"])
def test_eventstream_clients_are_held_and_resume(site: Site, channel: str) -> None:
    def receive(stream: Stream, count: int) -> list[str]:
        stream.receive_until(lambda s: s.text.count("event: new_item") >= count, seconds=SLOW_SECONDS)
        return [block.last_id for block in parse_blocks(stream.text)[0] if block.kind == "new_item"]

    path = f"/events/?channel={channel}"
    with Stream(site.edge.url, path=path) as stream:
        stream.receive_until(lambda s: "stream-open" in s.text)
        site.origin.post(headline(0), headline(1, "MSFT"))
        receive(stream, 1)  # by now the relay publishes this channel
        for number in range(2, 12):
            site.origin.post(headline(number), headline(number, "NVDA"))
        ids = receive(stream, 22 if channel == "items" else 11)
        connections = site.origin.call(STATUS)[1]["connections"]
    with Stream(site.edge.url, path=f"{path}&lastEventId={ids[-3]}") as resumed:
        missed = receive(resumed, 2)

    seqs = range(1, 23) if channel == "items" else [1, *range(3, 23, 2)]
    assert ids == [f"{channel}:{seq}" for seq in seqs]
    assert missed == ids[-2:]
    assert connections == 0


def test_unsigned_eventstream_links_return_400(site: Site) -> None:
    for query in ("?channel=items&es-meta=x", "?channel=items&link=next&es-meta=a.b.c"):
        status, payload = call(site.edge, f"/events/{query}")

        assert (status, set(payload)) == (400, {"detail"})


def call(edge: Edge, path: str) -> tuple[int, dict[str, str]]:
    """Send one request to the edge; returns status and decoded JSON."""
    try:
        with urllib.request.urlopen(edge.url + path, timeout=20) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


def publish(edge: Edge, message: Message) -> None:
    """Publish one message as the relay does."""
    body = json.dumps({"items": [message]}).encode()
    request = urllib.request.Request(
        f"http://127.0.0.1:{edge.publish_port}/publish/", body, {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        assert answer.status == 200


def post_one_by_one(server: Server, start: int, count: int) -> None:
    for number in range(start, start + count):
        server.post(headline(number))


def post_batches(server: Server, count: int) -> None:
    for batch in range(count):
        server.post(*(headline(batch * 20 + n) for n in range(20)))


def test_held_streams_get_corrections_and_withdrawals_as_they_ask(site: Site) -> None:
    queries = ("", "?include=headline", "?include=headline,entities,changes", "?ticker=AAPL&include=entities,changes")
    changed = [("new_item", n) for n in (1, 2, 3, 4)] + [("item_updated", n) for n in (5, 6, 7)]
    expected = [
        [("new_item", n) for n in (1, 2, 3, 4, 5, 6, 7, 9)],
        [("new_item", n) for n in (1, 2, 3, 4, 5, 6, 7, 9)],
        [*changed, ("item_removed", 8), ("new_item", 9)],
        [
            *(("new_item", n) for n in (1, 2, 4)),
            *(("item_updated", 5), ("item_removed", 6), ("item_removed", 8), ("new_item", 9)),
        ],
    ]
    with ExitStack() as stack:
        streams = [stack.enter_context(site.open(f"/api/v2/stream{query}")) for query in queries]
        eventstream = stack.enter_context(Stream(site.edge.url, path="/events/?channel=items"))
        secret = {"title": "Quixotic Motors accused of arson", "ticker": "AAPL"}
        ids = site.origin.post(headline(1), headline(2), headline(3, "MSFT"), secret)
        for stream in streams:
            stream.receive_until(lambda s: len(item_events(s)) >= 3, seconds=SLOW_SECONDS)
        change_on(
            site.origin,
            f"change_item({ids[0]!r}, title='AAPL profit falls')",
            f"change_item({ids[1]!r}, tickers=['MSFT'])",
            f"rescore_item({ids[2]!r}, 'negative')",
            f"withdraw_items({ids[3]!r}, reason='libel')",
        )
        site.origin.post(headline(9))
        for stream, events in zip(streams, expected, strict=True):
            stream.receive_until(lambda s, events=events: len(item_events(s)) >= len(events), seconds=SLOW_SECONDS)
            assert item_events(stream) == events
            assert is_in_order(stream.events)
        eventstream.receive_until(lambda s: "items:9" in s.text, seconds=SLOW_SECONDS)
        tail = site.origin.call(STATUS)[1]["tail"]
        for query in queries:
            path = f"/api/v2/stream{query or '?'}&last_event_id={tail}"
            with site.open(path) as resumed:
                assert item_events(resumed) == expected[queries.index(query)]
                assert "Quixotic" not in resumed.text
        assert site.origin.call(STATUS)[1]["connections"] == 0

    removals = [event.data["reason"] for event in streams[3].events if event.kind == "item_removed"]
    assert removals == ["left_filter", "libel"]
    blocks = [block for block in parse_blocks(eventstream.text)[0] if block.kind == "new_item"]
    assert [block.last_id for block in blocks] == [f"items:{n}" for n in (1, 2, 3, 4, 5, 6, 7, 9)]


def test_held_streams_lose_no_change_when_relay_and_origin_are_killed(site: Site) -> None:
    queries = ("", "include=headline,entities,changes", "tickers=AAPL,MSFT&include=changes")
    with ExitStack() as stack:
        streams = [stack.enter_context(site.open(f"/api/v2/stream?{query}")) for query in queries]
        eventstream = stack.enter_context(Stream(site.edge.url, path="/events/?channel=items"))
        post_batches(site.origin, 1)
        changing = Process(
            site.origin, "shell", "-v0", "-c", CHANGE.format(seed=1, changes=60, pause=0.05), name="changes"
        )
        for batch in (1, 2):
            site.origin.post(*(headline(batch * 20 + n) for n in range(20)))
            streams[0].receive_until(lambda s, n=batch * 30: len(item_events(s)) >= n, seconds=SLOW_SECONDS)
            if batch == 1:
                site.relays[-1].kill()
                site.start_relay()
            else:
                site.origin.kill()
                site.origin.start()
        assert changing.wait() == 0, changing.log
        site.origin.post(headline(9999), headline(9998, "MSFT"))
        for query, stream in zip(queries, streams, strict=True):
            expected = [(kind, seq) for seq, _, kind in committed_events(site.origin, query)]
            stream.receive_until(
                lambda s, expected=expected: len(item_events(s)) >= len(expected), seconds=SLOW_SECONDS
            )
            assert item_events(stream) == expected
            assert is_in_order(stream.events)
        last_ids = [f"items:{seq}" for seq, _, _ in committed_events(site.origin)]
        eventstream.receive_until(lambda s: last_ids[-1] in s.text, seconds=SLOW_SECONDS)

    blocks = [block for block in parse_blocks(eventstream.text)[0] if block.kind == "new_item"]
    assert [block.last_id for block in blocks] == last_ids
    assert {kind for kind, _ in item_events(streams[1])} == {"new_item", "item_updated", "item_removed"}
