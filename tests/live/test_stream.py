"""The stream of a real server, read from sockets."""

import contextlib
import re
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import count
from urllib.parse import quote

import pytest

from tests.helpers.items import headline
from tests.helpers.server import SERVE_COMMANDS, Server
from tests.helpers.sse import METRICS_KEYS, Stream, find_last_retry, resume_path
from tests.helpers.waiting import until

NUMBERS = count(1)


@pytest.fixture
def server(start_server: Callable[..., Server]) -> Server:
    return start_server()


@pytest.fixture(params=SERVE_COMMANDS.values(), ids=SERVE_COMMANDS)
def start_any_server(
    request: pytest.FixtureRequest, start_clean_server: Callable[..., Server]
) -> Callable[..., Server]:
    """Return a function that starts a server; the test runs once for each of SERVE_COMMANDS."""
    return partial(start_clean_server, command=request.param)


@pytest.fixture
def any_server(start_any_server: Callable[..., Server]) -> Server:
    return start_any_server()


@pytest.mark.parametrize("command", [("serve",), ("runserver", "--noreload")])
def test_stream_serve_and_runserver_send_items(start_server: Callable[..., Server], command: tuple[str, ...]) -> None:
    server = start_server(command=command)
    with Stream(server.url) as stream:
        stream.receive_kinds("heartbeat", "metrics")

        server.post(headline(1))

        assert stream.receive_items(1)[0].data["ticker"] == "AAPL"


def test_stream_response_headers_forbid_caching_and_buffering(any_server: Server) -> None:
    with Stream(any_server.url, **{"Accept-Encoding": "gzip, br"}) as stream:
        assert stream.status == 200
        assert stream.headers["content-type"] == "text/event-stream; charset=utf-8"
        assert stream.headers["cache-control"] == "no-cache, no-transform"
        assert stream.headers["x-accel-buffering"] == "no"
        assert "content-encoding" not in stream.headers


def test_stream_opens_with_heartbeat_and_metrics(any_server: Server) -> None:
    any_server.post(headline(1), headline(2), {"title": "Losses widen", "tickers": ["MSFT", "AAPL"]})

    with Stream(any_server.url) as stream:
        heartbeat, metrics = stream.receive_kinds("heartbeat", "metrics")

    assert set(heartbeat.data) == {"timestamp", "connections"}
    assert heartbeat.data["connections"] == 1
    assert METRICS_KEYS <= set(metrics.data) <= METRICS_KEYS | {"timestamp"}
    assert metrics.data["total"] == 3 == metrics.data["positive"] + metrics.data["neutral"] + metrics.data["negative"]
    assert metrics.data["by_tag"] == {"AAPL": 3, "MSFT": 1}
    assert metrics.data["rate_last_hour"] == metrics.data["rate_last_24h"] == 3


def test_new_item_event_has_documented_keys(server: Server) -> None:
    with Stream(server.url) as stream:
        stream.receive_kinds("metrics")

        (item_id,) = server.post(headline(1))
        (event,) = stream.receive_items(1)

    assert set(event.data) == {"item_id", "ticker", "sentiment", "score", "timestamp"}
    assert event.data["item_id"] == item_id
    assert event.data["sentiment"] in ("positive", "neutral", "negative")
    assert 0 <= event.data["score"] <= 1
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z", event.data["timestamp"])


def test_stream_include_headline_adds_title_and_url(any_server: Server) -> None:
    with Stream(any_server.url, path="/api/v2/stream?include=headline") as stream:
        stream.receive_kinds("metrics")

        any_server.post(
            {"title": "Profit\r\n\r\ndata: {}\u2028rises", "tickers": ["MSFT", "AAPL"], "url": "https://e.org/"}
        )
        (event,) = stream.receive_items(1)

    assert event.data["title"] == "Profit data: {} rises"
    assert event.data["tickers"] == ["MSFT", "AAPL"]
    assert event.data["url"] == "https://e.org/"
    assert event.data["source"] == "api"


