"""Say where a server's CPU time goes, for one delivered event and for one connect; prints text.

`python -m benchmarks.profile_stream [--clients 1000] [--rate 10] [--seconds 20] [--connects 2000] [--serve-args=...]`

The costs are CPU times of the server's process, user and system, with nobody looking into it. One delivered event: what
many clients cost more than one does under the same posts. Each post is a single item, so that no two events go out
together, and what ingestion costs falls out. One connect: a stream opened, read up to its first metrics, and left.

The functions are those of a second server, whose event loop is interrupted by a timer of its own CPU time; what it has
used since the last time goes to the function that it is in. So waiting counts for nothing. (A thread that looks at the
others would get its turn mostly where they let go of the interpreter, and see little but system calls.) What code in C
takes goes to the Python function that runs next, most often its caller; a pass of the garbage collector shows as some
`__del__`. Of other threads only the share is known.
"""

import ctypes
import functools
import json
import os
import runpy
import signal
import subprocess
import sys
import sysconfig
import tempfile
import threading
import time
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

from benchmarks.idle import open_stream
from benchmarks.stopped_readers import Load, connections, healthy_clients, post
from benchmarks.storing import fresh_site
from tests.helpers.paths import ROOT
from tests.helpers.server import Server
from tests.helpers.waiting import WAIT_SECONDS, until

INTERVAL_NANOSECONDS = 1_000_000  # of CPU time; the kernel may be coarser
SIGEV_THREAD_ID = 4  # include/uapi/asm-generic/siginfo.h
INSIDE = "--inside"  # first argument of the process that is watched
BEGIN, REPORT = signal.SIGUSR1, signal.SIGUSR2
AT_ONCE = 100  # connects
TITLE_CHARACTERS = 60
SHOWN = 15  # functions
ROOM = "10000"  # streams

Window = Callable[[str], AbstractContextManager[None]]  # around what is to be measured, which it is told in words


def main() -> None:
    """Measure the costs on one server, and on another what they consist of."""
    parser = ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--clients", type=int, default=1000)
    parser.add_argument("--rate", type=int, default=10, help="events a second")
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--connects", type=int, default=2000)
    parser.add_argument("--serve-args", default="", help="more arguments for `manage.py serve`, split at blanks")
    options = parser.parse_args()
    command = ["serve", *options.serve_args.split()]
    events, clients = options.rate * options.seconds, options.clients

    with running_server(["manage.py"], command) as server:
        spent: list[float] = []
        window = functools.partial(cpu_window, server, spent)
        deliver(server, events, 1, options.rate, window)
        deliver(server, events, clients, options.rate, window)
        connect(server, options.connects, 1, window)
        connect(server, options.connects, AT_ONCE, window)
    alone, together, *connecting = spent
    print(f"\n`manage.py {' '.join(command)}`, CPU microseconds\n")
    print(f"{(together - alone) * 1e6 / events / (clients - 1):8.1f} for one event to one of {clients:,} clients,")
    print(f"{'':8} {options.rate} events a second ({together:.1f} s in all, {alone:.1f} s with one client)")
    print(f"{connecting[0] * 1e6 / options.connects:8.0f} for one connect of {options.connects:,} one after another")
    print(f"{connecting[1] * 1e6 / options.connects:8.0f} for one connect of {options.connects:,}, {AT_ONCE} at once")

    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        with running_server(["-m", __spec__.name, INSIDE, str(report)], command) as server:
            window = functools.partial(sampling_window, server, report)
            deliver(server, events, clients, options.rate, window)
            connect(server, options.connects, 1, window)
            connect(server, options.connects, AT_ONCE, window)


@contextmanager
def running_server(program: list[str], command: list[str]) -> Iterator[Server]:
    """Serve a site of its own with a program that takes the arguments of `manage.py`."""
    with fresh_site() as server, server.log.open("wb") as log:
        server.environment |= dict.fromkeys(["STREAM_MAX_CONNECTIONS", "STREAM_MAX_PER_ADDRESS"], ROOM)
        server.environment["STREAM_METRICS_SECONDS"] = "3600"  # what is delivered are items alone
        server.token = server.manage("create_token", "--scope", "ingest").stdout.strip()
        arguments = [sys.executable, *program, *command, "--port", str(server.port)]
        server.process = subprocess.Popen(arguments, env=server.environment, stdout=log, stderr=log, cwd=ROOT)
        try:
            until(server._answers, seconds=WAIT_SECONDS, what=f"server start; its log: {server.log.read_text()}")
            yield server
        finally:
            server.kill()


# --- loads


def deliver(server: Server, events: int, clients: int, rate: int, window: Window) -> None:
    """Post events one by one at a steady rate, and wait until every client has all."""
    with healthy_clients(server.port, Load(events, 1, clients)) as hear:
        hear()  # that all have had their opening
        with window(f"{events} events to {clients:,} clients, {rate} a second"):
            began = time.monotonic()
            for number in range(events):
                time.sleep(max(0, began + number / rate - time.monotonic()))
                post(server, 1, characters=TITLE_CHARACTERS)
            hear()  # that all have all
    until(lambda: connections(server) == 0, seconds=60, what="everybody has left")


def connect(server: Server, count: int, at_once: int, window: Window) -> None:
    """Open streams, so many at a time, and close each when its first metrics have come."""
    open_stream(server.port).close()  # so that the threads are there
    with window(f"{count:,} connects, {at_once} at once"), ThreadPoolExecutor(at_once) as pool:
        list(pool.map(lambda _: open_stream(server.port).close(), range(count)))
        until(lambda: connections(server) == 0, seconds=60, what="everybody has left")


# --- windows


