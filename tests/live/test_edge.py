"""Pushpin in front: the same stream, held there, whatever happens to relays and origins."""

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

from tests.helpers.items import headline
from tests.helpers.ports import free_port
from tests.helpers.pushpin import Edge, running_pushpin
from tests.helpers.server import Server
from tests.helpers.server_process import Process
from tests.helpers.sse import METRICS_KEYS, SseEvent, Stream, parse_blocks, resume_path

STATUS = "/api/v2/stream/status"
PATIENCE = 200  # seconds; a request that Debian's zurl leaves lying is made again after a minute, and may lie again


@dataclass
class Site:
    """An origin, a Pushpin in front of it, and relays."""

    origin: Server
    edge: Edge
    relays: list[Process] = field(default_factory=list)

    def start_relay(self) -> Process:
        """Start one more relay; it need not lead."""
        relay = Process(self.origin, "relay", name=f"relay-{len(self.relays)}")
        self.relays.append(relay)
        relay.until_logged("relay_waits")
        return relay

    def open(self, path: str = "/api/v2/stream", **headers: str) -> Stream:
        """Open a stream at the edge, and read its beginning."""
        stream = Stream(self.edge.url, path=path, **headers)
        assert stream.status == 200
        stream.read_kinds("heartbeat", "metrics")
        return stream


@pytest.fixture
def start_site(start_clean_server: Callable[..., Server]) -> Iterator[Callable[..., Site]]:
    """Return a function that starts a site with these settings."""
    with tempfile.TemporaryDirectory(prefix="edge-") as folder, ExitStack() as stack:

        def start(**options: object) -> Site:
            origin_port = free_port()
            edge = stack.enter_context(running_pushpin(Path(folder), [origin_port]))
            origin = start_clean_server(
                GRIP_URL=edge.grip_url,
                port=origin_port,
                STREAM_METRICS_SECONDS=0.2,
                STREAM_HEARTBEAT_SECONDS=2,
                **options,
            )
            sites.append(Site(origin, edge))
            sites[-1].start_relay().until_logged("relay_leads")
            return sites[-1]

        sites: list[Site] = []
        yield start
        for relay in (relay for site in sites for relay in site.relays):
            relay.end()
            assert "Traceback" not in relay.log, relay.log[-3000:]


@pytest.fixture
def site(start_site: Callable[..., Site]) -> Site:
    return start_site()


def places(stream: Stream) -> list[int]:
    return [item.seq for item in stream.items()]


def is_in_turn(events: list[SseEvent]) -> bool:
    """Say whether no event's id stands before or ahead of the items so far."""
    seqs = [event.seq for event in events]
    return seqs == sorted(seqs)


def test_a_held_stream_says_what_an_origins_own_says(site: Site) -> None:
    with site.open() as held, Stream(site.origin.url) as own:
        own.read_kinds("metrics")
        site.origin.post(headline(1), headline(2, "MSFT"), {"title": "Both rise 5%", "tickers": ["MSFT", "AAPL"]})
        pairs = list(zip(held.read_items(3), own.read_items(3), strict=True))
        held.read_until(lambda s: s.events[-1].kind == "metrics" and s.events[-1].data["total"] == 3)
        held.read_until(lambda s: [event.kind for event in s.events].count("heartbeat") > 1)
        connections = site.origin.call(STATUS)[1]["connections"]

    assert [(a.kind, a.id, a.data) for a, _ in pairs] == [(b.kind, b.id, b.data) for _, b in pairs]
    assert held.headers["content-type"] == own.headers["content-type"]
    assert held.headers["cache-control"] == own.headers["cache-control"]
    assert not [name for name in held.headers if name.startswith("grip-")]
    assert is_in_turn(held.events)
    assert len({event.id for event in held.events}) == len(held.events)
    assert all(set(event.data) - {"timestamp"} == METRICS_KEYS for event in held.events if event.kind == "metrics")
    assert connections == 1  # that which is not held


def test_filters_and_headlines_are_the_same_at_the_edge(site: Site) -> None:
    with (
        site.open("/api/v2/stream?tickers=AAPL,MSFT&include=headline") as both,
        site.open("/api/v2/stream?tickers=TSLA") as other,
    ):
        for number in range(10):
            site.origin.post(
                {"title": f"All three gain {number}%", "tickers": ["TSLA", "MSFT", "AAPL"]},
                headline(number),
                headline(number, "NVDA"),
            )
        items, others = both.read_items(20), other.read_items(10)
        both.read_until(lambda s: s.events[-1].kind == "metrics" and s.events[-1].data["total"] == 20)
        site.origin.post(headline(99, "NVDA"), headline(98, "TSLA"))
        other.read_items(11)
        site.origin.post(headline(97, "MSFT"))
        both.read_items(21)

    assert [item.seq for item in items] == sorted(n * 3 + k for n in range(10) for k in (1, 2))
    assert [item.seq for item in others] == [n * 3 + 1 for n in range(10)]
    assert items[0].data["title"] == "All three gain 0%"
    assert set(items[0].data["tickers"]) == {"TSLA", "MSFT", "AAPL"}
    for stream in (both, other):
        assert len(set(places(stream))) == len(places(stream))
        assert is_in_turn(stream.events)


