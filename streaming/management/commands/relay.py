"""Publish the stream to GRIP proxies, which hold the clients."""

import asyncio
import signal
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from streaming.grip.relay import relay
from streaming.monitoring.stats_log import log_stats


class Command(BaseCommand):
    help = "Publish the stream to the GRIP proxies of GRIP_URL. Of several that run, one publishes; SIGTERM ends it."
    requires_migrations_checks = True

    def handle(self, **options: Any) -> None:
        if not settings.GRIP_PROXIES:
            raise CommandError("GRIP_URL is not set: give the URL at which Pushpin is published to, with its key.")
        asyncio.run(_relay())


async def _relay() -> None:
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    # The relay has no streams of its own for CloudWatch to count.
    await relay(stop, tasks={"stats_log": lambda service: log_stats(service.hub, service.limiter, namespace="")})