def test_metrics_event_follows_its_items(any_server: Server) -> None:
    with Stream(any_server.url) as stream:
        stream.receive_kinds("metrics")

        any_server.post(*(headline(n) for n in range(5)))
        events = stream.receive_until(lambda s: s.events[-1].kind == "metrics" and s.events[-1].data["total"] == 5)

    items = [event for event in events if event.kind == "new_item"]
    assert len(items) == 5
    assert events[-1].seq == items[-1].seq


def test_stream_event_ids_are_unique_and_ordered(start_any_server: Callable[..., Server]) -> None:
    server = start_any_server(STREAM_HEARTBEAT_SECONDS=0.1, STREAM_METRICS_SECONDS=0.1)
    with Stream(server.url) as stream:
        stream.receive_kinds("metrics")
        for number in range(20):
            server.post(headline(number))
        stream.receive_items(20)
        events = stream.receive_until(lambda s: len([e for e in s.events if e.kind == "heartbeat"]) > 3)

    ids = [event.id for event in events]
    assert all(re.fullmatch(r"evt_[0-9a-f]+-\d+(-[mh]\d+)?", event_id) for event_id in ids)
    assert len(set(ids)) == len(ids)
    assert [event.seq for event in events] == sorted(event.seq for event in events)


def test_stream_tickers_filter_sends_items_with_any_ticker(any_server: Server) -> None:
    any_server.post(
        {"title": "Chips in demand", "tickers": ["NVDA", "AMD"]},
        {"title": "Phones in demand", "ticker": "AAPL"},
        {"title": "Clouds in demand", "tickers": ["MSFT", "AMD"]},
    )
    with Stream(any_server.url, path="/api/v2/stream?tickers=amd,NVDA") as stream:
        metrics = stream.receive_kinds("metrics")[-1]

        any_server.post({"title": "More chips", "tickers": ["INTC", "AMD"]}, headline(1), headline(2, "NVDA"))
        items = stream.receive_items(2)

    assert metrics.data["total"] == 3
    assert metrics.data["by_tag"] == {"AMD": 2, "NVDA": 1}
    assert metrics.data["rate_last_hour"] == 3
    assert [item.data["ticker"] for item in items] == ["AMD", "NVDA"]


@pytest.mark.parametrize("tickers", ["AA!", "", "AAPL,,MSFT", "ÄÖ", "A" * 21, "%0A", "AAPL%0A", "-A"])
def test_stream_malformed_ticker_returns_400(shared_server: Server, tickers: str) -> None:
    status, answer = shared_server.call(f"/api/v2/stream?tickers={quote(tickers, safe='%,')}")

    assert status == 400
    assert "ticker" in answer["detail"]


@pytest.mark.parametrize("form", ["header", "last_event_id", "lastEventId"])
def test_stream_resumed_sends_missed_items_then_live(any_server: Server, form: str) -> None:
    any_server.post(*(headline(n) for n in range(3)))
    with Stream(any_server.url) as stream:
        stream.receive_kinds("metrics")
        any_server.post(*(headline(n) for n in range(3, 6)))
        last_seen = stream.receive_items(3)[1]
    any_server.post(*(headline(n) for n in range(6, 9)))

    path, headers = "/api/v2/stream", {}
    if form == "header":
        headers = {"Last-Event-ID": last_seen.id}
        path += "?last_event_id=evt_000000-1"
    else:
        path += f"?{form}={last_seen.id}"
    with Stream(any_server.url, path=path, **headers) as stream:
        stream.receive_kinds("metrics")
        any_server.post(headline(9))
        events = stream.receive_until(lambda s: len(s.items()) == 5)

    kinds = [event.kind for event in events[:6]]
    assert kinds == ["heartbeat", "new_item", "new_item", "new_item", "new_item", "metrics"]
    assert events[0].seq == last_seen.seq
    assert [event.seq for event in events if event.kind == "new_item"] == list(
        range(last_seen.seq + 1, last_seen.seq + 6)
    )
    assert events[5].seq == last_seen.seq + 4


@pytest.mark.parametrize("kind", ["heartbeat", "metrics"])
def test_stream_id_of_any_event_resumes(server: Server, kind: str) -> None:
    server.post(headline(1))
    with Stream(server.url) as stream:
        event = next(event for event in stream.receive_kinds("heartbeat", "metrics") if event.kind == kind)
    server.post(headline(2), headline(3))

    with Stream(server.url, path=resume_path(event.id)) as stream:
        stream.receive_kinds("metrics")

        assert [item.seq for item in stream.items()] == [2, 3]