def test_where_tls_ends_before_the_edge_a_stream_is_held_and_its_links_are_followed(
    start_site: Callable[..., Site],
) -> None:
    site = start_site(HTTPS=1, TRUSTED_PROXIES="127.0.0.1")
    safe = {"X-Forwarded-Proto": "https"}
    told = {"Authorization": f"Bearer {site.origin.token}", "Content-Type": "application/json"} | safe
    for start in range(0, 1000, 500):
        long = [{"title": f"{n} {'long ' * 100}", "ticker": "AAPL"} for n in range(start, start + 500)]
        assert site.origin.call("/api/v2/items", {"items": long}, **told)[0] == 201
    with Stream(site.edge.url, path="/api/v2/stream?include=headline&since=2026-01-01T00:00:00Z", **safe) as stream:
        stream.read_items(1000, seconds=PATIENCE)
        assert site.origin.call("/api/v2/items", headline(2000), **told)[0] == 201
        stream.read_items(1001, seconds=10)
        connections = site.origin.call(STATUS, **safe)[1]["connections"]

    assert places(stream) == list(range(1, 1002))
    assert connections == 0
    with Stream(site.edge.url) as plain:
        assert plain.status == 301


def test_a_client_moves_between_edge_and_origin_with_its_cursor(site: Site) -> None:
    seen: list[int] = []
    last = ""
    for turn in range(6):
        site.origin.post(*(headline(turn * 10 + n) for n in range(5)))
        url = site.edge.url if turn % 2 else site.origin.url
        with Stream(url, path=resume_path(last) if last else "/api/v2/stream?since=2026-01-01T00:00:00Z") as stream:
            stream.read_items(5, seconds=15)
            stream.read_kinds("metrics")
            site.origin.post(*(headline(turn * 10 + n) for n in range(5, 10)))
            stream.read_items(10, seconds=15)
            seen += places(stream)
            # Any event's id will do: every other time that of the last item, else of what came after.
            last = (stream.items() if turn % 3 else stream.events)[-1].id
    assert seen == list(range(1, 61))


def test_a_long_replay_comes_in_parts_and_goes_on_live(site: Site) -> None:
    for start in range(0, 2000, 500):
        site.origin.post(*({"title": f"{n} {'long ' * 100}", "ticker": "AAPL"} for n in range(start, start + 500)))
    for path in ("/api/v2/stream?include=headline", "/api/v2/stream?include=headline&tickers=AAPL"):
        with Stream(site.edge.url, path=f"{path}&since=2026-01-01T00:00:00Z") as stream:
            stream.read_items(2000, seconds=PATIENCE)
            stream.read_until(lambda s: s.events[-1].kind == "metrics", seconds=10)
            site.origin.post(headline(5000 + len(path)))
            stream.read_items(2000 + 1, seconds=10)

        assert places(stream)[:2000] == list(range(1, 2001))
        assert len(set(places(stream))) == len(places(stream))
        assert is_in_turn(stream.events)


def test_a_cursor_that_cannot_be_resumed_is_reset_at_the_edge_too(site: Site) -> None:
    site.origin.post(headline(1))
    for cursor, reason in (("evt_ffffff-1", "foreign"), ("nonsense", "malformed")):
        with Stream(site.edge.url, **{"Last-Event-ID": cursor}) as stream:
            stream.read_kinds("reset", "metrics")
            site.origin.post(headline(2 + len(cursor)))
            stream.read_items(1)

        assert [event.data["reason"] for event in stream.events if event.kind == "reset"] == [reason]


def test_only_what_a_proxy_has_signed_is_held(site: Site) -> None:
    for signature in ("", "nonsense", "eyJhbGciOiJIUzI1NiJ9.eyJleHAiOjQ4ODg4ODg4ODh9.c2lnbmVkLWJ5LW5vYm9keQ"):
        with Stream(site.origin.url, **{"Grip-Sig": signature}) as stream:
            stream.read_kinds("heartbeat", "metrics")
            site.origin.post(headline(100 + len(signature)))

            assert stream.read_items(1)
            assert not [name for name in stream.headers if name.startswith("grip-")]


def test_who_shows_a_token_is_served_by_the_origin_through_the_edge(site: Site) -> None:
    with site.open(Authorization=f"Bearer {site.origin.token}") as stream:
        assert site.origin.call(STATUS)[1]["connections"] == 1
        site.origin.post(headline(1))
        assert stream.read_items(1)


def test_an_origin_restart_loses_nothing(site: Site) -> None:
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
            stream.read_items(41, seconds=PATIENCE)

    assert all(places(stream) == list(range(1, 42)) for stream in streams)