@contextmanager
def cpu_window(server: Server, spent: list[float], _: str) -> Iterator[None]:
    """Note the CPU seconds that the server spends."""
    before = cpu_seconds(server)
    yield
    spent.append(cpu_seconds(server) - before)


def cpu_seconds(server: Server) -> float:
    """Return the CPU time of a server so far, user and system."""
    assert server.process is not None
    fields = Path(f"/proc/{server.process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def sampling_window(server: Server, report: Path, title: str) -> Iterator[None]:
    """Have a sampled server watch itself, and print what it saw."""
    assert server.process is not None
    server.process.send_signal(BEGIN)
    yield
    server.process.send_signal(REPORT)
    until(report.exists, seconds=30, what="the server's report")
    show(title, json.loads(report.read_text()))
    report.unlink()


def show(title: str, seen: dict[str, Any]) -> None:
    """Print the shares of threads and functions in the CPU time."""
    whole, own, within = seen["whole"], Counter(seen["own"]), Counter(seen["within"])
    threads = Counter(seen["threads"])
    threads["others"] = whole - threads.total()
    shares = ", ".join(f"{name} {used / whole:.0%}" for name, used in threads.most_common() if used > whole / 200)
    print(f"\n{title}\n{'-' * len(title)}\n{whole / 1e9:.1f} s of CPU time, {seen['samples']:,} samples: {shares}")
    for order, ranked in (("by what they do themselves", own), ("by what they do and call", within)):
        print(f"\n   own  with calls  {order}")
        for name, _ in ranked.most_common(SHOWN):
            print(f"{own[name] / whole:6.1%}      {within[name] / whole:6.1%}  {name}")
    sys.stdout.flush()


# --- inside the sampled server


class Sampler:
    """Shares the CPU time of the event loop out to the functions in which it is found."""

    def __init__(self, report: Path) -> None:
        self._report = report
        self._begin()
        signal.signal(BEGIN, lambda *_: self._begin())
        signal.signal(REPORT, lambda *_: self._write())
        signal.signal(signal.SIGPROF, lambda _, frame: self._sample(frame))
        start_timer(signal.SIGPROF)

    def _begin(self) -> None:
        self._samples = 0
        self._own: Counter[str] = Counter()
        self._within: Counter[str] = Counter()
        self._whole = time.process_time_ns()
        self._threads = thread_clocks()
        self._looked_at = time.thread_time_ns()

    def _sample(self, frame: FrameType | None) -> None:
        used = time.thread_time_ns() - self._looked_at
        names = names_of(frame)
        self._samples += 1
        self._own[names[0]] += used
        self._within.update(dict.fromkeys(names, used))
        self._looked_at = time.thread_time_ns()  # again: what sampling took is nobody's

    def _write(self) -> None:
        seen = {
            "whole": time.process_time_ns() - self._whole,
            "threads": thread_clocks() - self._threads,
            "samples": self._samples,
            "own": self._own,
            "within": self._within,
        }
        draft = self._report.with_suffix(".new")
        draft.write_text(json.dumps(seen))
        draft.rename(self._report)


class SignalEvent(ctypes.Structure):
    """`struct sigevent` of Linux, whose notification goes to one thread."""

    _fields_ = [
        ("value", ctypes.c_void_p),
        ("signo", ctypes.c_int),
        ("notify", ctypes.c_int),
        ("thread", ctypes.c_int),
        ("padding", ctypes.c_int * 11),
    ]


def start_timer(number: signal.Signals) -> None:
    """Send this thread a signal whenever it has used some more of CPU time: timer_create(2)."""
    libc = ctypes.CDLL(None, use_errno=True)
    event = SignalEvent(signo=number, notify=SIGEV_THREAD_ID, thread=threading.get_native_id())
    timer = ctypes.c_void_p()
    every = (ctypes.c_long * 4)(0, INTERVAL_NANOSECONDS, 0, INTERVAL_NANOSECONDS)
    failed = libc.timer_create(time.CLOCK_THREAD_CPUTIME_ID, ctypes.byref(event), ctypes.byref(timer))
    if failed or libc.timer_settime(timer, 0, every, None):
        raise OSError(ctypes.get_errno(), "no timer")


def thread_clocks() -> Counter[str]:
    """Return the nanoseconds of CPU time that each living thread has used, by name."""
    threads = {thread.ident: thread.name for thread in threading.enumerate()}
    living = [(threads.get(ident, "unknown"), time.pthread_getcpuclockid(ident)) for ident in sys._current_frames()]
    clocks: Counter[str] = Counter()
    for name, clock in living:
        clocks[name] += time.clock_gettime_ns(clock)
    return clocks


def names_of(frame: FrameType | None) -> list[str]:
    """Return the functions of a stack, the innermost first, down to what the loop was given to do."""
    names = []
    while frame is not None and (not names or frame.f_code.co_qualname != "Handle._run"):
        names.append(name_of(frame.f_code))
        frame = frame.f_back
    return names


@functools.cache
def name_of(code: CodeType) -> str:
    """Return file and function, the file from where its package lies."""
    roots = sorted({str(ROOT), *sysconfig.get_paths().values()}, key=len, reverse=True)
    inside = [root for root in roots if code.co_filename.startswith(root + "/")]
    return f"{code.co_filename.removeprefix(inside[0] + '/') if inside else code.co_filename} {code.co_qualname}"


def serve_sampled(report: Path, arguments: list[str]) -> None:
    """Be `manage.py`, watched."""
    Sampler(report)
    sys.argv = ["manage.py", *arguments]
    runpy.run_path("manage.py", run_name="__main__")


if __name__ == "__main__":
    if sys.argv[1:2] == [INSIDE]:
        serve_sampled(Path(sys.argv[2]), sys.argv[3:])
    else:
        main()
