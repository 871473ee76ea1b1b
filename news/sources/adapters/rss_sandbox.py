"""Parse feeds in a child process, one at a time, with hard limits on CPU time, wall time and memory.

A document of a few megabytes can keep an XML parser busy for minutes or make it allocate hundreds of megabytes, in more
ways than input checks can cover. Here such a document ends the child process, which is replaced, and its source gets an
error. `serve` is the main function of the child, which ends when its pipe is closed.
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
from news.sources.entries import ParsedDocument
from news.sources.http.client import Document, SourceError, get_host

ORDINARY_BYTES = 2_000_000  # of a document; larger ones get more time
CPU_SECONDS = 4.0  # of the child, for one document; ordinary feeds of 2 MB take 0.5 to 0.9
CPU_SECONDS_PER_MB = 1.0  # beyond ORDINARY_BYTES; ordinary feeds of 10 MB take 4
WALL_SECONDS = 20.0  # for one document, and twice the time of the CPU for what is beyond ORDINARY_BYTES
START_SECONDS = 20.0
QUEUE_SECONDS = 40.0  # wait for other documents; then the source is retried later
MAX_MEMORY_BYTES = 24_000_000  # beyond the memory of an idle child
LARGE_BYTES = 500_000  # the child is replaced after a document of this size: it may not return the memory
PROGRAM = "from news.sources.adapters.rss_sandbox import serve; serve()"

# What was parsed, or an error; None if a limit was exceeded.
Reply = ParsedDocument | SourceError | None


class ParserWorker:
    """Parses documents one at a time in a child process, which is started for the first document.

    program: Python code of the child.
    cpu_seconds, wall_seconds: limits for one document of up to ORDINARY_BYTES.
    start_seconds: limit for the start of a child.
    queue_seconds: limit for the wait until other documents are parsed.
    """

    def __init__(
        self,
        *,
        program: str = PROGRAM,
        cpu_seconds: float = CPU_SECONDS,
        wall_seconds: float = WALL_SECONDS,
        start_seconds: float = START_SECONDS,
        queue_seconds: float = QUEUE_SECONDS,
    ) -> None:
        self._program = program
        self._cpu_seconds, self._wall_seconds = cpu_seconds, wall_seconds
        self._start_seconds, self._queue_seconds = start_seconds, queue_seconds
        self._lock = threading.Lock()
        self._idle: list[_ChildProcess] = []  # one or none

    def parse(self, document: Document) -> ParsedDocument:
        """Return the result of `rss_entries.parse_entries`. Errors: SourceError, also if a limit is exceeded."""
        host = get_host(document.url)
        if not self._lock.acquire(timeout=self._queue_seconds):
            raise SourceError(
                f"{host}: not parsed within {self._queue_seconds:g} s because of other feeds; it is retried later."
            )
        extra_mb = max(0, len(document.body or b"") - ORDINARY_BYTES) / 1_000_000
        cpu_seconds = self._cpu_seconds + round(extra_mb * CPU_SECONDS_PER_MB)
        try:
            reply = self._parse_in_child(document, host, cpu_seconds=cpu_seconds)
        finally:
            self._lock.release()
        if reply is None:
            raise SourceError(
                f"{host}: sent a document that takes more than {cpu_seconds:g} s or "
                f"{MAX_MEMORY_BYTES // 1_000_000} MB to parse; give the URL of a shorter or simpler feed."
            )
        if isinstance(reply, SourceError):
            raise reply
        return reply

    def rest(self) -> None:
        """End the idle child, unless a document is being parsed, to free its memory until the next document."""
        if self._lock.acquire(blocking=False):
            try:
                self.close()
            finally:
                self._lock.release()

    def close(self) -> None:
        """End the idle child."""
        while self._idle:
            self._idle.pop().kill()

    def _parse_in_child(self, document: Document, host: str, *, cpu_seconds: float) -> Reply:
        child = self._idle.pop() if self._idle else self._start(host)
        wall_seconds = self._wall_seconds + 2 * (cpu_seconds - self._cpu_seconds)
        reply: Reply = child.request((document, cpu_seconds), timeout_seconds=wall_seconds)
        if reply is not None and len(document.body or b"") < LARGE_BYTES:
            self._idle.append(child)
        else:
            child.kill()
        return reply

    def _start(self, host: str) -> "_ChildProcess":
        try:
            child = _ChildProcess(self._program)
        except OSError as error:
            raise SourceError(
                f"{host}: not parsed, the parser process can't be started ({error}); it is retried later."
            ) from error
        if child.receive(timeout_seconds=self._start_seconds) is not True:
            child.kill()
            raise SourceError(
                f"{host}: not parsed, the parser process did not start within {self._start_seconds:g} s; "
                "it is retried later, and the output of that process is in the log."
            )
        return child


class _ChildProcess:
    """A child process that sends one message when it is ready, and a reply to each request."""

    def __init__(self, program: str) -> None:
        # In a session of its own: Ctrl-C is for the parent, whose end closes the pipe.
        self._process = subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-c", program],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            start_new_session=True,
        )

    @property
    def pid(self) -> int:
        return self._process.pid

    def request(self, message: object, *, timeout_seconds: float) -> Any:
        """Return the reply to a message, None if the process ended or was killed at the timeout."""
        assert self._process.stdin is not None
        with self._killed_after(timeout_seconds):
            try:
                pickle.dump(message, self._process.stdin)
                self._process.stdin.flush()
            except OSError:  # it ended during the write
                return None
            return self._load()

    def receive(self, *, timeout_seconds: float) -> Any:
        """Return the first message, None if the process ended or was killed at the timeout."""
        with self._killed_after(timeout_seconds):
            return self._load()

    def kill(self) -> None:
        """Kill the process and wait for its end."""
        self._process.kill()
        with suppress(OSError):
            self._process.communicate()

    @contextmanager
    def _killed_after(self, seconds: float) -> Iterator[None]:
        timer = threading.Timer(seconds, self._process.kill)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def _load(self) -> Any:
        assert self._process.stdout is not None
        try:
            return pickle.load(self._process.stdout)  # noqa: S301 - from our own process
        except (EOFError, OSError, pickle.UnpicklingError):
            return None


shared_worker = ParserWorker()
atexit.register(shared_worker.close)


def serve() -> None:
    """Parse documents from standard input and write the replies to standard output, until the input ends."""
    # Loads what parsing needs before the memory is limited.
    parse_entries(
        Document("", b"<rss version='2.0'><channel><item><title>A</title></item></channel></rss>", "", "", "")
    )
    _limit_memory()
    _send(True)
    with suppress(EOFError):
        while True:
            document, cpu_seconds = pickle.load(sys.stdin.buffer)  # noqa: S301 - from our own parent
            signal.setitimer(signal.ITIMER_PROF, cpu_seconds)  # SIGPROF then ends the process
            reply = _parse(document)
            signal.setitimer(signal.ITIMER_PROF, 0)
            _send(reply)


def _send(message: Reply | bool) -> None:
    pickle.dump(message, sys.stdout.buffer)
    sys.stdout.buffer.flush()


def _parse(document: Document) -> Reply:
    try:
        return parse_entries(document)
    except SourceError as error:
        return None if isinstance(error.__cause__, MemoryError | RecursionError) else error
    except (MemoryError, RecursionError):
        return None


def _limit_memory() -> None:
    statm = Path("/proc/self/statm")
    if statm.exists():
        size_bytes = int(statm.read_text().split()[0]) * resource.getpagesize()
        limit = size_bytes + MAX_MEMORY_BYTES
        _, hard_limit = resource.getrlimit(resource.RLIMIT_AS)  # only root may raise it
        soft_limit = limit if hard_limit == resource.RLIM_INFINITY else min(limit, hard_limit)
        resource.setrlimit(resource.RLIMIT_AS, (soft_limit, hard_limit))
