"""Readers that make a server work as hard as they can: requests without a pause, on many connections.

Run as `python -m tests.volume.hostile_readers PORT READERS JSON_LIST_OF_PATHS`, until killed. `{n}` in a path is
replaced by a number that differs in each request, so that no answer is cached.
"""

import json
import sys
import threading
from http.client import HTTPConnection, HTTPException
from itertools import count

STREAM_BYTES = 20_000_000  # of a replay; then the reader begins again
TIMEOUT_SECONDS = 120
_numbers = count(1)


def request_forever(port: int, paths: list[str]) -> None:
    """Request one path after the other."""
    for number in _numbers:
        path = paths[number % len(paths)].replace("{n}", str(number))
        connection = HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_SECONDS)
        try:
            connection.request("GET", path)
            _receive(connection, is_stream="/stream" in path, is_endless="speed=" not in path)
        except (OSError, HTTPException):
            pass  # a server may reject such a reader
        finally:
            connection.close()


def _receive(connection: HTTPConnection, *, is_stream: bool, is_endless: bool) -> None:
    response = connection.getresponse()
    if not is_stream:
        response.read()
        return
    size = 0
    while size < STREAM_BYTES and (part := response.read1(1 << 20)):
        size += len(part)
        if is_endless and b"event: metrics\n" in part:  # the replay is over
            return


if __name__ == "__main__":
    port_number, readers, all_paths = int(sys.argv[1]), int(sys.argv[2]), json.loads(sys.argv[3])
    threads = [threading.Thread(target=request_forever, args=[port_number, all_paths]) for _ in range(readers)]
    for thread in threads:
        thread.start()
