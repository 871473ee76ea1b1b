"""Profile the CPU time of a server, per delivered event and per connect, and print a report.

`python -m benchmarks.profile_stream [--clients 1000] [--rate 10] [--seconds 20] [--connects 2000] [--serve-args=...]`

The costs are CPU times of the server's process, user and system, without a profiler. The cost of a delivered event is
the difference between many clients and one under the same posts; each post is a single item, so that events are sent
one by one, and the cost of ingestion cancels out. A connect opens a stream, reads its first metrics and closes it.

The functions are those of a second server, whose event loop is interrupted by a timer of its own CPU time; the CPU time
since the last interrupt is attributed to the current function, so waiting does not count. (A sampling thread would run
mostly when other threads release the interpreter lock, and see little but system calls.) Time in C code is attributed
to the Python function that runs next, most often its caller; a garbage collection appears as some `__del__`. For other
threads only their share is measured.
"""

import ctypes
import functools
import json
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
from benchmarks.running import process_cpu_seconds
from benchmarks.sites import fresh_site
from benchmarks.stopped_readers import Load, count_connections, healthy_clients, post
from tests.helpers.paths import ROOT
from tests.helpers.server import Server
from tests.helpers.waiting import WAIT_SECONDS, until

INTERVAL_NANOSECONDS = 1_000_000  # of CPU time; the kernel may be coarser
SIGEV_THREAD_ID = 4  # include/uapi/asm-generic/siginfo.h
INSIDE = "--inside"  # first argument of the profiled process
BEGIN, REPORT = signal.SIGUSR1, signal.SIGUSR2
CONCURRENT_CONNECTS = 100
TITLE_CHARACTERS = 60
TOP_FUNCTIONS = 15
MAX_CONNECTIONS = "10000"

Window = Callable[[str], AbstractContextManager[None]]  # measures its body; the argument is a title


def main() -> None:
    """Measure the costs on one server, and profile another."""
    parser = ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--clients", type=int, default=1000)
    parser.add_argument("--rate", type=int, default=10, help="events a second")
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--connects", type=int, default=2000)
    parser.add_argument("--serve-args", default="", help="more arguments for `manage.py serve`, split at spaces")
    options = parser.parse_args()
    command = ["serve", *options.serve_args.split()]
    events, clients = options.rate * options.seconds, options.clients

    with running_server(["manage.py"], command) as server:
        cpu_times: list[float] = []
        window = functools.partial(cpu_window, server, cpu_times)
        deliver(server, events, 1, options.rate, window)
        deliver(server, events, clients, options.rate, window)
        connect(server, options.connects, 1, window)
        connect(server, options.connects, CONCURRENT_CONNECTS, window)
    one_client, all_clients, *connects = cpu_times
    print(f"\n`manage.py {' '.join(command)}`, CPU microseconds\n")
    print(
        f"{(all_clients - one_client) * 1e6 / events / (clients - 1):8.1f} for one event to one of {clients:,} clients,"
    )
    print(f"{'':8} {options.rate} events a second ({all_clients:.1f} s in all, {one_client:.1f} s with one client)")
    print(f"{connects[0] * 1e6 / options.connects:8.0f} for one connect, one after another")
    print(f"{connects[1] * 1e6 / options.connects:8.0f} for one connect, {CONCURRENT_CONNECTS} at once")

    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        with running_server(["-m", __spec__.name, INSIDE, str(report)], command) as server:
            window = functools.partial(sampling_window, server, report)
            deliver(server, events, clients, options.rate, window)
            connect(server, options.connects, 1, window)
            connect(server, options.connects, CONCURRENT_CONNECTS, window)


