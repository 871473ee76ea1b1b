"""Report the statistics of this process's streams once a minute: in the log and, on request, to CloudWatch."""

import asyncio
from collections.abc import Sequence
from statistics import median
from typing import Protocol

import structlog

from streaming.broker.connection_limits import ConnectionLimiter
from streaming.broker.hub import Hub
from streaming.monitoring.cloudwatch import CloudWatchExporter

INTERVAL_SECONDS = 60.0

logger = structlog.get_logger(__name__)


class Exporter(Protocol):
    """Reports statistics to one destination."""

    def export(self) -> None:
        """Report what happened since the last call."""


class StatsLogger:
    """Logs how many items were delivered and how long that took."""

    def __init__(self, hub: Hub) -> None:
        self._delays = hub.counters.delays
        self._reported_count = 0

    def export(self) -> None:
        """Log `items_delivered` if there were any since the last call."""
        delays = self._delays.since(self._reported_count)
        if not delays:
            return
        logger.info(
            "items_delivered",
            items=self._delays.count - self._reported_count,
            p50_ms=round(1000 * median(delays), 3),
            max_ms=round(1000 * max(delays), 3),
        )
        self._reported_count = self._delays.count


async def log_stats(hub: Hub, limiter: ConnectionLimiter, *, namespace: str) -> None:
    """Log statistics once a minute until cancelled; also write CloudWatch's lines if it has a `namespace`."""
    exporters: list[Exporter] = [StatsLogger(hub)]
    if namespace:
        exporters.append(CloudWatchExporter(hub, limiter, namespace=namespace))
    await run_exporters(exporters)


async def run_exporters(exporters: Sequence[Exporter]) -> None:
    """Export once a minute until cancelled, and then a last time."""
    try:
        while True:
            await asyncio.sleep(INTERVAL_SECONDS)
            for exporter in exporters:
                exporter.export()
    finally:
        for exporter in exporters:
            exporter.export()
