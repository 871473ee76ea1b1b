"""Ports of the loopback address, without collisions between the processes of pytest-xdist."""

import contextlib
import itertools
import os
import socket

PORTS_PER_WORKER = 1500
MAX_WORKERS = 14

# Below the range that the kernel gives to clients; each worker has a part of its own.
_worker = int(os.environ.get("PYTEST_XDIST_WORKER", f"gw{MAX_WORKERS - 1}").removeprefix("gw"))
_first_port = 10_000 + PORTS_PER_WORKER * (_worker % MAX_WORKERS)
_ports = itertools.cycle(range(_first_port, _first_port + PORTS_PER_WORKER))


def free_port() -> int:
    """Return a port of the loopback address that is free now; no other test process returns it."""
    for port in itertools.islice(_ports, PORTS_PER_WORKER):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError(f"no free port from {_first_port} to {_first_port + PORTS_PER_WORKER - 1}")


def is_listening(port: int) -> bool:
    """Return whether a process accepts connections on a port of the loopback address."""
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0
