"""A management command that runs as a process, with the environment of a server."""

import signal
import subprocess
import sys

from tests.helpers.paths import ROOT
from tests.helpers.server import Server
from tests.helpers.waiting import WAIT_SECONDS, allow_for_load, until


class Process:
    """`manage.py` with some arguments, in the environment of a server."""

    def __init__(self, server: Server, *arguments: str, name: str) -> None:
        self._path = server.log.with_name(f"{name}.log")
        command = [sys.executable, str(ROOT / "manage.py"), *arguments]
        with self._path.open("ab") as log:
            self._process = subprocess.Popen(command, env=server.environment, stdout=log, stderr=log, cwd=ROOT)

    @property
    def log(self) -> str:
        """The text of its log so far."""
        return self._path.read_text()

    def until_logged(self, event: str, *, seconds: float = WAIT_SECONDS) -> str:
        """Wait until an event is logged, and return its line."""

        def find() -> str:
            assert self._process.poll() is None, self.log[-2000:]
            return next((line for line in self.log.splitlines() if f"event={event}" in line), "")

        return str(until(find, seconds=seconds, what=f"event={event}; the log: {self.log[-2000:]}"))

    def wait(self, *, seconds: float = WAIT_SECONDS) -> int:
        """Wait until the process ends, and return its exit status."""
        return self._process.wait(allow_for_load(seconds))

    def kill(self) -> None:
        """End the process as a crash would."""
        self._process.kill()
        self._process.wait(WAIT_SECONDS)

    def end(self) -> int:
        """End the process as an operator would, and return its exit status."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
        return self._process.wait(WAIT_SECONDS)
