"""Rows 23 and 24 of docs/reliability.md: a real `manage.py ingest` among servers that mean it ill."""

import os
import signal
import socket
import threading
from collections import Counter

import pytest

from tests.helpers.hostile_feeds import GOOD, HOSTILE, URLS, Ingest, World
from tests.helpers.waiting import until

MAX_GROWTH_MB = 50


@pytest.fixture
def world():
    world = World()
    threading.Thread(target=world.serve_forever, args=[0.01], daemon=True).start()
    yield world
    world.closing.set()
    world.shutdown()
    world.server_close()


@pytest.fixture
def ingest(tmp_path, fresh_database):
    ingest = Ingest(tmp_path, fresh_database[0])
    yield ingest
    if ingest.process and ingest.process.poll() is None:
        os.kill(ingest.process.pid, signal.SIGKILL)
        ingest.process.wait()


def test_hostile_feeds_are_cut_with_a_clear_error_while_others_go_on(world, ingest):
    ingest.add([{"name": name, "url": f"{world.url}/{name}", "interval_seconds": 1} for name in GOOD])
    ingest.start()
    until(lambda: min(world.asked[name] for name in GOOD) >= 3, seconds=30, what="polls of good feeds")
    before, most = ingest.memory_mb(), 0.0

    expected = HOSTILE | {name: error for name, (_, error) in URLS.items()}
    ingest.add(
        [
            {"name": name, "url": URLS[name][0] if name in URLS else f"{world.url}/{name}", "interval_seconds": 3600}
            | ({"kind": "tiingo"} if name == "values" else {})
            for name in expected
        ]
    )
    good_before = Counter(world.asked)

    def all_failed():
        nonlocal most
        most = max(most, ingest.memory_mb())
        return ingest.errors().keys() >= expected.keys()

    until(all_failed, seconds=180, what="an error of each")

    errors = ingest.errors()
    assert {name: text for name, text in errors.items() if expected.get(name, "?") not in text} == {}
    assert most - before < MAX_GROWTH_MB
    # The slowest are given half a minute: in that time each good feed, due every second, was asked again and again.
    # (A machine that is busy otherwise asks every two seconds.)
    assert min(world.asked[name] - good_before[name] for name in GOOD) >= 8
    assert all(world.asked[name] == 1 for name in HOSTILE if name != "loop")
    assert "Traceback" not in ingest.log.read_text()
    assert ingest.stop() == 0


def test_a_feed_that_redirects_inwards_reaches_nobody(world, ingest):
    """A service of this machine that no source may reach is not even connected to."""
    with socket.create_server(("127.0.0.1", 0)) as inner:
        inner.settimeout(0.01)
        target = f"http://127.0.0.1:{inner.getsockname()[1]}/admin"
        ingest.environment["SOURCE_ALLOWED_NETWORKS"] = ""
        ingest.add(
            [{"name": "inner", "url": target}, {"name": "name", "url": target.replace("127.0.0.1", "localhost")}]
        )

        ingest.start()
        until(lambda: len(ingest.errors()) == 2, seconds=30, what="errors of both")

        with pytest.raises(TimeoutError):
            inner.accept()
    assert all("is no public address" in text for text in ingest.errors().values())