def test_a_relay_that_is_killed_and_started_again_loses_and_doubles_nothing(site: Site) -> None:
    with ExitStack() as stack:
        streams = [stack.enter_context(site.open(path)) for path in ["/api/v2/stream"] * 40 + [FILTERED] * 10]
        for round_ in range(3):
            with ThreadPoolExecutor(1) as pool:
                posting = pool.submit(post_one_by_one, site.origin, round_ * 100, 60)
                streams[0].read_items(round_ * 70 + 10, seconds=PATIENCE)
                site.relays[-1].kill()
                posting.result(60)
            site.origin.post(*(headline(round_ * 100 + n) for n in range(60, 70)))
            site.start_relay()
            for stream in streams:
                stream.read_items((round_ + 1) * 70, seconds=PATIENCE)

    assert all(places(stream) == list(range(1, 211)) for stream in streams)
    assert all(is_in_turn(stream.events) for stream in streams)


FILTERED = "/api/v2/stream?tickers=AAPL,MSFT"


def test_of_two_relays_one_publishes_and_the_other_takes_over(site: Site) -> None:
    first, second = site.relays[0], site.start_relay()
    with site.open() as stream, site.open(FILTERED) as filtered:
        site.origin.post(*(headline(n) for n in range(10)))
        stream.read_items(10)
        assert "relay_leads" not in second.log
        first.kill()
        site.origin.post(*(headline(n) for n in range(10, 20)))
        stream.read_items(20, seconds=PATIENCE)
        filtered.read_items(20, seconds=PATIENCE)
        assert "resumed=true" in second.until_logged("relay_leads").lower()
        third = site.start_relay()
        second.end()
        site.origin.post(*(headline(n) for n in range(20, 30)))
        stream.read_items(30, seconds=PATIENCE)
        filtered.read_items(30, seconds=PATIENCE)

    assert "relay_leads" in third.log
    assert places(stream) == places(filtered) == list(range(1, 31))


def test_joining_amid_many_items_loses_and_doubles_nothing(site: Site) -> None:
    with ThreadPoolExecutor(1) as pool, ExitStack() as stack:
        posting = pool.submit(post_batches, site.origin, 40)
        streams = []
        while not posting.done():
            streams.append(stack.enter_context(site.open(("/api/v2/stream", FILTERED)[len(streams) % 2])))
        site.origin.post(headline(9999))
        last = int(site.origin.call(STATUS)[1]["head"].split("-")[1])
        for stream in streams:
            stream.read_until(lambda s: places(s)[-1:] == [last], seconds=PATIENCE)

    for stream in streams:
        opened = next(event for event in stream.events if event.kind == "metrics").seq
        assert places(stream) == list(range(opened + 1, last + 1))
        assert is_in_turn(stream.events)


@pytest.mark.parametrize("channel", ["items", "ticker-AAPL"])
def test_the_clients_of_django_eventstream_are_held_too(site: Site, channel: str) -> None:
    def read(stream: Stream, count: int) -> list[str]:
        stream.read_until(lambda s: s.text.count("event: new_item") >= count, seconds=PATIENCE)
        return [block.last_id for block in parse_blocks(stream.text)[0] if block.kind == "new_item"]

    path = f"/events/?channel={channel}"
    with Stream(site.edge.url, path=path) as stream:
        stream.read_until(lambda s: "stream-open" in s.text)
        site.origin.post(headline(0), headline(1, "MSFT"))
        read(stream, 1)  # from here on it is published
        for number in range(2, 12):
            site.origin.post(headline(number), headline(number, "NVDA"))
        ids = read(stream, 22 if channel == "items" else 11)
        connections = site.origin.call(STATUS)[1]["connections"]
    with Stream(site.edge.url, path=f"{path}&lastEventId={ids[-3]}") as again:
        missed = read(again, 2)

    wanted = range(1, 23) if channel == "items" else [1, *range(3, 23, 2)]
    assert ids == [f"{channel}:{place}" for place in wanted]
    assert missed == ids[-2:]
    assert connections == 0


def test_links_that_django_eventstream_has_not_signed_are_refused(site: Site) -> None:
    for query in ("?channel=items&es-meta=x", "?channel=items&link=next&es-meta=a.b.c"):
        status, answer = call(site.edge, f"/events/{query}")

        assert (status, set(answer)) == (400, {"detail"})


def call(edge: Edge, path: str) -> tuple[int, dict[str, str]]:
    """Send one request to the edge; returns status and decoded JSON."""
    try:
        with urllib.request.urlopen(edge.url + path, timeout=20) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


def post_one_by_one(server: Server, start: int, count: int) -> None:
    for number in range(start, start + count):
        server.post(headline(number))


def post_batches(server: Server, count: int) -> None:
    for batch in range(count):
        server.post(*(headline(batch * 20 + n) for n in range(20)))
