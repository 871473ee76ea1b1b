"""Requests that no browser sends: pipelined, half-closed, malformed, with other headers."""

import contextlib
import re
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.helpers.items import headline
from tests.helpers.paths import ROOT
from tests.helpers.ports import free_port
from tests.helpers.server import Server
from tests.helpers.sse import Stream
from tests.helpers.waiting import until


@pytest.fixture
def server(start_clean_server: Callable[..., Server]) -> Server:
    return start_clean_server()


@contextlib.contextmanager
def connected(server: Server, request: bytes) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", server.port), 60) as client:
        client.sendall(request)
        yield client


def get(path: str, *headers: str, version: str = "1.1") -> bytes:
    return "\r\n".join([f"GET {path} HTTP/{version}", "Host: localhost", *headers, "", ""]).encode()


def receive_past(client: socket.socket, mark: bytes, received: bytes = b"") -> bytes:
    """Read until `mark` is in what was `received`; fail if the connection ends first, or no byte arrives for 60 s."""
    while mark not in received:
        part = client.recv(65536)
        assert part, f"closed before {mark!r} came: {received[-500:]!r}"
        received += part
    return received


def until_closed(client: socket.socket) -> bytes:
    """Read until the server closes the connection."""
    received = b""
    with contextlib.suppress(ConnectionResetError):
        while part := client.recv(65536):
            received += part
    return received


def test_not_modified_has_no_length_and_the_connection_goes_on(shared_server: Server) -> None:
    with connected(shared_server, get("/api/v2/items")) as client:
        [etag] = re.findall(rb"(?mi)^etag: (\S+)\r$", receive_past(client, b'"is_partial":false}'))
        client.sendall(get("/api/v2/items", f"If-None-Match: {etag.decode()}") + get("/health/live"))
        not_modified, _, live = receive_past(client, b'"ok"}').partition(b"\r\n\r\n")

    assert not_modified.startswith(b"HTTP/1.1 304")
    assert b"content-length" not in not_modified.lower()
    assert live.startswith(b"HTTP/1.1 200")


def until_slots_are_free(server: Server) -> None:
    until(lambda: server.call("/api/v2/stream/status")[1]["connections"] == 0, seconds=5, what="slots are free")


def test_pipelined_requests_before_a_stream_are_answered_in_order(shared_server: Server) -> None:
    together = get("/health/live") + get("/api/v2/stream/status") + get("/api/v2/stream")

    with connected(shared_server, together) as client:
        answer = receive_past(client, b"event: metrics")

    assert answer.count(b"HTTP/1.1 200") == 3
    assert answer.index(b"max_connections") < answer.index(b"text/event-stream")
    until_slots_are_free(shared_server)


@pytest.mark.parametrize(
    "first",
    [
        b"HEAD /api/v2/stream HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"POST /api/v2/stream HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n",
        get("/api/v2/stream?tickers=-"),
        get("/api/v2/configurations/x/stream"),
    ],
)
def test_pipelined_requests_after_a_rejected_stream_are_answered(shared_server: Server, first: bytes) -> None:
    with connected(shared_server, first + get("/api/v2/items") + get("/api/v2/stream")) as client:
        answer = receive_past(client, b"event: metrics")

    assert b" 500 " not in answer
    assert b'"next_cursor"' in answer
    until_slots_are_free(shared_server)


@pytest.mark.parametrize("command", [("serve",), ("runserver", "--noreload")], ids=["serve", "runserver"])
def test_absolute_form_target_is_served_by_its_host(
    start_clean_server: Callable[..., Server], command: tuple[str, ...]
) -> None:
    server = start_clean_server(command=command)
    with connected(server, get("HTTP://localhost:99/api/v2/items?limit=1")) as client:
        assert b'"next_cursor"' in receive_past(client, b"}")
    with connected(server, get("http://localhost?tickers=AAPL", "Connection: close")) as client:
        assert b"<title>Market Sentiment" in until_closed(client)
    with connected(server, get("http://evil.example/api/v2/items")) as client:
        assert receive_past(client, b"}").startswith(b"HTTP/1.1 400 ")
    with connected(server, get("http://localhost/api/v2/stream")) as client:
        receive_past(client, b"event: metrics")


def test_stream_address_at_limit_returns_429_with_reason_phrase(start_clean_server: Callable[..., Server]) -> None:
    server = start_clean_server(STREAM_MAX_PER_ADDRESS=1)
    with connected(server, get("/api/v2/stream")) as first:
        receive_past(first, b"event: metrics")
        with connected(server, get("/api/v2/stream")) as second:
            assert receive_past(second, b"\r\n\r\n").startswith(b"HTTP/1.1 429 Too Many Requests\r\n")


