"""Ring every process that watches the log. The bell carries nothing: who hears it reads the log by cursor.

A bell that can't be rung or heard costs watchers their poll interval, never an item. That is said once when it begins
and once when it is over, and `/health/ready` says it meanwhile.
"""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import structlog
from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.conf import settings

GROUP = "log"
RING = {"type": "log.grown"}
PROBE = {"type": "doorbell.probe"}
NOBODY = "nobody"  # a group without members

RING_SECONDS = 1.0  # a writer waits no longer
RETRY_SECONDS = 1.0
PROBE_SECONDS = 5.0
ECHO_SECONDS = 3.0

logger = structlog.get_logger(__name__)


class Line:
    """Whether one end of the bell's line works, as this process found it last."""

    def __init__(self, end: str) -> None:
        self.fault: str | None = None
        self._end = end
        self._broken_at = self._tried_at = 0.0  # monotonic times

    @property
    def may_be_tried(self) -> bool:
        """Whether it works, or has rested since it was found broken."""
        return self.fault is None or time.monotonic() - self._tried_at >= RETRY_SECONDS

    def broke(self, error: Exception) -> None:
        """Hear that it was tried and failed; say so if it had worked."""
        self._tried_at = time.monotonic()
        if self.fault is None:
            self._broken_at = self._tried_at
            effect = f"items are seen at the next poll, up to {settings.STREAM_POLL_SECONDS:g} s late"
            logger.warning("doorbell_failed", end=self._end, error=repr(error), effect=effect)
        self.fault = f"{self._end}: {error!r}"

    def works(self) -> None:
        """Hear that it was tried and worked; say so if it had not."""
        if self.fault is not None:
            seconds = round(time.monotonic() - self._broken_at, 1)
            logger.warning("doorbell_works_again", end=self._end, after_seconds=seconds)
        self.fault = None


ringing, hearing = Line("ringing"), Line("hearing")


def ring() -> None:
    """Tell all watchers that the log has grown."""
    if ringing.may_be_tried:
        _send_to(GROUP, RING)


def find_fault() -> str | None:
    """Try the bell, if it is one between processes, and return what is wrong with it."""
    if settings.REDIS_URLS:
        _send_to(NOBODY, PROBE)
    return hearing.fault or ringing.fault


async def listen(heard: Callable[[], object]) -> None:
    """Call `heard` at every ring, for ever.

    Where processes are rung over Redis, a listener rings itself from time to time: one that does not hear it hangs up
    and begins anew, whatever made it deaf.
    """
    layer = get_channel_layer()
    while True:
        try:
            await _hear(layer, heard)
        except Exception as error:
            hearing.broke(error)
            with suppress(Exception):
                async with asyncio.timeout(ECHO_SECONDS):
                    await layer.flush()
            await asyncio.sleep(RETRY_SECONDS)


async def _hear(layer: Any, heard: Callable[[], object]) -> None:
    echo = asyncio.Event()
    async with asyncio.timeout(ECHO_SECONDS):
        channel = await layer.new_channel()
        await layer.group_add(GROUP, channel)
    receiving = asyncio.create_task(_receive(layer, channel, heard, echo))
    try:
        hearing.works()
        heard()  # for what was rung before
        while not receiving.done():
            await asyncio.wait([receiving], timeout=PROBE_SECONDS)
            if settings.REDIS_URLS:
                echo.clear()
                async with asyncio.timeout(ECHO_SECONDS):
                    await layer.send(channel, PROBE)
                    await echo.wait()
        receiving.result()
    finally:
        # Awaited: on its way out it gives the channel back.
        receiving.cancel()
        await asyncio.gather(receiving, return_exceptions=True)
        with suppress(Exception):
            await layer.group_discard(GROUP, channel)


async def _receive(layer: Any, channel: str, heard: Callable[[], object], echo: asyncio.Event) -> None:
    while True:
        message = await layer.receive(channel)
        if message == RING:
            heard()
        else:
            echo.set()


def _send_to(group: str, message: dict[str, str]) -> None:
    try:
        async_to_sync(_send)(group, message)
    except Exception as error:
        ringing.broke(error)
    else:
        ringing.works()


async def _send(group: str, message: dict[str, str]) -> None:
    async with asyncio.timeout(RING_SECONDS):
        await get_channel_layer().group_send(group, message)
