"""Check that a client which vanishes without FIN or RST releases its slot.

A program that test_hostile_clients runs in a network namespace of its own.
"""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sentiment_site.settings")

from tests.helpers.ports import free_port
from tests.helpers.server import Server, base_environment
from tests.helpers.sse import Stream
from tests.helpers.waiting import until

WRITE_TIMEOUT_SECONDS = 3
HEARTBEAT_SECONDS = 1
VANISHING = "127.0.0.2"


def main() -> None:
    """Disconnect one of two clients from the network, and wait until its slot is free."""
    assert shutil.which("ip")
    run("ip", "link", "set", "lo", "up")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        environment = base_environment(folder) | {
            "STREAM_WRITE_TIMEOUT_SECONDS": str(WRITE_TIMEOUT_SECONDS),
            "STREAM_HEARTBEAT_SECONDS": str(HEARTBEAT_SECONDS),
        }
        server = Server(environment, free_port(), token="", log=folder / "server.log")
        assert server.manage("migrate", "-v0").returncode == 0
        server.start()
        try:
            with Stream(server.url, source=VANISHING) as vanishing, Stream(server.url) as other:
                vanishing.receive_kinds("metrics")
                other.receive_kinds("metrics")
                run("ip", "route", "add", "blackhole", VANISHING, "table", "local")
                # The heartbeat whose delivery fails, the write timeout, and the time in which slots are released.
                until(lambda: get_connections(server) == 1, seconds=HEARTBEAT_SECONDS + WRITE_TIMEOUT_SECONDS + 5)
                events_before = len(other.events)
                other.receive_until(lambda s: len(s.events) > events_before)
        finally:
            server.stop()
        assert f"client={VANISHING}" in server.log.read_text()


def get_connections(server: Server) -> int:
    """Return the number of streams that the server counts."""
    return int(server.call("/api/v2/stream/status")[1]["connections"])


def run(*command: str) -> None:
    """Run a program. Errors: CalledProcessError."""
    subprocess.run(command, check=True)


if __name__ == "__main__":
    main()
