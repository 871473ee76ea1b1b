"""`manage.py check_stream` as a process of its own, against real servers and faulty ones."""

import json
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from threading import Event, Thread
from typing import Any

import pytest

from tests.helpers.items import headline
from tests.helpers.ports import free_port
from tests.helpers.server import Server
from tests.helpers.sse import Stream
from tests.helpers.waiting import until

GENEROUS_LIMITS = ("--open-seconds", "60", "--heartbeat-seconds", "60", "--seconds", "60")
KEYS = {"ok", "open_seconds", "heartbeat_seconds", "head_seconds", "problem"}
START_SECONDS = 60  # of an interpreter on a busy machine
OPENING = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"
    b"event: heartbeat\nid: evt_0000aa-5-h1\ndata: {}\n\nevent: metrics\nid: evt_0000aa-5-m2\ndata: {}\n\n"
)
HEARTBEAT = b"event: heartbeat\nid: evt_0000aa-5-h3\ndata: {}\n\n"


@pytest.fixture
def quick_server(start_server: Callable[..., Server]) -> Server:
    """Start a server with frequent heartbeats."""
    return start_server(STREAM_HEARTBEAT_SECONDS=0.2)


def check(server: Server, *arguments: str, url: str = "") -> tuple[int, dict[str, Any]]:
    """Return the exit status and the result of one check."""
    completed = server.manage("check_stream", url or server.url, *arguments)
    lines = completed.stdout.splitlines()
    assert len(lines) == 1, completed.stdout + completed.stderr
    assert completed.stderr == ""
    result = json.loads(lines[0])
    assert result.keys() == KEYS
    assert result["ok"] == (completed.returncode == 0) == (result["problem"] is None)
    return completed.returncode, result


@contextmanager
def faulty_server(serve: Callable[[socket.socket, str], None]) -> Iterator[str]:
    """Listen on a port and pass each connection with its request line to `serve` on a thread. Yields the URL."""
    with socket.create_server(("127.0.0.1", free_port())) as listener, ExitStack() as connections:

        def accept() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                connections.enter_context(connection)
                Thread(target=serve_one, args=(connection,), daemon=True).start()

        def serve_one(connection: socket.socket) -> None:
            try:
                serve(connection, connection.recv(65536).decode().partition("\r\n")[0])
            except OSError:
                return  # the command has exited

        Thread(target=accept, daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)


def test_check_stream_healthy_server_exits_with_0(quick_server: Server) -> None:
    status, result = check(quick_server, *GENEROUS_LIMITS)

    assert status == 0, result
    assert all(0 <= result[name] < 60 for name in KEYS - {"ok", "problem"})
    until(lambda: quick_server.call("/api/v2/stream/status")[1]["connections"] == 0, seconds=60, what="a free slot")


def test_check_stream_while_items_arrive_exits_with_0(quick_server: Server) -> None:
    stopped = Event()

    def post() -> None:
        number = 0
        while not stopped.is_set():
            number += 1
            quick_server.post(headline(number))

    poster = Thread(target=post)
    poster.start()
    try:
        status, result = check(quick_server, *GENEROUS_LIMITS)
    finally:
        stopped.set()
        poster.join()

    assert status == 0, result


def test_check_stream_read_token_exits_with_0(quick_server: Server) -> None:
    token = quick_server.manage("create_token", "--scope", "read").stdout.strip()

    status, result = check(quick_server, *GENEROUS_LIMITS, "--token", token)

    assert status == 0, result


def test_check_stream_unknown_token_exits_with_1_naming_401(quick_server: Server) -> None:
    status, result = check(quick_server, *GENEROUS_LIMITS, "--token", "unknown")

    assert status == 1
    assert "returned 401: " in result["problem"]
    assert "--token" in result["problem"]


def test_check_stream_stopped_server_exits_with_1(quick_server: Server) -> None:
    quick_server.stop()

    status, result = check(quick_server, *GENEROUS_LIMITS)

    assert status == 1
    assert result["problem"].startswith(f"{quick_server.url}/api/v2/stream: ConnectError: ")
    assert result["open_seconds"] is result["heartbeat_seconds"] is result["head_seconds"] is None


def test_check_stream_no_free_slot_exits_with_1_naming_503(start_server: Callable[..., Server]) -> None:
    server = start_server(STREAM_MAX_CONNECTIONS=1)
    with Stream(server.url) as stream:
        stream.receive_kinds("heartbeat", "metrics")

        status, result = check(server, *GENEROUS_LIMITS)

    assert status == 1
    assert 'returned 503: "Maximum connections reached. Please try again later."' in result["problem"]
    assert "STREAM_MAX_CONNECTIONS" in result["problem"]


