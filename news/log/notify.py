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
LOG_GROWN = {"type": "log.grown"}
PROBE = {"type": "doorbell.probe"}
EMPTY_GROUP = "nobody"  # a group without members

SEND_SECONDS = 1.0  # a writer waits no longer
RETRY_SECONDS = 1.0
PROBE_SECONDS = 5.0
ECHO_SECONDS = 3.0

logger = structlog.get_logger(__name__)


class ChannelHealth:
    """Whether one end of the bell's line works, as this process found it last."""

    def __init__(self, end: str) -> None:
        self.problem: str | None = None
        self._end = end
        self._broken_at = self._tried_at = 0.0  # monotonic times

    @property
    def is_due_for_retry(self) -> bool:
        """Whether it works, or has rested since it was found broken."""
        return self.problem is None or time.monotonic() - self._tried_at >= RETRY_SECONDS

    def mark_failed(self, error: Exception) -> None:
        """Hear that it was tried and failed; say so if it had worked."""
        self._tried_at = time.monotonic()
        if self.problem is None:
            self._broken_at = self._tried_at
            effect = f"items are seen at the next poll, up to {settings.STREAM_POLL_SECONDS:g} s late"
            logger.warning("doorbell_failed", end=self._end, error=repr(error), effect=effect)
        self.problem = f"{self._end}: {error!r}"

    def mark_ok(self) -> None:
        """Hear that it was tried and worked; say so if it had not."""
        if self.problem is not None:
            seconds = round(time.monotonic() - self._broken_at, 1)
            logger.warning("doorbell_works_again", end=self._end, after_seconds=seconds)
        self.problem = None


sending, receiving = ChannelHealth("ringing"), ChannelHealth("hearing")


def notify() -> None:
    """Tell all watchers that the log has grown."""
    if sending.is_due_for_retry:
        _send_to(GROUP, LOG_GROWN)


def get_problem() -> str | None:
    """Try the bell, if it is one between processes, and return what is wrong with it."""
    if settings.REDIS_URLS:
        _send_to(EMPTY_GROUP, PROBE)
    return receiving.problem or sending.problem


async def listen(heard: Callable[[], object]) -> None:
    """Call `heard` at every ring, for ever.

    Where processes are rung over Redis, a listener rings itself from time to time: one that does not hear it hangs up
    and begins anew, whatever made it deaf.
    """
    layer = get_channel_layer()
    while True:
        try:
            await _receive_until_failure(layer, heard)
        except Exception as error:
            receiving.mark_failed(error)
            with suppress(Exception):
                async with asyncio.timeout(ECHO_SECONDS):
                    await layer.flush()
            await asyncio.sleep(RETRY_SECONDS)


async def _receive_until_failure(layer: Any, heard: Callable[[], object]) -> None:
    echo = asyncio.Event()
    async with asyncio.timeout(ECHO_SECONDS):
        channel = await layer.new_channel()
        await layer.group_add(GROUP, channel)
    receiver = asyncio.create_task(_receive(layer, channel, heard, echo))
    try:
        receiving.mark_ok()
        heard()  # for what was rung before
        while not receiver.done():
            await asyncio.wait([receiver], timeout=PROBE_SECONDS)
            if settings.REDIS_URLS:
                echo.clear()
                async with asyncio.timeout(ECHO_SECONDS):
                    await layer.send(channel, PROBE)
                    await echo.wait()
        receiver.result()
    finally:
        # Awaited: on its way out it gives the channel back.
        receiver.cancel()
        await asyncio.gather(receiver, return_exceptions=True)
        with suppress(Exception):
            await layer.group_discard(GROUP, channel)


async def _receive(layer: Any, channel: str, heard: Callable[[], object], echo: asyncio.Event) -> None:
    while True:
        message = await layer.receive(channel)
        if message == LOG_GROWN:
            heard()
        else:
            echo.set()


def _send_to(group: str, message: dict[str, str]) -> None:
    try:
        async_to_sync(_send)(group, message)
    except Exception as error:
        sending.mark_failed(error)
    else:
        sending.mark_ok()


async def _send(group: str, message: dict[str, str]) -> None:
    async with asyncio.timeout(SEND_SECONDS):
        await get_channel_layer().group_send(group, message)
