"""Measure the memory of idle streams in a server, and print a table.

`python -m benchmarks.idle [--streams 1000 5000] [--serve-args=--no-detach]`

Memory is the server's resident set, without the kernel's socket buffers, after each stream has received its first
events and one item. The memory of a stream is the growth from the first 50 streams on, because these also load code.
"""

import resource
import socket
from argparse import ArgumentParser
from collections.abc import Iterator
from typing import NamedTuple

from benchmarks.sites import fresh_site
from tests.helpers.resources import resident_kilobytes, resources
from tests.helpers.server import Server
from tests.helpers.waiting import until

BASELINE_STREAMS = 50
FILE_LIMIT = 20_000
REQUEST = b"GET /api/v2/stream HTTP/1.1\r\nHost: localhost\r\n\r\n"


class Occupied(NamedTuple):
    """What a server with idle streams occupies; `stream_kilobytes` is the growth for each stream after the first."""

    streams: int
    megabytes: float
    stream_kilobytes: float
    threads: int
    database_files: int


def main() -> None:
    """Print a row for each number of streams."""
    parser = ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--streams", type=int, nargs="+", default=[1000, 5000], metavar="N")
    parser.add_argument("--serve-args", default="", help="more arguments for `manage.py serve`, split at spaces")
    options = parser.parse_args()
    # Before the server starts, because it inherits the limit.
    resource.setrlimit(resource.RLIMIT_NOFILE, (FILE_LIMIT, FILE_LIMIT))
    print("| idle streams | RSS, MB | RSS of a stream, KB | threads | database files open |\n|---|---|---|---|---|")
    for row in measure(sorted(options.streams), *options.serve_args.split()):
        growth = f"{row.stream_kilobytes:.1f}" if row.streams > BASELINE_STREAMS else ""
        print(
            f"| {row.streams:,} | {row.megabytes:.0f} | {growth} | {row.threads} | {row.database_files} |", flush=True
        )


def measure(counts: list[int], *serve_args: str) -> Iterator[Occupied]:
    """Start a server and open streams; yields what it occupies with a few, then with each number of `counts`."""
    with fresh_site() as server:
        server.command = ("serve", *serve_args)
        server.environment |= dict.fromkeys(["STREAM_MAX_CONNECTIONS", "STREAM_MAX_PER_ADDRESS"], str(FILE_LIMIT))
        server.start()
        streams: list[socket.socket] = []
        try:
            baseline = open_until(server, streams, BASELINE_STREAMS)
            yield baseline
            for count in counts:
                occupied = open_until(server, streams, count)
                growth = (occupied.megabytes - baseline.megabytes) * 1024 / (count - BASELINE_STREAMS)
                yield occupied._replace(stream_kilobytes=growth)
            for stream in streams:
                stream.close()
            until(lambda: server.call("/api/v2/stream/status")[1]["connections"] == 0, what="slots are free")
        finally:
            server.kill()


def open_until(server: Server, streams: list[socket.socket], count: int) -> Occupied:
    """Open streams until there are `count`, and deliver an item to all."""
    while len(streams) < count:
        streams.append(open_stream(server.port))
    deliver_item(server, streams)
    return Occupied(count, resident_kilobytes(server) / 1024, 0.0, *resources(server))


def open_stream(port: int) -> socket.socket:
    """Open a stream and read its first events."""
    stream = socket.create_connection(("127.0.0.1", port), 60)
    stream.sendall(REQUEST)
    receive_past(stream, b"event: metrics")
    return stream


def deliver_item(server: Server, streams: list[socket.socket]) -> None:
    """Post an item and wait until every stream has received it."""
    server.post({"title": f"Profit rises, seen by {len(streams)} streams", "ticker": "AAPL"})
    for stream in streams:
        receive_past(stream, b"event: new_item")


def receive_past(stream: socket.socket, text: bytes) -> None:
    """Read a stream until it has sent `text`."""
    received = b""
    while text not in received:
        chunk = stream.recv(65_536)
        assert chunk, "the server closed a stream"
        received += chunk


if __name__ == "__main__":
    main()
