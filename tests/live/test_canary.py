"""`manage.py canary` against real servers: it times the way of items, and nobody else comes across what it sends."""

import re
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest

from tests.conftest import ROOT, Server, free_port, until
from tests.helpers.sse import Stream
from tests.live.conftest import migrate
from tests.live.test_prometheus import TOKEN, scrape
from tests.live.test_stream import headline

CANARIES = "/api/v2/canary/stream"
ARRIVED = re.compile(r"canary_arrived .*ms=([0-9.]+)")
ALL_ROWS = """
from django.apps import apps
for model in apps.get_app_config("news").get_models():
    if model.__name__ != "LogHead":
        print(model.__name__, *model.objects.order_by("pk").values())
"""
READ = [
    "/api/v2/items?limit=100",
    "/api/v2/items?q=canary",
    "/api/v2/items?ticker=CANARY",
    "/api/v2/timeseries/CANARY?resolution=1m",
    "/api/v2/events?after={head}",
]


@pytest.fixture(params=["sqlite", "postgres"])
def server(request: pytest.FixtureRequest, start_clean_server: Callable[..., Server], tmp_path: Path) -> Server:
    if request.param == "sqlite":
        return start_clean_server(METRICS_TOKEN=TOKEN)
    url = request.getfixturevalue("postgres_url")
    token = migrate(url, tmp_path)
    server = start_clean_server(METRICS_TOKEN=TOKEN, DATABASE_URL=url)
    server.token = token
    return server


