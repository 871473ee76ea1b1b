"""Tell CloudWatch how the streams of this process do, in its embedded metric format: lines of JSON on stdout.

An option for where the log is CloudWatch's, as on AWS Lambda and ECS: no agent and no call to AWS is needed.
"""

import asyncio
import time
from typing import Any

import orjson

from streaming.hub import Hub
from streaming.slots import Slots
from streaming.traffic import unpack

REPORT_SECONDS = 60.0
FULL = ("house_full", "address_full", "draining")  # the refusals for want of a slot


class Report:
    """What happened between one line and the next."""

    def __init__(self, hub: Hub, slots: Slots, *, namespace: str) -> None:
        self._hub = hub
        self._slots = slots
        self._namespace = namespace
        self._sent = self._refused = self._delays = 0

    def line(self, *, now: float) -> bytes:
        """Return the next line; `now` is Unix time.

        Amazon CloudWatch User Guide, "Specification: Embedded metric format": one object a line, a metric's value a
        number or up to 100 of them.
        """
        traffic = self._hub.traffic
        sent = sum(events for events, _ in unpack(traffic.sent).values())
        refused = sum(self._slots.refused[reason] for reason in FULL)
        delays = traffic.delays.cumulated()[-1]
        values: dict[str, tuple[str, Any]] = {
            "ConnectionCount": ("Count", self._slots.taken),
            "EventsSent": ("Count", sent - self._sent),
            "ConnectionAcquireFailures": ("Count", refused - self._refused),
        }
        # The newest, when there were more: their percentiles are what is looked at.
        fresh = [*traffic.delays.latest][-(delays - self._delays) :] if delays > self._delays else []
        if fresh:
            values["EventLatencyMs"] = ("Milliseconds", [round(1000 * delay, 3) for delay in fresh])
        self._sent, self._refused, self._delays = sent, refused, delays
        directive = {
            "Namespace": self._namespace,
            "Dimensions": [[]],
            "Metrics": [{"Name": name, "Unit": unit} for name, (unit, _) in values.items()],
        }
        head = {"Timestamp": int(1000 * now), "CloudWatchMetrics": [directive]}
        return orjson.dumps({"_aws": head} | {name: value for name, (_, value) in values.items()})


async def report(hub: Hub, slots: Slots, *, namespace: str) -> None:
    """Write a line a minute until cancelled, and the last one then."""
    lines = Report(hub, slots, namespace=namespace)
    try:
        while True:
            await asyncio.sleep(REPORT_SECONDS)
            _write(lines)
    finally:
        _write(lines)


def _write(lines: Report) -> None:
    # Not through logging, whose lines are no JSON.
    print(lines.line(now=time.time()).decode(), flush=True)