def test_stream_long_replay_with_small_ring_loses_nothing(start_any_server: Callable[..., Server]) -> None:
    server = start_any_server(STREAM_RING_FRAMES=16)
    with Stream(server.url) as stream:
        start = stream.receive_kinds("metrics")[0]
    for page in range(3):
        server.post(*(headline(page * 1000 + n, ticker) for n in range(500) for ticker in ("AAPL", "MSFT")))

    with (
        Stream(server.url, path=resume_path(start.id)) as stream,
        Stream(server.url, path=resume_path(start.id) + "&tickers=MSFT") as filtered,
    ):
        server.post(*(headline(5000 + n) for n in range(500)))

        assert [item.seq for item in stream.receive_items(3500)] == list(range(1, 3501))
        assert [item.data["ticker"] for item in filtered.receive_items(1500)] == ["MSFT"] * 1500


def test_stream_since_starts_at_time(any_server: Server) -> None:
    any_server.post(headline(1))
    with Stream(any_server.url) as stream:
        stream.receive_kinds("metrics")
        any_server.post(headline(2))
        moment = stream.receive_items(1)[0].data["timestamp"]

    with Stream(any_server.url, path=f"/api/v2/stream?since={moment}") as stream:
        stream.receive_kinds("metrics")
        assert [item.seq for item in stream.items()] == [2]
    assert any_server.call("/api/v2/stream?since=yesterday")[0] == 400
    assert any_server.call("/api/v2/stream?since=0001-01-01T00:00:00%2B14:00")[0] == 400


@pytest.mark.parametrize(
    ("cursor", "reason"),
    [
        ("evt_ffffff-1", "foreign"),
        ("{generation}-999999999", "future"),
        ("{generation}-99999999999999999999", "malformed"),
        ("-1", "malformed"),
        ("evt_", "malformed"),
        ("'; DROP TABLE news_item; --", "malformed"),
        ("x" * 10_000, "malformed"),
    ],
)
def test_stream_unknown_cursor_gets_reset_and_metrics(shared_server: Server, cursor: str, reason: str) -> None:
    shared_server.post(headline(next(NUMBERS), "CURSOR"))
    generation = shared_server.call("/api/v2/stream/status")[1]["head"].split("-")[0]

    with Stream(shared_server.url, **{"Last-Event-ID": cursor.format(generation=generation)}) as stream:
        events = stream.receive_kinds("metrics")

    assert stream.status == 200
    assert [event.kind for event in events] == ["heartbeat", "reset", "metrics"]
    assert events[1].data["reason"] == reason
    assert set(events[1].data) == {"reason", "timestamp"}
    assert events[2].data["total"] == shared_server.call("/api/v2/metrics")[1]["total"] >= 1


def test_stream_expired_cursor_gets_reset(any_server: Server) -> None:
    any_server.post(*(headline(n) for n in range(5)))
    head = any_server.call("/api/v2/stream/status")[1]["head"]
    assert any_server.manage("prune", "--keep", "2").stdout.startswith("items=3 ")

    with Stream(any_server.url, path=resume_path(head.replace("-5", "-2"))) as stream:
        assert stream.receive_kinds("metrics")[1].data["reason"] == "expired"
    with Stream(any_server.url, path=resume_path(head.replace("-5", "-3"))) as stream:
        assert [item.seq for item in stream.receive_items(2)] == [4, 5]


