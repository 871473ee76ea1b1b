"""Tell the log that it was put back to an older state."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from news.log.head import mark_restored
from news.models import LogHead


class Command(BaseCommand):
    help = (
        "Give the log another epoch, after a back-up was put back. Cursors that clients were given before lead to a "
        "`reset` and the present state then; otherwise the places after the back-up would be given out twice, and a "
        "client that had seen the first items would in silence miss the second. Doing it twice does no harm."
    )

    def handle(self, **options: Any) -> None:
        try:
            head = mark_restored()
        except LogHead.DoesNotExist as error:
            raise CommandError("The log has no head: run `manage.py migrate`, then this again.") from error
        except DatabaseError as error:
            raise CommandError(f"DATABASE_URL: the log can't be written: {error}") from error
        self.stdout.write(f"log={head}")
