"""Fixtures for all tests: profiles of Hypothesis, a database file, real servers that are stopped at the end."""

import asyncio
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import hypothesis
import pytest
from asgiref.sync import SyncToAsync
from django.conf import settings
from django.db import connections

from common.kept_answers import clear_all
from tests.helpers.ports import free_port
from tests.helpers.server import Server, base_environment

# An example may take long on a busy machine; fixtures hold what all examples share.
hypothesis.settings.register_profile(
    "patient",
    max_examples=50,
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow, hypothesis.HealthCheck.function_scoped_fixture],
)
hypothesis.settings.register_profile("fast", hypothesis.settings.get_profile("patient"), max_examples=10)
hypothesis.settings.load_profile("patient")

# What a test needs, by its folder and by the fixtures that it uses, also indirectly; `make test-fast` leaves these out.
FOLDER_MARKERS = {"tests/live": "live", "tests/browser": "browser"}
FIXTURE_MARKERS = {
    "fresh_database": "live",
    "shared_server": "live",
    "site": "live",
    "browser": "browser",
    "postgres": "postgres",
    "own_postgres": "postgres",
    "valkey": "valkey",
    "db": "orm",
    "transactional_db": "orm",
}

DATABASE_FIXTURES = {"db", "transactional_db", "on_postgres"}

# A shell starts background jobs with SIGINT ignored, and every process started from here would inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(tryfirst=True)  # before pytest selects by marker
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark tests by their folders and fixtures."""
    for item in items:
        folder = item.path.relative_to(item.config.rootpath).as_posix()
        names = {marker for prefix, marker in FOLDER_MARKERS.items() if folder.startswith(f"{prefix}/")}
        names |= {FIXTURE_MARKERS[name] for name in getattr(item, "fixturenames", ()) if name in FIXTURE_MARKERS}
        if item.get_closest_marker("django_db"):
            names.add("orm")
        if callspec := getattr(item, "callspec", None):
            names |= {"postgres" for value in callspec.params.values() if value in ("postgres", "PostgreSQL")}
        for name in sorted(names):
            item.add_marker(name)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    tmp_path_factory: pytest.TempPathFactory, django_db_modify_db_settings_parallel_suffix: None
) -> None:
    """Put SQLite's test database into a file: one in memory has no WAL, so a writer would block other threads."""
    database = settings.DATABASES["default"]
    if database["ENGINE"].endswith("sqlite3"):
        database["TEST"]["NAME"] = str(tmp_path_factory.mktemp("database") / "test.sqlite3")


@pytest.fixture(autouse=True)
def _close_connections_of_sync_to_async() -> Iterator[None]:
    """Close the connections of the thread in which `sync_to_async` runs: PostgreSQL drops no database in use."""
    yield
    SyncToAsync.single_thread_executor.submit(connections.close_all).result()


@pytest.fixture(autouse=True)
def _clear_kept_answers() -> Iterator[None]:
    """Remove kept answers: a test undoes what it wrote, and the next one comes to the same state with other items."""
    yield
    clear_all()


@pytest.fixture(autouse=True)
def _close_connections_of_streaming_services() -> Iterator[None]:
    """Close those of services whose event loop has ended with a request of Django's test client."""
    yield
    if (module := sys.modules.get("streaming.broker.service")) is not None:
        for executor in [executor for service in module.get_services() for executor in service.executors]:
            # On a thread of its own: in a test with a browser, this one has a running event loop.
            with ThreadPoolExecutor(1) as pool:
                pool.submit(asyncio.run, executor.close(within=60)).result()


@pytest.fixture(autouse=True)
def _instruments(request: pytest.FixtureRequest) -> Iterator[None]:
    """Let tests without a database use the shipped instruments; after others look for changes, as they are undone."""
    from news.instruments.current import expire, without_database  # Django is set up by now

    if DATABASE_FIXTURES.isdisjoint(request.fixturenames) and not request.node.get_closest_marker("django_db"):
        with without_database():
            yield
    else:
        yield
        expire()


@pytest.fixture(scope="session")
def fresh_database(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Return a migrated SQLite file, to be copied, and an ingest token that it knows."""
    folder = tmp_path_factory.mktemp("fresh")
    server = Server(base_environment(folder), port=0, token="")
    migrated = server.manage("migrate", "-v0")
    assert migrated.returncode == 0, migrated.stderr
    return folder / "site.sqlite3", server.manage("create_token", "--scope", "ingest").stdout.strip()


@pytest.fixture(scope="session")
def shared_server(tmp_path_factory: pytest.TempPathFactory, fresh_database: tuple[Path, str]) -> Iterator[Server]:
    """Start a server for tests that care for no items but their own and leave nothing else behind."""
    folder = tmp_path_factory.mktemp("shared")
    database, token = fresh_database
    shutil.copy(database, folder)
    server = Server(base_environment(folder), free_port(), token, log=folder / "server.log", is_forked=True)
    server.start()
    yield server
    server.stop()
    assert "Traceback" not in (log := server.log.read_text()), log[-3000:]


@pytest.fixture
def start_server(tmp_path: Path, fresh_database: tuple[Path, str]) -> Iterator[Callable[..., Server]]:
    """Return a function that starts a server on the test's own database; keyword arguments are settings."""
    servers: list[Server] = []

    def start(*, command: tuple[str, ...] = ("serve",), port: int | None = None, **options: object) -> Server:
        environment = base_environment(tmp_path) | {name: str(value) for name, value in options.items()}
        database, token = fresh_database
        if not (tmp_path / database.name).exists():
            shutil.copy(database, tmp_path)
        log = tmp_path / f"server-{len(servers)}.log"
        server = Server(environment, port or free_port(), token, log=log, command=command)
        server.is_forked = "PYTHONPATH" not in environment  # only a new interpreter reads it
        servers.append(server)
        server.start()
        return server

    yield start
    for server in servers:
        if server.process is not None:
            server.stop()
