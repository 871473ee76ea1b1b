"""Ring every process that watches the log. The bell carries nothing: who hears it reads the log by cursor."""

import structlog
from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer

GROUP = "log"

logger = structlog.get_logger(__name__)


def ring() -> None:
    """Tell all watchers that the log has grown. A lost ring costs a watcher its poll interval, never an item."""
    try:
        async_to_sync(get_channel_layer().group_send)(GROUP, {"type": "log.grown"})
    except Exception as error:
        logger.warning("doorbell_failed", error=str(error), effect="watchers see the items at their next poll")
