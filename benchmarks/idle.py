"""Measure what idle streams cost a server, and print a table of it.

`python -m benchmarks.idle [--streams 1000 5000] [--serve-args=--no-hand-over]`

Memory is the server's resident set, in which the kernel's buffers of the sockets are not counted. What a stream costs
is the growth from the first 50 streams on, so that code loaded by them is not charged to the rest, once each stream has
been sent its opening and one item.
"""

import resource
import socket
from argparse import ArgumentParser

from benchmarks.storing import fresh_site
from tests.helpers.resources import resident_kilobytes, resources
from tests.helpers.server import Server
from tests.helpers.waiting import until

FIRST = 50
FILES = 20_000
REQUEST = b"GET /api/v2/stream HTTP/1.1\r\nHost: localhost\r\n\r\n"


def main() -> None:
    """Open the streams, let one item through, and print a row for each number of them."""
    parser = ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--streams", type=int, nargs="+", default=[1000, 5000], metavar="N")
    parser.add_argument("--serve-args", default="", help="more arguments for `manage.py serve`, split at blanks")
    options = parser.parse_args()
    # Before the server starts: it inherits the limit.
    resource.setrlimit(resource.RLIMIT_NOFILE, (FILES, FILES))
    with fresh_site() as server:
        server.command = ("serve", *options.serve_args.split())
        server.environment |= dict.fromkeys(["STREAM_MAX_CONNECTIONS", "STREAM_MAX_PER_ADDRESS"], str(FILES))
        server.token = server.manage("create_token", "--scope", "ingest").stdout.strip()
        server.start()
        try:
            measure(server, sorted(options.streams))
        finally:
            server.kill()


def measure(server: Server, counts: list[int]) -> None:
    """Print a row for each number of streams, opening more for each."""
    print(f"\n`manage.py {' '.join(server.command)}`\n")
    print("| idle streams | RSS, MB | RSS of a stream, KB | threads | database files open |\n|---|---|---|---|---|")
    streams: list[socket.socket] = []
    first = 0
    for count in [FIRST, *counts]:
        while len(streams) < count:
            streams.append(open_stream(server.port))
        pass_an_item(server, streams)
        threads, files = resources(server)
        kilobytes = resident_kilobytes(server)
        first = first or kilobytes
        each = f"{(kilobytes - first) / (count - FIRST):.1f}" if count > FIRST else ""
        print(f"| {count:,} | {kilobytes / 1024:.0f} | {each} | {threads} | {files} |", flush=True)
    for stream in streams:
        stream.close()
    until(lambda: server.call("/api/v2/stream/status")[1]["connections"] == 0, seconds=60, what="slots are free")


def open_stream(port: int) -> socket.socket:
    """Open a stream and read its opening."""
    stream = socket.create_connection(("127.0.0.1", port), 60)
    stream.sendall(REQUEST)
    read_past(stream, b"event: metrics")
    return stream


def pass_an_item(server: Server, streams: list[socket.socket]) -> None:
    """Post an item and wait until every stream has got it."""
    server.post({"title": f"Profit rises, {len(streams)} streams hear", "ticker": "AAPL"})
    for stream in streams:
        read_past(stream, b"event: new_item")


def read_past(stream: socket.socket, mark: bytes) -> None:
    """Read until `mark` has come."""
    received = b""
    while mark not in received:
        part = stream.recv(65_536)
        assert part, "the server closed a stream"
        received += part


if __name__ == "__main__":
    main()
