"""Past ranges of the log, played by real servers: the same events, in order, paused, cut and resumed."""

import socket
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from urllib.parse import quote, urlencode

import pytest

from tests.helpers.account_clients import AccountClient, start_anonymous_session
from tests.helpers.items import headline
from tests.helpers.server import SERVE_COMMANDS, Server
from tests.helpers.sse import SseEvent, Stream, find_last_retry
from tests.helpers.waiting import until

WAYS = {name: SERVE_COMMANDS[name] for name in ("detached", "by-django")}  # tests/live/test_stream.py runs all


@pytest.fixture(params=WAYS.values(), ids=WAYS)
def start_any_server(
    request: pytest.FixtureRequest, start_clean_server: Callable[..., Server]
) -> Callable[..., Server]:
    """Return a function that starts a server; the test runs once for each of WAYS."""
    return lambda **options: start_clean_server(command=request.param, **options)


def cursor(server: Server, seq: int) -> str:
    """Return the id of a place in the server's log."""
    return f"{server.call('/api/v2/stream/status')[1]['tail'].rpartition('-')[0]}-{seq}"


def play(server: Server, *, after: int, up_to: int, **query: str) -> str:
    """Return the path of a range between two places of the log."""
    ends = {"since": cursor(server, after), "until": cursor(server, up_to), "speed": "max"}
    return f"/api/v2/stream?{urlencode(ends | query)}"


def space_out(server: Server, *minutes: int) -> None:
    """Give the first items of the log times so many minutes after noon of a past day."""
    script = (
        "from datetime import datetime, timedelta, UTC; from news.models import Bucket, Item\n"
        f"for seq, minutes in enumerate({minutes}, 1):\n"
        "    time = datetime(2026, 1, 31, 12, tzinfo=UTC) + timedelta(minutes=minutes)\n"
        "    Item.objects.filter(seq=seq).update(appended_at=time, first_appended_at=time)\n"
        "Bucket.objects.filter(seconds__gt=0).delete()"
    )
    for command in (("shell", "-v0", "-c", script), ("rebuild_buckets",)):
        done = server.manage(*command)
        assert done.returncode == 0, done.stderr


def kinds(events: Sequence[SseEvent]) -> list[str]:
    return [event.kind for event in events]


def connections(server: Server) -> int:
    count: int = server.call("/api/v2/stream/status")[1]["connections"]
    return count


def test_playback_sends_what_the_live_stream_sent_and_ends(start_any_server: Callable[..., Server]) -> None:
    server = start_any_server()
    with Stream(server.url, path="/api/v2/stream?include=headline") as live:
        live.receive_kinds("metrics")
        server.post(*(headline(n, ("AAPL", "MSFT", "AMD")[n % 3]) for n in range(250)))
        recorded = live.receive_items(250)

    with Stream(server.url, path=play(server, after=100, up_to=230, include="headline")) as stream:
        stream.receive_to_end()
        events = stream.events

    assert stream.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert stream.headers["cache-control"] == "no-cache, no-transform"
    assert kinds(events) == ["heartbeat", "metrics", *["new_item"] * 130, "metrics", "heartbeat"]
    assert stream.items() == recorded[100:230]
    assert [event.seq for event in (*events[:2], *events[-2:])] == [100, 100, 230, 230]
    assert [event.data["total"] for event in events if event.kind == "metrics"] == [100, 230]
    assert len({event.id for event in events}) == len(events)
    assert find_last_retry(stream.text)
    with Stream(server.url, path=play(server, after=100, up_to=230), **{"Last-Event-ID": events[-1].id}) as again:
        assert (again.status, again.headers["cache-control"]) == (204, "no-store")
    until(lambda: connections(server) == 0, seconds=5)


def test_playback_cut_anywhere_resumes_without_loss(start_any_server: Callable[..., Server]) -> None:
    server = start_any_server(STREAM_HEARTBEAT_SECONDS=0.05)
    server.post(*(headline(n, ("AAPL", "MSFT")[n % 2]) for n in range(40)))
    space_out(server, *range(0, 80, 2))
    path = play(server, after=3, up_to=38, tickers="MSFT", speed="1200")  # 0.2 s between two items
    events: list[SseEvent] = []

    for count in (1, 4, 2, 6, 100):
        resume = {"Last-Event-ID": events[-1].id} if events else {}
        with Stream(server.url, path=path, **resume) as stream:
            stream.receive_until(lambda s, count=count: s.is_ended or len(s.items()) >= count)
            events += stream.events

    last_seen = 3
    for event in events:
        if event.kind == "new_item":
            assert event.seq == (last_seen + 2 if last_seen > 3 else 4)
            last_seen = event.seq
        else:
            assert event.seq in (last_seen, 38)
    assert last_seen == 38
    *_, last_metrics = (event for event in events if event.kind == "metrics")
    assert (last_metrics.seq, last_metrics.data["by_tag"]) == (38, {"MSFT": 19})
    assert events[-1].kind == "heartbeat"


