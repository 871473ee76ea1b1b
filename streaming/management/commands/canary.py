"""Time the whole way of an item, again and again, by canaries that nobody else sees."""

import signal
import time
from argparse import ArgumentParser, ArgumentTypeError

import httpx2
import structlog
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from streaming.canary import CanaryLost, fly_canary

LONGEST_SECONDS = 86_400

logger = structlog.get_logger(__name__)


class Command(BaseCommand):
    help = "Send a made-up headline the way of every item, unseen by readers, and tell how long it takes to a client."
    requires_migrations_checks = True

    def add_arguments(self, parser: ArgumentParser) -> None:
        local = f"http://127.0.0.1:{settings.PORT}"
        parser.add_argument("url", nargs="?", default=local, help=f"the site (default: {local})")
        parser.add_argument("--every", type=read_seconds, default=60.0, help="seconds (default: %(default)g)")
        parser.add_argument("--timeout", type=read_seconds, default=10.0, help="seconds (default: %(default)g)")
        parser.add_argument("--once", action="store_true", help="send one; exits with 1 if it does not come")

    def handle(self, *, url: str, every: float, timeout: float, once: bool, **options: object) -> None:
        if not settings.METRICS_TOKEN:
            raise CommandError("METRICS_TOKEN is not set: set it to the server's, or its canaries are not shown.")
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        with httpx2.Client(headers={"Authorization": f"Bearer {settings.METRICS_TOKEN}"}) as client:
            try:
                site = httpx2.URL(url)
                while True:
                    self._fly(client, site, timeout=timeout, is_only=once)
                    if once:
                        return
                    connection.close()  # a database that was away meanwhile is asked anew
                    time.sleep(every)
            except (httpx2.InvalidURL, httpx2.UnsupportedProtocol) as error:
                raise CommandError(f"{url}: {error}") from error
            except KeyboardInterrupt:
                return

    def _fly(self, client: httpx2.Client, site: httpx2.URL, *, timeout: float, is_only: bool) -> None:
        try:
            seconds = fly_canary(client, site, seconds=timeout)
        except CanaryLost as loss:
            if is_only:
                raise CommandError(str(loss)) from loss
            logger.error("canary_lost", error=str(loss))
        else:
            logger.info("canary_arrived", ms=round(1000 * seconds, 3))


def read_seconds(text: str) -> float:
    """Read a duration in seconds. Errors: ArgumentTypeError unless it is above 0 and a day at most."""
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0
    if not 0 < seconds <= LONGEST_SECONDS:
        raise ArgumentTypeError(f"{text!r}: must be a number of seconds above 0, {LONGEST_SECONDS} at most.")
    return seconds
