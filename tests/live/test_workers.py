"""`serve --workers 2`: clients can't tell it from one process, also when a worker or the supervisor is killed."""

import os
import re
import signal
import socket
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.helpers.items import headline
from tests.helpers.ports import is_listening
from tests.helpers.server import Server
from tests.helpers.sse import Stream, find_last_retry, resume_path
from tests.helpers.waiting import until

STATUS = "/api/v2/stream/status"
TOKEN = "a-token-for-prometheus"
TRIES = 6  # so that both workers very likely answer


@pytest.fixture
def start_workers(start_clean_server: Callable[..., Server]) -> Callable[..., Server]:
    """Return a function that starts a server with two workers, and waits until both serve."""

    def start(*arguments: str, **options: object) -> Server:
        server = start_clean_server(command=("serve", "--workers", "2", *arguments), **options)
        until_both_serve(server)
        return server

    return start


def until_both_serve(server: Server) -> None:
    until(lambda: server.call("/health/ready")[1]["status"] == "ok", what="both workers serve")


def get_status(server: Server) -> dict[str, Any]:
    status, payload = server.call(STATUS)
    assert status == 200, payload
    return payload  # type: ignore[no-any-return]


def scrape(server: Server) -> dict[tuple[str, str], float]:
    """Return the samples of a scrape by name and the value of their first label."""
    status, text = server.call("/metrics", Authorization=f"Bearer {TOKEN}")
    assert status == 200, text
    families = text_string_to_metric_families(text)
    return {(s.name, next(iter(s.labels.values()), "")): s.value for family in families for s in family.samples}


def find_pids(server: Server, worker: int) -> list[int]:
    """Return the ids of the processes that a worker has had."""
    return [
        int(pid) for pid in re.findall(rf"event=worker_started .*worker={worker} pid=(\d+)", server.log.read_text())
    ]


def open_streams(stack: ExitStack, server: Server, count: int, *, source: str = "127.0.0.1") -> list[Stream]:
    streams = [stack.enter_context(Stream(server.url, source=source)) for _ in range(count)]
    for stream in streams:
        assert stream.status == 200
        stream.receive_kinds("metrics")
    return streams


def has_item(stream: Stream, count: int) -> bool:
    """Return whether a stream gets its next item; False if it is cut first."""
    try:
        stream.receive_items(count)
    except (AssertionError, ConnectionResetError):
        return False
    return True


def test_two_workers_share_limits_status_metrics_and_wake_ups(start_workers: Callable[..., Server]) -> None:
    server = start_workers(
        STREAM_POLL_SECONDS=3600, STREAM_MAX_CONNECTIONS=20, STREAM_MAX_PER_ADDRESS=12, METRICS_TOKEN=TOKEN
    )
    with ExitStack() as stack:
        streams = open_streams(stack, server, 12)
        rejected = [stack.enter_context(Stream(server.url)).status for _ in range(TRIES)]
        streams += open_streams(stack, server, 8, source="127.0.0.2")
        rejected += [stack.enter_context(Stream(server.url, source="127.0.0.3")).status for _ in range(TRIES)]
        assert Counter(rejected) == {429: TRIES, 503: TRIES}

        for number in range(1, TRIES + 1):  # from either worker to both, without a poll
            server.post(headline(number))
            assert len({stream.receive_items(number)[-1].id for stream in streams}) == 1

        for _ in range(TRIES):
            status = get_status(server)
            assert (status["connections"], status["max_connections"], status["available"]) == (20, 20, 0)
            assert status["cluster"] == {
                "processes": 2, "connections": 20, "max_connections": 20, "subscribers_behind": 0,
            }  # fmt: skip
        sent = ("sentiment_stream_events_sent_total", "new_item")
        for _ in range(TRIES):
            until(lambda: scrape(server).get(sent) == 20 * TRIES, what="the counts of both workers")
        samples = scrape(server)
        assert samples["sentiment_streams_open", ""] == samples["sentiment_streams_limit", ""] == 20
        assert samples["sentiment_streams_refused_total", "address_limit"] == TRIES
        assert samples["sentiment_streams_refused_total", "process_limit"] == TRIES

        assert server.kill() == -signal.SIGKILL  # the supervisor alone
        for stream in streams:
            stream.receive_to_end()
            assert find_last_retry(stream.text)
    until(lambda: not is_listening(server.port), what="both workers end by themselves")
    assert server.log.read_text().count("event=supervisor_ended") == 2


