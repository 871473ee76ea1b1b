"""Compare one process of `serve` with several workers, on all cores of the machine.

`python -m benchmarks.workers [--workers 2] [--streams 1000] [--posters 8] [--seconds 10] [--rounds 5]`

The load runs on the same cores: what it takes, and what the database takes once for all, several workers can't gain.
So on two cores the gain is less than with a core for each worker and others for the load. In each round one process and
the workers take turns, and the order changes from round to round. The table has medians, with the least and the most.

- CPU time counts all processes of the server. "Per event" is with all streams, and includes the POST that brought it.
- The most delivered is found as in `benchmarks.fanout`: no event lost, and 99 % within a second.
- POSTs of one item each come from several threads, each with its own connection.
"""

import json
import os
import sys
import tempfile
import time
from argparse import ArgumentParser
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from statistics import median

from benchmarks.fanout import measure
from benchmarks.report import BenchmarkResult
from benchmarks.running import allow_many_files, cpu_seconds
from benchmarks.servers import OPENING, Peer
from benchmarks.sites import MAX_STREAMS, post_items, posted_site

ITEMS_OF_A_POSTER = 1_000_000  # numbers of its items, so that no two posters send the same
COLUMNS = {  # of the table: what is measured, and how many digits follow the point
    "delivered/s": 0, "CPU us per event delivered": 1, "CPU ms per event": 1, "p50, ms": 1, "p99, ms": 1,
    "connects/s": 0, "POST/s": 0, "CPU ms per POST": 2, "lost": 0, "doubled": 0,
}  # fmt: skip


def main() -> None:
    """Measure one process and several workers in turn, and print both."""
    parser = ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--workers", type=int, default=2, help="beside one process (default: %(default)s)")
    parser.add_argument("--streams", type=int, default=1000, help="open at once (default: %(default)s)")
    parser.add_argument("--posters", type=int, default=8, help="threads that post (default: %(default)s)")
    parser.add_argument("--seconds", type=int, default=10, help="of each measurement (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=5, help="(default: %(default)s)")
    options = parser.parse_args()
    allow_many_files()
    rounds: dict[int, list[BenchmarkResult]] = {1: [], options.workers: []}
    for number in range(options.rounds):
        for workers in [*rounds][:: -1 if number % 2 else 1]:
            result = measure_fan_out(workers, options.streams, options.seconds)
            result |= measure_posts(workers, options.posters, options.seconds)
            print(workers, json.dumps(result), f"load average {os.getloadavg()[0]:.1f}", file=sys.stderr, flush=True)
            rounds[workers].append(result)
    print(make_table(rounds))


def make_peer(workers: int) -> Peer:
    """Return the site with so many workers, on all cores."""
    cores = ",".join(map(str, sorted(os.sched_getaffinity(0))))
    start = partial(posted_site, cores=cores)
    return Peer(f"{workers} workers", lambda folder: start(folder, "--workers", str(workers)), OPENING, MAX_STREAMS)


def measure_fan_out(workers: int, streams: int, seconds: int) -> BenchmarkResult:
    """Measure cost and latency of ten events a second, and the most events that are delivered."""
    result = measure(make_peer(workers), streams, seconds, with_greatest=True)
    cost = result["CPU us per event"] + result["CPU us per event delivered"] * (streams - 1)
    return result | {"delivered/s": result["greatest, events/s"], "CPU ms per event": cost / 1000}


def measure_posts(workers: int, posters: int, seconds: int) -> BenchmarkResult:
    """Measure how many POSTs of one item are answered in a second, and the CPU time of one; no stream is open."""
    with tempfile.TemporaryDirectory() as folder, make_peer(workers).start(Path(folder)) as server:
        with ThreadPoolExecutor(posters) as threads:
            post = partial(post_for, server.port)
            sum(threads.map(post, [1.0] * posters, range(posters)))  # warm-up
            cpu_before, began_at = cpu_seconds(server), time.monotonic()
            count = sum(threads.map(post, [float(seconds)] * posters, range(posters, 2 * posters)))
        duration = time.monotonic() - began_at
        return {"POST/s": count / duration, "CPU ms per POST": (cpu_seconds(server) - cpu_before) * 1000 / count}


def post_for(port: int, seconds: float, poster: int) -> int:
    """Post one item after the other for so many seconds; returns how many."""
    publish, deadline, count = post_items(port), time.monotonic() + seconds, 0
    while time.monotonic() < deadline:
        count += 1
        publish(poster * ITEMS_OF_A_POSTER + count, 1)
    return count


def make_table(rounds: dict[int, list[BenchmarkResult]]) -> str:
    """Return a table with a row for each number of workers."""
    lines = [["workers", *COLUMNS], ["---"] * (len(COLUMNS) + 1)]
    for workers, results in rounds.items():
        cells = [describe([result[name] for result in results], digits) for name, digits in COLUMNS.items()]
        lines.append([str(workers), *cells])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def describe(values: Sequence[float], digits: int) -> str:
    """Return the median with the least and the most."""
    least, middle, most = (f"{value:,.{digits}f}" for value in (min(values), median(values), max(values)))
    return middle if least == most else f"{middle} ({least} to {most})"


if __name__ == "__main__":
    main()
