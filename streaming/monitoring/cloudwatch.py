"""Write the statistics of this process's streams to stdout in CloudWatch's embedded metric format, one JSON line each.

For platforms whose log is CloudWatch's, such as AWS Lambda and ECS: neither an agent nor a call to AWS is needed.
"""

import time
from typing import Any

import orjson
from django.conf import settings

from streaming.broker.connection_limits import NO_SLOT_REASONS, ConnectionLimiter
from streaming.broker.counters import StreamCounters
from streaming.broker.service import StreamService, register_background_task
from streaming.monitoring.stats_log import run_every_minute


class CloudWatchExporter:
    """Writes one line per call, with what happened since the call before."""

    def __init__(self, counters: StreamCounters, limiter: ConnectionLimiter, *, namespace: str) -> None:
        self._counters = counters
        self._limiter = limiter
        self._namespace = namespace
        # Totals as of the last line.
        self._sent = self._rejected = self._delivered = 0

    def export(self) -> None:
        """Write the next line to stdout."""
        # Not through logging, whose lines are not JSON.
        print(self.encode_line(now=time.time()).decode(), flush=True)

    def encode_line(self, *, now: float) -> bytes:
        """Return the next line as JSON; `now` is Unix time.

        Amazon CloudWatch User Guide, "Specification: Embedded metric format": one object a line, a metric's value a
        number or up to 100 of them.
        """
        sent = self._counters.events_sent.total()
        rejected = sum(self._limiter.rejected[reason] for reason in NO_SLOT_REASONS)
        metrics: dict[str, tuple[str, Any]] = {
            "ConnectionCount": ("Count", self._limiter.open_count),
            "EventsSent": ("Count", sent - self._sent),
            "ConnectionAcquireFailures": ("Count", rejected - self._rejected),
        }
        if delays := self._counters.delays.since(self._delivered):
            metrics["EventLatencyMs"] = ("Milliseconds", [round(1000 * delay, 3) for delay in delays])
        self._sent, self._rejected, self._delivered = sent, rejected, self._counters.delays.count
        directive = {
            "Namespace": self._namespace,
            "Dimensions": [[]],
            "Metrics": [{"Name": name, "Unit": unit} for name, (unit, _) in metrics.items()],
        }
        metadata = {"Timestamp": int(1000 * now), "CloudWatchMetrics": [directive]}
        return orjson.dumps({"_aws": metadata} | {name: value for name, (_, value) in metrics.items()})


async def export_to_cloudwatch(service: StreamService) -> None:
    """Write a line once a minute until cancelled."""
    exporter = CloudWatchExporter(service.hub.counters, service.limiter, namespace=settings.EMF_NAMESPACE)
    await run_every_minute("cloudwatch", exporter.export)


if settings.EMF_NAMESPACE:
    register_background_task("cloudwatch", export_to_cloudwatch)
