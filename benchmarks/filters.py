"""Measure what an event costs a server whose readers each follow a few tickers of their own, and print a table.

`python -m benchmarks.filters [--rate 20] [--seconds 10] [--runs 5]`

Each configuration is a stream that follows so many tickers of 500, drawn by chance; each event carries one ticker. The
cost is the CPU time of the server's process, in which no item is ingested, less what it takes with a single stream that
no event matches. It should grow with the streams that an event matches, and not with those that are open.
"""

import random
import resource
import selectors
import socket
import statistics
import tempfile
import threading
import time
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.fanout import cpu_seconds, publish_at
from benchmarks.idle import FILES, read_past
from benchmarks.servers import ours

TICKERS = [f"T{number:03d}" for number in range(500)]
CASES = [(100, 5), (1000, 5), (1000, 50)]  # configurations, tickers of each
QUIET = [["QUIET"]]


def main() -> None:
    """Measure each case in turn, so many times, and print a row of medians for each."""
    parser = ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rate", type=int, default=20, help="events a second (default: %(default)s)")
    parser.add_argument("--seconds", type=int, default=10, help="of publishing (default: %(default)s)")
    parser.add_argument("--runs", type=int, default=5, help="of which medians are taken (default: %(default)s)")
    options = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_NOFILE, (FILES, FILES))
    print_table(measure_all(options.rate, options.seconds, options.runs))


def measure_all(rate: int, seconds: int, runs: int) -> list[dict[str, Any]]:
    """Return a row for each case."""
    cases = {case: draw(*case) for case in CASES}
    costs: dict[tuple[int, int], list[float]] = {case: [] for case in CASES}
    for _ in range(runs):
        for case, filters in cases.items():
            costs[case].append(measure(filters, rate, seconds))
    rows = []
    for (streams, each), measured in costs.items():
        matching, cost = streams * each / len(TICKERS), statistics.median(measured)
        rows.append(
            {
                "streams": streams,
                "tickers of each": each,
                "streams that an event matches": matching,
                "CPU us per event": cost,
                "CPU us per event and stream it matches": cost / matching,
            }
        )
    return rows


def draw(streams: int, each: int) -> list[list[str]]:
    """Draw the filters; with the same arguments the same."""
    chance = random.Random(streams * 1000 + each)
    return [sorted(chance.sample(TICKERS, each)) for _ in range(streams)]


def measure(filters: Sequence[Sequence[str]], rate: int, seconds: int) -> float:
    """Return the microseconds of CPU time that an event costs beyond what it costs with no stream that it matches."""
    with (
        tempfile.TemporaryDirectory() as folder,
        ours(Path(folder), tickers=TICKERS, STREAM_METRICS_SECONDS="1") as server,
    ):
        newest, spent = 0, []
        for streams in (QUIET, filters):
            with readers(server.port, streams):
                before = cpu_seconds(server)
                newest = publish_at(rate, newest + 1, seconds, server.publish)
                time.sleep(2)  # the last metrics come a second after the last item
                spent.append(cpu_seconds(server) - before)
        return (spent[1] - spent[0]) * 1e6 / (rate * seconds)


@contextmanager
def readers(port: int, filters: Sequence[Sequence[str]]) -> Iterator[None]:
    """Hold a stream open for each filter, and read what comes."""
    selector = selectors.DefaultSelector()
    for tickers in filters:
        stream = socket.create_connection(("127.0.0.1", port), 60)
        path = f"/api/v2/stream?include=headline&tickers={','.join(tickers)}"
        stream.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        read_past(stream, b"event: metrics")
        selector.register(stream, selectors.EVENT_READ)
    is_over = threading.Event()

    def drain() -> None:
        while not is_over.is_set():
            for key, _ in selector.select(0.1):
                assert key.fileobj.recv(65_536), "the server closed a stream"

    thread = threading.Thread(target=drain)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()
        for key in [*selector.get_map().values()]:
            key.fileobj.close()
        selector.close()


def print_table(rows: Sequence[dict[str, Any]]) -> None:
    """Print the rows."""
    print(f"| {' | '.join(rows[0])} |\n|{'---|' * len(rows[0])}")
    for row in rows:
        print(f"| {' | '.join(f'{value:,.4g}' for value in row.values())} |")


if __name__ == "__main__":
    main()
