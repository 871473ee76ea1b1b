"""Notify all processes that the log has grown. Between processes the message has no payload: they read it by cursor.

Without Redis only this process is notified, and gets what was appended with the message; the others poll. If
notifications fail, items arrive one poll interval late and none is lost. The failure and the recovery are logged once
each, and `/health/ready` reports the failure while it lasts.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import structlog
from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.conf import settings

from news.models import Item

GROUP = "log"
LOG_GROWN = {"type": "log.grown"}
PROBE = {"type": "log.probe"}
EMPTY_GROUP = "log.probe"  # a group without members

SEND_SECONDS = 1.0  # longest time that a notification delays a writer
RETRY_SECONDS = 1.0
PROBE_SECONDS = 5.0
CHANNEL_TIMEOUT_SECONDS = 3.0

logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Appended:
    """New items of one transaction, committed and in log order, and the generation of the log to which they belong."""

    generation: str
    items: Sequence[Item]


OnGrown = Callable[[Appended | None], object]  # gets what was appended, or None if the log must be read


class ChannelHealth:
    """Whether sending or receiving notifications works in this process, by the last attempt."""

    def __init__(self, direction: str) -> None:
        self.problem: str | None = None
        self._direction = direction
        self._failed_at = self._tried_at = 0.0  # monotonic times

    @property
    def can_try(self) -> bool:
        """Whether the last attempt succeeded or is RETRY_SECONDS ago."""
        return self.problem is None or time.monotonic() - self._tried_at >= RETRY_SECONDS

    def mark_failed(self, error: Exception) -> None:
        """Record a failed attempt; logs it if the attempt before succeeded."""
        self._tried_at = time.monotonic()
        if self.problem is None:
            self._failed_at = self._tried_at
            effect = f"items arrive at the next poll, up to {settings.STREAM_POLL_SECONDS:g} s late"
            logger.warning("notify_failed", direction=self._direction, error=repr(error), effect=effect)
        self.problem = f"{self._direction}: {error!r}"

    def mark_ok(self) -> None:
        """Record a successful attempt; logs it if the attempt before failed."""
        if self.problem is not None:
            seconds = round(time.monotonic() - self._failed_at, 1)
            logger.warning("notify_recovered", direction=self._direction, after_seconds=seconds)
        self.problem = None


sending, receiving = ChannelHealth("send"), ChannelHealth("receive")
_listeners: list[tuple[asyncio.AbstractEventLoop, OnGrown]] = []  # of this process, without Redis
wakers: list[Callable[[], object]] = []  # called at each notification, too: they wake processes without Redis


def notify(appended: Appended | None = None) -> None:
    """Notify all processes that the log has grown.

    appended: the new items, if the transaction wrote nothing else; None: the log must be read.
    """
    for wake in wakers:
        wake()
    if not settings.REDIS_URLS:
        _notify_this_process(appended)
    elif sending.can_try:
        _send_to(GROUP, LOG_GROWN)


def get_problem() -> str | None:
    """Return what is wrong with notifications, None if nothing is. With Redis, sends a probe first."""
    if settings.REDIS_URLS:
        _send_to(EMPTY_GROUP, PROBE)
    return receiving.problem or sending.problem


async def listen(on_grown: OnGrown) -> None:
    """Call `on_grown` at every notification, until cancelled. Errors: those that are not of the connection to Redis.

    With Redis, the listener regularly sends a probe to itself. If the probe does not arrive, it reconnects, whatever
    the cause.
    """
    if not settings.REDIS_URLS:
        await _listen_in_this_process(on_grown)
        return
    layer = get_channel_layer()
    while True:
        try:
            await _receive_until_failure(layer, on_grown)
        except Exception as error:
            receiving.mark_failed(error)
            with suppress(Exception):
                async with asyncio.timeout(CHANNEL_TIMEOUT_SECONDS):
                    await layer.flush()
            if not _is_connection_error(error):
                raise
            await asyncio.sleep(RETRY_SECONDS)


async def _listen_in_this_process(on_grown: OnGrown) -> None:
    listener = (asyncio.get_running_loop(), on_grown)
    _listeners.append(listener)
    try:
        on_grown(None)  # for what was written before
        await asyncio.Event().wait()  # forever
    finally:
        _listeners.remove(listener)


def _notify_this_process(appended: Appended | None) -> None:
    for loop, on_grown in [*_listeners]:
        with suppress(RuntimeError):  # the loop is closed
            loop.call_soon_threadsafe(on_grown, appended)


def _is_connection_error(error: Exception) -> bool:
    # Redis is optional, so its classes can't be named.
    return isinstance(error, OSError) or type(error).__module__.startswith("redis.")


async def _receive_until_failure(layer: Any, on_grown: OnGrown) -> None:
    echo = asyncio.Event()
    async with asyncio.timeout(CHANNEL_TIMEOUT_SECONDS):
        channel = await layer.new_channel()
        await layer.group_add(GROUP, channel)
    receiver = asyncio.create_task(_receive(layer, channel, on_grown, echo))
    try:
        await _probe(layer, channel, echo)
        receiving.mark_ok()
        on_grown(None)  # for notifications sent before the channel was open
        while not receiver.done():
            await asyncio.wait([receiver], timeout=PROBE_SECONDS)
            await _probe(layer, channel, echo)
        receiver.result()
    finally:
        # Awaited, because the cancelled receive still has to release the channel.
        receiver.cancel()
        await asyncio.gather(receiver, return_exceptions=True)
        with suppress(Exception):
            async with asyncio.timeout(CHANNEL_TIMEOUT_SECONDS):
                await layer.group_discard(GROUP, channel)


async def _probe(layer: Any, channel: str, echo: asyncio.Event) -> None:
    """Send a probe to our own channel. Errors: TimeoutError if it does not arrive within CHANNEL_TIMEOUT_SECONDS."""
    echo.clear()
    async with asyncio.timeout(CHANNEL_TIMEOUT_SECONDS):
        await layer.send(channel, PROBE)
        await echo.wait()


async def _receive(layer: Any, channel: str, on_grown: OnGrown, echo: asyncio.Event) -> None:
    while True:
        message = await layer.receive(channel)
        if message == LOG_GROWN:
            on_grown(None)
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
