"""Tell once a minute how the streams of this process do: the log, and CloudWatch in its embedded metric format.

The latter, lines of JSON on stdout, is an option for where the log is CloudWatch's, as on AWS Lambda and ECS: no agent
and no call to AWS is needed.
"""

import asyncio
import time
from statistics import median
from typing import Any

import orjson
import structlog
from django.conf import settings

from streaming.broker.connection_limits import ConnectionLimiter
from streaming.broker.hub import Hub
from streaming.broker.service import register_background_task

REPORT_SECONDS = 60.0
NO_SLOT = ("process_limit", "address_limit", "shutting_down")  # reasons of rejections for want of a slot

logger = structlog.get_logger(__name__)


class StatsLogger:
    """What happened between one line and the next."""

    def __init__(self, hub: Hub, slots: ConnectionLimiter, *, namespace: str) -> None:
        self._hub = hub
        self._slots = slots
        self._namespace = namespace
        self._sent = self._refused = self._delays = self._logged = 0

    def write(self) -> None:
        """Write what happened since the last time."""
        delays = self._hub.counters.delays
        if fresh := delays.since(self._logged):
            logger.info(
                "items_delivered",
                items=delays.count - self._logged,
                p50_ms=_milliseconds(median(fresh)),
                max_ms=_milliseconds(max(fresh)),
            )
            self._logged = delays.count
        if self._namespace:
            # Not through logging, whose lines are no JSON.
            print(self.line(now=time.time()).decode(), flush=True)

    def line(self, *, now: float) -> bytes:
        """Return the next of CloudWatch's lines; `now` is Unix time.

        Amazon CloudWatch User Guide, "Specification: Embedded metric format": one object a line, a metric's value a
        number or up to 100 of them.
        """
        traffic = self._hub.counters
        sent = traffic.events_sent.total()
        refused = sum(self._slots.rejected[reason] for reason in NO_SLOT)
        values: dict[str, tuple[str, Any]] = {
            "ConnectionCount": ("Count", self._slots.open_count),
            "EventsSent": ("Count", sent - self._sent),
            "ConnectionAcquireFailures": ("Count", refused - self._refused),
        }
        if fresh := traffic.delays.since(self._delays):
            values["EventLatencyMs"] = ("Milliseconds", [_milliseconds(delay) for delay in fresh])
        self._sent, self._refused, self._delays = sent, refused, traffic.delays.count
        directive = {
            "Namespace": self._namespace,
            "Dimensions": [[]],
            "Metrics": [{"Name": name, "Unit": unit} for name, (unit, _) in values.items()],
        }
        head = {"Timestamp": int(1000 * now), "CloudWatchMetrics": [directive]}
        return orjson.dumps({"_aws": head} | {name: value for name, (_, value) in values.items()})


async def log_stats(hub: Hub, slots: ConnectionLimiter, *, namespace: str) -> None:
    """Write once a minute until cancelled, and then once more. `namespace` is CloudWatch's, if that is to be told."""
    reports = StatsLogger(hub, slots, namespace=namespace)
    try:
        while True:
            await asyncio.sleep(REPORT_SECONDS)
            reports.write()
    finally:
        reports.write()


register_background_task(
    "stats_log", lambda service: log_stats(service.hub, service.limiter, namespace=settings.EMF_NAMESPACE)
)


def _milliseconds(seconds: float) -> float:
    return round(1000 * seconds, 3)
