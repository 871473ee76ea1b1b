"""Ring every process that watches the log. The bell carries nothing: who hears it reads the log by cursor."""

import asyncio

import structlog
from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer

GROUP = "log"
RING_SECONDS = 1.0

logger = structlog.get_logger(__name__)


def ring() -> None:
    """Tell all watchers that the log has grown. A lost ring costs a watcher its poll interval, never an item."""
    try:
        async_to_sync(_ring)()
    except Exception as error:
        logger.warning("doorbell_failed", error=repr(error), effect="watchers see the items at their next poll")


async def _ring() -> None:
    async with asyncio.timeout(RING_SECONDS):
        await get_channel_layer().group_send(GROUP, {"type": "log.grown"})
