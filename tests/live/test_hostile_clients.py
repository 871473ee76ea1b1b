"""Clients that take slots without using them: the server closes them and serves others meanwhile."""

import contextlib
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from random import Random

import pytest

from tests.helpers.items import headline
from tests.helpers.paths import ROOT
from tests.helpers.server import Server
from tests.helpers.sse import Stream
from tests.helpers.waiting import until

REQUEST = b"GET /api/v2/stream HTTP/1.1\r\nHost: localhost\r\n\r\n"
ABORTS = 5000
ABORTERS = 20


@pytest.fixture
def server(start_clean_server: Callable[..., Server]) -> Server:
    return start_clean_server(STREAM_MAX_CONNECTIONS=6000, STREAM_MAX_PER_ADDRESS=6000)


def until_slots_are_free(server: Server) -> None:
    until(lambda: server.call("/api/v2/stream/status")[1]["connections"] == 0, seconds=5, what="slots are free")


def abort_once(port: int, dice: Random) -> None:
    """Connect, send some or all of a request, read some bytes or none, and close by FIN or RST."""
    with socket.create_connection(("127.0.0.1", port), 60) as client:
        if dice.random() < 0.5:  # RST instead of FIN
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        client.sendall(REQUEST[: dice.randrange(len(REQUEST) * 3)])
        if dice.random() < 0.5:
            client.settimeout(dice.choice([0.001, 0.005, 0.02]))
            with contextlib.suppress(TimeoutError):
                client.recv(dice.choice([1, 100, 4096]))


def test_stream_thousands_of_aborted_requests_release_their_slots(server: Server) -> None:
    def abort(seed: int) -> None:
        dice = Random(seed)
        for _ in range(ABORTS // ABORTERS):
            abort_once(server.port, dice)

    counts: list[int] = []
    with ThreadPoolExecutor(ABORTERS) as pool:
        aborters = [pool.submit(abort, seed) for seed in range(ABORTERS)]
        while not all(aborter.done() for aborter in aborters):
            with Stream(server.url) as polite:
                # Answered after the requests that the other clients abandoned.
                polite.receive_until(lambda s: len(s.events) > 1)
                assert polite.status == 200
            counts.append(server.call("/api/v2/stream/status")[1]["connections"])
        for aborter in aborters:
            aborter.result()

    assert min(counts) >= 0
    with Stream(server.url) as last:
        last.receive_until(lambda s: len(s.events) > 1)
    until_slots_are_free(server)


def test_slow_request_is_closed_while_others_are_served(server: Server) -> None:
    clients = [socket.create_connection(("127.0.0.1", server.port), 60) for _ in range(200)]
    idle = socket.create_connection(("127.0.0.1", server.port), 60)
    idle.sendall(b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n")
    idle.recv(65536)
    is_over = threading.Event()

    def drip() -> None:
        for byte in REQUEST:
            for client in clients:
                with contextlib.suppress(OSError):
                    client.send(bytes([byte]))
            if is_over.wait(2):
                return

    with ThreadPoolExecutor(1) as pool, Stream(server.url) as stream:
        stream.receive_kinds("metrics")
        pool.submit(drip)
        server.post(headline(1))
        stream.receive_items(1)
        for client in clients:
            client.settimeout(60)
            with contextlib.suppress(ConnectionResetError):
                assert client.recv(100) == b""
            client.close()
        is_over.set()

        server.post(headline(2))
        stream.receive_items(2)
    idle.sendall(b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert idle.recv(65536).startswith(b"HTTP/1.1 200")
    idle.close()


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize(
    "body", [b"Content-Length: 5\r\n\r\nhello", b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"]
)
def test_stream_request_with_body_returns_400(server: Server, method: str, body: bytes) -> None:
    with socket.create_connection(("127.0.0.1", server.port), 60) as client:
        client.sendall(f"{method} /api/v2/stream HTTP/1.1\r\nHost: localhost\r\n".encode() + body)
        answer = b"".join(iter(lambda: client.recv(65536), b""))

    assert answer.startswith(b"HTTP/1.1 400")
    assert b"with a body" in answer
    assert server.call("/api/v2/stream/status")[1]["connections"] == 0


def test_stream_content_length_0_is_accepted(server: Server) -> None:
    with Stream(server.url, **{"Content-Length": "0"}) as stream:
        stream.receive_kinds("metrics")


def test_stream_client_vanishes_without_fin_releases_slot() -> None:
    # In a network namespace, where the route to one address can be removed.
    for program in ("unshare", "ip"):
        assert shutil.which(program), f"{program} is needed; `make programs` installs it"
    done = subprocess.run(
        ["unshare", "--net", "--map-root-user", sys.executable, "-m", "tests.helpers.network_namespace"],
        cwd=ROOT, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stdout + done.stderr