def test_check_stream_other_host_name_exits_with_1_naming_allowed_hosts(start_server: Callable[..., Server]) -> None:
    server = start_server(ALLOWED_HOSTS="127.0.0.1")

    status, result = check(server, *GENEROUS_LIMITS, url=f"http://localhost:{server.port}")

    assert status == 1
    assert "returned 400: " in result["problem"]
    assert "ALLOWED_HOSTS" in result["problem"]


def test_check_stream_stopped_process_exits_with_1_within_limit(quick_server: Server) -> None:
    assert quick_server.process is not None
    quick_server.process.send_signal(signal.SIGSTOP)
    began_at = time.monotonic()

    try:
        status, result = check(quick_server, "--open-seconds", "0.5")
    finally:
        quick_server.process.send_signal(signal.SIGCONT)

    assert status == 1
    assert "no heartbeat and no metrics within 0.5 s" in result["problem"]
    assert time.monotonic() - began_at < START_SECONDS


@pytest.mark.parametrize("sends_bytes", [False, True], ids=["silent", "byte-by-byte"])
def test_check_stream_server_that_never_answers_exits_with_1_within_limit(
    start_server: Callable[..., Server], sends_bytes: bool
) -> None:
    stopped = Event()

    def serve(connection: socket.socket, request: str) -> None:
        while not stopped.wait(0.05):
            if sends_bytes:
                connection.sendall(b"H")

    server = start_server()
    with faulty_server(serve) as url:
        began_at = time.monotonic()
        status, result = check(server, "--open-seconds", "0.5", url=url)
        stopped.set()

    assert status == 1
    assert "no heartbeat and no metrics within 0.5 s" in result["problem"]
    assert time.monotonic() - began_at < START_SECONDS


@pytest.mark.parametrize(
    ("after_opening", "head", "limit", "words"),
    [
        (b"", "evt_0000aa-5", "--heartbeat-seconds", "no second heartbeat within 0.5 s"),
        (HEARTBEAT, "evt_0000aa-6", "--seconds", "at evt_0000aa-5 0.5 s after"),
        (HEARTBEAT, "evt_0000bb-5", "--seconds", "which returned evt_0000bb-5 as head"),
        (HEARTBEAT, "", "--seconds", "status: no response within 0.5 s"),
        (HEARTBEAT, "7", "--seconds", "'7' is not an event id"),
        (b"id: 7\ndata: {}\n\n", "", "--seconds", "'7' is not an event id"),
    ],
    ids=["no-heartbeat", "behind", "other-generation", "status-hangs", "odd-head", "odd-event"],
)
def test_check_stream_faulty_server_exits_with_1_naming_fault(
    start_server: Callable[..., Server], after_opening: bytes, head: str, limit: str, words: str
) -> None:
    def serve(connection: socket.socket, request: str) -> None:
        if "/status" not in request:
            connection.sendall(OPENING + after_opening)
        elif head:
            body = json.dumps({"head": head}).encode()
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))

    server = start_server()
    with faulty_server(serve) as url:
        status, result = check(server, *GENEROUS_LIMITS, limit, "0.5", url=url)

    assert status == 1
    assert words in result["problem"]


def test_check_stream_ended_by_server_exits_with_1(start_server: Callable[..., Server]) -> None:
    def serve(connection: socket.socket, request: str) -> None:
        connection.sendall(OPENING)
        connection.shutdown(socket.SHUT_RDWR)

    server = start_server()
    with faulty_server(serve) as url:
        status, result = check(server, *GENEROUS_LIMITS, url=url)

    assert status == 1
    assert "the stream ended" in result["problem"]
    assert "read timeout" in result["problem"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (
            ("ftp://127.0.0.1/",),
            "argument url: ftp://127.0.0.1/: must be the URL of a site, like https://news.example.org",
        ),
        (("http://me:secret@127.0.0.1/",), "argument url: http://127.0.0.1/: must be the URL of a site"),
        (("http://127.0.0.1/api/v2/stream",), "/api/v2/stream: must be the URL of a site"),
        (("--seconds", "0"), "argument --seconds: '0': must be a number of seconds above 0, 86400 at most"),
        (("--open-seconds", "nan"), "argument --open-seconds: 'nan': must be"),
        (("--heartbeat-seconds", "a minute"), "argument --heartbeat-seconds: 'a minute': must be"),
    ],
)
def test_check_stream_bad_arguments_exits_with_2(shared_server: Server, arguments: tuple[str, ...], words: str) -> None:
    completed = shared_server.manage("check_stream", *arguments)

    assert completed.returncode == 2
    assert completed.stdout == ""
    assert words in completed.stderr
