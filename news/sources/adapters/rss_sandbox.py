"""Read feeds in a process of its own, one at a time, with limits on time and memory that hold whatever a document does.

A document of a few megabytes can keep an XML parser busy for minutes, or make it take hundreds of megabytes, in more
ways than can be counted beforehand. Here it costs a process that is replaced, and its source an error. `serve` is what
that process runs; it ends with the pipe to it.
"""

import atexit
import os
import pickle
import resource
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from news.sources.adapters.rss_entries import parse_entries
from news.sources.http.client import Document, SourceError, name_host

Record = dict[str, Any]

CPU_SECONDS = 4.0  # of the process, for one document; the largest of the ordinary kind takes 0.5 to 0.9
WALL_SECONDS = 20.0  # for one document
START_SECONDS = 20.0
TURN_SECONDS = 40.0  # until the documents before it are read; then its source is asked again later
MAX_MEMORY_BYTES = 24_000_000  # beyond what the process has to begin with
LARGE_BYTES = 500_000  # a document after which the process is replaced: what it took might not come back
PROGRAM = "from news.sources.adapters.rss_sandbox import serve; serve()"


class ParserWorker:
    """Reads documents one at a time, in a process started for the first and replaced after one that cost too much."""

    def __init__(
        self,
        *,
        program: str = PROGRAM,
        cpu_seconds: float = CPU_SECONDS,
        wall_seconds: float = WALL_SECONDS,
        start_seconds: float = START_SECONDS,
        turn_seconds: float = TURN_SECONDS,
    ) -> None:
        self._program = program
        self._cpu_seconds, self._wall_seconds = cpu_seconds, wall_seconds
        self._start_seconds, self._turn_seconds = start_seconds, turn_seconds
        self._turn = threading.Lock()
        self._kept: list[_Process] = []  # one that waits, or none

    def read(self, document: Document) -> list[Record]:
        """Return what `read_entries` returns. Errors: SourceError, for a document that costs too much as well."""
        host = name_host(document.url)
        if not self._turn.acquire(timeout=self._turn_seconds):
            raise SourceError(
                f"{host}: not read within {self._turn_seconds:g} s, for others before it; asked again later."
            )
        try:
            answer = self._ask(document, host)
        finally:
            self._turn.release()
        if answer is None:
            raise SourceError(
                f"{host}: sent what takes more than {self._cpu_seconds:g} s or "
                f"{MAX_MEMORY_BYTES // 1_000_000} MB to read; give the URL of a shorter or simpler feed."
            )
        if isinstance(answer, str):
            raise SourceError(answer)
        return answer

    def close(self) -> None:
        """End the process that waits."""
        while self._kept:
            self._kept.pop().end()

    def _ask(self, document: Document, host: str) -> list[Record] | str | None:
        process = self._kept.pop() if self._kept else self._start(host)
        answer: list[Record] | str | None = process.ask((document, self._cpu_seconds), seconds=self._wall_seconds)
        if answer is not None and len(document.body or b"") < LARGE_BYTES:
            self._kept.append(process)
        else:
            process.end()
        return answer

    def _start(self, host: str) -> "_Process":
        try:
            process = _Process(self._program)
        except OSError as error:
            raise SourceError(
                f"{host}: not read, no process for it starts ({error}); it is asked again later."
            ) from error
        if process.listen(seconds=self._start_seconds) is not True:
            process.end()
            raise SourceError(
                f"{host}: not read, the process for it did not start within {self._start_seconds:g} s; "
                "it is asked again later, and what that process wrote stands in the log."
            )
        return process


class _Process:
    """A child process that says one thing, and then an answer for each thing said to it."""

    def __init__(self, program: str) -> None:
        # A session of its own: Ctrl-C is for the parent, with whose end the pipe ends.
        self._process = subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-c", program],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            start_new_session=True,
        )

    def ask(self, question: object, *, seconds: float) -> Any:
        """Return the answer, None when the process gave up or was given up."""
        assert self._process.stdin is not None
        with self._limited(seconds):
            try:
                pickle.dump(question, self._process.stdin)
                self._process.stdin.flush()
            except OSError:  # it ended while it was written to
                return None
            return self._receive()

    def listen(self, *, seconds: float) -> Any:
        """Return what the process says unasked, None when it says nothing in time."""
        with self._limited(seconds):
            return self._receive()

    def end(self) -> None:
        """End the process, whatever it does."""
        self._process.kill()
        with suppress(OSError):
            self._process.communicate()

    @contextmanager
    def _limited(self, seconds: float) -> Iterator[None]:
        timer = threading.Timer(seconds, self._process.kill)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def _receive(self) -> Any:
        assert self._process.stdout is not None
        try:
            return pickle.load(self._process.stdout)  # noqa: S301 - from our own process
        except (EOFError, OSError, pickle.UnpicklingError):
            return None


shared = ParserWorker()
atexit.register(shared.close)


def serve() -> None:
    """Answer documents from standard input until it ends."""
    parse_entries(
        Document("", b"<rss version='2.0'><channel><item><title>A</title></item></channel></rss>", "", "", "")
    )
    _limit_memory()
    _say(True)
    with suppress(EOFError):
        while True:
            document, cpu_seconds = pickle.load(sys.stdin.buffer)  # noqa: S301 - from our own parent
            signal.setitimer(signal.ITIMER_PROF, cpu_seconds)  # ends the process when that is over
            answer = _answer(document)
            signal.setitimer(signal.ITIMER_PROF, 0)
            _say(answer)


def _say(answer: list[Record] | str | bool | None) -> None:
    pickle.dump(answer, sys.stdout.buffer)
    sys.stdout.buffer.flush()


def _answer(document: Document) -> list[Record] | str | None:
    try:
        return parse_entries(document)
    except SourceError as error:
        return None if isinstance(error.__cause__, MemoryError | RecursionError) else str(error)
    except (MemoryError, RecursionError):
        return None


def _limit_memory() -> None:
    statm = Path("/proc/self/statm")
    if statm.exists():
        size = int(statm.read_text().split()[0]) * resource.getpagesize()
        _, hard = resource.getrlimit(resource.RLIMIT_AS)  # which only root may raise
        most = size + MAX_MEMORY_BYTES
        resource.setrlimit(resource.RLIMIT_AS, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))
