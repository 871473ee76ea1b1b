"""Real servers for the tests: each has a database of its own and a free port of the loopback address."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.helpers.forkserver import ForkedProcess
from tests.helpers.paths import ROOT
from tests.helpers.waiting import WAIT_SECONDS, until

# The ways in which a stream is served: by our Daphne past Django, by Django under Daphne, by Django under Uvicorn.
SERVE_COMMANDS = {
    "detached": ("serve",),
    "by-django": ("serve", "--no-detach"),
    "by-uvicorn": ("uvicorn", "sentiment_site.asgi:application", "--lifespan", "off"),
}


class ServiceUnavailable(OSError):
    """The server answered 503."""


@dataclass
class Server:
    """One `manage.py serve` process over a database that other servers can share."""

    environment: dict[str, str]
    port: int
    token: str
    process: subprocess.Popen[bytes] | ForkedProcess | None = None
    log: Path = field(default_factory=Path)
    command: tuple[str, ...] = ("serve",)
    path: str = ""  # at which a proxy serves it
    is_forked: bool = False  # from the fork server instead of a new interpreter

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}{self.path}"

    def start(self) -> None:
        """Start the process and wait until it answers."""
        name, *options = self.command
        address = [f"127.0.0.1:{self.port}"] if name == "runserver" else ["--port", str(self.port)]
        program = ["-m", "uvicorn"] if name == "uvicorn" else [str(ROOT / "manage.py"), name]
        arguments = [*program, *options, *address]
        if self.is_forked:
            self.process = ForkedProcess(arguments, env=self.environment, cwd=ROOT, output=self.log)
        else:
            with self.log.open("ab") as log:
                self.process = subprocess.Popen(
                    [sys.executable, *arguments], env=self.environment, stdout=log, stderr=log, cwd=ROOT
                )
        until(self._answers, seconds=WAIT_SECONDS, what=f"server start; its log: {self.log.read_text()[-2000:]}")

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
            with urllib.request.urlopen(request, timeout=WAIT_SECONDS) as answer:
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
            raise ServiceUnavailable(answer)
        assert status == 201, answer
        assert not answer["rejected"], answer
        return list(answer["created"])

    def append_historical(self, start: int, count: int) -> None:
        """Append `count` historical items, numbered from `start`, from a process of its own."""
        script = f"from tests.helpers.items import append; append({start}, {count}, is_historical=True)"
        done = self.manage("shell", "-v0", "-c", script)
        assert done.returncode == 0, done.stderr

    def manage(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a management command on the server's database."""
        program = [str(ROOT / "manage.py"), *arguments]
        with tempfile.TemporaryDirectory() as name:
            output, errors = Path(name, "output"), Path(name, "errors")
            process = ForkedProcess(program, env=self.environment | environment, cwd=ROOT, output=output, errors=errors)
            status = process.wait(timeout=2 * WAIT_SECONDS)
            return subprocess.CompletedProcess(program, status, output.read_text(), errors.read_text())

    def _end(self, number: int) -> int:
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.process.wait(timeout=WAIT_SECONDS)

    def _answers(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, self.log.read_text()[-2000:]
        with contextlib.suppress(OSError):
            return self.call("/health/live")[0] == 200
        return False


def base_environment(folder: Path) -> dict[str, str]:
    """Return the environment of a server whose database lies in `folder`."""
    # COVERAGE_*: the coverage of the servers counts, too.
    kept = {k: v for k, v in os.environ.items() if k in ("PATH", "HOME", "LANG") or k.startswith("COVERAGE_")}
    return kept | {
        "DATABASE_URL": f"sqlite:///{folder}/site.sqlite3",
        "SECRET_KEY": "a-key-for-tests-of-thirty-two-characters-or-more",
        "SAMPLE_FEED": "0",
        "RATELIMIT_ENABLE": "0",
    }


def migrate(url: str, folder: Path) -> str:
    """Migrate a database, and return an ingest token that it knows."""
    server = Server(base_environment(folder) | {"DATABASE_URL": url}, port=0, token="")  # not started
    migrated = server.manage("migrate", "-v0")
    assert migrated.returncode == 0, migrated.stderr
    return server.manage("create_token", "--scope", "ingest").stdout.strip()
