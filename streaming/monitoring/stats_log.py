"""Log how long items took from commit to the sockets of this process, once a minute."""

from statistics import median

import structlog

from common.supervision import run_every_minute
from streaming.broker.counters import DelayHistogram
from streaming.broker.service import StreamService, register_background_task

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


register_background_task("stats_log", log_stats)
