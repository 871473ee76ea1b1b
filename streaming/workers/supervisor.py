"""Keep the workers of a server running: start them, start those that end again, and stop them together.

The supervisor serves no request and has no connection to the database. The workers inherit its listening sockets, so
that clients who connect while one is missing wait for another.
"""

import asyncio
import signal
import time
from asyncio.subprocess import Process
from collections.abc import Awaitable, Callable
from contextlib import suppress

import structlog

from streaming.workers.silence import LOOK_SECONDS, Silence, get_state

SETTLE_SECONDS = 10.0  # a worker that has run for so long is replaced at once
FIRST_PAUSE_SECONDS = 1.0
MAX_PAUSE_SECONDS = 30.0
ABORT_SECONDS = 5.0  # for the stacks of a worker that hangs
STOP_SECONDS = 19.0  # a worker takes no longer to drain, even if the database does not answer
STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)

logger = structlog.get_logger(__name__)


class RestartPause:
    """How long to wait before a worker is started again; longer with each that ends soon after its start."""

    def __init__(self) -> None:
        self._early_ends = 0

    def after(self, lived_seconds: float) -> float:
        """Return the seconds to wait after a worker that has run for `lived_seconds`."""
        if lived_seconds >= SETTLE_SECONDS:
            self._early_ends = 0
            return 0.0
        self._early_ends += 1
        return float(min(FIRST_PAUSE_SECONDS * 2.0 ** min(self._early_ends - 1, 10), MAX_PAUSE_SECONDS))


class Supervisor:
    """Runs workers until SIGTERM or SIGINT, which they are sent as SIGTERM; a second signal kills them.

    `start` starts the process of a worker by index, `count_beats` returns how many seconds its event loop has run;
    `on_ended` is called with the index when that process has ended, `on_stop` at the first signal. A worker whose event
    loop is silent for `timeout_seconds` is ended, as if it had ended by itself; with 0 none is.
    """

    def __init__(
        self,
        workers: int,
        *,
        start: Callable[[int], Awaitable[Process]],
        count_beats: Callable[[int], int],
        on_ended: Callable[[int], None],
        on_stop: Callable[[], None],
        timeout_seconds: float,
        look_seconds: float = LOOK_SECONDS,
    ) -> None:
        self._workers = workers
        self._start = start
        self._count_beats = count_beats
        self._on_ended = on_ended
        self._on_stop = on_stop
        self._timeout_seconds = timeout_seconds
        self._look_seconds = look_seconds
        self._processes: dict[int, Process] = {}
        self._stopping = asyncio.Event()

    async def run(self) -> None:
        """Run the workers until stopped, and return when all have ended."""
        loop = asyncio.get_running_loop()
        for number in STOP_SIGNALS:
            loop.add_signal_handler(number, self.stop)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOP_SIGNALS)
        await asyncio.gather(*(self._keep_running(index) for index in range(self._workers)))

    def stop(self) -> None:
        """Have the workers drain; the second call kills them."""
        if self._stopping.is_set():
            self._kill()
            return
        self._stopping.set()
        self._on_stop()
        for process in self._processes.values():
            _send(process, signal.SIGTERM)
        asyncio.get_running_loop().call_later(STOP_SECONDS, self._kill)

    def _kill(self) -> None:
        for index, process in self._processes.items():
            logger.warning("worker_killed", worker=index + 1, pid=process.pid)
            _send(process, signal.SIGKILL)

    async def _keep_running(self, index: int) -> None:
        pause = RestartPause()
        while not self._stopping.is_set():
            started_at = time.monotonic()
            ending = await self._run_once(index)
            if self._stopping.is_set():
                return
            lived_seconds = time.monotonic() - started_at
            seconds = pause.after(lived_seconds)
            _log_ending(index, ending, lived_seconds=round(lived_seconds, 1), restart_seconds=seconds)
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._stopping.wait()

    async def _run_once(self, index: int) -> str:
        """Start a worker, wait for its end, and return how it ended."""
        try:
            process = await self._start(index)
        except OSError as error:
            return f"not started: {error}"
        self._processes[index] = process
        logger.info("worker_started", worker=index + 1, pid=process.pid)
        if self._stopping.is_set():  # meanwhile
            _send(process, signal.SIGTERM)
        watching = asyncio.create_task(self._end_when_silent(index, process))
        try:
            return describe_ending(await process.wait())
        finally:
            watching.cancel()
            del self._processes[index]
            self._on_ended(index)

    async def _end_when_silent(self, index: int, process: Process) -> None:
        """End a worker that hangs, and log the stacks of its threads; until cancelled."""
        silence = Silence(self._timeout_seconds, look_seconds=self._look_seconds)
        while self._timeout_seconds:
            await asyncio.sleep(self._look_seconds)
            silence.look(self._count_beats(index))
            if not silence.is_too_long:
                continue
            state = get_state(process.pid)
            facts = {"worker": index + 1, "pid": process.pid, "seconds": silence.seconds, "state": state.name}
            if not state.debugger:
                logger.error("worker_hung", **facts, effect="its stacks follow, then another is started")
                await _abort(process)
                return
            logger.warning("worker_hung", **facts, effect=f"none: process {state.debugger} debugs it")
            silence.clear()


async def _abort(process: Process) -> None:
    """Have a process write the stacks of its threads and end (faulthandler), and kill it if it can't."""
    _send(process, signal.SIGABRT)
    _send(process, signal.SIGCONT)  # one that is stopped gets the former only when it runs
    await asyncio.sleep(ABORT_SECONDS)
    _send(process, signal.SIGKILL)


def _log_ending(index: int, ending: str, **seconds: float) -> None:
    if ending == "status 0":
        logger.info("worker_ended", worker=index + 1, ending=ending, **seconds, cause="SIGTERM to this worker alone")
        return
    cure = (
        "the lines before say why"
        if ending != "SIGKILL"
        else "see worker_hung above; without it, a lack of memory: see dmesg"
    )
    effect = "its clients resume on other workers"
    logger.error("worker_ended", worker=index + 1, ending=ending, **seconds, effect=effect, cure=cure)


def describe_ending(returncode: int) -> str:
    """Return the exit status of a process, or the name of the signal that has ended it."""
    if returncode >= 0:
        return f"status {returncode}"
    with suppress(ValueError):
        return signal.Signals(-returncode).name
    return f"signal {-returncode}"


def _send(process: Process, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        process.send_signal(number)