def test_stream_continues_during_prune(any_server: Server) -> None:
    any_server.post(*(headline(n) for n in range(1, 301)))
    generation = any_server.call("/api/v2/stream/status")[1]["head"].split("-")[0]

    def post_on() -> None:
        for number in range(301, 401):
            any_server.post(headline(number))

    with Stream(any_server.url) as live, Stream(any_server.url, path=resume_path(f"{generation}-200")) as resumed:
        live.receive_kinds("metrics")
        resumed.receive_items(100)
        with ThreadPoolExecutor(2) as pool:
            posts = pool.submit(post_on)
            pruned = any_server.manage("prune", "--keep", "50", "--batch", "7")
            posts.result(60)
        for stream, missed in ((live, 0), (resumed, 100)):
            seqs = [item.seq for item in stream.receive_items(100 + missed)]
            assert seqs == list(range(301 - missed, 401))
            stream.receive_until(lambda s: s.events[-1].kind == "metrics" and s.events[-1].data["total"] == 400)
            assert not any(event.kind == "reset" for event in stream.events)

    assert pruned.returncode == 0, pruned.stderr
    assert int(re.match("items=([0-9]+)", pruned.stdout)[1]) >= 250
    with Stream(any_server.url, path=resume_path(f"{generation}-200")) as late:
        assert late.receive_kinds("metrics")[1].data["reason"] == "expired"


def test_stream_nul_in_query_cursor_gets_reset(shared_server: Server) -> None:
    with Stream(shared_server.url, path="/api/v2/stream?last_event_id=%00evt_%FF") as stream:
        assert stream.receive_kinds("metrics")[1].data["reason"] == "malformed"


def test_stream_log_restored_sends_reset(any_server: Server) -> None:
    any_server.post(*(headline(n) for n in range(3)))
    with Stream(any_server.url) as stream:
        stream.receive_kinds("metrics")
        restore = "from news.models import *; Item.objects.all().delete(); Bucket.objects.all().delete();"
        any_server.manage("shell", "-c", restore + "LogHead.objects.update(generation='abcdef', seq=0)")

        events = stream.receive_until(lambda s: s.events[-1].kind == "metrics" and s.events[-1].data["total"] == 0)
        any_server.post(headline(1))

        assert events[-2].kind == "reset"
        assert stream.receive_items(1)[0].id == "evt_abcdef-1"


def test_stream_at_limit_returns_503_and_releases_slots(start_any_server: Callable[..., Server]) -> None:
    server = start_any_server(STREAM_MAX_CONNECTIONS=2, STREAM_MAX_PER_ADDRESS=2)
    with Stream(server.url) as first, Stream(server.url) as second:
        first.receive_kinds("metrics")
        second.receive_kinds("metrics")

        with Stream(server.url) as third:
            third.receive_until(lambda s: b"detail" in s._raw)

        assert third.status == 503
        assert int(third.headers["retry-after"]) >= 1
        assert b'{"detail": "Maximum connections reached. Please try again later."}' in third._raw
        counts = server.call("/api/v2/stream/status")[1]
        assert (counts["connections"], counts["max_connections"], counts["available"]) == (2, 2, 0)
    until(lambda: server.call("/api/v2/stream/status")[1]["connections"] == 0, seconds=5)


def test_stream_address_at_limit_returns_429(start_server: Callable[..., Server]) -> None:
    server = start_server(STREAM_MAX_CONNECTIONS=4)
    with Stream(server.url), Stream(server.url):
        with Stream(server.url) as rejected:
            assert rejected.status == 429
            assert "retry-after" in rejected.headers
        with Stream(server.url, source="127.0.0.2") as other:
            assert other.status == 200


def test_stream_ipv6_network_shares_one_limit(start_server: Callable[..., Server]) -> None:
    server = start_server(STREAM_MAX_CONNECTIONS=4, STREAM_MAX_PER_ADDRESS=1, TRUSTED_PROXIES="127.0.0.1")
    with Stream(server.url, **{"X-Forwarded-For": "2001:db8:0:1::1"}) as first:
        assert first.status == 200
        with Stream(server.url, **{"X-Forwarded-For": "2001:db8:0:1:ffff::2"}) as rejected:
            assert rejected.status == 429
        with Stream(server.url, **{"X-Forwarded-For": "2001:db8:0:2::1"}) as other:
            assert other.status == 200


def test_stream_clients_that_disconnect_early_release_slots(server: Server) -> None:
    address = (server.url.split("//")[1].split(":")[0], server.port)
    request = b"GET /api/v2/stream HTTP/1.1\r\nHost: localhost\r\n\r\n"
    for number in range(300):
        with socket.create_connection(address) as client:
            if number % 3 == 0:  # RST instead of FIN
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            client.sendall(request[: number % (len(request) + 40)])
            if number % 2:
                client.settimeout(0.005 * (number % 5) or 0.001)
                with contextlib.suppress(TimeoutError):
                    client.recv(100)
    until(lambda: server.call("/api/v2/stream/status")[1]["connections"] == 0, seconds=5)

    with Stream(server.url) as stream:
        stream.receive_kinds("metrics")


