"""Measure what readers that have stopped reading cost a server and its other clients, and print a table of it.

`python -m benchmarks.stopped_readers [--megabytes 80] [--readers 20] [--clients 100] [--rate 300] [--runs 3]`

In each run, on a site of its own, so many megabytes of titles of 2 KB are published past the stopped readers at a
steady rate, in ten posts a second; runs without and with them take turns. Each title begins with the time at which it
was posted, so a latency is that from the post to another client's socket, ingestion included. The healthy clients share
a process of their own. The write timeout is longer than the publishing, so the stopped readers are there until its end.
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

from benchmarks.storing import fresh_site
from tests.helpers.resources import resident_kilobytes
from tests.helpers.server import Server
from tests.helpers.waiting import until

REQUEST = b"GET /api/v2/stream?include=headline HTTP/1.1\r\nHost: localhost\r\n\r\n"
STAMP = re.compile(rb'"title":"(\d{19}) ')
TITLE_CHARACTERS = 2000
POSTS_PER_SECOND = 10
PATIENCE_SECONDS = 10  # from the planned end of the publishing to the write timeout
TINY = 4096  # bytes; the room of a stopped reader


@dataclass(frozen=True, slots=True)
class Load:
    """What is published in a run, and to how many healthy clients."""

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
class Outcome:
    """What a run measured; `cut_seconds` counts from the first post to when no stopped reader was left."""

    p50_milliseconds: float
    p99_milliseconds: float
    growth_megabytes: float
    publishing_seconds: float
    cut_seconds: float


def main() -> None:
    """Run without and with stopped readers in turns, and print the medians."""
    parser = ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--megabytes", type=int, default=80, help="titles published in a run")
    parser.add_argument("--readers", type=int, default=20, help="that have stopped reading")
    parser.add_argument("--clients", type=int, default=100, help="that read")
    parser.add_argument("--rate", type=int, default=300, help="items a second; choose one that the machine sustains")
    parser.add_argument("--runs", type=int, default=3, help="without and with stopped readers each")
    options = parser.parse_args()
    items = options.megabytes * 1_000_000 // TITLE_CHARACTERS
    items_per_post = max(1, options.rate // POSTS_PER_SECOND)
    load = Load(items // items_per_post, items_per_post, options.clients)
    outcomes: dict[int, list[Outcome]] = {0: [], options.readers: []}
    for _ in range(options.runs):
        for readers, measured in outcomes.items():
            measured.append(run(load, readers))
    show(load, outcomes)


def show(load: Load, outcomes: dict[int, list[Outcome]]) -> None:
    """Print medians, each with the least and the greatest, as a table."""
    timeout = load.seconds + PATIENCE_SECONDS
    print(f"\n{load.items:,} items to {load.clients} clients in {load.seconds:.0f} s; write timeout {timeout:.0f} s.\n")
    print("| stopped readers | p50, ms | p99, ms | server RSS grew by, MB | published in, s | all cut after, s |")
    print("|---|---|---|---|---|---|")
    for readers, measured in outcomes.items():
        cells = [
            spread([each.p50_milliseconds for each in measured]),
            spread([each.p99_milliseconds for each in measured]),
            spread([each.growth_megabytes for each in measured]),
            spread([each.publishing_seconds for each in measured]),
            spread([each.cut_seconds for each in measured]) if readers else "",
        ]
        print(f"| {readers} | {' | '.join(cells)} |", flush=True)


def spread(values: Sequence[float]) -> str:
    """Return the median of values with the least and the greatest."""
    return f"{statistics.median(values):.1f} ({min(values):.1f}-{max(values):.1f})"


def run(load: Load, readers: int) -> Outcome:
    """Publish a load past so many stopped readers on a site of its own."""
    room = str(load.clients + readers)
    with fresh_site() as server:
        server.environment |= {
            "STREAM_MAX_CONNECTIONS": room,
            "STREAM_MAX_PER_ADDRESS": room,
            "STREAM_WRITE_TIMEOUT_SECONDS": str(load.seconds + PATIENCE_SECONDS),
        }
        server.token = server.manage("create_token", "--scope", "ingest").stdout.strip()
        server.start()
        try:
            return measure(server, load, readers)
        finally:
            server.kill()


def measure(server: Server, load: Load, readers: int) -> Outcome:
    """Connect everybody, publish, and wait until the healthy clients have all and the stopped readers are cut."""
    post(server, load.items_per_post)  # what a first post makes the server load is not what readers cost
    with healthy_clients(server.port, load) as hear, ExitStack() as stopped:
        for _ in range(readers):
            stopped.enter_context(open_stopped(server.port))
        hear()  # that all have had their opening
        until(lambda: connections(server) == load.clients + readers, seconds=60, what="everybody is connected")
        before = greatest = resident_kilobytes(server)
        began = time.monotonic()
        for number in range(load.posts):
            time.sleep(max(0, began + number / POSTS_PER_SECOND - time.monotonic()))
            post(server, load.items_per_post)
            greatest = max(greatest, resident_kilobytes(server))
        published = time.monotonic()
        p50, p99 = hear()
        until(lambda: connections(server) == 0, seconds=load.seconds + 60, what="the stopped readers are cut")
        cut = time.monotonic()
    return Outcome(p50, p99, (greatest - before) / 1024, published - began, cut - began)


@contextmanager
def healthy_clients(port: int, load: Load) -> Iterator[Callable[[], Any]]:
    """Start the process of the healthy clients; gives a function that waits for what it has to say next."""
    context = multiprocessing.get_context("spawn")
    ear, mouth = context.Pipe(duplex=False)
    process = context.Process(target=read_along, args=(port, load, mouth))
    process.start()
    mouth.close()  # else the end of the process would not be heard

    def hear() -> Any:
        assert ear.poll(PATIENCE_SECONDS + 60), "the healthy clients are not done"
        return ear.recv()

    try:
        yield hear
    finally:
        process.terminate()
        process.join()


def post(server: Server, count: int, *, characters: int = TITLE_CHARACTERS) -> None:
    """Post so many items, whose titles have so many characters and tell when."""
    stamp = time.time_ns()
    titles = [f"{stamp} {number} ".ljust(characters, "x") for number in range(count)]
    server.post(*({"title": title, "ticker": "AAPL"} for title in titles))


def connections(server: Server) -> int:
    """Return how many streams are open."""
    return int(server.call("/api/v2/stream/status")[1]["connections"])


def open_stopped(port: int) -> socket.socket:
    """Open a stream and read nothing of it, with little room for it in this machine's kernel."""
    reader = socket.socket()
    # Before it connects: the window it offers, and by its segments the server's send buffer, are chosen then.
    reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, TINY)
    reader.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 1460)
    reader.connect(("127.0.0.1", port))
    reader.sendall(REQUEST)
    return reader