@contextmanager
def running_server(program: list[str], command: list[str]) -> Iterator[Server]:
    """Serve a new site with a program that takes the arguments of `manage.py`."""
    with fresh_site() as server, server.log.open("wb") as log:
        server.environment |= dict.fromkeys(["STREAM_MAX_CONNECTIONS", "STREAM_MAX_PER_ADDRESS"], MAX_CONNECTIONS)
        server.environment["STREAM_METRICS_SECONDS"] = "3600"  # only items are delivered
        arguments = [sys.executable, *program, *command, "--port", str(server.port)]
        server.process = subprocess.Popen(arguments, env=server.environment, stdout=log, stderr=log, cwd=ROOT)
        try:
            until(server._answers, seconds=WAIT_SECONDS, what=f"server start; its log: {server.log.read_text()}")
            yield server
        finally:
            server.kill()


# --- loads


def deliver(server: Server, events: int, clients: int, rate: int, window: Window) -> None:
    """Post events one by one at a steady rate, and wait until every client has received all."""
    with healthy_clients(server.port, Load(events, 1, clients)) as receive_report:
        receive_report()  # all streams are open
        with window(f"{events} events to {clients:,} clients, {rate} a second"):
            started = time.monotonic()
            for number in range(events):
                time.sleep(max(0, started + number / rate - time.monotonic()))
                post(server, 1, characters=TITLE_CHARACTERS)
            receive_report()  # every client has received all events
    until(lambda: count_connections(server) == 0, seconds=60, what="all streams are closed")


def connect(server: Server, count: int, at_once: int, window: Window) -> None:
    """Open `count` streams, `at_once` at a time, and close each after its first metrics."""
    open_stream(server.port).close()  # warm-up: starts the threads
    with window(f"{count:,} connects, {at_once} at once"), ThreadPoolExecutor(at_once) as pool:
        list(pool.map(lambda _: open_stream(server.port).close(), range(count)))
        until(lambda: count_connections(server) == 0, seconds=60, what="all streams are closed")


# --- windows


@contextmanager
def cpu_window(server: Server, cpu_times: list[float], _: str) -> Iterator[None]:
    """Append the CPU seconds that the server uses in the body."""
    cpu_before = process_cpu_seconds(server.process.pid)
    yield
    cpu_times.append(process_cpu_seconds(server.process.pid) - cpu_before)


@contextmanager
def sampling_window(server: Server, report: Path, title: str) -> Iterator[None]:
    """Have the profiled server sample itself during the body, and print its report."""
    assert server.process is not None
    server.process.send_signal(BEGIN)
    yield
    server.process.send_signal(REPORT)
    until(report.exists, seconds=30, what="the server's report")
    print_profile(title, json.loads(report.read_text()))
    report.unlink()


def print_profile(title: str, profile: dict[str, Any]) -> None:
    """Print the shares of threads and functions in the CPU time."""
    total, own, cumulative = profile["total"], Counter(profile["own"]), Counter(profile["cumulative"])
    threads = Counter(profile["threads"])
    threads["others"] = total - threads.total()
    shares = ", ".join(f"{name} {used / total:.0%}" for name, used in threads.most_common() if used > total / 200)
    print(f"\n{title}\n{'-' * len(title)}\n{total / 1e9:.1f} s of CPU time, {profile['samples']:,} samples: {shares}")
    for order, ranked in (("by own time", own), ("by time with calls", cumulative)):
        print(f"\n   own  with calls  {order}")
        for name, _ in ranked.most_common(TOP_FUNCTIONS):
            print(f"{own[name] / total:6.1%}      {cumulative[name] / total:6.1%}  {name}")
    sys.stdout.flush()


# --- inside the profiled server


