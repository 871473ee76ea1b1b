"""Start the site's commands in processes forked from one that has imported what they need, as a new interpreter would.

Starting an interpreter and importing takes most of the time of a test that starts a server of its own.
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

# Needs no settings and installs no reactor. pytest: each process imports its parent's main module.
PRELOADED = [
    "pytest", "coverage", "coverage.ctracer", "sqlite3", "uuid_utils", "orjson", "structlog",
    "dj_database_url", "pydantic", "django.core.management.base", "django.core.handlers.asgi", "django.db.models",
    "django.contrib.staticfiles.storage", "django.views.debug", "django.template.loader", "django.forms",
    "django.db.backends.sqlite3.base", "django.db.migrations.executor", "django.contrib.admin.options",
    "twisted.web.http", "twisted.internet.tcp", "twisted.internet.endpoints", "twisted.protocols.tls",
    "gripcontrol", "pytickersymbols", "ahocorasick", "rapidfuzz", "nh3", "httpx2", "feedparser",
    "defusedxml.ElementTree", "channels.layers", "uvicorn.main",
]  # fmt: skip

_context = get_context("forkserver")
_context.set_forkserver_preload(PRELOADED)


class ForkedProcess:
    """One process running a Python program; what a test needs of `subprocess.Popen`."""

    def __init__(self, arguments: Sequence[str], *, env: dict[str, str], cwd: Path, output: Path) -> None:
        self._process = _context.Process(target=_run, args=(arguments, env, cwd, output))
        output.touch()
        # The parent of all measures no coverage of its own, so that each child begins to measure at its beginning.
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


def _run(arguments: Sequence[str], environment: dict[str, str], folder: Path, output: Path) -> None:
    os.environ.clear()
    os.environ.update(environment)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    log = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for stream in (1, 2):
        os.dup2(log, stream)
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
