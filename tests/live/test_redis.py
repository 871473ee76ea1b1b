"""Notifications through a real Valkey: two servers on one database, and failures of Valkey."""

import re
import signal
import time
from collections.abc import Callable, Iterator

import pytest

from scripts.local_services import Valkey
from tests.helpers.items import headline
from tests.helpers.ports import free_port
from tests.helpers.server import Server
from tests.helpers.sse import Stream
from tests.helpers.waiting import allow_for_load, until

READY = "/health/ready"
LONG_POLL_SECONDS = 600


@pytest.fixture
def valkey() -> Iterator[Valkey]:
    valkey = Valkey(free_port())
    yield valkey
    valkey.stop()


@pytest.fixture
def start_pair(start_clean_server: Callable[..., Server], valkey: Valkey) -> Callable[..., list[Server]]:
    """Return a function that starts two servers on one database, and one Valkey."""
    return lambda **options: [start_clean_server(REDIS_URL=valkey.url, **options) for _ in range(2)]


def measure_delay(server: Server, stream: Stream, number: int) -> float:
    """Post an item, and return the seconds until the stream has it."""
    count, began_at = len(stream.items()), time.monotonic()
    server.post(headline(number))
    stream.receive_items(count + 1)
    return time.monotonic() - began_at


def lines(server: Server, event: str, direction: str = "") -> list[str]:
    words = (f"event={event}", f"direction={direction}")
    return [line for line in server.log.read_text().splitlines() if all(word in line for word in words)]


def test_notify_reaches_other_process_before_its_next_poll(start_pair: Callable[..., list[Server]]) -> None:
    near, far = start_pair(STREAM_POLL_SECONDS=LONG_POLL_SECONDS)
    with Stream(far.url) as stream:
        stream.receive_kinds("metrics")

        assert measure_delay(near, stream, 1) < allow_for_load(10)
        assert measure_delay(near, stream, 2) < allow_for_load(10)
    assert near.call(READY) == far.call(READY) == (200, {"status": "ok", "database": "ok"})


def test_notify_valkey_stopped_delays_items_and_loses_none(
    start_pair: Callable[..., list[Server]], valkey: Valkey
) -> None:
    near, far = start_pair()
    with Stream(far.url) as stream:
        stream.receive_kinds("metrics")
        near.post(headline(0))
        valkey.stop()
        began, number = time.monotonic(), 0
        while time.monotonic() - began < 10:
            number += 1
            assert measure_delay(near, stream, number) < allow_for_load(5)
        until(lambda: far.call(READY)[1]["status"] == "degraded")
        status, answer = near.call(READY)
        valkey.start()
        until(lambda: [server.call(READY)[1]["status"] for server in (near, far)] == ["ok", "ok"])
        near.post(headline(number + 1))
        items = stream.receive_items(number + 2)

    assert [item.seq for item in items] == list(range(1, number + 3))
    assert (status, answer["status"], answer["notify"]) == (200, "degraded", "unavailable")
    assert "REDIS_URL" in answer["detail"]
    for server in (near, far):
        for direction in ("send", "receive"):
            assert len(lines(server, "notify_failed", direction)) <= 1
            assert len(lines(server, "notify_failed", direction)) == len(lines(server, "notify_recovered", direction))
    assert re.search(r"effect=.*up to 1 s late", lines(near, "notify_failed", "send")[0])


def test_notify_valkey_restarted_recovers_in_every_process(
    start_pair: Callable[..., list[Server]], valkey: Valkey
) -> None:
    near, far = start_pair(STREAM_POLL_SECONDS=LONG_POLL_SECONDS)
    with Stream(far.url) as far_stream, Stream(near.url) as near_stream:
        far_stream.receive_kinds("metrics")
        near_stream.receive_kinds("metrics")
        valkey.stop()
        near.post(headline(1))
        for server in (near, far):
            until(lambda server=server: lines(server, "notify_failed", "receive"))
        valkey.start()
        # After the reconnect each process polls at once for what it missed.
        far_stream.receive_items(1)
        for server in (near, far):
            until(lambda server=server: lines(server, "notify_recovered", "receive"))

        assert measure_delay(near, far_stream, 2) < allow_for_load(10)
        assert measure_delay(far, near_stream, 3) < allow_for_load(10)


def test_notify_valkey_hangs_posts_are_not_delayed(start_pair: Callable[..., list[Server]], valkey: Valkey) -> None:
    near, far = start_pair()
    with Stream(far.url) as stream:
        stream.receive_kinds("metrics")
        process = valkey.server._process
        process.send_signal(signal.SIGSTOP)
        try:
            assert max(measure_delay(near, stream, number) for number in range(5)) < allow_for_load(6)
        finally:
            process.send_signal(signal.SIGCONT)
        until(lambda: near.call(READY)[1]["status"] == "ok")
