"""Run commands of the site in processes forked from one that has imported their modules.

A new interpreter with its imports would take most of the time of a test that starts a server.
"""

import atexit
import os
import runpy
import signal
import sys
from collections.abc import Sequence
from multiprocessing import get_context
from pathlib import Path
from subprocess import TimeoutExpired
from unittest import mock

# Modules that need no settings and install no reactor. pytest: each process imports the main module of its parent.
PRELOADED = [
    "pytest", "coverage", "coverage.ctracer", "sqlite3", "uuid_utils", "orjson", "structlog",
    "dj_database_url", "pydantic", "django.core.management.base", "django.core.handlers.asgi", "django.db.models",
    "django.contrib.staticfiles.storage", "django.views.debug", "django.template.loader", "django.forms",
    "django.db.backends.sqlite3.base", "django.db.migrations.executor", "django.contrib.admin.options",
    "twisted.web.http", "twisted.internet.tcp", "twisted.internet.endpoints", "twisted.protocols.tls",
    "gripcontrol", "pytickersymbols", "ahocorasick", "rapidfuzz", "nh3", "httpx2", "feedparser",
    "defusedxml.ElementTree", "channels.layers", "uvicorn.main", "autobahn.twisted.websocket", "ftfy", "jinja2",
    "prometheus_client", "dateutil.parser", "pydantic.types", "servestatic.middleware", "twisted.application.internet",
    "common.text", "common.dates", "news.instruments.matcher", "news.search.words",
]  # fmt: skip

_context = get_context("forkserver")
_context.set_forkserver_preload(PRELOADED)


class ForkedProcess:
    """A process that runs a Python program, with the methods of `subprocess.Popen` that tests use.

    It appends to the file `output`, and to `errors` what it writes to stderr, if that is to be apart.
    """

    def __init__(
        self, arguments: Sequence[str], *, env: dict[str, str], cwd: Path, output: Path, errors: Path | None = None
    ) -> None:
        files = (output, errors or output)
        self._process = _context.Process(target=_run, args=(arguments, env, cwd, files))
        for file in files:
            file.touch()
        # The fork server measures no coverage, so that each child starts its own measurement.
        with mock.patch.dict(os.environ):
            for name in [name for name in os.environ if name.startswith("COVERAGE_")]:
                del os.environ[name]
            self._process.start()

    @property
    def pid(self) -> int:
        assert self._process.pid is not None
        return self._process.pid

    @property
    def returncode(self) -> int | None:
        """The exit status, negative for the signal that ended it; None while it runs."""
        return self._process.exitcode

    def poll(self) -> int | None:
        return self.returncode

    def send_signal(self, number: int) -> None:
        if self.returncode is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the end and return the exit status. Errors: TimeoutExpired."""
        self._process.join(timeout)
        if self.returncode is None:
            raise TimeoutExpired("a forked process", timeout or 0)
        return self.returncode


def _run(arguments: Sequence[str], environment: dict[str, str], folder: Path, files: Sequence[Path]) -> None:
    os.environ.clear()
    os.environ.update(environment)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for stream, file in enumerate(files, start=1):
        os.dup2(os.open(file, os.O_WRONLY | os.O_APPEND), stream)
    os.chdir(folder)
    sys.path.insert(0, str(folder))
    if "COVERAGE_PROCESS_CONFIG" in environment:
        import coverage

        coverage.process_startup()
    try:
        if arguments[0] == "-m":
            sys.argv[:] = arguments[1:]
            runpy.run_module(arguments[1], run_name="__main__", alter_sys=True)
        else:
            sys.argv[:] = arguments
            runpy.run_path(arguments[0], run_name="__main__")
    finally:
        atexit._run_exitfuncs()
