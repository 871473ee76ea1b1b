"""A real `manage.py ingest` with hostile feeds (rows 23 and 24 of docs/reliability.md)."""

import os
import signal
import socket
import threading
from collections import Counter

import pytest

from tests.helpers.hostile_feeds import GOOD, HOSTILE, URLS, HostileServer, Ingest
from tests.helpers.waiting import until

MAX_GROWTH_MB = 50


@pytest.fixture
def server():
    server = HostileServer()
    threading.Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
    yield server
    server.closing.set()
    server.shutdown()
    server.server_close()


@pytest.fixture
def ingest(tmp_path, fresh_database):
    ingest = Ingest(tmp_path, fresh_database[0])
    yield ingest
    if ingest.process and ingest.process.poll() is None:
        os.kill(ingest.process.pid, signal.SIGKILL)
        ingest.process.wait()


def test_hostile_feeds_get_an_error_and_do_not_delay_good_feeds(server, ingest):
    ingest.add([{"name": name, "url": f"{server.url}/{name}", "interval_seconds": 1} for name in GOOD])
    ingest.start()
    until(lambda: min(server.requests[name] for name in GOOD) >= 3, what="polls of good feeds")
    idle_mb, peak_mb = ingest.memory_mb(), 0.0

    expected = HOSTILE | {name: error for name, (_, error) in URLS.items()}
    ingest.add(
        [
            {"name": name, "url": URLS[name][0] if name in URLS else f"{server.url}/{name}", "interval_seconds": 3600}
            | ({"kind": "tiingo"} if name == "values" else {})
            for name in expected
        ]
    )
    requests_before = Counter(server.requests)

    def all_failed():
        nonlocal peak_mb
        peak_mb = max(peak_mb, ingest.memory_mb())
        return ingest.errors().keys() >= expected.keys()

    until(all_failed, seconds=180, what="an error of each source")

    errors = ingest.errors()
    assert {name: text for name, text in errors.items() if expected.get(name, "?") not in text} == {}
    assert peak_mb - idle_mb < MAX_GROWTH_MB
    # The slowest hostile feed takes 30 s, in which each good feed is due 30 times; a busy machine polls less often.
    assert min(server.requests[name] - requests_before[name] for name in GOOD) >= 8
    assert all(server.requests[name] == 1 for name in HOSTILE if name != "loop")
    assert "Traceback" not in ingest.log.read_text()
    assert ingest.stop() == 0


def test_feed_at_loopback_address_is_not_connected_to(ingest):
    with socket.create_server(("127.0.0.1", 0)) as internal_service:
        internal_service.settimeout(0.01)
        target = f"http://127.0.0.1:{internal_service.getsockname()[1]}/admin"
        ingest.environment["SOURCE_ALLOWED_NETWORKS"] = ""
        ingest.add(
            [{"name": "inner", "url": target}, {"name": "name", "url": target.replace("127.0.0.1", "localhost")}]
        )

        ingest.start()
        until(lambda: len(ingest.errors()) == 2, what="errors of both")

        with pytest.raises(TimeoutError):
            internal_service.accept()
    assert all("is not a public address" in text for text in ingest.errors().values())