def test_stream_head_takes_no_slot(any_server: Server) -> None:
    status, body = any_server.call("/api/v2/stream", method="HEAD")

    assert (status, body) == (200, "")
    assert any_server.call("/api/v2/stream/status")[1]["connections"] == 0


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_stream_other_method_returns_405_with_allow(shared_server: Server, method: str) -> None:
    with socket.create_connection(("127.0.0.1", shared_server.port)) as client:
        client.sendall(f"{method} /api/v2/stream HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
        answer = b"".join(iter(lambda: client.recv(65536), b""))

    assert answer.startswith(b"HTTP/1.1 405")
    assert b"\r\nAllow: GET, HEAD\r\n" in answer
    assert b'{"detail":' in answer


def test_stream_at_lifetime_ends_with_retry(start_any_server: Callable[..., Server]) -> None:
    server = start_any_server(STREAM_MAX_SECONDS=1)
    with Stream(server.url) as stream:
        stream.receive_to_end()

    assert find_last_retry(stream.text)


def test_stream_at_byte_budget_ends_and_resumes(start_any_server: Callable[..., Server]) -> None:
    server = start_any_server(STREAM_MAX_BYTES=10_000)
    with Stream(server.url) as stream:
        stream.receive_kinds("metrics")
        server.post(*(headline(n) for n in range(1000)))
        stream.receive_to_end()
        last_seen = stream.items()[-1]

    assert last_seen.seq < 1000
    with Stream(server.url, path=resume_path(last_seen.id)) as stream:
        assert stream.receive_items(1)[0].seq == last_seen.seq + 1


def test_stream_sigterm_ends_with_retry_and_resumes(server: Server) -> None:
    streams = [Stream(server.url) for _ in range(20)]
    half_sent = socket.create_connection(("127.0.0.1", server.port))
    half_sent.sendall(b"GET /api/v2/stream HTTP/1.1\r\nHost:")
    for stream in streams:
        stream.receive_kinds("metrics")

    status = server.stop()
    for stream in streams:
        stream.receive_to_end()
        stream.close()
    half_sent.close()
    server.start()
    server.post(headline(1))

    assert status == 0
    retries = [find_last_retry(stream.text) for stream in streams]
    assert all(retries)
    assert len({*retries}) > 1
    with Stream(server.url, path=resume_path(streams[0].events[-1].id)) as stream:
        assert [item.seq for item in stream.receive_items(1)] == [1]


@pytest.mark.parametrize("way", ["detached", "by-django"])  # Uvicorn has no write timeout
def test_stream_client_that_stops_reading_is_closed(start_clean_server: Callable[..., Server], way: str) -> None:
    server = start_clean_server(command=SERVE_COMMANDS[way], STREAM_WRITE_TIMEOUT_SECONDS=1, STREAM_RING_FRAMES=256)
    titles = [{"title": f"{n} " + "long headline " * 140, "ticker": "AAPL"} for n in range(4000)]
    path = "/api/v2/stream?include=headline"
    with Stream(server.url, path=path) as stopped, Stream(server.url, path=path) as reader:
        stopped.receive_kinds("metrics")
        stopped.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        reader.receive_kinds("metrics")

        for start in range(0, 4000, 500):
            server.post(*titles[start : start + 500])
            reader.receive_items(start + 500)

        assert [item.seq for item in reader.items()] == list(range(1, 4001))
        until(lambda: server.call("/api/v2/stream/status")[1]["connections"] == 1, seconds=5)


def test_stream_two_servers_on_sqlite_same_log(
    start_server: Callable[..., Server],
) -> None:
    first, second = start_server(), start_server()
    with Stream(first.url) as near, Stream(second.url) as far:
        near.receive_kinds("metrics")
        far.receive_kinds("metrics")

        for number in range(10):
            (first if number % 2 else second).post(headline(number))

        assert [e.id for e in near.receive_items(10)] == [e.id for e in far.receive_items(10)]


def test_events_polling_returns_streamed_events(server: Server) -> None:
    status, answer = server.call("/api/v2/events")
    assert status == 200
    assert [event["event"] for event in answer["events"]] == ["metrics"]
    start = answer["cursor"]
    with Stream(server.url) as stream:
        stream.receive_kinds("metrics")
        server.post(*(headline(n) for n in range(5)))
        streamed = stream.receive_items(5)

    first = server.call(f"/api/v2/events?after={start}&limit=3")[1]
    rest = server.call(f"/api/v2/events?after={first['cursor']}&limit=3")[1]

    assert (first["has_more"], rest["has_more"]) == (True, False)
    polled = first["events"] + rest["events"]
    assert [(event["event"], event["id"], event["data"]) for event in polled] == [
        (event.kind, event.id, event.data) for event in streamed
    ]
    assert server.call(f"/api/v2/events?after={rest['cursor']}")[1] == {
        "events": [],
        "cursor": rest["cursor"],
        "has_more": False,
    }
    lost = server.call("/api/v2/events?after=evt_ffffff-1")[1]
    assert [event["event"] for event in lost["events"]] == ["reset", "metrics"]
    for limit in ("0", "1001", "-1", "x", "1e3"):
        assert server.call(f"/api/v2/events?limit={limit}")[0] == 400


def test_stream_historical_items_reach_only_clients_that_include_them(any_server: Server) -> None:
    server = any_server
    tail = server.call("/api/v2/stream/status")[1]["tail"]
    everything = f"{resume_path(tail)}&include=historical,headline"

    with Stream(server.url) as plain, Stream(server.url, path="/api/v2/stream?include=historical") as including:
        for stream in (plain, including):
            stream.receive_kinds("metrics")
        server.post(headline(1), headline(2))
        server.append_historical(3, 250)
        server.post(headline(3))
        live, live_including = plain.receive_items(3), including.receive_items(253)
        for stream in (plain, including):
            stream.receive_until(lambda s: s.events[-1].kind == "metrics" and s.events[-1].data["total"] == 253)
    with Stream(server.url, path=resume_path(tail)) as plain, Stream(server.url, path=everything) as including:
        for stream in (plain, including):
            stream.receive_kinds("metrics")
            assert stream.events[0].id.startswith(tail)
            assert stream.events[-1].data["total"] == 253
        server.post(headline(4))
        replayed, replayed_including = plain.receive_items(4), including.receive_items(254)

    assert [item.seq for item in live] == [1, 2, 253]
    assert [item.seq for item in live_including] == [*range(1, 254)]
    assert [item.id for item in replayed] == [*(item.id for item in live), f"{tail.rpartition('-')[0]}-254"]
    assert [item.id for item in replayed_including][:-1] == [item.id for item in live_including]


def test_stream_status_has_slots_uptime_and_head(server: Server) -> None:
    server.post(headline(1))

    status = server.call("/api/v2/stream/status")[1]

    assert set(status) == {
        "connections",
        "max_connections",
        "available",
        "uptime_seconds",
        "head",
        "tail",
        "subscribers_behind",
    }
    assert status["head"].endswith("-1")
    assert status["tail"] == status["head"].rpartition("-")[0] + "-0"
    assert status["uptime_seconds"] > 0


def test_eventstream_sigterm_ends_with_retry(server: Server) -> None:
    with Stream(server.url, path="/events/?channel=items") as stream:
        stream.receive_until(lambda s: "stream-open" in s.text)

        status = server.stop()
        stream.receive_to_end()

    assert status == 0
    assert find_last_retry(stream.text)


def test_stream_trusted_proxy_limits_by_forwarded_address(start_server: Callable[..., Server]) -> None:
    server = start_server(STREAM_MAX_PER_ADDRESS=1, TRUSTED_PROXIES="127.0.0.1")
    with Stream(server.url, **{"X-Forwarded-For": "198.51.100.1"}) as first:
        assert first.status == 200
        with Stream(server.url, **{"X-Forwarded-For": "198.51.100.1"}) as second:
            assert second.status == 429
        with Stream(server.url, **{"X-Forwarded-For": "198.51.100.2"}) as other:
            assert other.status == 200
