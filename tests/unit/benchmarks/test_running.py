"""What benchmarks read of the servers that they run."""

import os
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.running import RunningServer, cpu_seconds, process_cpu_seconds

USE_FIFTH_OF_SECOND = "import time\nwhile time.process_time() < 0.2: pass\nprint(flush=True)\ninput()"


def test_process_cpu_seconds_of_this_process_are_its_process_time() -> None:
    before = time.process_time()

    measured = process_cpu_seconds(os.getpid())

    assert before <= measured <= time.process_time()


def test_cpu_seconds_include_those_of_child_processes(tmp_path: Path) -> None:
    command = ["sh", "-c", f"{sys.executable} -c '{USE_FIFTH_OF_SECOND}'; true"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        server = RunningServer(0, "/", [process], lambda first, count: None)
        process.stdout.readline()

        measured = cpu_seconds(server)

        process.communicate(b"\n")
    assert measured >= 0.2
