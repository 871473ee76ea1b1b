"""Migrate a long log from the schema of 0.1.0 to the newest one, back and forward again; print times and sizes.

Run as `python -m tests.volume.migration [--items 1000000]`. The database is that of `tests.volume.live_delay` (SQLite),
taken back to the schema of 0.1.0 first. Fails if what is stored differs after the way back and forth.
"""

import argparse
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from tests.helpers.paths import ROOT
from tests.helpers.server import base_environment
from tests.volume.live_delay import CACHE, get_database

OLD = {"news": "0006", "accounts": "0003", "streaming": "0002"}  # the last migrations of 0.1.0
POLL_SECONDS = 0.5


def migrate(folder: Path, *, to_old: bool) -> dict[str, float]:
    """Migrate the database in `folder`; returns seconds, CPU seconds, peak memory, and sizes of files in MB."""
    before = _measure_files(folder)
    targets: list[tuple[str, ...]] = list(OLD.items()) if to_old else [()]
    started, cpu, memory, peak = time.monotonic(), 0.0, 0.0, before
    for target in targets:
        process = subprocess.Popen(
            [sys.executable, str(ROOT / "manage.py"), "migrate", "-v0", *target],
            env=base_environment(folder) | {"SQLITE_TMPDIR": str(folder)},
            cwd=ROOT,
        )
        sizes = [before]
        is_over = threading.Event()
        watcher = threading.Thread(target=_watch, args=[lambda: _measure_files(folder, process.pid), sizes, is_over])  # noqa: B023 - joined below
        watcher.start()
        _, status, usage = os.wait4(process.pid, 0)
        is_over.set()
        watcher.join()
        assert status == 0, target
        cpu += usage.ru_utime + usage.ru_stime
        memory, peak = max(memory, usage.ru_maxrss / 1024), max(peak, *sizes)
    return {
        "seconds": time.monotonic() - started,
        "CPU s": cpu,
        "RSS, MB": memory,
        "before, MB": before,
        "peak, MB": peak,
        "after, MB": _measure_files(folder),
    }


def vacuum(folder: Path) -> float:
    """Compact the database in `folder`; returns its size in MB."""
    with closing(sqlite3.connect(folder / "site.sqlite3")) as connection:
        connection.execute("VACUUM")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return _measure_files(folder)


def summarize(folder: Path) -> dict[str, Any]:
    """Return counts and sums of each column of the log, its mentions and its buckets."""
    with closing(sqlite3.connect(folder / "site.sqlite3")) as connection:
        query = (
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name GLOB 'news_*' AND name NOT GLOB '*search*'"
        )
        return {table: _summarize_table(connection, table) for (table,) in connection.execute(query)}


def _summarize_table(connection: sqlite3.Connection, table: str) -> Any:
    columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
    # Keys of rows that are written again differ, and so do the places of items without an order.
    columns = sorted(name for name in columns if name != "id" or table == "news_item")
    sums = ", ".join(f"COUNT({name}), ROUND(TOTAL({name}), 3), TOTAL(LENGTH({name}))" for name in columns)
    (values,) = connection.execute(f"SELECT COUNT(*), {sums} FROM {table}")
    parts = [values[start : start + 3] for start in range(1, len(values), 3)]
    return values[0], dict(zip(columns, parts, strict=True))


def _measure_files(folder: Path, pid: int | None = None) -> float:
    """Return the size of a folder's files in MB, those included that a process has deleted and still uses."""
    paths = [*folder.iterdir()]
    if pid is not None:
        with suppress(OSError):
            paths += [path for path in Path(f"/proc/{pid}/fd").iterdir() if os.readlink(path).endswith("(deleted)")]
    size = 0
    for path in paths:
        with suppress(OSError):  # gone meanwhile
            size += path.stat().st_size
    return size / 1e6


def _watch(measure: Callable[[], float], sizes: list[float], is_over: threading.Event) -> None:
    while not is_over.wait(POLL_SECONDS):
        sizes.append(measure())


def _print_row(name: str, values: dict[str, float]) -> None:
    print(f"| {name} | {' | '.join(f'{value:,.0f}' for value in values.values())} |", flush=True)


def main() -> None:
    """Migrate back and forth, print a table, and compare."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--items", type=int, default=1_000_000)
    options = parser.parse_args()
    database, _ = get_database(options.items)
    states: dict[str, list[dict[str, Any]]] = {"0.1.0": [], "newest": []}
    with tempfile.TemporaryDirectory(dir=CACHE) as name:
        folder = Path(name)
        shutil.copy(database, folder)
        print("| migration | seconds | CPU s | RSS, MB | before, MB | peak, MB | after, MB |\n" + "|---" * 7 + "|")
        _print_row("(back to 0.1.0)", migrate(folder, to_old=True))
        for number in range(2):
            print(f"compacted: {vacuum(folder):,.0f} MB", file=sys.stderr)
            states["0.1.0"].append(summarize(folder))
            _print_row("0.1.0 to newest", migrate(folder, to_old=False))
            states["newest"].append(summarize(folder))
            if number == 0:
                _print_row("newest to 0.1.0", migrate(folder, to_old=True))
        print(f"compacted: {vacuum(folder):,.0f} MB", file=sys.stderr)
    for version, (first, second) in states.items():
        for table in first.keys() | second.keys():
            assert first.get(table) == second.get(table), (version, table, first.get(table), second.get(table))
        print(f"{version}: {len(first)} tables are equal", file=sys.stderr)


if __name__ == "__main__":
    main()
