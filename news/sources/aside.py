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
from contextlib import suppress
from pathlib import Path
from typing import Any

from news.sources.entries import read_entries
from news.sources.fetch import Document, SourceError, name_host

Record = dict[str, Any]

CPU_SECONDS = 2.0  # for one document; one of 500 entries takes 0.15
WALL_SECONDS = 20.0
MAX_MEMORY_BYTES = 24_000_000  # beyond what the process has to begin with
LARGE_BYTES = 500_000  # a document after which the process is replaced: what it took might not come back

_lock = threading.Lock()
_kept: "list[_Process]" = []  # one that waits, or none


def read_entries_aside(document: Document) -> list[Record]:
    """Return what `read_entries` returns. Errors: SourceError, for a document that costs too much as well."""
    with _lock:
        process = _kept.pop() if _kept else _Process()
        answer = process.ask(document)
        if process.is_usable and len(document.body or b"") < LARGE_BYTES:
            _kept.append(process)
        else:
            process.end()
    if answer is None:
        raise SourceError(
            f"{name_host(document.url)}: sent what takes more than {CPU_SECONDS:g} s or "
            f"{MAX_MEMORY_BYTES // 1_000_000} MB to read; give the URL of a shorter or simpler feed."
        )
    if isinstance(answer, str):
        raise SourceError(answer)
    return answer


class _Process:
    def __init__(self) -> None:
        # A session of its own: Ctrl-C is for the parent, with whose end the pipe ends.
        self._process = subprocess.Popen(
            [sys.executable, "-c", "from news.sources.aside import serve; serve()"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            start_new_session=True,
        )
        self.is_usable = self._receive() is True
        if not self.is_usable:
            self.end()
            raise RuntimeError("the process that reads feeds did not start; what it wrote stands before this")

    def ask(self, document: Document) -> "list[Record] | str | None":
        """Return the records, the text of an error, or None when the process gave up or was given up."""
        assert self._process.stdin is not None
        timer = threading.Timer(WALL_SECONDS, self._process.kill)
        timer.daemon = True
        timer.start()
        answer: list[Record] | str | None = None
        try:
            pickle.dump(document, self._process.stdin)
            self._process.stdin.flush()
            answer = self._receive()
        except OSError:  # it ended while it was written to
            pass
        finally:
            timer.cancel()
        self.is_usable = answer is not None
        return answer

    def _receive(self) -> Any:
        """Return what the process says next, None when it says no more."""
        assert self._process.stdout is not None
        try:
            return pickle.load(self._process.stdout)  # noqa: S301 - from our own process
        except (EOFError, OSError, pickle.UnpicklingError):
            return None

    def end(self) -> None:
        """End the process, whatever it does."""
        self._process.kill()
        with suppress(OSError):
            self._process.communicate()


@atexit.register
def close() -> None:
    """End the process that waits."""
    while _kept:
        _kept.pop().end()


def serve() -> None:
    """Answer documents from standard input until it ends."""
    read_entries(Document("", b"<rss version='2.0'><channel><item><title>A</title></item></channel></rss>", "", "", ""))
    _limit_memory()
    _say(True)
    with suppress(EOFError):
        while True:
            document = pickle.load(sys.stdin.buffer)  # noqa: S301 - from our own parent
            signal.setitimer(signal.ITIMER_PROF, CPU_SECONDS)  # ends the process when that is over
            answer = _answer(document)
            signal.setitimer(signal.ITIMER_PROF, 0)
            _say(answer)


def _say(answer: list[Record] | str | bool | None) -> None:
    pickle.dump(answer, sys.stdout.buffer)
    sys.stdout.buffer.flush()


def _answer(document: Document) -> list[Record] | str | None:
    try:
        return read_entries(document)
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
