"""Measure what clients that stop reading cost a server and its other clients, and print a table.

`python -m benchmarks.stopped_readers [--megabytes 80] [--readers 20] [--clients 100] [--rate 300] [--runs 3]`

Each run starts a site and publishes titles of 2 KB at a steady rate, in ten posts a second; runs without and with
stopped clients alternate. Each title starts with the time of its post, so latency is measured from the post to the
socket of a healthy client, ingestion included. The healthy clients share one process. The write timeout is longer than
the publishing, so the stopped clients stay connected until its end.
"""

import asyncio
import multiprocessing
import re
import socket
import statistics
import time
from argparse import ArgumentParser
from array import array
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

from benchmarks.sites import fresh_site
from tests.helpers.resources import resident_kilobytes
from tests.helpers.server import Server
from tests.helpers.waiting import until

REQUEST = b"GET /api/v2/stream?include=headline HTTP/1.1\r\nHost: localhost\r\n\r\n"
STAMP = re.compile(rb'"title":"(\d{19}) ')
TITLE_CHARACTERS = 2000
POSTS_PER_SECOND = 10
GRACE_SECONDS = 10  # from the planned end of the publishing to the write timeout
RECEIVE_BUFFER_BYTES = 4096  # of a stopped client


@dataclass(frozen=True, slots=True)
class Load:
    """The items published in a run, and the number of healthy clients."""

    posts: int
    items_per_post: int
    clients: int

    @property
    def items(self) -> int:
        return self.posts * self.items_per_post

    @property
    def seconds(self) -> float:
        return self.posts / POSTS_PER_SECOND


@dataclass(frozen=True, slots=True)
class RunResult:
    """The measurements of a run; `cut_seconds` is from the first post to the last cut, or the end of the run."""

    p50_milliseconds: float
    p99_milliseconds: float
    growth_megabytes: float
    publishing_seconds: float
    cut_seconds: float


def main() -> None:
    """Alternate runs without and with stopped clients, and print the medians."""
    parser = ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--megabytes", type=int, default=80, help="titles published in a run")
    parser.add_argument("--readers", type=int, default=20, help="clients that stop reading")
    parser.add_argument("--clients", type=int, default=100, help="healthy clients")
    parser.add_argument("--rate", type=int, default=300, help="items a second; choose a rate that the machine sustains")
    parser.add_argument("--runs", type=int, default=3, help="runs without and runs with stopped clients")
    options = parser.parse_args()
    items = options.megabytes * 1_000_000 // TITLE_CHARACTERS
    items_per_post = max(1, options.rate // POSTS_PER_SECOND)
    load = Load(items // items_per_post, items_per_post, options.clients)
    results: dict[int, list[RunResult]] = {0: [], options.readers: []}
    for _ in range(options.runs):
        for stopped_clients, runs in results.items():
            runs.append(run(load, stopped_clients))
    print_table(load, results)


def print_table(load: Load, results: dict[int, list[RunResult]]) -> None:
    """Print the medians, each with minimum and maximum, as a table."""
    timeout = load.seconds + GRACE_SECONDS
    print(f"\n{load.items:,} items to {load.clients} clients in {load.seconds:.0f} s; write timeout {timeout:.0f} s.\n")
    print("| stopped clients | p50, ms | p99, ms | server RSS grew by, MB | published in, s | all cut after, s |")
    print("|---|---|---|---|---|---|")
    for stopped_clients, runs in results.items():
        cells = [
            format_range([run.p50_milliseconds for run in runs]),
            format_range([run.p99_milliseconds for run in runs]),
            format_range([run.growth_megabytes for run in runs]),
            format_range([run.publishing_seconds for run in runs]),
            format_range([run.cut_seconds for run in runs]) if stopped_clients else "",
        ]
        print(f"| {stopped_clients} | {' | '.join(cells)} |", flush=True)


def format_range(values: Sequence[float]) -> str:
    """Return the median of values with minimum and maximum."""
    return f"{statistics.median(values):.1f} ({min(values):.1f}-{max(values):.1f})"


def run(load: Load, stopped_clients: int, *, until_cut: bool = True) -> RunResult:
    """Start a site and publish a load to healthy and stopped clients; waits until these are cut if `until_cut`."""
    max_connections = str(load.clients + stopped_clients)
    with fresh_site() as server:
        server.environment |= {
            "STREAM_MAX_CONNECTIONS": max_connections,
            "STREAM_MAX_PER_ADDRESS": max_connections,
            "STREAM_WRITE_TIMEOUT_SECONDS": str(load.seconds + GRACE_SECONDS),
        }
        server.start()
        try:
            return measure(server, load, stopped_clients, until_cut=until_cut)
        finally:
            server.kill()


def measure(server: Server, load: Load, stopped_clients: int, *, until_cut: bool) -> RunResult:
    """Connect all clients, publish, and wait until healthy clients have every item and stopped clients are cut."""
    post(server, load.items_per_post)  # warm-up: imports and caches are not the cost of clients
    with healthy_clients(server.port, load) as receive_report, ExitStack() as stack:
        for _ in range(stopped_clients):
            stack.enter_context(open_stopped(server.port))
        receive_report()  # all streams are open
        until(
            lambda: count_connections(server) == load.clients + stopped_clients,
            seconds=60,
            what="all clients are connected",
        )
        kilobytes_before = peak_kilobytes = resident_kilobytes(server)
        started = time.monotonic()
        for number in range(load.posts):
            time.sleep(max(0, started + number / POSTS_PER_SECOND - time.monotonic()))
            post(server, load.items_per_post)
            peak_kilobytes = max(peak_kilobytes, resident_kilobytes(server))
        published_at = time.monotonic()
        p50, p99 = receive_report()
        if until_cut:
            until(lambda: count_connections(server) == 0, seconds=load.seconds + 60, what="the stopped clients are cut")
        cut_at = time.monotonic()
    growth_megabytes = (peak_kilobytes - kilobytes_before) / 1024
    return RunResult(p50, p99, growth_megabytes, published_at - started, cut_at - started)


@contextmanager
def healthy_clients(port: int, load: Load) -> Iterator[Callable[[], Any]]:
    """Start the process of the healthy clients; gives a function that waits for its next report."""
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=run_healthy_clients, args=(port, load, sender))
    process.start()
    sender.close()  # so that the receiver notices when the process ends

    def receive_report() -> Any:
        assert receiver.poll(GRACE_SECONDS + 60), "the healthy clients have not finished"
        return receiver.recv()

    try:
        yield receive_report
    finally:
        process.terminate()
        process.join()


def post(server: Server, count: int, *, characters: int = TITLE_CHARACTERS) -> None:
    """Post items whose titles start with the time and have `characters` characters."""
    timestamp = time.time_ns()
    titles = [f"{timestamp} {number} ".ljust(characters, "x") for number in range(count)]
    server.post(*({"title": title, "ticker": "AAPL"} for title in titles))


def count_connections(server: Server) -> int:
    """Return how many streams are open."""
    return int(server.call("/api/v2/stream/status")[1]["connections"])


def open_stopped(port: int) -> socket.socket:
    """Open a stream with small kernel buffers, and do not read it."""
    client = socket.socket()
    # Before connecting, which sets the receive window and, by the segment size, the server's send buffer.
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 1460)
    client.connect(("127.0.0.1", port))
    client.sendall(REQUEST)
    return client


