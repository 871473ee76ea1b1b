"""Write the statistics of this process's streams to stdout in CloudWatch's embedded metric format, one JSON line each.

For platforms whose log is CloudWatch's, such as AWS Lambda and ECS: neither an agent nor a call to AWS is needed.
"""

import asyncio
import threading
import time
from concurrent.futures import Future
from typing import Any

import orjson
from django.conf import settings

from common.supervision import run_every_minute
from streaming.broker.connection_limits import NO_SLOT_REASONS, ConnectionLimiter
from streaming.broker.counters import StreamCounters
from streaming.broker.service import StreamService, register_background_task

FLUSH_SECONDS = 1.0


class CloudWatchExporter:
    """Writes one line per call, with what happened since the call before."""

    def __init__(self, counters: StreamCounters, limiter: ConnectionLimiter, *, namespace: str) -> None:
        self._counters = counters
        self._limiter = limiter
        self._namespace = namespace
        self._writing: Future[None] | None = None
        # Totals as of the last line.
        self._sent = self._rejected = self._delivered = 0

    def export(self) -> None:
        """Write the next line to stdout, on a thread: what reads stdout may have stopped, and streams must not wait.

        Errors: those of writing the line before, and BlockingIOError while that is not written.
        """
        if self._writing is not None:
            if not self._writing.done():
                raise BlockingIOError("stdout: takes no more lines; check what reads it.")
            self._writing.result()
        self._writing = Future()
        line = self.encode_line(now=time.time()).decode()
        threading.Thread(target=_write, args=[line, self._writing], name="cloudwatch", daemon=True).start()

    async def flush(self) -> None:
        """Wait until the last line is written, at most FLUSH_SECONDS."""
        if self._writing is not None:
            await asyncio.wait([asyncio.wrap_future(self._writing)], timeout=FLUSH_SECONDS)

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
    try:
        await run_every_minute("cloudwatch", exporter.export)
    finally:
        await exporter.flush()


def _write(line: str, written: "Future[None]") -> None:
    try:
        print(line, flush=True)  # not through logging, whose lines are not JSON
    except Exception as error:
        written.set_exception(error)
    else:
        written.set_result(None)


if settings.EMF_NAMESPACE:
    register_background_task("cloudwatch", export_to_cloudwatch)
