"""The program that `serve` becomes to supervise workers."""

import json
import signal
import socket
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import pytest

from streaming.workers.supervisor_process import VARIABLE, Plan
from tests.helpers.paths import ROOT
from tests.helpers.server import base_environment
from tests.helpers.waiting import WAIT_SECONDS, until

LIST_MODULES = "import sys, streaming.workers.supervisor_process; print(*sys.modules)"


def test_supervisor_loads_neither_django_nor_a_server() -> None:
    done = subprocess.run([sys.executable, "-c", LIST_MODULES], cwd=ROOT, capture_output=True, text=True, check=True)

    modules = set(done.stdout.split())
    assert "streaming.workers.supervisor" in modules
    assert not modules & {"django", "daphne", "channels", "prometheus_client", "sentiment_site"}


@pytest.mark.parametrize("is_early", [True, False])
def test_supervisor_stops_its_worker_on_sigterm_and_removes_its_unix_socket(is_early: bool, tmp_path: Path) -> None:
    path, log = tmp_path / "s", tmp_path / "log"
    with socket.socket(socket.AF_UNIX) as listener, log.open("wb") as output:
        listener.bind(str(path))
        listener.listen()
        plan = Plan(1, 0, (listener.fileno(),), (), socket_file=(str(path), path.stat().st_ino))
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])  # as the program before has left it
        try:
            process = subprocess.Popen(
                [sys.executable, ROOT / "manage.py"],
                env=base_environment(tmp_path) | {VARIABLE: json.dumps(asdict(plan))},
                pass_fds=[listener.fileno()], stdout=output, stderr=output,
            )  # fmt: skip
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGTERM])
        if not is_early:
            until(lambda: "event=worker_started worker=1" in log.read_text(), what="the worker starts")
        process.send_signal(signal.SIGTERM)

        assert process.wait(WAIT_SECONDS) == 0, log.read_text()
    assert not path.exists()
    assert "Traceback" not in log.read_text()