@pytest.mark.parametrize("way", ["detached", "by-django"])  # Uvicorn waits for the clients
def test_playback_pauses_with_heartbeats_and_ends_with_the_server(
    start_clean_server: Callable[..., Server], way: str
) -> None:
    server = start_clean_server(command=SERVE_COMMANDS[way], STREAM_HEARTBEAT_SECONDS=0.1)
    server.post(*(headline(n) for n in range(4)))
    space_out(server, 0, 0, 60, 120)
    path = "/api/v2/stream?since=2026-01-31T12:00:00Z&until=2026-01-31T14:00:00Z&speed=1"
    with Stream(server.url, path=path) as stream:
        stream.receive_until(lambda s: kinds(s.events)[-3:] == ["heartbeat"] * 3)
        assert [item.seq for item in stream.items()] == [1, 2]

        assert server.stop() == 0
        stream.receive_to_end()

    assert [item.seq for item in stream.items()] == [1, 2]
    assert {event.seq for event in stream.events[4:]} == {2}
    assert find_last_retry(stream.text)
    server.start()
    with Stream(server.url, path=f"{path}&last_event_id={stream.events[-1].id}") as resumed:
        assert [item.seq for item in resumed.receive_items(1)] == [3]
        assert [event.data["total"] for event in resumed.events if event.kind == "metrics"] == [2]


@pytest.mark.parametrize("way", ["detached", "by-django"])  # Uvicorn has no write timeout
def test_playback_client_that_stops_reading_is_closed(start_clean_server: Callable[..., Server], way: str) -> None:
    server = start_clean_server(command=SERVE_COMMANDS[way], STREAM_WRITE_TIMEOUT_SECONDS=1)
    for start in range(0, 3000, 1000):
        server.post(*({"title": f"{n} ".ljust(1500, "x"), "ticker": "AAPL"} for n in range(start, start + 1000)))
    path = play(server, after=0, up_to=3000, include="headline")

    with Stream(server.url, path=path) as stopped, Stream(server.url, path=path) as reader:
        stopped.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        reader.receive_to_end()

        assert [item.seq for item in reader.items()] == list(range(1, 3001))
        until(lambda: connections(server) == 0, seconds=10)


def test_playback_limit_per_address_leaves_slots_to_live_streams(start_any_server: Callable[..., Server]) -> None:
    server = start_any_server(STREAM_MAX_PLAYBACKS_PER_ADDRESS=2, STREAM_MAX_CONNECTIONS=10)
    server.post(headline(1), headline(2))
    space_out(server, 0, 60)
    path = play(server, after=0, up_to=2, speed="1")
    with ExitStack() as streams:
        for _ in range(2):
            streams.enter_context(Stream(server.url, path=path)).receive_items(1)
        status, answer = server.call(path)
        live = streams.enter_context(Stream(server.url))

        assert status == 429
        assert "limit 2" in answer["detail"]
        assert live.status == 200
        assert live.receive_kinds("heartbeat")[0].data["connections"] == 3
    until(lambda: connections(server) == 0, seconds=5)
    with Stream(server.url, path=path) as again:
        assert again.status == 200


def test_playback_reaches_its_byte_budget_and_resumes(start_any_server: Callable[..., Server]) -> None:
    server = start_any_server(STREAM_MAX_BYTES=10_000)
    server.post(*(headline(n) for n in range(400)))
    path = play(server, after=0, up_to=400)

    with Stream(server.url, path=path) as first:
        first.receive_to_end()
    with Stream(server.url, path=path, **{"Last-Event-ID": first.events[-1].id}) as rest:
        rest.receive_to_end()

    assert find_last_retry(first.text)
    assert [item.seq for item in (*first.items(), *rest.items())] == list(range(1, 401))
    assert 0 < len(first.items()) < 400


def test_playback_of_configuration_has_its_tickers_and_uses_a_ticket_only_if_it_has_items(
    start_clean_server: Callable[..., Server],
) -> None:
    server = start_clean_server()
    server.post(headline(1), headline(2, "MSFT"), headline(3), headline(4, "IBM"))
    client = start_anonymous_session(server)
    path, ticket = client.add("MSFT"), client.create_ticket()
    anonymous = AccountClient(server, {})

    def ask(after: int, up_to: int) -> str:
        ends = f"since={quote(cursor(server, after))}&until={quote(cursor(server, up_to))}"
        return f"{path}/stream?{ends}&speed=max&ticket={ticket}"

    assert anonymous.call("GET", ask(2, 4))[0] == 204
    assert anonymous.call("GET", ask(4, 2))[0] == 400
    assert anonymous.call("HEAD", ask(0, 4))[0] == 200
    with Stream(server.url, path=f"/api/v2/{ask(0, 4)}") as stream:
        stream.receive_to_end()

    assert [item.data["ticker"] for item in stream.items()] == ["MSFT"]
    assert anonymous.call("GET", ask(0, 4))[0] == 401
    assert server.call(f"/api/v2/{ask(0, 4)}".partition("&ticket")[0])[0] == 401


def test_playback_ends_when_its_token_is_revoked(start_clean_server: Callable[..., Server]) -> None:
    server = start_clean_server()
    server.post(headline(1), headline(2))
    space_out(server, 0, 60)
    client = start_anonymous_session(server)
    config = client.add("AAPL")
    path = f"{config}/stream?since={cursor(server, 0)}&until={cursor(server, 2)}&speed=1"
    with Stream(server.url, path=f"/api/v2/{path}", **client.headers) as stream:
        stream.receive_items(1)

        assert client.call("DELETE", config)[0] == 204
        stream.receive_to_end()

    assert find_last_retry(stream.text)
    assert [item.seq for item in stream.items()] == [1]
