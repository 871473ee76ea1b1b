"""Publish the log to GRIP proxies, which hold the streams of clients."""

import asyncio
import signal
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from streaming.grip.relay import relay
from streaming.monitoring.stats_log import log_stats


class Command(BaseCommand):
    help = "Publish the stream to the GRIP proxies in GRIP_URL. Of several relays, one publishes; SIGTERM stops it."
    requires_migrations_checks = True

    def handle(self, **options: Any) -> None:
        if not settings.GRIP_PROXIES:
            raise CommandError("GRIP_URL is not set: set it to the URL of Pushpin's control endpoint, with its key.")
        asyncio.run(_relay())


async def _relay() -> None:
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for signal_number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(signal_number, stop.set)
    # Without CloudWatch's statistics: they are about streams, of which the relay has none.
    await relay(stop, tasks={"stats_log": log_stats})
