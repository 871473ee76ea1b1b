"""The process of a supervisor. `serve` becomes it once it listens: a new program without Django, a fifth as large."""

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import Process, create_subprocess_exec
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import NoReturn
from uuid import uuid4

from common.log_lines import log_to_stderr
from streaming.systemd import Watchdog
from streaming.unix_file import remove_socket_file
from streaming.workers import membership
from streaming.workers.board import Board
from streaming.workers.counts import keep_counts
from streaming.workers.membership import SERVER_NAME_CHARACTERS, InheritedDescriptors
from streaming.workers.silence import LOOK_SECONDS
from streaming.workers.supervisor import STOP_SIGNALS, Supervisor

VARIABLE = "SENTIMENT_SUPERVISOR"
MANAGE = Path(__file__).parents[2] / "manage.py"


@dataclass(frozen=True)
class Plan:
    """What the supervisor has to do."""

    workers: int
    timeout_seconds: float  # of a worker that hangs; 0 for none
    listeners: tuple[int, ...]  # descriptors
    markers: tuple[int, ...]  # descriptors that show who owns the ports, until the process ends
    socket_file: tuple[str, int] | None = None  # of a Unix socket: its path and inode
    worker_options: tuple[str, ...] = ()  # of `serve`


def become_supervisor(plan: Plan) -> NoReturn:
    """Replace the program of this process by the supervisor's. The process keeps its id and its command line."""
    for descriptor in (*plan.listeners, *plan.markers):
        os.set_inheritable(descriptor, True)
    signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)  # until the supervisor can take them
    sys.stdout.flush()
    sys.stderr.flush()
    environment = os.environ | {VARIABLE: json.dumps(asdict(plan))}
    os.execve(sys.executable, [sys.executable, str(MANAGE), *sys.argv[1:]], environment)  # noqa: S606 - no input of users


def supervise() -> None:
    """Keep the workers running until stopped; in a process that has become a supervisor."""
    plan = Plan(**json.loads(os.environ.pop(VARIABLE)))  # popped: what it starts is no supervisor
    log_to_stderr()
    try:
        asyncio.run(_supervise(plan))
    finally:
        if plan.socket_file is not None:
            path, inode = plan.socket_file
            remove_socket_file(Path(path), inode)


async def _supervise(plan: Plan) -> None:
    board = Board.create(plan.workers)
    wakers = tuple(os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC) for _ in range(plan.workers))
    lifeline, _ = os.pipe()  # its other end is open until this process ends
    server_name = uuid4().hex[:SERVER_NAME_CHARACTERS]
    command = [sys.executable, str(MANAGE), "serve", "--skip-checks", *plan.worker_options]

    def stop_listening() -> None:
        for descriptor in plan.listeners:
            os.close(descriptor)

    async def start(index: int) -> Process:
        inheritance = InheritedDescriptors(
            index, board.descriptor, wakers, lifeline, tuple(plan.listeners), server_name
        )
        environment = os.environ | {membership.VARIABLE: inheritance.encode()}
        return await create_subprocess_exec(*command, env=environment, pass_fds=inheritance.descriptors)

    supervisor = Supervisor(
        plan.workers,
        start=start,
        count_beats=lambda index: board.section(index).beats,
        on_ended=partial(keep_counts, board),
        on_stop=stop_listening,
        timeout_seconds=plan.timeout_seconds,
    )
    notifying = asyncio.create_task(_notify(Watchdog(os.environ, pid=os.getpid())))
    await supervisor.run()
    notifying.cancel()


async def _notify(watchdog: Watchdog) -> None:
    """Show systemd that this event loop runs, until cancelled."""
    while True:
        watchdog.notify()
        await asyncio.sleep(LOOK_SECONDS)
