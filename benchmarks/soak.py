"""Serve clients that disconnect and reconnect for hours, and plot the server's memory, threads and files in docs/.

`python -m benchmarks.soak [--minutes 120] [--clients 1000] [--rate 5]`

The server ends each stream after four to five minutes, and each client disconnects at random times. At the end the
events of each client are compared with the log. Exits with 1 if an event was lost, doubled or out of order.
"""

import asyncio
import resource
import statistics
import sys
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import NamedTuple

from benchmarks.report import DOCS, make_plot, save_plot
from benchmarks.sites import fresh_site
from tests.helpers.load_clients import LoadClients, Poster, committed, until_all_have_the_log
from tests.helpers.resources import resident_kilobytes, resources
from tests.helpers.server import Server

STREAM_SECONDS = 300
DROP_WITHIN_BYTES = 1_000_000  # a few minutes of a stream
SAMPLE_SECONDS = 10
CATCH_UP_TIMEOUT_SECONDS = 120
FILE_LIMIT = 20_000


class Sample(NamedTuple):
    """The resources of the server at one time."""

    minute: float
    rss_mb: float
    threads: int
    files: int


def main() -> None:
    """Run the server and the clients, print a row and write the plot."""
    parser = ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--minutes", type=float, default=120, help="(default: %(default)s)")
    parser.add_argument("--clients", type=int, default=1000, help="number of clients (default: %(default)s)")
    parser.add_argument("--rate", type=int, default=5, help="items posted a second (default: %(default)s)")
    options = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_NOFILE, (FILE_LIMIT, FILE_LIMIT))
    with fresh_site() as server:
        server.environment |= dict.fromkeys(["STREAM_MAX_CONNECTIONS", "STREAM_MAX_PER_ADDRESS"], str(FILE_LIMIT))
        server.environment["STREAM_MAX_SECONDS"] = str(STREAM_SECONDS)
        server.start()
        load_clients = LoadClients(
            server.url, clients=options.clients, drops=sys.maxsize, drop_within_bytes=DROP_WITHIN_BYTES
        )
        try:
            samples = asyncio.run(follow(server, load_clients, minutes=options.minutes, rate=options.rate))
            log = committed(server)
        finally:
            server.kill()
    plot(samples, DOCS / "performance" / "soak.svg")
    print_row(samples, load_clients, len(log))
    load_clients.check(log)


async def follow(server: Server, load_clients: LoadClients, *, minutes: float, rate: int) -> list[Sample]:
    """Follow the stream with all clients for `minutes`; returns samples of the server's resources."""
    samples = []
    async with load_clients:
        await load_clients.until_all_follow()
        started = time.monotonic()
        async with Poster(server, rate=rate) as poster:
            while (minute := (time.monotonic() - started) / 60) < minutes:
                samples.append(take_sample(server, minute))
                await asyncio.sleep(SAMPLE_SECONDS)
        for client in load_clients.clients:
            client.drops_left = 0
        await until_all_have_the_log(poster, load_clients, seconds=CATCH_UP_TIMEOUT_SECONDS)
    return samples


def take_sample(server: Server, minute: float) -> Sample:
    """Return the present resources of the server."""
    assert server.process is not None
    files = len([*Path(f"/proc/{server.process.pid}/fd").iterdir()])
    return Sample(minute, resident_kilobytes(server) / 1024, resources(server)[0], files)


def print_row(samples: list[Sample], load_clients: LoadClients, items: int) -> None:
    """Print the totals, and the median resources in the second and the last quarter of the run."""
    quarter = len(samples) // 4
    parts = [samples[quarter : 2 * quarter], samples[3 * quarter :]]
    endings = [ending for client in load_clients.clients for ending in client.endings]
    print("| minutes | clients | items | events delivered | reconnects | RSS, MB | threads | files |")
    print("|---" * 8 + "|")
    cells = [f"{samples[-1].minute:.0f}", f"{len(load_clients.clients):,}", f"{items:,}"]
    cells += [f"{sum(client.events for client in load_clients.clients):,}", f"{len(endings):,}"]
    cells += [
        ", ".join(f"{statistics.median(getattr(sample, name) for sample in part):.0f}" for part in parts)
        for name in ("rss_mb", "threads", "files")
    ]
    print("| " + " | ".join(cells) + " |")


def plot(samples: list[Sample], path: Path) -> None:
    """Plot memory, threads and open files over time."""
    figure, axes = make_plot("minutes", "MB, number")
    minutes = [sample.minute for sample in samples]
    axes.plot(minutes, [sample.rss_mb for sample in samples], label="resident memory, MB")
    axes.plot(minutes, [sample.threads for sample in samples], label="threads")
    axes.plot(minutes, [sample.files for sample in samples], label="open files and sockets")
    axes.set_ylim(bottom=0)
    save_plot(figure, axes, path)


if __name__ == "__main__":
    main()
