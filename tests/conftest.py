"""Real servers for the tests: a database of their own, a free port on the loopback address, stopped by PID."""

import contextlib
import itertools
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from django.conf import settings

from tests.helpers.forkserver import Forked

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 30
PORTS_EACH = 1500
NOBODYS_ID = "0a6c2f0e-6d5b-4d0e-9f43-3c1b8a7d5e21"  # of no configuration, and the same in every test process

# How long an example takes is the machine's affair; fixtures hold what all examples share.
hypothesis.settings.register_profile(
    "patient",
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow, hypothesis.HealthCheck.function_scoped_fixture],
)
hypothesis.settings.load_profile("patient")

# A shell has what it starts in the background ignore Ctrl-C, and so would every process started from here.
signal.signal(signal.SIGINT, signal.default_int_handler)


# Below those that the kernel gives to clients; each of the test processes, which pytest-xdist numbers, has its own.
_first_port = 10_000 + PORTS_EACH * (int(os.environ.get("PYTEST_XDIST_WORKER", "gw13").removeprefix("gw")) % 14)
_ports = itertools.cycle(range(_first_port, _first_port + PORTS_EACH))


def until(condition: Callable[[], Any], *, seconds: float = 10, what: str = "") -> Any:
    """Return the first true answer of `condition`; fail when there is none in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if answer := condition():
            return answer
        time.sleep(0.02)
    pytest.fail(f"not within {seconds} s: {what or condition}")


class Unavailable(OSError):
    """A server that can't do what it was asked at the moment, as it says itself."""


@dataclass
class Server:
    """One `manage.py serve` process over a database that other servers can share."""

    environment: dict[str, str]
    port: int
    token: str
    process: subprocess.Popen[bytes] | Forked | None = None
    log: Path = field(default_factory=Path)
    command: tuple[str, ...] = ("serve",)
    is_forked: bool = False  # instead of by an interpreter of its own

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start the process and wait until it answers."""
        name, *options = self.command
        address = [f"127.0.0.1:{self.port}"] if name == "runserver" else ["--port", str(self.port)]
        program = ["-m", "uvicorn"] if name == "uvicorn" else [str(ROOT / "manage.py"), name]
        arguments = [*program, *options, *address]
        if self.is_forked:
            self.process = Forked(arguments, env=self.environment, cwd=ROOT, output=self.log)
        else:
            with self.log.open("ab") as log:
                self.process = subprocess.Popen(
                    [sys.executable, *arguments], env=self.environment, stdout=log, stderr=log, cwd=ROOT
                )
        until(self._answers, seconds=START_SECONDS, what=f"server start; its log: {self.log.read_text()[-2000:]}")

    def stop(self) -> int:
        """End the process as an operator would, and return its exit status."""
        return self._end(signal.SIGTERM)

    def kill(self) -> int:
        """End the process as a crash would."""
        return self._end(signal.SIGKILL)

    def call(self, path: str, body: Any = None, *, method: str | None = None, **headers: str) -> tuple[int, Any]:
        """Send one request; returns status and decoded JSON (or text)."""
        raw = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data=raw, method=method, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                status, text = answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                status, text = error.code, error.read().decode()
        with contextlib.suppress(ValueError):
            return status, json.loads(text)
        return status, text

    def post(self, *items: dict[str, Any]) -> list[str]:
        """Post items with the ingest token; returns the ids created."""
        status, answer = self.call(
            "/api/v2/items",
            {"items": list(items)},
            **{"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"},
        )
        if status == 503:
            raise Unavailable(answer)
        assert status == 201, answer
        assert not answer["rejected"], answer
        return list(answer["created"])

    def manage(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a management command on the server's database."""
        return subprocess.run(
            [sys.executable, str(ROOT / "manage.py"), *arguments],
            env=self.environment | environment,
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def _end(self, number: int) -> int:
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.process.wait(timeout=30)

    def _answers(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, self.log.read_text()[-2000:]
        with contextlib.suppress(OSError):
            return self.call("/health/live")[0] == 200
        return False


@pytest.fixture(scope="session")
def django_db_modify_db_settings(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Put SQLite's test database into a file: one in memory has no WAL, so a writer would stop other threads' reads."""
    database = settings.DATABASES["default"]
    if database["ENGINE"].endswith("sqlite3"):
        database["TEST"]["NAME"] = str(tmp_path_factory.mktemp("database") / "test.sqlite3")


@pytest.fixture(scope="session")
def fresh_database(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Return a migrated SQLite file, to be copied, and an ingest token it knows."""
    folder = tmp_path_factory.mktemp("fresh")
    server = Server(base_environment(folder), port=0, token="")
    done = server.manage("migrate", "-v0")
    assert done.returncode == 0, done.stderr
    return folder / "site.sqlite3", server.manage("create_token", "--scope", "ingest").stdout.strip()


@pytest.fixture
def start_server(tmp_path: Path, fresh_database: tuple[Path, str]) -> Iterator[Callable[..., Server]]:
    """Return a function that starts a server; settings are given as keywords, the database is the test's own."""
    servers: list[Server] = []

    def start(*, command: tuple[str, ...] = ("serve",), port: int | None = None, **options: object) -> Server:
        environment = base_environment(tmp_path) | {name: str(value) for name, value in options.items()}
        database, token = fresh_database
        if not (tmp_path / database.name).exists():
            shutil.copy(database, tmp_path)
        log = tmp_path / f"server-{len(servers)}.log"
        server = Server(environment, port or free_port(), token, log=log, command=command)
        server.is_forked = "PYTHONPATH" not in environment  # which an interpreter reads as it starts
        servers.append(server)
        server.start()
        return server

    yield start
    for server in servers:
        if server.process is not None:
            server.stop()


def base_environment(folder: Path) -> dict[str, str]:
    """Return the environment of a server whose database lies in `folder`."""
    # COVERAGE_*: what the servers run counts as covered.
    kept = {k: v for k, v in os.environ.items() if k in ("PATH", "HOME", "LANG") or k.startswith("COVERAGE_")}
    return kept | {
        "DATABASE_URL": f"sqlite:///{folder}/site.sqlite3",
        "SECRET_KEY": "a-key-for-tests-of-thirty-two-characters-or-more",
        "SAMPLE_FEED": "0",
        "RATELIMIT_ENABLE": "0",
    }


def accepts(port: int) -> bool:
    """Say whether somebody listens on a port of the loopback address."""
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


def free_port() -> int:
    """Return a port of the loopback address that is free now, and that no other test process is given."""
    for port in itertools.islice(_ports, PORTS_EACH):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError("every port of this process is taken")
