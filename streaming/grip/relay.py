"""Publish the log to GRIP proxies: each event once, in order, on the GRIP channels of the filters in use.

The relay stores its position in the database, so that the next relay resumes there. A proxy requests what it misses
from an origin; publishing therefore keeps the order but does not guarantee delivery.
"""

import asyncio
import time
from collections.abc import Mapping
from contextlib import suppress
from uuid import uuid4

import structlog
from django.conf import settings
from django.db import Error

from common.database import is_unavailable
from common.supervision import TaskHealth
from news.log.cursor import Cursor
from news.log.reader import get_head
from news.models import LogHead
from streaming.broker.service import BackgroundTask, StreamService
from streaming.grip.channel_registry import prune_and_select_filters
from streaming.grip.leader_lock import LEADER_TTL_SECONDS, LeaderLock
from streaming.grip.publisher import ProxyPublisher
from streaming.models import RelayLeader

REFRESH_SECONDS = 1.0  # between queries of the lock and of the filters in use
CHECKPOINT_SECONDS = 0.05  # at least, between two checkpoints

logger = structlog.get_logger(__name__)


class Leader:
    """Publishes while it holds the lock."""

    def __init__(self, service: StreamService, lock: LeaderLock) -> None:
        self._service = service
        self._lock = lock
        self._progress = asyncio.Event()
        self._lock_expires_at = 0.0  # monotonic time
        self._refresh_at = 0.0  # monotonic time
        self._publishers = [
            ProxyPublisher(proxy, service, can_publish=self._can_publish, progress=self._progress)
            for proxy in settings.GRIP_PROXIES
        ]

    async def run(self, state: RelayLeader, stop: asyncio.Event) -> None:
        """Publish from where the previous leader stopped (`state`) until the lock is lost or `stop` is set."""
        self._lock_expires_at = time.monotonic() + LEADER_TTL_SECONDS
        filters = await self._service.run_service_call(prune_and_select_filters)
        resume = _find_resume(state, await self._service.run_service_call(get_head))
        cursor = await self._service.start(at=resume)
        logger.info("relay_leader_acquired", at=str(cursor), resumed=resume is not None, channels=len(filters))
        # No await before this, so that the tailer does not advance before every channel is subscribed.
        for publisher in self._publishers:
            publisher.published = cursor.seq  # the first checkpoint: what came before is not published again
            publisher.set_filters(filters, is_resumed=resume is not None)
        tasks = [asyncio.create_task(publisher.run()) for publisher in self._publishers]
        try:
            while not stop.is_set() and await self._checkpoint():
                # A publisher that failed stays stopped: raise its error, so that a leader with new ones takes over.
                for task in tasks:
                    if task.done():
                        task.result()
                await _wait_for_any(self._progress, stop, seconds=REFRESH_SECONDS)
                self._progress.clear()
                await asyncio.sleep(CHECKPOINT_SECONDS)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            with suppress(Error):
                await self._renew()
                await self._service.run_service_call(self._lock.release)

    async def _checkpoint(self) -> bool:
        """Renew the lock, store the position and refresh the filters; return False if another relay has the lock."""
        try:
            if not await self._renew():
                logger.warning("relay_leader_lost", holder=self._lock.holder)
                return False
            if time.monotonic() >= self._refresh_at:
                self._refresh_at = time.monotonic() + REFRESH_SECONDS
                filters = await self._service.run_service_call(prune_and_select_filters)
                for publisher in self._publishers:
                    publisher.set_filters(filters)
        except Error as error:
            if not is_unavailable(error):
                raise
            # Without the database, no other relay can take over either.
            logger.error("relay_checkpoint_failed", error=str(error))
            await asyncio.sleep(REFRESH_SECONDS)
        return True

    async def _renew(self) -> bool:
        began_at = time.monotonic()
        cursor = self._service.current_cursor
        working = [publisher for publisher in self._publishers if not publisher.is_failing] or self._publishers
        published = min([cursor.seq, *(publisher.published for publisher in working)])
        if not await self._service.run_service_call(self._lock.renew, Cursor(cursor.generation, published)):
            return False
        self._lock_expires_at = began_at + LEADER_TTL_SECONDS
        for publisher in self._publishers:
            publisher.on_checkpoint(published)
        return True

    def _can_publish(self) -> bool:
        return time.monotonic() < self._lock_expires_at


async def relay(stop: asyncio.Event, *, tasks: Mapping[str, BackgroundTask] = {}) -> None:
    """Publish whenever no other relay does, until `stop` is set; run background `tasks` meanwhile."""
    health = TaskHealth("relay")
    lock = LeaderLock(uuid4().hex)
    logger.info("relay_standby", holder=lock.holder, proxies=len(settings.GRIP_PROXIES))
    while not stop.is_set():
        service, retry_seconds = StreamService(tasks=tasks), REFRESH_SECONDS
        try:
            if state := await service.run_service_call(lock.acquire):
                await Leader(service, lock).run(state, stop)
            health.mark_ok()
        except Exception as error:
            if is_unavailable(error):
                logger.error("relay_failed", error=str(error), retry_seconds=retry_seconds)
            else:
                retry_seconds = health.mark_failed()
        finally:
            await service.stop()
        await _wait_for_any(stop, seconds=retry_seconds)


def _find_resume(state: RelayLeader, head: LogHead) -> Cursor | None:
    """Return where the previous relay stopped, or None if so much follows that proxies had better request the rest."""
    oldest = max(head.min_seq, head.seq - settings.STREAM_RING_FRAMES // 2)
    if state.generation != head.generation or state.seq < oldest:
        return None
    return Cursor(state.generation, min(state.seq, head.seq))


async def _wait_for_any(*events: asyncio.Event, seconds: float) -> None:
    waiters = [asyncio.create_task(event.wait()) for event in events]
    try:
        await asyncio.wait(waiters, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for waiter in waiters:
            waiter.cancel()
        await asyncio.gather(*waiters, return_exceptions=True)
