"""Ports of the loopback address, without collisions between test processes."""

import contextlib
import itertools
import os
import socket
from collections.abc import Iterator
from functools import cache

# Above the last port that browsers reject (10080), below the range that the kernel gives to clients.
FIRST_PORT, LAST_PORT = 10_100, 31_000
BLOCK_SIZE = 700


@cache
def _reserve_block() -> tuple[socket.socket, Iterator[int]]:
    """Reserve a block of ports by binding its first; return the bound socket, and the others, again and again.

    Each process has a block of its own, also beside another run of pytest on this machine.
    """
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    blocks = range(FIRST_PORT, LAST_PORT, BLOCK_SIZE)
    for number in range(len(blocks)):
        first_port = blocks[(worker + number) % len(blocks)]
        holder = socket.socket()
        try:
            holder.bind(("127.0.0.1", first_port))
        except OSError:
            holder.close()
        else:
            return holder, itertools.cycle(range(first_port + 1, first_port + BLOCK_SIZE))
    raise AssertionError(f"no free block of ports from {FIRST_PORT} to {LAST_PORT - 1}; end other runs of the tests")


def free_port() -> int:
    """Return a port of the loopback address that is free now; no other test process returns it."""
    _, ports = _reserve_block()
    for port in itertools.islice(ports, BLOCK_SIZE - 1):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError(f"no free port among the {BLOCK_SIZE} of this process")


def is_listening(port: int) -> bool:
    """Return whether a process accepts connections on a port of the loopback address."""
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0