def test_stream_http_1_0_is_not_chunked(server: Server) -> None:
    with connected(server, get("/api/v2/stream", version="1.0")) as client:
        answer = receive_past(client, b"event: metrics")
        server.post(headline(1))
        answer += receive_past(client, b"event: new_item")

    head, _, body = answer.partition(b"\r\n\r\n")
    assert b"chunked" not in head.lower()
    assert body.startswith(b"retry: ")
    until_slots_are_free(server)


@pytest.mark.parametrize(
    "header", ["Accept: application/json", "Accept: */*", "Accept: x/y;q=z", "Expect: 100-continue"]
)
def test_stream_other_accept_and_expect_headers_are_ignored(shared_server: Server, header: str) -> None:
    with connected(shared_server, get("/api/v2/stream", header)) as client:
        answer = receive_past(client, b"event: metrics")

    assert b"HTTP/1.1 200" in answer
    assert b"text/event-stream" in answer
    until_slots_are_free(shared_server)


def test_websocket_upgrade_is_rejected_without_traceback(shared_server: Server) -> None:
    upgrade = (
        "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Version: 13",
    )  # fmt: skip
    for path in ("/api/v2/stream", "/events/?channel=items", "/"):
        with connected(shared_server, get(path, *upgrade)) as client:
            answer = until_closed(client)

        assert b"101 Switching" not in answer
        assert re.match(rb"HTTP/1.1 [45]\d\d ", answer) or answer == b"", answer
    with Stream(shared_server.url) as stream:
        stream.receive_kinds("metrics")


def test_stream_malformed_queries_return_200_or_400(shared_server: Server) -> None:
    queries = [
        "?%", "?%zz=%ff%fe", "?tickers=%ff", "?tickers=%00", "?tickers=" + "A," * 2000, "?tickers=" + "%41" * 2700,
        "?since=%F0%9F%92%A9", "?include=%0d%0aX:1", "?last_event_id=" + "9" * 8000, "?last_event_id=%00%0d%0a",
        "?" + "&" * 8000, "?a[]=1&a[]=2&=&==", "?tickers=AAPL&tickers=MSFT&tickers=%2c",
    ]  # fmt: skip
    for query in queries:
        with connected(shared_server, get(f"/api/v2/stream{query}")) as client:
            status = int(receive_past(client, b"\r\n\r\n").split()[1])

        assert status in (200, 400), (query[:80], status)
    until_slots_are_free(shared_server)
    with connected(shared_server, get("/api/v2/stream?" + "x" * 100_000)) as client:
        answer = until_closed(client)  # Twisted closes the connection for a line of this length

    assert answer == b"" or answer.startswith(b"HTTP/1.1 4")
    assert shared_server.call("/health/live")[0] == 200


@pytest.mark.parametrize(
    "mark", ["\r", "\n", "\r\n\r\ndata: {}\r\n\r\n", "\0", "\u2028", "\u2029", "\ufeff", "\x85", "\x1b"]
)
def test_stream_control_characters_in_items_keep_events_intact(server: Server, mark: str) -> None:
    sound = {"title": "Profit rises", "ticker": "AAPL", "source": "wire", "url": "https://e.org/", "external_id": "1"}
    hostile = [
        sound | {field: f"{mark}{value}{mark}{n}{mark}", "external_id" if field != "external_id" else "title": f"x{n}"}
        for n, (field, value) in enumerate(sound.items())
    ]
    headers = {"Authorization": f"Bearer {server.token}", "Content-Type": "application/json"}
    with Stream(server.url, path="/api/v2/stream?include=headline") as stream:
        status, answer = server.call("/api/v2/items", {"items": hostile}, **headers)
        server.post(headline(1))
        stream.receive_until(lambda s: s.items() and s.items()[-1].data["source"] == "api")

    created = answer.get("created", [])
    assert status == (201 if created else 422)
    assert [item.data["item_id"] for item in stream.items()[:-1]] == created
    assert {event.kind for event in stream.events} == {"heartbeat", "metrics", "new_item"}