def send(server: Server, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return server.manage("canary", server.url, "--once", *arguments, **environment)


def test_it_arrives_and_leaves_no_trace_for_anybody_else(server: Server) -> None:
    server.post(headline(1))
    head = server.call("/api/v2/stream/status")[1]["head"]
    places = [path.format(head=head) for path in READ]
    rows, answers = server.manage("shell", "-c", ALL_ROWS).stdout, [server.call(path) for path in places]
    with ExitStack() as stack:
        streams = [
            stack.enter_context(Stream(server.url, path=f"/api/v2/stream?include=headline{asked}"))
            for asked in ("", "&tickers=CANARY", "&tickers=canary")
        ]
        for stream in streams:
            stream.read_kinds("heartbeat", "metrics")

        for _ in range(3):
            sent = send(server)
            assert sent.returncode == 0, sent.stderr
            assert ARRIVED.search(sent.stdout + sent.stderr)

        assert server.manage("shell", "-c", ALL_ROWS).stdout == rows != ""
        assert [server.call(path) for path in places] == answers
        assert server.call("/api/v2/stream/status")[1]["head"] == head
        server.post(headline(2))
        (item,) = streams[0].read_items(1)
        assert item.seq == 2
        for stream in streams:
            assert {event.kind for event in stream.events} <= {"heartbeat", "metrics", "new_item"}
            assert "canary" not in stream.text
        assert {event.data["total"] for event in streams[1].events if event.kind == "metrics"} == {0}
    told = scrape(server)
    assert told["sentiment_canary_sent_total", ""] == told["sentiment_canary_seconds_count", ""] == 3
    assert 0 < told["sentiment_canary_seconds_sum", ""] < 30
    assert told["sentiment_stream_events_sent_total", "canary"] == 3
    assert told["sentiment_log_places_total", ""] == told["sentiment_analyzer_texts_total", ""] == 2


def test_it_comes_after_all_that_was_committed_before(server: Server) -> None:
    with Stream(server.url, path=CANARIES, Authorization=f"Bearer {TOKEN}") as canaries:
        canaries.read_kinds("heartbeat", "metrics")
        server.post(*(headline(number) for number in range(50)))
        assert send(server).returncode == 0
        canaries.read_until(lambda s: s.events[-1].kind == "canary")

    assert [(event.seq, event.data) for event in canaries.events if event.kind == "canary"] == [(50, {"number": 1})]
    assert {event.kind for event in canaries.events} == {"heartbeat", "metrics", "canary"}


def test_it_goes_on_while_the_server_is_away_and_ends_on_sigterm(server: Server, tmp_path: Path) -> None:
    log = tmp_path / "canary.log"
    command = [sys.executable, str(ROOT / "manage.py"), "canary", server.url, "--every", "0.05", "--timeout", "5"]
    with log.open("wb") as output:
        canary = subprocess.Popen(command, env=server.environment, stdout=output, stderr=output)
    try:
        until(lambda: len(ARRIVED.findall(log.read_text())) >= 2, what="two canaries")
        server.kill()
        until(lambda: "canary_lost" in log.read_text(), what="one lost")
        arrived = len(ARRIVED.findall(log.read_text()))
        server.start()
        until(lambda: len(ARRIVED.findall(log.read_text())) > arrived, what="another")
    finally:
        canary.send_signal(signal.SIGTERM)
    assert canary.wait(10) == 0
    assert "Traceback" not in log.read_text()


def test_a_server_that_no_longer_sends_is_told_of(start_server: Callable[..., Server]) -> None:
    server = start_server(METRICS_TOKEN=TOKEN)
    with Stream(server.url) as stream:
        stream.read_kinds("heartbeat", "metrics")
        assert server.process is not None
        server.process.send_signal(signal.SIGSTOP)

        sent = send(server, "--timeout", "1")

        server.process.send_signal(signal.SIGCONT)
    assert sent.returncode == 1
    assert sent.stderr.splitlines()[-1] == (
        f"CommandError: {server.url}{CANARIES}: nothing was heard for 1 s; see what the log of the server says."
    )


@pytest.mark.parametrize(
    ("arguments", "token", "words"),
    [
        ((), "", "METRICS_TOKEN is not set: set it to the server's"),
        ((), "quite-another-token", "/api/v2/canary/stream answers 401: .*Not the METRICS_TOKEN"),
        (("--timeout", "0"), TOKEN, "argument --timeout: '0': must be a number of seconds above 0, 86400 at most"),
        (("--every", "nan"), TOKEN, "argument --every: 'nan': must be a number of seconds above 0"),
        (("ftp://127.0.0.1/",), TOKEN, "argument url: ftp://127.0.0.1/: must be like https://news.example.org"),
        (("http://me:secret@127.0.0.1/",), TOKEN, "argument url: http://127.0.0.1/: must be like"),
    ],
)
def test_what_can_not_work_is_said(
    start_server: Callable[..., Server], arguments: tuple[str, ...], token: str, words: str
) -> None:
    server = start_server(METRICS_TOKEN=TOKEN)
    at = () if any("://" in each for each in arguments) else (server.url,)

    sent = server.manage("canary", *at, "--once", *arguments, METRICS_TOKEN=token)

    assert sent.returncode != 0
    assert re.search(words, sent.stderr), sent.stderr
    assert "Traceback" not in sent.stderr


def test_a_writer_that_keeps_the_log_locked_is_told_of(
    start_clean_server: Callable[..., Server], postgres_url: str, tmp_path: Path
) -> None:
    migrate(postgres_url, tmp_path)
    server = start_clean_server(METRICS_TOKEN=TOKEN, DATABASE_URL=postgres_url)
    with psycopg.connect(postgres_url) as writer:
        writer.execute("SELECT * FROM news_loghead FOR UPDATE")

        sent = send(server, "--timeout", "1")

    assert sent.returncode == 1
    assert "CommandError: The database of DATABASE_URL: OperationalError: canceling statement" in sent.stderr


def test_a_site_that_is_not_there_is_named(start_server: Callable[..., Server]) -> None:
    server = start_server(METRICS_TOKEN=TOKEN)
    nobody = f"http://127.0.0.1:{free_port()}"

    sent = server.manage("canary", nobody, "--once")

    assert sent.returncode == 1
    assert f"CommandError: {nobody}{CANARIES}: ConnectError" in sent.stderr


def test_canaries_are_shown_to_nobody_without_the_token(start_server: Callable[..., Server]) -> None:
    server = start_server(METRICS_TOKEN=TOKEN)

    assert server.call(CANARIES)[0] == 401
    assert server.call(CANARIES, Authorization=f"Bearer {server.token}")[0] == 401
    assert server.call(CANARIES, method="HEAD", Authorization=f"Bearer {TOKEN}")[0] == 200
    assert server.call(CANARIES, method="POST")[0] == 405