def test_stopped_worker_is_replaced_and_its_clients_miss_nothing(
    start_workers: Callable[..., Server], notifications: socket.socket
) -> None:
    systemd = {"NOTIFY_SOCKET": notifications.getsockname(), "WATCHDOG_USEC": "60000000"}
    server = start_workers("--worker-timeout", "4", STREAM_MAX_CONNECTIONS=12, STREAM_MAX_PER_ADDRESS=12, **systemd)
    with ExitStack() as stack:
        streams = open_streams(stack, server, 12)
        server.post(headline(1))
        cursors = {stream: stream.receive_items(1)[-1].id for stream in streams}

        (stopped,) = find_pids(server, 1)
        os.kill(stopped, signal.SIGSTOP)
        until(lambda: f"pid={stopped} seconds=4.0" in server.log.read_text(), what="the supervisor notices")
        (second,) = server.post(headline(2))

        cut = [stream for stream in streams if not has_item(stream, 2)]
        assert 0 < len(cut) < 12  # those of the other worker go on
        until(lambda: "event=worker_ended worker=1" in server.log.read_text(), what="its slots are free")
        for stream in cut:
            resumed = stack.enter_context(Stream(server.url, path=resume_path(cursors[stream])))
            assert resumed.status == 200
            assert [item.data["item_id"] for item in resumed.receive_items(1)] == [second]
        until(lambda: len(find_pids(server, 1)) == 2, what="a new worker")
        assert get_status(server)["connections"] == 12
        assert notifications.recv(100) == b"WATCHDOG=1"  # of the supervisor
    log = server.log.read_text()
    assert 'state="T (stopped)"' in log
    assert "Fatal Python error: Aborted" in log
    assert "event=worker_ended worker=1 ending=SIGABRT" in log


def test_killed_worker_is_replaced_and_its_clients_miss_nothing(start_workers: Callable[..., Server]) -> None:
    server = start_workers(STREAM_MAX_CONNECTIONS=12, STREAM_MAX_PER_ADDRESS=12)
    with ExitStack() as stack:
        streams = open_streams(stack, server, 12)
        server.post(headline(1))
        cursors = [stream.receive_items(1)[-1].id for stream in streams]

        os.kill(find_pids(server, 1)[0], signal.SIGKILL)
        ended = "event=worker_ended worker=1 ending=SIGKILL"
        until(lambda: ended in server.log.read_text(), what="the supervisor notices")
        (second,) = server.post(headline(2))

        cut = [stream for stream in streams if not has_item(stream, 2)]
        assert 0 < len(cut) < 12  # both workers had some
        resumed = [
            stack.enter_context(Stream(server.url, path=resume_path(cursors[streams.index(stream)]))) for stream in cut
        ]
        for stream in resumed:
            assert stream.status == 200
            assert [item.data["item_id"] for item in stream.receive_items(1)] == [second]
        assert get_status(server)["connections"] == 12
        until(lambda: len(find_pids(server, 1)) == 2, what="a new worker")
        until_both_serve(server)
        (third,) = server.post(headline(3))
        open_now = [stream for stream in streams if stream not in cut] + resumed
        for stream in open_now:
            stream.receive_until(lambda s: s.items() and s.items()[-1].data["item_id"] == third)

        assert server.stop() == 0
        for stream in open_now:
            stream.receive_to_end()
            assert find_last_retry(stream.text)
            assert len({item.id for item in stream.items()}) == len(stream.items())
    assert server.log.read_text().count("event=shutdown_complete") == 2
