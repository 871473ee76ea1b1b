"""`manage.py relay` against a GRIP proxy that records what is posted and can be stopped."""

import json
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from news.log.cursor import Cursor
from streaming.grip.leader_lock import LEADER_TTL_SECONDS, LeaderLock, get_published_cursor
from streaming.grip.protocol import RESYNC_ID
from tests.helpers.changes import change_on
from tests.helpers.items import headline
from tests.helpers.ports import free_port
from tests.helpers.server import Server
from tests.helpers.server_process import Process
from tests.helpers.waiting import until

KEY = "the-key-of-the-proxy-in-these-tests"


class Proxy:
    """A publish endpoint that responds with `status` and records the messages if that is 200."""

    def __init__(self) -> None:
        self.port = free_port()
        self.status = 200
        self.posts = 0
        self.messages: list[dict[str, Any]] = []
        self._server: ThreadingHTTPServer | None = None

    @property
    def grip_url(self) -> str:
        return f"http://127.0.0.1:{self.port}?key={KEY}"

    def start(self) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), partial(PublishHandler, self))
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
        self._server = None

    def published(self, channel: str) -> list[dict[str, Any]]:
        """Return the messages on a GRIP channel, without resyncs."""
        return [m for m in self.messages if m["channel"] == channel and m.get("prev-id") != RESYNC_ID]

    def resync_count(self, channel: str) -> int:
        """Return the number of resync messages on a GRIP channel."""
        return sum(m["channel"] == channel and m.get("prev-id") == RESYNC_ID for m in self.messages)


class PublishHandler(BaseHTTPRequestHandler):
    """Handles one post to a proxy."""

    def __init__(self, proxy: Proxy, *arguments: Any) -> None:
        self._proxy = proxy
        super().__init__(*arguments)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self._proxy.posts += 1
        if self._proxy.status == 200:
            self._proxy.messages += json.loads(body)["items"]
        self.send_response(self._proxy.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *arguments: Any) -> None:
        """Log nothing."""


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    proxy = Proxy()
    proxy.start()
    yield proxy
    proxy.stop()


@pytest.fixture
def relayed(start_clean_server: Callable[..., Server], proxy: Proxy) -> Iterator[tuple[Server, Process]]:
    """Start a server and a relay that publishes."""
    server = start_clean_server(GRIP_URL=proxy.grip_url, STREAM_RING_FRAMES=64)
    relay = Process(server, "relay", name="relay")
    relay.until_logged("relay_leader_acquired")
    yield server, relay
    relay.end()
    assert "Traceback" not in relay.log, relay.log[-3000:]


def ids(messages: list[dict[str, Any]]) -> list[str]:
    return [message["id"] for message in messages]


def test_relay_publishes_each_event_once_and_items_name_the_previous_one(
    relayed: tuple[Server, Process], proxy: Proxy
) -> None:
    server, _ = relayed
    server.post(*({"title": f"Both rise {n}%", "tickers": ["AAPL", "MSFT"]} for n in range(20)))
    for channel in ("items-all", "items-all-headline"):
        messages = until(lambda channel=channel: len(published := proxy.published(channel)) == 20 and published)

        assert [message["prev-id"] for message in messages[1:]] == ids(messages[:-1])
        assert [message["id"].split("-")[1] for message in messages] == [str(n) for n in range(1, 21)]
    totals = until(
        lambda: [m for m in proxy.published("sums-all") if '"total":20' in m["formats"]["http-stream"]["content"]]
    )
    assert all("id" not in message for message in totals)


def test_relay_after_proxy_outage_publishes_everything_in_order(relayed: tuple[Server, Process], proxy: Proxy) -> None:
    server, relay = relayed
    server.post(headline(0))
    until(lambda: proxy.published("items-all"))
    proxy.stop()
    server.post(*(headline(n) for n in range(1, 10)))
    relay.until_logged("edge_unreachable")
    proxy.status = 500
    proxy.start()
    server.post(*(headline(n) for n in range(10, 20)))
    proxy.status = 200
    relay.until_logged("edge_recovered")
    messages = until(lambda: len(published := proxy.published("items-all")) >= 20 and published)

    assert [message["id"].split("-")[1] for message in messages] == [str(n) for n in range(1, 21)]
    assert relay.log.count("edge_unreachable") == 1


def test_relay_after_outage_longer_than_the_ring_sends_resync(relayed: tuple[Server, Process], proxy: Proxy) -> None:
    server, relay = relayed
    server.post(headline(0))
    until(lambda: proxy.published("items-all"))
    proxy.stop()
    server.post(headline(1))
    relay.until_logged("edge_unreachable")
    resyncs = proxy.resync_count("items-all")
    server.post(*(headline(n) for n in range(2, 500)))
    proxy.start()
    until(lambda: proxy.resync_count("items-all") > resyncs)
    server.post(headline(500))
    until(lambda: proxy.published("items-all")[-1]["id"].endswith("-501"))

    last = proxy.published("items-all")[-1]
    assert last["prev-id"] == last["id"].replace("-501", "-500")
    assert len(proxy.published("items-all")) < 200


def test_relay_after_outage_does_not_publish_texts_withdrawn_meanwhile(
    relayed: tuple[Server, Process], proxy: Proxy
) -> None:
    server, relay = relayed
    server.post(headline(0))
    until(lambda: proxy.published("items-all-headline"))
    proxy.status = 500
    (item_id,) = server.post({"title": "Boeing shares plunge after a fraud probe", "ticker": "BA"})
    relay.until_logged("edge_unreachable")
    change_on(server, f"withdraw_items({item_id!r}, reason='libel')")
    server.post(headline(1))
    until(lambda: server.call("/api/v2/metrics")[1]["total"] == 2)
    resyncs = proxy.resync_count("items-all-headline-entities-changes")
    posts = proxy.posts
    until(lambda: proxy.posts > posts + 2)  # each a second after the one before: the relay has read the log meanwhile

    proxy.status = 200
    until(lambda: proxy.resync_count("items-all-headline-entities-changes") > resyncs)
    server.post(headline(2))
    last = until(lambda: [m for m in proxy.published("items-all-headline-entities-changes") if m["id"].endswith("-5")])[
        0
    ]

    assert "Boeing" not in json.dumps(proxy.messages)
    assert last["prev-id"].endswith("-4")


def test_relay_that_stops_is_replaced_by_another_that_resumes(relayed: tuple[Server, Process], proxy: Proxy) -> None:
    server, relay = relayed
    server.post(*(headline(n) for n in range(10)))
    until(lambda: len(proxy.published("items-all")) == 10)
    assert relay.end() == 0
    server.post(*(headline(n) for n in range(10, 20)))
    second = Process(server, "relay", name="second")
    second.until_logged("relay_leader_acquired", seconds=LEADER_TTL_SECONDS + 60)
    messages = until(lambda: len(published := proxy.published("items-all")) >= 20 and published)
    second.end()

    assert [message["id"].split("-")[1] for message in messages] == [str(n) for n in range(1, 21)]


def test_relay_without_grip_url_exits_with_cure(start_server: Callable[..., Server]) -> None:
    completed = start_server().manage("relay")

    assert completed.returncode == 1
    assert "GRIP_URL is not set" in completed.stderr


@pytest.mark.usefixtures("on_postgres")
def test_leader_lock_on_postgresql_is_held_by_one_relay() -> None:
    cursor = Cursor("aaaaaa", 7)
    first, second = LeaderLock("first"), LeaderLock("second")

    assert first.acquire() is not None
    assert second.acquire() is None
    assert first.renew(cursor)
    assert get_published_cursor() == cursor
