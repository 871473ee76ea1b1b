"""Log how long items took from commit to the sockets of this process, once a minute."""

import asyncio
from collections.abc import Callable
from statistics import median

import structlog

from common.supervision import TaskHealth
from streaming.broker.counters import DelayHistogram
from streaming.broker.service import StreamService, register_background_task

INTERVAL_SECONDS = 60.0

logger = structlog.get_logger(__name__)


class StatsLogger:
    """Logs how many items were delivered since the last call, and their delays."""

    def __init__(self, delays: DelayHistogram) -> None:
        self._delays = delays
        self._logged_count = 0

    def export(self) -> None:
        """Log `items_delivered`, unless there were none."""
        delays = self._delays.since(self._logged_count)
        if not delays:
            return
        logger.info(
            "items_delivered",
            items=self._delays.count - self._logged_count,
            p50_ms=round(1000 * median(delays), 3),
            max_ms=round(1000 * max(delays), 3),
        )
        self._logged_count = self._delays.count


async def log_stats(service: StreamService) -> None:
    """Log statistics once a minute until cancelled."""
    await run_every_minute("stats_log", StatsLogger(service.hub.counters.delays).export)


async def run_every_minute(name: str, export: Callable[[], None]) -> None:
    """Call `export` once a minute until cancelled, and then a last time. Failures are logged by `name` and retried."""
    health, pause = TaskHealth(name, max_retry_seconds=INTERVAL_SECONDS), INTERVAL_SECONDS
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
                pause = INTERVAL_SECONDS
    except asyncio.CancelledError:
        export()
        raise
    finally:
        health.clear()


register_background_task("stats_log", log_stats)
