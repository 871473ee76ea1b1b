"""What does each kind of hostile feed cost before it is cut?

`python -m benchmarks.hostile`: a real `manage.py ingest` with five good feeds, to which the hostile ones of
tests/helpers/hostile_feeds.py are added one after another. Prints a row each: how long until it was cut, how much
the memory of `ingest` and its child grew, and what its source says.
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

GIVEN_SECONDS = 60  # by then each is cut


def main() -> None:
    """Measure each kind and print its row."""
    world = HostileServer()
    threading.Thread(target=world.serve_forever, args=[0.01], daemon=True).start()
    with tempfile.TemporaryDirectory() as folder:
        ingest = start(world, Path(folder))
        try:
            time.sleep(8)
            before = settled_mb(ingest)
            print(f"ingest and its child, polling {len(GOOD)} good feeds: {before:.0f} MB\n")
            print("| feed | cut after, s | memory grew by, MB | its source says |\n|---|---|---|---|")
            for name in [*HOSTILE, *URLS]:
                print(measure(ingest, name), flush=True)
            print(f"\nafter all of them: {settled_mb(ingest):.0f} MB")
        finally:
            world.closing.set()
            ingest.stop()
    world.shutdown()


def start(world: HostileServer, folder: Path) -> Ingest:
    """Return a running `ingest` with its good feeds polled each second, and the hostile ones disabled."""
    empty = folder / "empty"
    empty.mkdir()
    assert Server(base_environment(empty), 0, "").manage("migrate", "-v0").returncode == 0
    ingest = Ingest(folder, empty / "site.sqlite3")
    ingest.add([{"name": name, "url": f"{world.url}/{name}", "interval_seconds": 1} for name in GOOD])
    ingest.add(
        [
            {"name": name, "url": URLS[name][0] if name in URLS else f"{world.url}/{name}", "is_enabled": False}
            | ({"kind": "tiingo"} if name == "values" else {})
            for name in [*HOSTILE, *URLS]
        ]
    )
    ingest.start()
    return ingest


def settled_mb(ingest: Ingest) -> float:
    """Return the memory once a good feed has been polled, and so a child is there again."""
    time.sleep(2.5)
    return ingest.memory_mb()


def measure(ingest: Ingest, name: str) -> str:
    """Enable a hostile feed, wait until it is cut, and return its row."""
    before = most = settled_mb(ingest)
    with closing(sqlite3.connect(ingest.database, timeout=20)) as connection, connection:
        connection.execute("UPDATE news_source SET is_enabled = 1 WHERE name = ?", [name])
    deadline = time.monotonic() + GIVEN_SECONDS
    line = re.compile(rf'event=source_failed\b.* source="?{name}"? seconds=([\d.]+)')
    while not (failed := line.search(ingest.log.read_text())):
        assert time.monotonic() < deadline, f"{name} was not cut"
        most = max(most, ingest.memory_mb())
        time.sleep(0.02)
    error = ingest.errors()[name].partition(": ")[2].partition(";")[0]
    return f"| {name} | {float(failed[1]):.1f} | {most - before:.0f} | {error} |"


if __name__ == "__main__":
    main()
