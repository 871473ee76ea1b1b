"""Write the statistics of this process's streams to stdout in CloudWatch's embedded metric format, one JSON line each.

For platforms whose log is CloudWatch's, such as AWS Lambda and ECS: neither an agent nor a call to AWS is needed.
"""

import time
from typing import Any

import orjson

from streaming.broker.connection_limits import ConnectionLimiter
from streaming.broker.counters import unpack
from streaming.broker.hub import Hub

LIMIT_REASONS = ("house_full", "address_full", "draining")  # of refusals because no slot was free


class CloudWatchExporter:
    """Writes one line per call, with what happened since the call before."""

    def __init__(self, hub: Hub, limiter: ConnectionLimiter, *, namespace: str) -> None:
        self._counters = hub.counters
        self._limiter = limiter
        self._namespace = namespace
        # Totals as of the last line.
        self._sent = self._refused = self._delivered = 0

    def export(self) -> None:
        """Write the next line to stdout."""
        # Not through logging, whose lines are not JSON.
        print(self.encode_line(now=time.time()).decode(), flush=True)

    def encode_line(self, *, now: float) -> bytes:
        """Return the next line as JSON; `now` is Unix time.

        Amazon CloudWatch User Guide, "Specification: Embedded metric format": one object a line, a metric's value a
        number or up to 100 of them.
        """
        sent = sum(events for events, _ in unpack(self._counters.sent).values())
        refused = sum(self._limiter.refused[reason] for reason in LIMIT_REASONS)
        metrics: dict[str, tuple[str, Any]] = {
            "ConnectionCount": ("Count", self._limiter.open_count),
            "EventsSent": ("Count", sent - self._sent),
            "ConnectionAcquireFailures": ("Count", refused - self._refused),
        }
        if delays := self._counters.delays.since(self._delivered):
            metrics["EventLatencyMs"] = ("Milliseconds", [round(1000 * delay, 3) for delay in delays])
        self._sent, self._refused, self._delivered = sent, refused, self._counters.delays.count
        directive = {
            "Namespace": self._namespace,
            "Dimensions": [[]],
            "Metrics": [{"Name": name, "Unit": unit} for name, (unit, _) in metrics.items()],
        }
        metadata = {"Timestamp": int(1000 * now), "CloudWatchMetrics": [directive]}
        return orjson.dumps({"_aws": metadata} | {name: value for name, (_, value) in metrics.items()})