class Sampler:
    """Attributes the CPU time of the event loop to the functions that are running."""

    def __init__(self, report: Path) -> None:
        self._report = report
        self._start()
        signal.signal(BEGIN, lambda *_: self._start())
        signal.signal(REPORT, lambda *_: self._write())
        signal.signal(signal.SIGPROF, lambda _, frame: self._sample(frame))
        start_timer(signal.SIGPROF)

    def _start(self) -> None:
        self._samples = 0
        self._own: Counter[str] = Counter()
        self._cumulative: Counter[str] = Counter()
        self._total_start = time.process_time_ns()
        self._threads_start = thread_clocks()
        self._last_sample = time.thread_time_ns()

    def _sample(self, frame: FrameType | None) -> None:
        used = time.thread_time_ns() - self._last_sample
        names = get_stack(frame)
        self._samples += 1
        self._own[names[0]] += used
        self._cumulative.update(dict.fromkeys(names, used))
        self._last_sample = time.thread_time_ns()  # again, so that the time of sampling is not attributed

    def _write(self) -> None:
        profile = {
            "total": time.process_time_ns() - self._total_start,
            "threads": thread_clocks() - self._threads_start,
            "samples": self._samples,
            "own": self._own,
            "cumulative": self._cumulative,
        }
        partial = self._report.with_suffix(".new")
        partial.write_text(json.dumps(profile))
        partial.rename(self._report)  # atomic: the reader waits for the file


class SignalEvent(ctypes.Structure):
    """`struct sigevent` of Linux, with SIGEV_THREAD_ID: the signal goes to one thread."""

    _fields_ = [
        ("value", ctypes.c_void_p),
        ("signo", ctypes.c_int),
        ("notify", ctypes.c_int),
        ("thread", ctypes.c_int),
        ("padding", ctypes.c_int * 11),
    ]


def start_timer(number: signal.Signals) -> None:
    """Send this thread a signal after each INTERVAL_NANOSECONDS of its CPU time (timer_create(2))."""
    libc = ctypes.CDLL(None, use_errno=True)
    event = SignalEvent(signo=number, notify=SIGEV_THREAD_ID, thread=threading.get_native_id())
    timer = ctypes.c_void_p()
    interval = (ctypes.c_long * 4)(0, INTERVAL_NANOSECONDS, 0, INTERVAL_NANOSECONDS)
    error = libc.timer_create(time.CLOCK_THREAD_CPUTIME_ID, ctypes.byref(event), ctypes.byref(timer))
    if error or libc.timer_settime(timer, 0, interval, None):
        raise OSError(ctypes.get_errno(), "timer_create or timer_settime failed")


def thread_clocks() -> Counter[str]:
    """Return the CPU nanoseconds of each running thread, by name."""
    names = {thread.ident: thread.name for thread in threading.enumerate()}
    thread_clock_ids = [
        (names.get(ident, "unknown"), time.pthread_getcpuclockid(ident)) for ident in sys._current_frames()
    ]
    clocks: Counter[str] = Counter()
    for name, clock in thread_clock_ids:
        clocks[name] += time.clock_gettime_ns(clock)
    return clocks


def get_stack(frame: FrameType | None) -> list[str]:
    """Return the functions of a stack from the innermost to the callback of the event loop."""
    names = []
    while frame is not None and (not names or frame.f_code.co_qualname != "Handle._run"):
        names.append(get_function_name(frame.f_code))
        frame = frame.f_back
    return names


@functools.cache
def get_function_name(code: CodeType) -> str:
    """Return file and function, with the file relative to the root of its package."""
    roots = sorted({str(ROOT), *sysconfig.get_paths().values()}, key=len, reverse=True)
    matches = [root for root in roots if code.co_filename.startswith(root + "/")]
    return f"{code.co_filename.removeprefix(matches[0] + '/') if matches else code.co_filename} {code.co_qualname}"


def serve_profiled(report: Path, arguments: list[str]) -> None:
    """Run `manage.py` in this process with a sampler."""
    Sampler(report)
    sys.argv = ["manage.py", *arguments]
    runpy.run_path("manage.py", run_name="__main__")


if __name__ == "__main__":
    if sys.argv[1:2] == [INSIDE]:
        serve_profiled(Path(sys.argv[2]), sys.argv[3:])
    else:
        main()
