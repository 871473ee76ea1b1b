"""Keep background tasks running: an exception is logged with its traceback, and the task starts again.

`/health/ready` reports the tasks of this process, and of other workers of the server, that keep failing.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable

import structlog

FIRST_RETRY_SECONDS = 1.0
MAX_RETRY_SECONDS = 4.0  # revoked streams must end within 5
MINUTE_SECONDS = 60.0
SETTLE_SECONDS = 5.0  # a task that reports no success works again if it has run for so long

logger = structlog.get_logger(__name__)
_failing: dict[str, "TaskHealth"] = {}
_failing_sources: list[Callable[[], Iterable[str]]] = []


def register_failing_source(find: Callable[[], Iterable[str]]) -> None:
    """Have `get_all_failing` include what `find` returns: names of what fails in other processes."""
    _failing_sources.append(find)


def get_failing_tasks() -> list[str]:
    """Return the names of the background tasks of this process that failed at their last try."""
    return sorted(_failing.copy())


def get_all_failing() -> list[str]:
    """Return the names of what fails in this process, and elsewhere as registered."""
    return sorted({*get_failing_tasks(), *(name for find in _failing_sources for name in find())})


class TaskHealth:
    """Whether one background task works, and how long to wait after a failure."""

    def __init__(self, name: str, *, max_retry_seconds: float = MAX_RETRY_SECONDS) -> None:
        self._name = name
        self._max_retry_seconds = max_retry_seconds
        self._failures = 0

    def mark_failed(self) -> float:
        """Log the exception that is being handled, and return the seconds to wait before the next try."""
        retry_seconds = min(FIRST_RETRY_SECONDS * 2.0 ** min(self._failures, 10), self._max_retry_seconds)
        self._failures += 1
        _failing[self._name] = self
        logger.exception("background_task_failed", task=self._name, retry_seconds=retry_seconds)
        return retry_seconds

    def mark_ok(self) -> None:
        """Record that the task works."""
        if self._failures:
            logger.warning("background_task_recovered", task=self._name, failures=self._failures)
        self.clear()

    def clear(self) -> None:
        """Report the task no longer, as when it ends."""
        self._failures = 0
        if _failing.get(self._name) is self:
            del _failing[self._name]


async def supervise(
    health: TaskHealth, run: Callable[[], Awaitable[None]], *, settle_seconds: float | None = SETTLE_SECONDS
) -> None:
    """Run a task until it returns or is cancelled; after an exception, log it and start the task again.

    settle_seconds: time without an exception after which the task counts as working; None if it calls
        `health.mark_ok` itself.
    """
    loop = asyncio.get_running_loop()
    try:
        while True:
            settling = None if settle_seconds is None else loop.call_later(settle_seconds, health.mark_ok)
            try:
                await run()
                return
            except Exception:
                retry_seconds = health.mark_failed()
            finally:
                if settling is not None:
                    settling.cancel()
            await asyncio.sleep(retry_seconds)
    finally:
        health.clear()


async def repeat(health: TaskHealth, seconds: float, function: Callable[[], Awaitable[None]]) -> None:
    """Call a function every so many seconds until cancelled; each call that succeeds marks the task as working."""
    while True:
        await asyncio.sleep(seconds)
        await function()
        health.mark_ok()


async def run_every_minute(name: str, export: Callable[[], None]) -> None:
    """Call `export` once a minute until cancelled, and then a last time. Failures are logged by `name` and retried."""
    health, pause = TaskHealth(name, max_retry_seconds=MINUTE_SECONDS), MINUTE_SECONDS
    try:
        while True:
            await asyncio.sleep(pause)
            try:
                export()
            except Exception:
                # The exporter goes on from its last totals; a new one would count them again.
                pause = health.mark_failed()
            else:
                health.mark_ok()
                pause = MINUTE_SECONDS
    except asyncio.CancelledError:
        export()
        raise
    finally:
        health.clear()
