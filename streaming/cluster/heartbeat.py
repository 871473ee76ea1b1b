"""Tell the other processes how full this one is, every few seconds, and end the streams that it is asked to end.

Refuses to be in anybody's way: it has a thread and a connection of its own, and what fails is tried again later.
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

from common.time import utc_now
from streaming.broker.db_executor import DBExecutor
from streaming.broker.service import OpenStream, StreamService
from streaming.cluster.registry import Commands, ProcessStats, get_stats, heartbeat, unregister

BEAT_SECONDS = 4.0
SHORT_BEAT_SECONDS = 1.0  # while somebody looks, and after a failure
WITHDRAW_SECONDS = 1.0
LISTED_STREAMS = 100  # told while somebody looks

PROCESS_NAME = uuid4().hex
STARTED_AT = utc_now()

logger = structlog.get_logger(__name__)


class Heartbeat:
    """Tells of one process for as long as it serves."""

    def __init__(self, tail: StreamService) -> None:
        self._tail = tail
        self._orders = Commands(wants_details=False, close_requests=frozenset())
        self._task: asyncio.Task[None] | None = None
        self._is_failing = False
        self._database = DBExecutor("presence")

    def start(self) -> None:
        """Begin to tell."""
        self._task = asyncio.get_running_loop().create_task(self._run())

    async def stop(self) -> None:
        """Tell that this process is gone; not to be told costs the others a few seconds of a wrong sum."""
        if self._task is None:
            return
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        with suppress(Error, TimeoutError):
            async with asyncio.timeout(WITHDRAW_SECONDS):
                await self._database.call(unregister, PROCESS_NAME)
        self._database.close()

    async def _run(self) -> None:
        while True:
            await self._beat()
            is_soon = self._orders.wants_details or self._is_failing
            await asyncio.sleep(SHORT_BEAT_SECONDS if is_soon else BEAT_SECONDS)

    async def _beat(self) -> None:
        streams = list_streams(self._tail.streams) if self._orders.wants_details else None
        try:
            who = {"host": socket.gethostname(), "pid": os.getpid(), "started_at": STARTED_AT}
            self._orders = await self._database.call(heartbeat, PROCESS_NAME, local_stats(self._tail), streams, **who)
        except Exception as error:  # whatever it is, it is tried again
            if not self._is_failing:
                logger.warning("presence_untold", error=str(error), effect="sums over processes lack this one")
            self._is_failing = True
            return
        self._is_failing = False
        if self._orders.close_requests:
            for stream in [*self._tail.streams]:
                if stream.number in self._orders.close_requests:
                    stream.handle.close("staff")


def local_stats(tail: StreamService) -> ProcessStats:
    """Return how full this process is."""
    behind = max((subscriber.lag for subscriber in tail.hub.subscribers), default=0)
    return ProcessStats(1, tail.limiter.open_count, tail.limiter.limit, behind)


def get_cluster_stats(own: ProcessStats) -> ProcessStats:
    """Return how full all processes are together, this one as it is now."""
    return own + get_stats(without=PROCESS_NAME)


def list_streams(streams: Iterable[OpenStream]) -> list[dict[str, Any]]:
    """Describe the streams that are furthest behind, of equals the oldest, LISTED_STREAMS at most."""
    now = time.monotonic()
    first = heapq.nsmallest(LISTED_STREAMS, streams, key=lambda stream: (-stream.lag, stream.opened_at))
    return [stream.describe(now) for stream in first]
