"""Clients that stop or read slowly, bursts, and a busy server: nothing is lost, and others are not delayed."""

import json
import socket
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from http.client import HTTPConnection
from http.cookiejar import CookieJar
from itertools import pairwise
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, build_opener

import pytest

from tests.helpers.items import headline
from tests.helpers.resources import disable_coverage, resident_kilobytes
from tests.helpers.server import Server
from tests.helpers.sse import SseEvent, parse_events
from tests.helpers.waiting import allow_for_load, until

PATH = "/api/v2/stream?include=headline"
TINY = 4096  # bytes of receive buffer; what the client does not read stays in the server
RING_FRAMES = 64


def connect(server: Server, *, receive_buffer: int | None = None) -> socket.socket:
    """Connect to the server, with a receive buffer of so many bytes."""
    client = socket.socket()
    if receive_buffer is not None:
        # Before it connects: the window that it then offers is that of this buffer.
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 1460)
    client.settimeout(60)
    client.connect(("127.0.0.1", server.port))
    return client


class SlowClient:
    """A GET of the stream that reads only when a method is called, and checks the order of the items."""

    def __init__(self, server: Server, path: str = PATH, *, receive_buffer: int | None = None) -> None:
        self._socket = connect(server, receive_buffer=receive_buffer)
        connection = HTTPConnection("127.0.0.1", server.port)
        connection.sock = self._socket
        connection.request("GET", path)
        self._response = connection.getresponse()
        assert self._response.status == 200
        self._rest = b""
        self.seq = 0
        self.items: list[int] = []
        self.totals: list[int] = []  # of the metrics events
        self.heartbeats_at: list[float] = []
        self.retries = 0
        self.is_ended = False

    def receive(self, size: int = 65_536) -> None:
        """Read up to `size` bytes, waiting for the first."""
        part = self._response.read1(size)
        self.is_ended = part == b""
        whole, mark, self._rest = (self._rest + part).rpartition(b"\n\n")
        self.retries += whole.count(b"retry: ")
        for event in parse_events((whole + mark).decode()):
            self._take(event)

    def receive_until(self, condition: Callable[[], object], *, size: int = 65_536, seconds: float = 60) -> None:
        """Read up to `size` bytes at a time until `condition()` holds."""
        began_at = time.monotonic()
        while not condition():
            assert not self.is_ended, f"the stream ended at {self.seq}"
            assert time.monotonic() - began_at < allow_for_load(seconds), f"not within {seconds} s; now at {self.seq}"
            self.receive(size)

    def receive_items(self, count: int, *, size: int = 65_536) -> list[int]:
        """Read until `count` items have arrived; returns the numbers of all that arrived."""
        self.receive_until(lambda: len(self.items) >= count, size=size)
        return self.items

    def _take(self, event: SseEvent) -> None:
        if event.kind == "new_item":
            # A client that reconnects with a later id would never get this item.
            assert event.seq > self.seq, f"item {event.seq} came after {self.seq}"
            self.items.append(event.seq)
        elif event.kind == "metrics":
            self.totals.append(event.data["total"])
        elif event.kind == "heartbeat":
            self.heartbeats_at.append(time.monotonic())
        self.seq = event.seq

    def __enter__(self) -> Self:
        self.receive_until(lambda: self.totals)
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection."""
        self._response.close()
        self._socket.close()


def long_headlines(start: int, count: int, *, tickers: Sequence[str] = ("AAPL",)) -> list[dict[str, object]]:
    """Return headlines numbered from `start`, with titles of 2 KB, of each ticker in turn."""
    return [
        {"title": f"{n} ".ljust(2000, "x"), "ticker": tickers[n % len(tickers)]} for n in range(start, start + count)
    ]


def status(server: Server) -> dict[str, Any]:
    """Return the status of the streams."""
    return server.call("/api/v2/stream/status")[1]


def until_far_off_the_ring(server: Server) -> None:
    """Wait until a client is so far behind that its next item is only in the log."""
    until(lambda: status(server)["subscribers_behind"] > 10 * RING_FRAMES, what="a client lags behind")


def test_stream_stopped_clients_take_bounded_memory_and_are_closed(
    start_clean_server: Callable[..., Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    disable_coverage(monkeypatch)
    server = start_clean_server(STREAM_WRITE_TIMEOUT_SECONDS=8)
    with ExitStack() as clients, ThreadPoolExecutor() as pool:
        healthy = clients.enter_context(SlowClient(server))

        def post_and_read(*starts: int) -> list[int]:
            """Post a thousand headlines from each start while a client reads; returns the memory in kB after each."""
            reading = pool.submit(healthy.receive_items, starts[-1] + 1000)
            occupied = []
            for start in starts:
                server.post(*long_headlines(start, 1000))
                occupied.append(resident_kilobytes(server))
            reading.result()
            return [*occupied, resident_kilobytes(server)]

        # The memory of posts and of a full ring is not that of stopped clients.
        *_, before = post_and_read(*range(0, 6000, 1000))
        for _ in range(20):
            clients.enter_context(SlowClient(server, receive_buffer=TINY))
        occupied = post_and_read(*range(6000, 21_000, 1000))

        assert healthy.items == list(range(1, 21_001))
        assert max(occupied) - before < 30_000
        until(lambda: status(server)["connections"] == 1, seconds=13, what="the stopped clients are cut")


def test_stream_clients_that_pause_get_every_item_once(start_clean_server: Callable[..., Server]) -> None:
    server = start_clean_server(STREAM_RING_FRAMES=RING_FRAMES)
    with (
        SlowClient(server, receive_buffer=TINY) as stopped,
        SlowClient(server, f"{PATH}&tickers=MSFT", receive_buffer=TINY) as filtered,
    ):
        for start in range(0, 4000, 500):
            server.post(*long_headlines(start, 500, tickers=["AAPL", "MSFT"]))

        until_far_off_the_ring(server)
        assert stopped.receive_items(4000) == list(range(1, 4001))
        until_far_off_the_ring(server)
        assert filtered.receive_items(2000) == list(range(2, 4001, 2))
        server.post(headline(1, "MSFT"))
        assert stopped.receive_items(4001)[-1] == filtered.receive_items(2001)[-1] == 4001


def test_stream_slow_clients_get_every_item_once(start_clean_server: Callable[..., Server]) -> None:
    server = start_clean_server(STREAM_RING_FRAMES=RING_FRAMES)
    with (
        SlowClient(server, receive_buffer=TINY) as slow,
        SlowClient(server, f"{PATH}&tickers=MSFT", receive_buffer=TINY) as filtered,
    ):
        for start in range(0, 4000, 400):
            server.post(*long_headlines(start, 400, tickers=["AAPL", "MSFT"]))
            slow.receive(TINY)
            filtered.receive(TINY)

        until_far_off_the_ring(server)
        assert slow.receive_items(4000, size=TINY) == list(range(1, 4001))
        until_far_off_the_ring(server)
        assert filtered.receive_items(2000, size=TINY) == list(range(2, 4001, 2))


def test_shutdown_ends_slow_clients_cleanly_without_waiting_for_stopped_ones(
    start_clean_server: Callable[..., Server],
) -> None:
    server = start_clean_server(STREAM_RING_FRAMES=RING_FRAMES, STREAM_WRITE_TIMEOUT_SECONDS=60)
    with (
        ThreadPoolExecutor() as pool,
        SlowClient(server, receive_buffer=TINY),
        closing(SlowClient(server, "/events/?channel=items", receive_buffer=TINY)),  # stays with Django
        SlowClient(server, receive_buffer=TINY) as slow,
    ):
        for start in range(0, 3000, 500):
            server.post(*long_headlines(start, 500))
            slow.receive(TINY)
        until_far_off_the_ring(server)

        stopping = pool.submit(server.stop)
        slow.receive_until(lambda: slow.is_ended, size=TINY)

        assert stopping.result() == 0  # `stop` gives the server 30 s, less than a write may take here
        assert slow.retries == 2  # at the start and at the end
        assert slow.items == list(range(1, len(slow.items) + 1))


def test_shutdown_slow_client_gets_complete_response(start_clean_server: Callable[..., Server]) -> None:
    server = start_clean_server()
    server.post(*({"title": f"{n} ".ljust(2000, "\N{CHART WITH UPWARDS TREND}"), "ticker": "AAPL"} for n in range(200)))
    with closing(connect(server, receive_buffer=TINY)) as client, ThreadPoolExecutor() as pool:
        client.sendall(b"GET /api/v2/items?limit=200 HTTP/1.1\r\nHost: localhost\r\n\r\n")
        answer = b""
        while len(answer) < 1_000_000:  # of 1.6 MB
            answer += (part := client.recv(TINY))
            assert part

        stopping = pool.submit(server.stop)
        while part := client.recv(TINY):
            answer += part
            time.sleep(0.01)

        assert stopping.result() == 0
        head, _, body = answer.partition(b"\r\n\r\n")
        assert f"Content-Length: {len(body)}".encode() in head


def test_stream_burst_reaches_all_clients_with_few_metrics_events(
    start_clean_server: Callable[..., Server],
) -> None:
    seconds = 3
    server = start_clean_server(STREAM_METRICS_SECONDS=seconds)
    with ExitStack() as open_clients:
        clients = [open_clients.enter_context(SlowClient(server, "/api/v2/stream")) for _ in range(50)]
        began = time.monotonic()

        def receive_all(client: SlowClient) -> None:
            client.receive_until(lambda: len(client.items) >= 5000 and client.totals[-1] == 5000)

        with ThreadPoolExecutor(2) as posters, ThreadPoolExecutor(50) as pool:
            posting = posters.map(
                lambda start: server.post(*(headline(n) for n in range(start, start + 1000))), range(0, 5000, 1000)
            )
            list(pool.map(receive_all, clients))
            list(posting)
        took = time.monotonic() - began

        assert all(client.items == list(range(1, 5001)) for client in clients)
        assert status(server)["connections"] == 50
        # One at the start, one for the first items of the burst, then one per interval.
        assert all(len(client.totals) <= 2 + took / seconds for client in clients)


def sign_in(server: Server) -> OpenerDirector:
    """Sign in as an administrator, and return the opener with the cookies."""
    created = server.manage(
        "createsuperuser", "--noinput", "--username", "admin", "--email", "admin@example.org",
        DJANGO_SUPERUSER_PASSWORD="only-for-this-test",
    )  # fmt: skip
    assert created.returncode == 0, created.stderr
    cookies = CookieJar()
    browser = build_opener(HTTPCookieProcessor(cookies))
    browser.open(f"{server.url}/admin/login/").read()
    token = next(cookie.value for cookie in cookies if cookie.name == "csrftoken")
    form = {"username": "admin", "password": "only-for-this-test", "csrfmiddlewaretoken": token, "next": "/admin/"}
    with browser.open(f"{server.url}/admin/login/", urlencode(form).encode()) as answer:
        assert answer.url == f"{server.url}/admin/"
    return browser


def test_heartbeats_during_import_and_admin_requests_are_on_time(
    start_clean_server: Callable[..., Server], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    disable_coverage(monkeypatch)
    server = start_clean_server(STREAM_HEARTBEAT_SECONDS=1)
    browser = sign_in(server)
    path = tmp_path / "items.jsonl"
    path.write_text("".join(json.dumps(headline(n)) + "\n" for n in range(10_000)))

    def browse() -> str:
        for page in ("/admin/news/item/", "/admin/news/bucket/", "/"):
            with browser.open(server.url + page, timeout=60) as answer:
                text = answer.read().decode()
        return text

    with SlowClient(server, "/api/v2/stream") as client, ThreadPoolExecutor() as pool:
        importing = pool.submit(server.manage, "import_items", str(path))
        pages = pool.submit(lambda: [browse() for _ in iter(importing.done, True)])
        client.receive_until(lambda: pages.done() and len(client.items) == 10_000)
        beats = client.heartbeats_at

        assert "imported=10000" in importing.result().stdout
        assert len(pages.result()) > 1
        # The promise: a heartbeat is less than a second late, however busy the server is.
        assert max(later - earlier for earlier, later in pairwise(beats)) < 1 + allow_for_load(1)