def run_healthy_clients(port: int, load: Load, sender: Connection) -> None:
    """Receive all items with every client; sends "live", then the median and 99th percentile latency in ms."""
    asyncio.run(_run_healthy_clients(port, load, sender))


async def _run_healthy_clients(port: int, load: Load, sender: Connection) -> None:
    latencies = array("q")
    loop = asyncio.get_running_loop()
    clients = [
        await loop.create_connection(lambda: HealthyClient(latencies, load.items), "127.0.0.1", port)
        for _ in range(load.clients)
    ]
    await asyncio.gather(*(client.live for _, client in clients))
    sender.send("live")
    await asyncio.gather(*(client.done for _, client in clients))
    for transport, _ in clients:
        transport.abort()
    in_order = sorted(latencies)
    sender.send([in_order[len(in_order) * percent // 100] / 1e6 for percent in (50, 99)])


class HealthyClient(asyncio.Protocol):
    """Reads a stream and records the latency of each item."""

    def __init__(self, latencies: "array[int]", items: int) -> None:
        loop = asyncio.get_running_loop()
        self.live, self.done = loop.create_future(), loop.create_future()
        self._latencies = latencies
        self._missing = items
        self._rest = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Request the stream."""
        transport.write(REQUEST)

    def data_received(self, data: bytes) -> None:
        """Record the latency of each complete item."""
        now = time.time_ns()
        complete, _, self._rest = (self._rest + data).rpartition(b"\n\n")
        if not self.live.done() and b"event: metrics" in complete:
            self.live.set_result(None)
        stamps = STAMP.findall(complete)
        self._latencies.extend([now - int(stamp) for stamp in stamps])
        self._missing -= len(stamps)
        if self._missing <= 0 and not self.done.done():
            self.done.set_result(None)

    def connection_lost(self, reason: Exception | None) -> None:
        """Fail unless all items have arrived."""
        for future in (self.live, self.done):
            if not future.done():
                future.set_exception(ConnectionError(f"a healthy client was cut with {self._missing} items missing"))


if __name__ == "__main__":
    main()
