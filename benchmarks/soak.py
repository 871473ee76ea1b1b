"""Serve a crowd that drops and comes back for hours, and watch what the server takes; plot it in docs/.

`python -m benchmarks.soak [--minutes 120] [--clients 1000] [--rate 5]`

The server ends each stream after four to five minutes, and each client leaves at random moments of its own. In the end
what each client got is compared with the log. Exits with 1 if anything was lost, doubled or out of order.
"""

import asyncio
import resource
import statistics
import sys
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import NamedTuple

from benchmarks.report import DOCS, draw, save
from benchmarks.storing import fresh_site
from tests.helpers.load_clients import Crowd, Poster, committed, until_all_have_the_log
from tests.helpers.resources import resident_kilobytes, resources
from tests.helpers.server import Server

LIFE_SECONDS = 300
DROP_WITHIN_BYTES = 1_000_000  # some minutes
SAMPLE_SECONDS = 10
PATIENCE_SECONDS = 120
FILES = 20_000


class Sample(NamedTuple):
    """What the server takes at a moment."""

    minute: float
    rss_mb: float
    threads: int
    files: int


def main() -> None:
    """Run it, print a row of figures, and draw the plot."""
    parser = ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--minutes", type=float, default=120, help="(default: %(default)s)")
    parser.add_argument("--clients", type=int, default=1000, help="that follow (default: %(default)s)")
    parser.add_argument("--rate", type=int, default=5, help="items posted a second (default: %(default)s)")
    options = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_NOFILE, (FILES, FILES))
    with fresh_site() as server:
        server.environment |= dict.fromkeys(["STREAM_MAX_CONNECTIONS", "STREAM_MAX_PER_ADDRESS"], str(FILES))
        server.environment["STREAM_MAX_SECONDS"] = str(LIFE_SECONDS)
        server.token = server.manage("create_token", "--scope", "ingest").stdout.strip()
        server.start()
        crowd = Crowd(server.url, clients=options.clients, drops=sys.maxsize, drop_within_bytes=DROP_WITHIN_BYTES)
        try:
            samples = asyncio.run(watch(server, crowd, minutes=options.minutes, rate=options.rate))
            log = committed(server)
        finally:
            server.kill()
    plot(samples, DOCS / "performance" / "soak.svg")
    print_row(samples, crowd, len(log))
    crowd.check(log)


async def watch(server: Server, crowd: Crowd, *, minutes: float, rate: int) -> list[Sample]:
    """Have the crowd follow for so long, and return what the server took meanwhile."""
    samples = []
    async with crowd:
        await crowd.until_all_follow()
        began = time.monotonic()
        async with Poster(server, rate=rate) as poster:
            while (minute := (time.monotonic() - began) / 60) < minutes:
                samples.append(take_sample(server, minute))
                await asyncio.sleep(SAMPLE_SECONDS)
        for client in crowd.clients:
            client.drops_left = 0
        await until_all_have_the_log(poster, crowd, seconds=PATIENCE_SECONDS)
    return samples


def take_sample(server: Server, minute: float) -> Sample:
    """Look at what the server takes now."""
    assert server.process is not None
    files = len([*Path(f"/proc/{server.process.pid}/fd").iterdir()])
    return Sample(minute, resident_kilobytes(server) / 1024, resources(server)[0], files)


def print_row(samples: list[Sample], crowd: Crowd, items: int) -> None:
    """Print what happened, and what the server took in the second and in the last quarter of the time."""
    quarter = len(samples) // 4
    parts = [samples[quarter : 2 * quarter], samples[3 * quarter :]]
    endings = [ending for client in crowd.clients for ending in client.endings]
    print("| minutes | clients | items | events delivered | reconnects | RSS, MB | threads | files |")
    print("|---" * 8 + "|")
    cells = [f"{samples[-1].minute:.0f}", f"{len(crowd.clients):,}", f"{items:,}"]
    cells += [f"{sum(client.events for client in crowd.clients):,}", f"{len(endings):,}"]
    cells += [
        ", ".join(f"{statistics.median(getattr(sample, name) for sample in part):.0f}" for part in parts)
        for name in ("rss_mb", "threads", "files")
    ]
    print("| " + " | ".join(cells) + " |")


def plot(samples: list[Sample], path: Path) -> None:
    """Draw memory, threads and open files over time."""
    figure, axes = draw("minutes", "MB, number")
    minutes = [sample.minute for sample in samples]
    axes.plot(minutes, [sample.rss_mb for sample in samples], label="resident memory, MB")
    axes.plot(minutes, [sample.threads for sample in samples], label="threads")
    axes.plot(minutes, [sample.files for sample in samples], label="open files and sockets")
    axes.set_ylim(bottom=0)
    save(figure, axes, path)


if __name__ == "__main__":
    main()
