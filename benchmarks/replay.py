"""Measure how fast a server replays a long log to those who come back, and print a table.

`python -m benchmarks.replay [--items 100000] [--clients 1 100] [--runs 3]`

All clients connect at once with a cursor at the log's beginning, and are done when they have every item. The server has
the first core to itself, `load.c`, which accounts for every item of every client, the second.
"""

import os
import resource
import statistics
import tempfile
import time
from argparse import ArgumentParser
from dataclasses import replace
from pathlib import Path
from urllib.request import urlopen

import orjson

from benchmarks.fanout import Load, cpu_seconds
from benchmarks.servers import LOAD_CORE, Peer, Running, build, ours

PATIENCE_SECONDS = 600
BATCH = 1000


def main() -> None:
    """Fill a log, replay it, and print a row for each number of clients."""
    parser = ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--items", type=int, default=100_000, help="in the log (default: %(default)s)")
    parser.add_argument("--clients", type=int, nargs="+", default=[1, 100], help="at once (default: 1 100)")
    parser.add_argument("--runs", type=int, default=3, help="of which medians are taken (default: %(default)s)")
    options = parser.parse_args()
    os.sched_setaffinity(0, {int(LOAD_CORE)})
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    print("| clients | items of each | s | items/s, all clients | CPU us per item | lost | doubled |\n|" + "---|" * 7)
    with tempfile.TemporaryDirectory() as folder, ours(Path(folder), STREAM_METRICS_SECONDS="3600") as server:
        for first in range(1, options.items + 1, BATCH):
            server.publish(first, min(BATCH, options.items + 1 - first))
        for clients in options.clients:
            runs = [replay(server, Path(folder), clients, options.items) for _ in range(options.runs)]
            seconds, cpu, lost, doubled = (statistics.median(figures) for figures in zip(*runs, strict=True))
            total = clients * options.items
            cells = [clients, options.items, seconds, total / seconds, cpu * 1e6 / total, lost, doubled]
            print(f"| {' | '.join(f'{cell:,.4g}' for cell in cells)} |", flush=True)


def replay(server: Running, folder: Path, clients: int, items: int) -> tuple[float, float, int, int]:
    """Return how long it took, the server's CPU seconds, and what was lost and doubled."""
    with urlopen(f"http://127.0.0.1:{server.port}/api/v2/stream/status", timeout=30) as answer:
        epoch = orjson.loads(answer.read())["head"].rpartition("-")[0]
    behind = replace(server, path=f"{server.path}&last_event_id={epoch}-0")
    peer = Peer("", ours, "event: heartbeat")
    began, before = time.monotonic(), cpu_seconds(server)
    with Load(build("load", folder), peer, behind, clients, 0) as load:
        came = load.until_all_have(items, patience=PATIENCE_SECONDS)
        took = time.monotonic() - began
        return took, cpu_seconds(server) - before, came["lost"], came["doubled"]


if __name__ == "__main__":
    main()