def read_along(port: int, load: Load, mouth: Connection) -> None:
    """Read all items with every client; says when all are live, then the median and 99th percentile of the ages, ms."""
    asyncio.run(_read_along(port, load, mouth))


async def _read_along(port: int, load: Load, mouth: Connection) -> None:
    ages = array("q")
    loop = asyncio.get_running_loop()
    opened = [
        await loop.create_connection(lambda: HealthyClient(ages, load.items), "127.0.0.1", port)
        for _ in range(load.clients)
    ]
    await asyncio.gather(*(client.live for _, client in opened))
    mouth.send("live")
    await asyncio.gather(*(client.done for _, client in opened))
    for transport, _ in opened:
        transport.abort()
    in_order = sorted(ages)
    mouth.send([in_order[len(in_order) * percent // 100] / 1e6 for percent in (50, 99)])


class HealthyClient(asyncio.Protocol):
    """Reads a stream and notes how old each item is when it comes."""

    def __init__(self, ages: "array[int]", items: int) -> None:
        loop = asyncio.get_running_loop()
        self.live, self.done = loop.create_future(), loop.create_future()
        self._ages = ages
        self._left = items
        self._rest = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the stream."""
        transport.write(REQUEST)

    def data_received(self, data: bytes) -> None:
        """Note the age of each item that is whole."""
        now = time.time_ns()
        whole, _, self._rest = (self._rest + data).rpartition(b"\n\n")
        if not self.live.done() and b"event: metrics" in whole:
            self.live.set_result(None)
        stamps = STAMP.findall(whole)
        self._ages.extend([now - int(stamp) for stamp in stamps])
        self._left -= len(stamps)
        if self._left <= 0 and not self.done.done():
            self.done.set_result(None)

    def connection_lost(self, reason: Exception | None) -> None:
        """Fail, unless all has come."""
        for future in (self.live, self.done):
            if not future.done():
                future.set_exception(ConnectionError(f"a healthy client was cut with {self._left} items to come"))


if __name__ == "__main__":
    main()
