"""Mark the log as restored from a backup."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from news.log.head import mark_restored
from news.models import LogHead


class Command(BaseCommand):
    help = (
        "Start a new generation of the log after you restored a backup. Clients with older cursors then get a `reset` "
        "and the current state. Without it, sequence numbers after the backup are used twice, and clients silently "
        "miss the new items under these numbers. Running it again is harmless."
    )

    def handle(self, **options: Any) -> None:
        try:
            head = mark_restored()
        except LogHead.DoesNotExist as error:
            raise CommandError("The log has no head: run `manage.py migrate`, then this again.") from error
        except DatabaseError as error:
            raise CommandError(
                f"DATABASE_URL: the log can't be written ({error}); check that the database is up and writable."
            ) from error
        self.stdout.write(f"log={head}")
