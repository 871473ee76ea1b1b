"""Publish what the tail says to GRIP proxies: each frame once, in order, on the channels of the filters in use.

One more reader of the log, with a place of its own in the database: a relay that takes over goes on where the last one
was. What a proxy misses all the same, it asks an origin for; so nothing here has to be certain, only in order.
"""

import asyncio
import time
from collections.abc import Mapping
from contextlib import suppress
from uuid import uuid4

import structlog
from django.conf import settings
from django.db import DatabaseError

from news.log.cursor import Cursor
from news.log.reader import get_head
from news.models import LogHead
from streaming.broker.service import BackgroundTask, StreamService
from streaming.grip.channel_registry import select_filters
from streaming.grip.leader_lock import LEADERSHIP_SECONDS, acquire_leadership, release_leadership, renew_leadership
from streaming.grip.publisher import ProxyPublisher
from streaming.models import RelayLeader

LOOK_SECONDS = 1.0  # for new filters, and at the lease
STORE_SECONDS = 0.05  # at the least, between two notes of how far the edge is

logger = structlog.get_logger(__name__)


class Leader:
    """Publishes for as long as it holds the lease."""

    def __init__(self, tail: StreamService, holder: str) -> None:
        self._tail = tail
        self._holder = holder
        self._progress = asyncio.Event()
        self._holds_until = 0.0  # monotonic time
        self._looks_at = 0.0  # monotonic time
        self._nodes = [
            ProxyPublisher(proxy, tail, may_publish=self._may_publish, progress=self._progress)
            for proxy in settings.GRIP_PROXIES
        ]

    async def run(self, state: RelayLeader, stop: asyncio.Event) -> None:
        """Go on where `state` ends, until the lease is lost or `stop` is set."""
        self._holds_until = time.monotonic() + LEADERSHIP_SECONDS
        listed = await self._tail.read(select_filters)
        resume = _find_resume(state, await self._tail.read(get_head))
        here = await self._tail.start(at=resume)
        logger.info("relay_leads", at=str(here), resumed=resume is not None, channels=len(listed))
        # Everything is subscribed before the tail moves on: there is no await in between.
        for node in self._nodes:
            node.subscribe(listed, is_resumed=resume is not None)
        tasks = [asyncio.create_task(node.run()) for node in self._nodes]
        try:
            while not stop.is_set() and await self._checkpoint():
                # One that failed publishes no more. Who leads next, this process or another, begins with new ones.
                for task in tasks:
                    if task.done():
                        task.result()
                await _wait_for_any(self._progress, stop, seconds=LOOK_SECONDS)
                self._progress.clear()
                await asyncio.sleep(STORE_SECONDS)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            with suppress(DatabaseError):
                await self._store()
                await self._tail.read(release_leadership, self._holder)

    async def _checkpoint(self) -> bool:
        """Hold the lease on, note how far the edge is, and look for new filters; False when another relay leads."""
        try:
            if not await self._store():
                logger.warning("relay_replaced", holder=self._holder)
                return False
            if time.monotonic() >= self._looks_at:
                self._looks_at = time.monotonic() + LOOK_SECONDS
                listed = await self._tail.read(select_filters)
                for node in self._nodes:
                    node.subscribe(listed)
        except DatabaseError as error:
            # Nobody else can lead without it either.
            logger.error("relay_unnoted", error=str(error))
            await asyncio.sleep(LOOK_SECONDS)
        return True

    async def _store(self) -> bool:
        began = time.monotonic()
        here = self._tail.current_cursor
        working = [node for node in self._nodes if not node.is_failing] or self._nodes
        published = min([here.seq, *(node.published for node in working)])
        if not await self._tail.read(renew_leadership, self._holder, Cursor(here.generation, published)):
            return False
        self._holds_until = began + LEADERSHIP_SECONDS
        for node in self._nodes:
            node.on_checkpoint(published)
        return True

    def _may_publish(self) -> bool:
        return time.monotonic() < self._holds_until


async def relay(stop: asyncio.Event, *, tasks: Mapping[str, BackgroundTask] = {}) -> None:
    """Publish whenever no other relay does, until `stop` is set; `tasks` run beside."""
    holder = uuid4().hex
    logger.info("relay_waits", holder=holder, proxies=len(settings.GRIP_PROXIES))
    while not stop.is_set():
        tail = StreamService(tasks=tasks)
        try:
            if state := await tail.read(acquire_leadership, holder):
                await Leader(tail, holder).run(state, stop)
        except DatabaseError as error:
            logger.error("relay_failed", error=str(error), retry_seconds=LOOK_SECONDS)
        finally:
            await tail.stop()
        await _wait_for_any(stop, seconds=LOOK_SECONDS)


def _find_resume(state: RelayLeader, head: LogHead) -> Cursor | None:
    """Return where the last relay was, unless that is so long ago that the proxies had better ask for the rest."""
    if (
        state.generation != head.generation
        or not max(head.min_seq, head.seq - settings.STREAM_RING_FRAMES // 2) <= state.seq
    ):
        return None
    return Cursor(state.generation, min(state.seq, head.seq))


async def _wait_for_any(*events: asyncio.Event, seconds: float) -> None:
    waiting = [asyncio.create_task(event.wait()) for event in events]
    try:
        await asyncio.wait(waiting, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
