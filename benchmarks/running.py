"""Run the servers that are measured on one core, everything else on the other, and read what the servers use."""

import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

from tests.helpers.paths import ROOT
from tests.helpers.ports import is_listening
from tests.helpers.waiting import until

SERVER_CORE, LOAD_CORE = "0", "1"

Publish = Callable[[int, int], None]  # arguments: number of the first event, count


@dataclass(frozen=True)
class RunningServer:
    """A started server: where its streams are, the processes to measure, and a function that publishes events."""

    port: int
    path: str
    processes: Sequence["subprocess.Popen[bytes]"]
    publish: Publish


def use_load_core() -> None:
    """Keep this process and those that it starts on the core of the load, with as many files as the system permits."""
    os.sched_setaffinity(0, {int(LOAD_CORE)})
    allow_many_files()


def allow_many_files() -> None:
    """Let this process and those that it starts open as many files as the system permits."""
    _, file_limit = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (file_limit, file_limit))


def build(name: str, folder: Path) -> str:
    """Compile `benchmarks/<name>.c` into a folder and return the path of the program."""
    program = folder / name
    source = ROOT / "benchmarks" / f"{name}.c"
    subprocess.run(["cc", "-O2", "-Wall", "-Wextra", "-Werror", "-o", program, source], check=True)
    return str(program)


def asgi_command(server: str, target: str, port: int) -> list[str]:
    """Return the command line of an ASGI server with one process and little output."""
    module = [sys.executable, "-m", server]
    match server:
        case "daphne":
            endpoint = f"tcp:port={port}:interface=127.0.0.1:backlog=4096"
            return [*module, "--verbosity", "0", "--endpoint", endpoint, target]
        case "uvicorn":
            return [*module, "--log-level", "error", "--backlog", "4096", "--port", str(port), target]
        case "granian":
            return [*module, "--interface", "asgi", "--no-ws", "--log-level", "error", "--backlog", "4096",
                    "--port", str(port), target]  # fmt: skip
    raise ValueError(server)


@contextmanager
def running(
    command: Sequence[str],
    port: int,
    folder: Path,
    *,
    environment: dict[str, str] | None = None,
    cores: str = SERVER_CORE,
) -> "Iterator[subprocess.Popen[bytes]]":
    """Run a server on its cores; the context starts when it is_listening connections and ends with the process."""
    log = folder / f"{port}.log"
    with (
        log.open("wb") as output,
        subprocess.Popen(
            ["taskset", "-c", cores, *command],
            env=environment,
            cwd=ROOT,
            stdout=output,
            stderr=output,
        ) as process,
    ):
        try:
            until(lambda: is_listening(port), seconds=30, what=f"{command}: {log.read_text()[-2000:]}")
            yield process
        finally:
            process.terminate()
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()


def count_listeners(port: int) -> int:
    """Return how many sockets listen on a port."""
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()]
    return sum(row[1].endswith(f":{port:04X}") and row[3] == "0A" for row in rows)


def make_post(port: int, path: str, **headers: str) -> Callable[[bytes], bytes]:
    """Return a function that posts a body and returns that of the response, over one connection."""
    connection = HTTPConnection("127.0.0.1", port, timeout=60)

    def post(body: bytes) -> bytes:
        connection.request("POST", path, body, {"Content-Type": "application/json", **headers})
        with connection.getresponse() as response:
            answer = response.read()
            assert response.status < 300, answer
        return answer

    return post


def cpu_seconds(server: RunningServer) -> float:
    """Return the CPU time of the server's processes, user and system."""
    return sum(map(process_cpu_seconds, list_process_ids(server)))


def process_cpu_seconds(process_id: int) -> float:
    """Return the CPU time of a process, user and system: that of /proc/PID/stat, without its rounding to ticks."""
    return time.clock_gettime(~process_id << 3 | 2)  # what clock_getcpuclockid(3) returns on Linux


def resident_kilobytes(server: RunningServer) -> int:
    """Return the resident memory of the server's processes."""
    pages = sum(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in list_process_ids(server))
    return pages * os.sysconf("SC_PAGE_SIZE") // 1024


def list_process_ids(server: RunningServer) -> list[int]:
    """Return the ids of the server's processes and their descendants."""
    ids = [process.pid for process in server.processes]
    for parent in ids:  # the list grows while it is iterated
        for task in Path(f"/proc/{parent}/task").iterdir():
            with suppress(FileNotFoundError):  # the thread has ended
                ids += map(int, (task / "children").read_text().split())
    return ids
