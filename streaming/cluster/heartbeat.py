"""Share this process's stats with the others every few seconds, and close the streams that staff end.

Runs on its own thread and connection so that it never delays streams. Failures are retried on the next heartbeat.
"""

import asyncio
import heapq
import os
import socket
import time
from collections.abc import Iterable
from contextlib import suppress
from typing import Any
from uuid import uuid4

import structlog
from django.db import Error

from common.database import is_unavailable
from common.supervision import TaskHealth, supervise
from common.time import utc_now
from streaming.broker.db_executor import DBExecutor
from streaming.broker.service import ListedStream, StreamService
from streaming.cluster.registry import Commands, ProcessStats, get_stats, heartbeat, unregister
from streaming.workers.membership import SERVER_NAME_CHARACTERS, WORKER

INTERVAL_SECONDS = 4.0
SHORT_INTERVAL_SECONDS = 1.0  # while staff look at the streams, and after a failure
UNREGISTER_TIMEOUT_SECONDS = 1.0
MAX_LISTED_STREAMS = 100

PROCESS_NAME = WORKER.process_name if WORKER else uuid4().hex
SERVER_NAME = PROCESS_NAME[:SERVER_NAME_CHARACTERS] if WORKER else PROCESS_NAME  # begins the names of its processes
STARTED_AT = utc_now()

logger = structlog.get_logger(__name__)


class Heartbeat:
    """Registers this process while it serves."""

    def __init__(self, service: StreamService) -> None:
        self._service = service
        self._commands = Commands()
        self._task: asyncio.Task[None] | None = None
        self._is_failing = False
        self._database = DBExecutor("heartbeat")
        self._health = TaskHealth("process_heartbeat")

    def start(self) -> None:
        """Start the heartbeats."""
        self._task = asyncio.get_running_loop().create_task(supervise(self._health, self._run, settle_seconds=None))

    async def stop(self) -> None:
        """Stop and unregister this process. If that fails, the others count it until its registration expires."""
        if self._task is None:
            return
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        with suppress(Error, TimeoutError):
            async with asyncio.timeout(UNREGISTER_TIMEOUT_SECONDS):
                await self._database.run(unregister, PROCESS_NAME)
        await self._database.close(within=UNREGISTER_TIMEOUT_SECONDS)

    async def _run(self) -> None:
        while True:
            await self._beat()
            self._health.mark_ok()
            is_urgent = self._commands.wants_details or self._is_failing
            await asyncio.sleep(SHORT_INTERVAL_SECONDS if is_urgent else INTERVAL_SECONDS)

    async def _beat(self) -> None:
        try:
            stats = local_stats(self._service)
            streams = list_streams(self._service.streams) if self._commands.wants_details else None
            identity = {"host": socket.gethostname(), "pid": os.getpid(), "started_at": STARTED_AT}
            self._commands = await self._database.run(heartbeat, PROCESS_NAME, stats, streams, **identity)
        except Error as error:
            if not is_unavailable(error):
                raise
            if not self._is_failing:
                effect = "sums over all processes do not include this one"
                logger.warning("process_heartbeat_failed", error=str(error), effect=effect)
            self._is_failing = True
            return
        self._is_failing = False
        if self._commands.close_requests:
            for stream in [*self._service.streams]:
                if stream.number in self._commands.close_requests:
                    stream.handle.close("staff")


def local_stats(service: StreamService) -> ProcessStats:
    """Return how full this process is."""
    return ProcessStats(1, service.limiter.open_count, service.limiter.limit, service.hub.max_lag)


def server_stats(service: StreamService) -> ProcessStats:
    """Return how full this server is: this process, or all its workers, whose lag is up to a second old."""
    limiter, lags, processes = service.limiter, [service.hub.max_lag], 1
    for section in WORKER.serving_others if WORKER else ():
        processes += 1
        lags.append(section.load_stats().get("lag", 0))
    # Another worker counts a stream for a moment before it rejects that.
    return ProcessStats(processes, min(limiter.total_count, limiter.limit), limiter.limit, max(lags))


def get_cluster_stats(server: ProcessStats) -> ProcessStats:
    """Return how full all processes are together: this server as it is now, others as of their last heartbeat."""
    return server + get_stats(exclude=SERVER_NAME)


def list_streams(streams: Iterable[ListedStream]) -> list[dict[str, Any]]:
    """Describe MAX_LISTED_STREAMS streams at most: those with the largest lag, and of equal ones the oldest."""
    now = time.monotonic()
    selected = heapq.nsmallest(MAX_LISTED_STREAMS, streams, key=lambda stream: (-stream.lag, stream.opened_at))
    return [stream.describe(now) for stream in selected]
