"""The supervisor over real, small processes: which it starts again, when, and how it ends them."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process, create_subprocess_exec
from itertools import pairwise

import pytest
from structlog.testing import capture_logs

from streaming.workers.supervisor import MAX_PAUSE_SECONDS, SETTLE_SECONDS, RestartPause, Supervisor, describe_ending
from tests.helpers.waiting import eventually

RUN = "import time; print(flush=True); time.sleep(600)"
LOOP = "print(flush=True)\nwhile True: pass"
WRITE_STACKS = "import faulthandler; faulthandler.enable()"
HAVE_DEBUGGER = "import ctypes; ctypes.CDLL(None).ptrace(0, 0, 0, 0)"  # PTRACE_TRACEME: the parent
IGNORE_SIGTERM = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {RUN}"


class Workers:
    """Starts one process after the other, each with the next of some programs; the last of them again and again."""

    def __init__(self, *programs: str, workers: int = 1, timeout_seconds: float = 0) -> None:
        self.programs = [*programs]
        self.started: list[Process] = []
        self.ended: list[int] = []
        self.stops = 0
        self.beats = 0
        self.supervisor = Supervisor(
            workers,
            start=self._start,
            count_beats=lambda _: self.beats,
            on_ended=self.ended.append,
            on_stop=self._on_stop,
            timeout_seconds=timeout_seconds,
            look_seconds=0.01,
        )

    async def _start(self, index: int) -> Process:
        program = self.programs.pop(0) if len(self.programs) > 1 else self.programs[0]
        if not program:
            raise OSError("no memory")
        process = await create_subprocess_exec(sys.executable, "-Sc", program, stdout=PIPE, stderr=PIPE)
        self.started.append(process)
        return process

    def _on_stop(self) -> None:
        self.stops += 1

    async def until_running(self, count: int) -> None:
        await eventually(lambda: len(self.started) == count)
        stdout = self.started[-1].stdout
        assert stdout is not None
        await stdout.readline()


def test_pause_doubles_with_early_ends_up_to_its_maximum_and_is_none_after_a_long_run() -> None:
    pause = RestartPause()

    seconds = [pause.after(0.1) for _ in range(8)]

    assert seconds[:3] == [1, 2, 4]
    assert all(first <= second for first, second in pairwise(seconds))
    assert seconds[-1] == MAX_PAUSE_SECONDS
    assert pause.after(SETTLE_SECONDS) == 0
    assert pause.after(0.1) == 1


@pytest.mark.parametrize(("returncode", "text"), [(0, "status 0"), (3, "status 3"), (-9, "SIGKILL"), (-64, "SIGRTMAX")])
def test_describe_ending_names_status_or_signal(returncode: int, text: str) -> None:
    assert describe_ending(returncode) == text


async def test_supervisor_replaces_a_worker_that_ends_or_does_not_start_after_a_pause() -> None:
    workers = Workers("raise SystemExit(3)", "", RUN)
    with capture_logs() as logs:
        running = asyncio.create_task(workers.supervisor.run())
        await workers.until_running(2)
        workers.supervisor.stop()
        await running

    endings = [
        (log["log_level"], log["ending"], log["restart_seconds"]) for log in logs if log["event"] == "worker_ended"
    ]
    assert endings == [("error", "status 3", 1), ("error", "not started: no memory", 2)]
    assert workers.ended == [0, 0]
    assert workers.started[-1].returncode == -15


async def test_stop_during_the_pause_after_an_early_end_starts_nothing() -> None:
    workers = Workers("raise SystemExit(3)")
    running = asyncio.create_task(workers.supervisor.run())
    await eventually(lambda: workers.ended == [0])

    workers.supervisor.stop()

    await running
    assert len(workers.started) == 1


async def test_second_stop_kills_workers_that_still_run() -> None:
    workers = Workers(IGNORE_SIGTERM, workers=2)
    running = asyncio.create_task(workers.supervisor.run())
    await workers.until_running(2)
    assert workers.started[0].stdout is not None
    await workers.started[0].stdout.readline()
    workers.supervisor.stop()

    with capture_logs() as logs:
        workers.supervisor.stop()
        await running

    assert [process.returncode for process in workers.started] == [-9, -9]
    assert sorted(workers.ended) == [0, 1]
    assert workers.stops == 1
    assert [log["event"] for log in logs] == ["worker_killed", "worker_killed"]


@pytest.mark.parametrize("is_stopped", [False, True])
async def test_worker_that_falls_silent_writes_its_stacks_and_is_replaced(is_stopped: bool) -> None:
    workers = Workers(f"{WRITE_STACKS}; {RUN if is_stopped else LOOP}", RUN, timeout_seconds=0.05)
    with capture_logs() as logs:
        running = asyncio.create_task(workers.supervisor.run())
        await workers.until_running(1)
        if is_stopped:
            workers.started[0].send_signal(signal.SIGSTOP)
        workers.beats += 1  # the last
        await eventually(lambda: workers.ended == [0])
        workers.supervisor.stop()
        await running

    hung, ended = (log for log in logs if log["event"] in {"worker_hung", "worker_ended"})
    first = workers.started[0]
    assert (hung["pid"], hung["seconds"]) == (first.pid, pytest.approx(0.05))
    assert ("stopped" in hung["state"]) == is_stopped
    assert ended["ending"] == "SIGABRT"
    assert first.stderr is not None
    assert b"most recent call first" in await first.stderr.read()


async def test_worker_that_is_debugged_is_reported_and_left_alone() -> None:
    workers = Workers(f"{HAVE_DEBUGGER}; {RUN}", RUN, timeout_seconds=0.03)
    with capture_logs() as logs:
        running = asyncio.create_task(workers.supervisor.run())
        await workers.until_running(1)
        workers.beats += 1  # the last
        await eventually(lambda: [log["event"] for log in logs].count("worker_hung") > 1)
        workers.started[0].kill()
        await eventually(lambda: workers.ended == [0])
        workers.supervisor.stop()
        await running

    hung = [log for log in logs if log["event"] == "worker_hung"][:2]  # while it ends, it has no debugger
    assert {(log["log_level"], log["effect"]) for log in hung} == {
        ("warning", f"none: process {os.getpid()} debugs it")
    }
    assert [log["ending"] for log in logs if log["event"] == "worker_ended"] == ["SIGKILL"]
