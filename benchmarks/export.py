"""Measure exports of a long log: rows per second, CPU and memory of each format, beside what others export.

Run as `python -m benchmarks.export [--items 1000000] [--runs 3]`. The database is that of `tests.volume.live_delay`,
built once and kept in var/. In each run the programs take turns; the table has medians. Peers read the same table:
SQLite's own shell, which writes its columns as they are, and Django's `dumpdata`, which makes an object of each row.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.helpers.paths import ROOT
from tests.helpers.server import base_environment
from tests.volume.live_delay import CACHE, get_database

EXPORTS = ("items.ndjson", "items.ndjson.gz", "items.csv", "items.parquet")
MANAGE = [sys.executable, str(ROOT / "manage.py")]


@dataclass(frozen=True, slots=True)
class Result:
    """What one run of a program took."""

    seconds: float
    cpu_seconds: float
    peak_megabytes: float
    megabytes: float  # of the file


def measure(command: list[str], output: Path, environment: dict[str, str], folder: Path) -> Result:
    """Run a program that writes `output`, or writes to standard output if it does not."""
    started = time.perf_counter()
    with (folder / "stdout").open("wb") as stdout:
        process = subprocess.Popen(command, env=environment, cwd=folder, stdout=stdout, stderr=sys.stderr)
        _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    assert status == 0, command
    path = output if output.exists() else folder / "stdout"
    size = path.stat().st_size
    path.unlink()
    return Result(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, size / 1e6)


@contextmanager
def copied_database(count: int) -> Iterator[tuple[Path, dict[str, str]]]:
    """Return a folder with a copy of the database, and the environment of commands that use it."""
    database, _ = get_database(count)
    with tempfile.TemporaryDirectory(dir=CACHE) as name:
        folder = Path(name)
        shutil.copy(database, folder)
        yield folder, base_environment(folder)


def list_programs(folder: Path) -> dict[str, tuple[list[str], Path]]:
    """Return the commands, and the files that they write, by name."""
    ours = {f"export {name}": ([*MANAGE, "export", str(folder / name)], folder / name) for name in EXPORTS}
    peers = {"dumpdata": [*MANAGE, "dumpdata", "news.item", "--format", "jsonl"]}
    if shutil.which("sqlite3"):
        select = "SELECT * FROM news_item ORDER BY seq"
        for mode in ("json", "csv"):
            peers[f"sqlite3 .mode {mode}"] = ["sqlite3", f"-{mode}", str(folder / "site.sqlite3"), select]
    return ours | {name: (command, folder / "none") for name, command in peers.items()}


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    results: dict[str, list[Result]] = {}
    with copied_database(options.items) as (folder, environment):
        for _ in range(options.runs):
            for name, (command, output) in list_programs(folder).items():
                results.setdefault(name, []).append(measure(command, output, environment, folder))
                print(name, results[name][-1], file=sys.stderr)
    print("| program | rows/s | rows per CPU second | peak RSS, MB | file, MB |\n|---|---|---|---|---|")
    for name, runs in results.items():
        seconds, cpu, peak, size = (
            statistics.median(getattr(run, field) for run in runs)
            for field in ("seconds", "cpu_seconds", "peak_megabytes", "megabytes")
        )
        print(f"| {name} | {options.items / seconds:,.0f} | {options.items / cpu:,.0f} | {peak:.0f} | {size:,.0f} |")


if __name__ == "__main__":
    main()
