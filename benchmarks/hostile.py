"""Measure the cost of each kind of hostile feed until `ingest` ends its poll.

`python -m benchmarks.hostile`: runs `manage.py ingest` with five good feeds and adds the hostile feeds of
tests/live/test_hostile_feeds.py one after another. Prints a row for each: how long its poll took, how much the memory
of `ingest` and its child grew, and the error of its source.
"""

import re
import sqlite3
import tempfile
import threading
import time
from contextlib import closing
from pathlib import Path

from tests.helpers.hostile_feeds import GOOD, HOSTILE, URLS, HostileServer, Ingest
from tests.helpers.server import Server, base_environment

POLL_TIMEOUT_SECONDS = 60  # by then each poll has ended


def main() -> None:
    """Measure each kind and print a row."""
    feed_server = HostileServer()
    threading.Thread(target=feed_server.serve_forever, args=[0.01], daemon=True).start()
    with tempfile.TemporaryDirectory() as folder:
        ingest = start(feed_server, Path(folder))
        try:
            time.sleep(8)
            settled = settled_mb(ingest)
            print(f"ingest and its child, polling {len(GOOD)} good feeds: {settled:.0f} MB\n")
            print("| feed | cut after, s | memory grew by, MB | error of the source |\n|---|---|---|---|")
            for name in [*HOSTILE, *URLS]:
                print(measure(ingest, name), flush=True)
            print(f"\nafter all of them: {settled_mb(ingest):.0f} MB")
        finally:
            feed_server.closing.set()
            ingest.stop()
    feed_server.shutdown()


def start(feed_server: HostileServer, folder: Path) -> Ingest:
    """Return a running `ingest` with good feeds polled each second and hostile feeds disabled."""
    empty = folder / "empty"
    empty.mkdir()
    assert Server(base_environment(empty), 0, "").manage("migrate", "-v0").returncode == 0
    ingest = Ingest(folder, empty / "site.sqlite3")
    ingest.add([{"name": name, "url": f"{feed_server.url}/{name}", "interval_seconds": 1} for name in GOOD])
    ingest.add(
        [
            {"name": name, "url": URLS[name][0] if name in URLS else f"{feed_server.url}/{name}", "is_enabled": False}
            | ({"kind": "tiingo"} if name == "values" else {})
            for name in [*HOSTILE, *URLS]
        ]
    )
    ingest.start()
    return ingest


def settled_mb(ingest: Ingest) -> float:
    """Return the memory after a good feed was polled, when `ingest` has a child again."""
    time.sleep(2.5)
    return ingest.memory_mb()


def measure(ingest: Ingest, name: str) -> str:
    """Enable a hostile feed, wait until its poll fails, and return its row."""
    settled = peak = settled_mb(ingest)
    with closing(sqlite3.connect(ingest.database, timeout=20)) as connection, connection:
        connection.execute("UPDATE news_source SET is_enabled = 1 WHERE name = ?", [name])
    deadline = time.monotonic() + POLL_TIMEOUT_SECONDS
    failure = re.compile(rf'event=source_failed\b.* source="?{name}"? seconds=([\d.]+)')
    while not (match := failure.search(ingest.log.read_text())):
        assert time.monotonic() < deadline, f"{name}: its poll has not failed"
        peak = max(peak, ingest.memory_mb())
        time.sleep(0.02)
    error = ingest.errors()[name].partition(": ")[2].partition(";")[0]
    return f"| {name} | {float(match[1]):.1f} | {peak - settled:.0f} | {error} |"


if __name__ == "__main__":
    main()