@pytest.mark.parametrize(
    "cursor", [b"evt_\0-1", b"\xff\xfe", "evt_\N{CHART WITH UPWARDS TREND}".encode(), b"evt_1\r\n X: 1"]
)
def test_stream_cursor_of_arbitrary_bytes_is_rejected_or_reset(shared_server: Server, cursor: bytes) -> None:
    head = b"GET /api/v2/stream HTTP/1.1\r\nHost: localhost\r\nLast-Event-ID: %b\r\n\r\n" % cursor
    with connected(shared_server, head) as client:
        answer = receive_past(client, b"\r\n\r\n")
        status = int(answer.split()[1])
        if status == 200:
            answer = receive_past(client, b"event: metrics", answer)

    assert status == 400 or b'"reason":"malformed"' in answer


@pytest.mark.parametrize("count", [8_192, 65_536, 1_000_000])
def test_stream_client_sends_after_request_releases_slot(shared_server: Server, count: int) -> None:
    with connected(shared_server, get("/api/v2/stream")) as client:
        receive_past(client, b"event: metrics")
        client.setblocking(False)
        client.send(b"x" * count)

    until_slots_are_free(shared_server)


def test_stream_client_half_closes_releases_slot(shared_server: Server) -> None:
    with connected(shared_server, get("/api/v2/stream")) as client:
        receive_past(client, b"event: metrics")
        client.shutdown(socket.SHUT_WR)
    until_slots_are_free(shared_server)


def test_stream_under_uvicorn_sends_items(start_clean_server: Callable[..., Server], tmp_path: Path) -> None:
    ours = start_clean_server()
    port = free_port()
    log = tmp_path / "uvicorn.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "uvicorn", "sentiment_site.asgi:application", "--host", "127.0.0.1",
             "--port", str(port), "--lifespan", "off"],
            env=ours.environment, cwd=ROOT, stdout=output, stderr=output,
        )  # fmt: skip
    other = Server(ours.environment, port, ours.token, process, log)
    try:
        until(other._answers, what="uvicorn answers")
        with Stream(other.url) as stream:
            stream.receive_kinds("heartbeat", "metrics")
            other.post(headline(1))
            ours.post(headline(2))

            assert [item.seq for item in stream.receive_items(2)] == [1, 2]
        until_slots_are_free(other)
        assert other.call("/api/v2/stream", method="HEAD")[0] == 200
    finally:
        status = other.stop()

    assert status in (0, -15)
    assert "Traceback" not in log.read_text(), log.read_text()[-3000:]


def test_equal_requests_for_streams_get_equal_answers_and_others_their_own(
    start_clean_server: Callable[..., Server],
) -> None:
    origins = ("https://a.example", "https://b.example")
    server = start_clean_server(CORS_ALLOWED_ORIGINS=",".join(origins), RATELIMIT_ENABLE="0")
    requests = [
        (get("/api/v2/stream"), b" 200 ", b""),
        (get("/api/v2/stream?tickers=AAPL"), b" 200 ", b""),
        *((get("/api/v2/stream", f"Origin: {origin}"), b" 200 ", origin.encode()) for origin in origins),
        (get("/api/v2/stream", "Origin: https://evil.example"), b" 200 ", b""),
        (get("/api/v2/stream", "User-Agent: one", "Cookie: sessionid=x"), b" 200 ", b""),
        (get("/api/v2/stream", "User-Agent: bad\x0bvalue"), b" 400 ", b""),
        (get("/api/v2/stream", "Authorization: Bearer unknown"), b" 401 ", b""),
        (get("/api/v2/stream").replace(b"localhost", b"evil.example"), b" 400 ", b""),
    ]

    answers = []
    for request, *_ in requests * 2:
        with connected(server, request) as client:
            answer = receive_past(client, b"\r\n\r\n")
            if b" 200 " in answer.partition(b"\r\n")[0]:
                answer = receive_past(client, b"event: metrics", answer)
            answers.append(answer)
    until_slots_are_free(server)

    heads = [answer.partition(b"\r\n\r\n")[0] for answer in answers]
    assert heads[: len(requests)] == heads[len(requests) :]
    for (_, status, origin), head in zip(requests * 2, heads, strict=True):
        assert status in head.partition(b"\r\n")[0] + b" "
        assert re.findall(rb"(?i)access-control-allow-origin: (\S+)", head) == ([origin] if origin else [])
    bodies = [answer.partition(b"\r\n\r\n")[2] for answer in answers if b" 200 " in answer.partition(b"\r\n")[0]]
    ids = [re.findall(rb"id: (\S+)", body) for body in bodies]
    assert all(body.partition(b"\r\n")[2].startswith(b"retry: ") for body in bodies)
    assert len({tuple(each) for each in ids}) == len(bodies)
