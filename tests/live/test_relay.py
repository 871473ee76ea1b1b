"""`manage.py relay` against a proxy that notes what it is posted, and may be away."""

import json
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from news.log.cursor import Cursor
from streaming.grip.leader_lock import LEADERSHIP_SECONDS, acquire_leadership, get_published_seq, renew_leadership
from tests.helpers.items import headline
from tests.helpers.ports import free_port
from tests.helpers.server import Server
from tests.helpers.server_process import Process
from tests.helpers.waiting import until

KEY = "the-key-by-which-the-proxy-is-known"


class Proxy:
    """An endpoint that takes what is published, with status 200 or another."""

    def __init__(self) -> None:
        self.port = free_port()
        self.status = 200
        self.messages: list[dict[str, Any]] = []
        self._server: ThreadingHTTPServer | None = None

    @property
    def grip_url(self) -> str:
        return f"http://127.0.0.1:{self.port}?key={KEY}"

    def start(self) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), partial(Endpoint, self))
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
        self._server = None

    def of(self, channel: str) -> list[dict[str, Any]]:
        """Return what was published on a channel, without calls."""
        return [m for m in self.messages if m["channel"] == channel and m.get("prev-id") != "call"]

    def calls(self, channel: str) -> int:
        """Return how often those who listen on a channel were called."""
        return sum(m["channel"] == channel and m.get("prev-id") == "call" for m in self.messages)


class Endpoint(BaseHTTPRequestHandler):
    """Takes one post to a proxy."""

    def __init__(self, proxy: Proxy, *arguments: Any) -> None:
        self._proxy = proxy
        super().__init__(*arguments)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self._proxy.status == 200:
            self._proxy.messages += json.loads(body)["items"]
        self.send_response(self._proxy.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *arguments: Any) -> None:
        """Say nothing."""


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    proxy = Proxy()
    proxy.start()
    yield proxy
    proxy.stop()


@pytest.fixture
def relayed(start_clean_server: Callable[..., Server], proxy: Proxy) -> Iterator[tuple[Server, Process]]:
    """A server, and a relay that leads."""
    server = start_clean_server(GRIP_URL=proxy.grip_url, STREAM_RING_FRAMES=64)
    relay = Process(server, "relay", name="relay")
    relay.until_logged("relay_leads")
    yield server, relay
    relay.end()
    assert "Traceback" not in relay.log, relay.log[-3000:]


def ids(messages: list[dict[str, Any]]) -> list[str]:
    return [message["id"] for message in messages]


def test_each_frame_is_published_once_and_items_name_the_one_before(
    relayed: tuple[Server, Process], proxy: Proxy
) -> None:
    server, _ = relayed
    server.post(*({"title": f"Both rise {n}%", "tickers": ["AAPL", "MSFT"]} for n in range(20)))
    for channel in ("items-all", "items-all-headline"):
        messages = until(lambda channel=channel: len(found := proxy.of(channel)) == 20 and found)

        assert [message["prev-id"] for message in messages[1:]] == ids(messages[:-1])
        assert [message["id"].split("-")[1] for message in messages] == [str(n) for n in range(1, 21)]
    totals = until(lambda: [m for m in proxy.of("sums-all") if '"total":20' in m["formats"]["http-stream"]["content"]])
    assert all("id" not in message for message in totals)


def test_a_proxy_that_is_away_gets_everything_in_order_when_it_is_back(
    relayed: tuple[Server, Process], proxy: Proxy
) -> None:
    server, relay = relayed
    server.post(headline(0))
    until(lambda: proxy.of("items-all"))
    proxy.stop()
    server.post(*(headline(n) for n in range(1, 10)))
    relay.until_logged("edge_unreachable")
    proxy.status = 500
    proxy.start()
    server.post(*(headline(n) for n in range(10, 20)))
    proxy.status = 200
    relay.until_logged("edge_reachable_again")
    messages = until(lambda: len(found := proxy.of("items-all")) >= 20 and found)

    assert [message["id"].split("-")[1] for message in messages] == [str(n) for n in range(1, 21)]
    assert relay.log.count("edge_unreachable") == 1


def test_a_proxy_that_was_away_for_longer_than_the_ring_is_told_to_ask(
    relayed: tuple[Server, Process], proxy: Proxy
) -> None:
    server, relay = relayed
    server.post(headline(0))
    until(lambda: proxy.of("items-all"))
    proxy.stop()
    server.post(headline(1))
    relay.until_logged("edge_unreachable")
    calls = proxy.calls("items-all")
    server.post(*(headline(n) for n in range(2, 500)))
    proxy.start()
    until(lambda: proxy.calls("items-all") > calls)
    server.post(headline(500))
    until(lambda: proxy.of("items-all")[-1]["id"].endswith("-501"))

    last = proxy.of("items-all")[-1]
    assert last["prev-id"] == last["id"].replace("-501", "-500")
    assert len(proxy.of("items-all")) < 200


def test_a_relay_that_ends_lets_another_in_at_once_which_goes_on_where_it_was(
    relayed: tuple[Server, Process], proxy: Proxy
) -> None:
    server, relay = relayed
    server.post(*(headline(n) for n in range(10)))
    until(lambda: len(proxy.of("items-all")) == 10)
    assert relay.end() == 0
    server.post(*(headline(n) for n in range(10, 20)))
    second = Process(server, "relay", name="second")
    second.until_logged("relay_leads", seconds=LEADERSHIP_SECONDS + 15)
    messages = until(lambda: len(found := proxy.of("items-all")) >= 20 and found)
    second.end()

    assert [message["id"].split("-")[1] for message in messages] == [str(n) for n in range(1, 21)]


def test_without_an_edge_the_relay_says_what_is_missing(start_server: Callable[..., Server]) -> None:
    done = start_server().manage("relay")

    assert done.returncode == 1
    assert "GRIP_URL is not set" in done.stderr


@pytest.mark.usefixtures("on_postgres")
def test_the_lease_is_kept_by_postgresqls_clock_too() -> None:
    here = Cursor("aaaaaa", 7)

    assert acquire_leadership("first") is not None
    assert acquire_leadership("second") is None
    assert renew_leadership("first", here)
    assert get_published_seq() == here
