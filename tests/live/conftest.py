"""Fixtures: databases of a real PostgreSQL, and servers whose logs must not contain a traceback."""

import socket
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import dj_database_url
import psycopg
import pytest
from django.db import connections
from pytest_django import DjangoDbBlocker

from scripts.local_services import get_database_url, running_postgres
from tests.helpers.server import Server, migrate
from tests.helpers.waiting import WAIT_SECONDS

_numbers = count()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Callable[[str], str]]:
    """Start a PostgreSQL for all tests; returns a function from the name of a database to its URL."""
    with running_postgres() as server:
        yield lambda name: get_database_url(server, name)


@pytest.fixture(scope="session")
def postgres_token(postgres: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory) -> str:
    """Migrate the database that tests copy; returns an ingest token that the copies know."""
    with psycopg.connect(postgres("postgres"), autocommit=True) as connection:
        connection.execute("CREATE DATABASE migrated")
    return migrate(postgres("migrated"), tmp_path_factory.mktemp("migrated"))


@pytest.fixture
def postgres_url(postgres: Callable[[str], str], postgres_token: str) -> Iterator[str]:
    """Return the URL of a new, migrated database, which knows `postgres_token`."""
    name = f"test_{next(_numbers)}"
    with psycopg.connect(postgres("postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE migrated")
        yield postgres(name)
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def on_postgres(postgres_url: str, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Connect this process to the database of `postgres_url`."""
    own_settings, own_connection = connections.settings["default"], connections["default"]
    database = {"default": dict(dj_database_url.parse(postgres_url))}
    with django_db_blocker.unblock():
        connections.settings["default"] = connections.configure_settings(database)["default"]
        del connections["default"]  # the next use opens one with these settings
        try:
            yield
        finally:
            connections.close_all()
            connections.settings["default"], connections["default"] = own_settings, own_connection


@pytest.fixture
def start_clean_server(start_server: Callable[..., Server]) -> Iterator[Callable[..., Server]]:
    """Return `start_server`; fail at the end if the log of a server contains a traceback."""
    servers: list[Server] = []

    def start(**options: object) -> Server:
        servers.append(start_server(**options))
        return servers[-1]

    yield start
    for server in servers:
        assert "Traceback" not in (log := server.log.read_text()), log[-3000:]


@pytest.fixture
def notifications(tmp_path: Path) -> Iterator[socket.socket]:
    """Return the socket to which a process writes that systemd watches."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as receiver:
        receiver.bind(str(tmp_path / "n"))  # a path has room for 107 bytes
        receiver.settimeout(WAIT_SECONDS)
        yield receiver
