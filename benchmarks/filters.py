"""Measure the cost of an event when every stream has a filter of its own, and print a table.

`python -m benchmarks.filters [--rate 20] [--seconds 10] [--runs 5]`

Each stream is filtered to a random set of tickers out of 500; each event carries one ticker. The cost is the CPU time
of the server's process, which ingests nothing, minus its CPU time with one stream that no event matches. It should grow
with the number of streams that an event matches, not with the number that is open.
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

from benchmarks.fanout import publish_at
from benchmarks.idle import FILE_LIMIT, receive_past
from benchmarks.running import cpu_seconds
from benchmarks.sites import STREAM_PATH, this_site

TICKERS = [f"T{number:03d}" for number in range(500)]
CASES = [(100, 5), (1000, 5), (1000, 50)]  # streams, tickers of each
UNMATCHED = [["UNMATCHED"]]

Filters = Sequence[Sequence[str]]  # the tickers of each stream; empty: it has no filter


def main() -> None:
    """Measure all cases `--runs` times in turn, and print a row of medians for each."""
    parser = ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rate", type=int, default=20, help="events a second (default: %(default)s)")
    parser.add_argument("--seconds", type=int, default=10, help="of publishing (default: %(default)s)")
    parser.add_argument("--runs", type=int, default=5, help="of which medians are taken (default: %(default)s)")
    options = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_NOFILE, (FILE_LIMIT, FILE_LIMIT))
    print_table(measure_all(options.rate, options.seconds, options.runs))


def measure_all(rate: int, seconds: int, runs: int) -> list[dict[str, Any]]:
    """Return a row for each case."""
    cases = {case: draw_filters(*case) for case in CASES}
    costs: dict[tuple[int, int], list[float]] = {case: [] for case in CASES}
    for _ in range(runs):
        for case, filters in cases.items():
            costs[case] += measure([filters], rate, seconds)
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


def draw_filters(streams: int, each: int) -> Filters:
    """Draw the tickers of each stream; the same arguments give the same filters."""
    random_source = random.Random(streams * 1000 + each)
    return [sorted(random_source.sample(TICKERS, each)) for _ in range(streams)]


def measure(cases: Sequence[Filters], rate: int, seconds: int) -> list[float]:
    """Return the CPU microseconds of an event with the streams of each case, minus those if it matches no stream."""
    with (
        tempfile.TemporaryDirectory() as folder,
        this_site(Path(folder), tickers=TICKERS, STREAM_METRICS_SECONDS="1") as server,
    ):
        newest, cpu_times = publish_at(rate, 1, 1, server.publish), []  # warm-up
        for filters in (UNMATCHED, *cases):
            with open_streams(server.port, filters):
                cpu_before = cpu_seconds(server)
                newest = publish_at(rate, newest + 1, seconds, server.publish)
                time.sleep(2)  # the last metrics follow the last item after a second
                cpu_times.append(cpu_seconds(server) - cpu_before)
        unmatched, *matched = cpu_times
        return [(used - unmatched) * 1e6 / (rate * seconds) for used in matched]


@contextmanager
def open_streams(port: int, filters: Filters) -> Iterator[None]:
    """Hold a stream open for each filter, and read all its events."""
    selector = selectors.DefaultSelector()
    for tickers in filters:
        stream = socket.create_connection(("127.0.0.1", port), 60)
        path = STREAM_PATH + (f"&tickers={','.join(tickers)}" if tickers else "")
        stream.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        receive_past(stream, b"event: metrics")
        selector.register(stream, selectors.EVENT_READ)
    is_closing = threading.Event()

    def drain() -> None:
        while not is_closing.is_set():
            for key, _ in selector.select(0.1):
                assert key.fileobj.recv(65_536), "the server closed a stream"

    thread = threading.Thread(target=drain)
    thread.start()
    try:
        yield
    finally:
        is_closing.set()
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
