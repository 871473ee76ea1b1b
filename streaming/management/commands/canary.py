"""Time the whole way of an item, again and again, by canaries that nobody else sees."""

import signal
import time
from argparse import ArgumentParser, ArgumentTypeError

import httpx2
import structlog
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from news.ingest.analyzer_choice import inline_analyzer
from news.scoring import load_scorer
from streaming.canary import CanaryLost, fly_canary

LONGEST_SECONDS = 86_400

logger = structlog.get_logger(__name__)


class Command(BaseCommand):
    help = "Send a made-up headline the way of every item, unseen by readers, and tell how long it takes to a client."
    requires_migrations_checks = True

    def add_arguments(self, parser: ArgumentParser) -> None:
        local = f"http://127.0.0.1:{settings.PORT}"
        parser.add_argument("url", nargs="?", type=read_site, default=local, help=f"the site (default: {local})")
        parser.add_argument("--every", type=read_seconds, default=60.0, help="seconds (default: %(default)g)")
        parser.add_argument("--timeout", type=read_seconds, default=10.0, help="seconds (default: %(default)g)")
        parser.add_argument("--once", action="store_true", help="send one; exits with 1 if it does not come")

    def handle(self, *, url: httpx2.URL, every: float, timeout: float, once: bool, **options: object) -> None:
        if not settings.METRICS_TOKEN:
            raise CommandError("METRICS_TOKEN is not set: set it to the server's, or its canaries are not shown.")
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        load_scorer(inline_analyzer())  # or the time that takes would count
        with httpx2.Client(headers={"Authorization": f"Bearer {settings.METRICS_TOKEN}"}) as client:
            try:
                while not once:
                    self._try(client, url, seconds=timeout)
                    connection.close()  # a database that was away meanwhile is asked anew
                    time.sleep(every)
                self._fly(client, url, seconds=timeout)
            except CanaryLost as loss:
                raise CommandError(str(loss)) from loss
            except KeyboardInterrupt:
                if once:
                    raise CommandError("Ended before the canary came.") from None

    def _try(self, client: httpx2.Client, site: httpx2.URL, *, seconds: float) -> None:
        try:
            self._fly(client, site, seconds=seconds)
        except CanaryLost as loss:
            logger.error("canary_lost", error=str(loss))

    def _fly(self, client: httpx2.Client, site: httpx2.URL, *, seconds: float) -> None:
        logger.info("canary_arrived", ms=round(1000 * fly_canary(client, site, seconds=seconds), 3))


def read_site(text: str) -> httpx2.URL:
    """Read the address of a site. Errors: ArgumentTypeError unless it is of HTTP, without a name and password."""
    try:
        url = httpx2.URL(text)
    except httpx2.InvalidURL as error:
        raise ArgumentTypeError(f"{text!r}: {error}") from error
    if url.scheme not in ("http", "https") or not url.host or url.userinfo:
        raise ArgumentTypeError(f"{url.copy_with(userinfo=b'')!s}: must be like https://news.example.org.")
    return url


def read_seconds(text: str) -> float:
    """Read a duration in seconds. Errors: ArgumentTypeError unless it is above 0 and a day at most."""
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0
    if not 0 < seconds <= LONGEST_SECONDS:
        raise ArgumentTypeError(f"{text!r}: must be a number of seconds above 0, {LONGEST_SECONDS} at most.")
    return seconds
