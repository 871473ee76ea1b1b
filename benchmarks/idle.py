"""Measure the memory of idle streams in a server, and print a table.

`python -m benchmarks.idle [--streams 1000 5000] [--serve-args=--no-detach]`

Memory is the server's resident set, without the kernel's socket buffers, after each stream has received its first
events and one item. The memory of a stream is the growth from the first 50 streams on, because these also load code.
"""

import resource
import socket
from argparse import ArgumentParser

from benchmarks.storing import fresh_site
from tests.helpers.resources import resident_kilobytes, resources
from tests.helpers.server import Server
from tests.helpers.waiting import until

BASELINE_STREAMS = 50
FILE_LIMIT = 20_000
REQUEST = b"GET /api/v2/stream HTTP/1.1\r\nHost: localhost\r\n\r\n"


def main() -> None:
    """Open the streams, deliver one item, and print a row for each number of streams."""
    parser = ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--streams", type=int, nargs="+", default=[1000, 5000], metavar="N")
    parser.add_argument("--serve-args", default="", help="more arguments for `manage.py serve`, split at spaces")
    options = parser.parse_args()
    # Before the server starts, because it inherits the limit.
    resource.setrlimit(resource.RLIMIT_NOFILE, (FILE_LIMIT, FILE_LIMIT))
    with fresh_site() as server:
        server.command = ("serve", *options.serve_args.split())
        server.environment |= dict.fromkeys(["STREAM_MAX_CONNECTIONS", "STREAM_MAX_PER_ADDRESS"], str(FILE_LIMIT))
        server.token = server.manage("create_token", "--scope", "ingest").stdout.strip()
        server.start()
        try:
            measure(server, sorted(options.streams))
        finally:
            server.kill()


def measure(server: Server, counts: list[int]) -> None:
    """Print a row for each number of streams, opening more streams for each."""
    print(f"\n`manage.py {' '.join(server.command)}`\n")
    print("| idle streams | RSS, MB | RSS of a stream, KB | threads | database files open |\n|---|---|---|---|---|")
    streams: list[socket.socket] = []
    baseline_kilobytes = 0
    for count in [BASELINE_STREAMS, *counts]:
        while len(streams) < count:
            streams.append(open_stream(server.port))
        deliver_item(server, streams)
        threads, files = resources(server)
        kilobytes = resident_kilobytes(server)
        baseline_kilobytes = baseline_kilobytes or kilobytes
        stream_kilobytes = (
            f"{(kilobytes - baseline_kilobytes) / (count - BASELINE_STREAMS):.1f}" if count > BASELINE_STREAMS else ""
        )
        print(f"| {count:,} | {kilobytes / 1024:.0f} | {stream_kilobytes} | {threads} | {files} |", flush=True)
    for stream in streams:
        stream.close()
    until(lambda: server.call("/api/v2/stream/status")[1]["connections"] == 0, seconds=60, what="slots are free")


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
