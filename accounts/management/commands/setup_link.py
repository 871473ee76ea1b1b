"""`setup_link`: print a link that makes the owner of a site that has none."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from accounts.setup_links import LINK_MINUTES, describe_setup


class Command(BaseCommand):
    help = (
        "Print a link that makes the owner of a site that has none, an active superuser. It works once, within "
        f"{LINK_MINUTES} minutes, on this machine. Earlier links end."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=settings.PORT, help="port of the site (default: %(default)s)")

    def handle(self, *, port: int, **options: Any) -> None:
        self.stdout.write(describe_setup(port) or "The site has an owner: sign in, or run `createsuperuser`.")
