"""Measure how fast a server replays a long log to reconnecting clients, and print a table.

`python -m benchmarks.replay [--items 100000] [--clients 1 100] [--runs 3]`

All clients connect at once with the cursor of the start of the log and finish when they have received every item. The
server runs alone on the first core; `load.c`, which checks every item of every client, runs on the second.
"""

import statistics
import tempfile
import time
from argparse import ArgumentParser
from dataclasses import replace
from pathlib import Path
from urllib.request import urlopen

import orjson

from benchmarks.fanout import Load
from benchmarks.running import RunningServer, build, cpu_seconds, use_load_core
from benchmarks.servers import Peer
from benchmarks.sites import this_site

REPLAY_TIMEOUT_SECONDS = 600
BATCH_SIZE = 1000


def main() -> None:
    """Fill a log, replay it and print a row for each number of clients."""
    parser = ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--items", type=int, default=100_000, help="in the log (default: %(default)s)")
    parser.add_argument("--clients", type=int, nargs="+", default=[1, 100], help="at once (default: 1 100)")
    parser.add_argument("--runs", type=int, default=3, help="of which medians are taken (default: %(default)s)")
    options = parser.parse_args()
    use_load_core()
    print("| clients | items of each | s | items/s, all clients | CPU us per item | lost | doubled |\n|" + "---|" * 7)
    with tempfile.TemporaryDirectory() as folder, this_site(Path(folder), STREAM_METRICS_SECONDS="3600") as server:
        publish_all(server, options.items)
        for clients in options.clients:
            runs = [replay(server, Path(folder), clients, options.items) for _ in range(options.runs)]
            seconds, cpu, lost, doubled = (statistics.median(values) for values in zip(*runs, strict=True))
            total = clients * options.items
            cells = [clients, options.items, seconds, total / seconds, cpu * 1e6 / total, lost, doubled]
            print(f"| {' | '.join(f'{cell:,.4g}' for cell in cells)} |", flush=True)


def publish_all(server: RunningServer, items: int) -> None:
    """Publish so many items in batches."""
    for first in range(1, items + 1, BATCH_SIZE):
        server.publish(first, min(BATCH_SIZE, items + 1 - first))


def replay(server: RunningServer, folder: Path, clients: int, items: int) -> tuple[float, float, int, int]:
    """Return the seconds that the replay took, CPU seconds of the server, and how many items were lost and doubled."""
    with urlopen(f"http://127.0.0.1:{server.port}/api/v2/stream/status", timeout=30) as response:
        generation = orjson.loads(response.read())["head"].rpartition("-")[0]
    replaying = replace(server, path=f"{server.path}&last_event_id={generation}-0")
    peer = Peer("", this_site, "event: heartbeat")
    started, cpu_before = time.monotonic(), cpu_seconds(server)
    with Load(build("load", folder), peer, replaying, clients, 0) as load:
        delivery = load.wait_until_all_have(items, timeout_seconds=REPLAY_TIMEOUT_SECONDS)
        seconds = time.monotonic() - started
        return seconds, cpu_seconds(server) - cpu_before, delivery["lost"], delivery["doubled"]


if __name__ == "__main__":
    main()
