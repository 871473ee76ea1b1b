"""Run the ingestion loop, or poll every enabled source once."""

import signal
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from news.sources.http.client import make_client
from news.sources.poll_state import SourcePoll
from news.sources.scheduler import Scheduler

SAMPLES_ONCE = 20
HEADINGS = ("source", "items", "duplicates", "skipped", "in all", "failures", "polled", "note")


class Command(BaseCommand):
    help = "Poll the enabled sources as they fall due, until SIGTERM or Ctrl-C; make up headlines if SAMPLE_FEED is on."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--once", action="store_true", help="poll every enabled source once, due or not; exit 1 if all failed"
        )

    def handle(self, *, once: bool, **options: Any) -> None:
        with make_client(allowed=settings.SOURCE_ALLOWED_NETWORKS) as client:
            loop = Scheduler(client, has_sample=settings.SAMPLE_FEED)
            numbers = (signal.SIGTERM, signal.SIGINT)
            previous = {number: signal.signal(number, lambda *_: loop.stop()) for number in numbers}
            try:
                self._run_once(loop) if once else loop.run()
            finally:
                for number, handler in previous.items():
                    signal.signal(number, handler)

    def _run_once(self, loop: Scheduler) -> None:
        polls = loop.run_once()
        # Who has sources of their own and asks what they bring does not ask for made-up headlines.
        samples = [loop.emit_samples(SAMPLES_ONCE)] if settings.SAMPLE_FEED and not polls else []
        if polls or samples:
            self.stdout.write(_row(*HEADINGS))
        else:
            place = f"/{settings.ADMIN_PATH}/"
            self.stdout.write(f"No source is enabled and SAMPLE_FEED is off: add a source in the admin, {place}.")
        for poll in polls + samples:
            self.stdout.write(_line(poll))
        if polls and all(poll.error for poll in polls):
            raise CommandError(f"all {len(polls)} sources failed; each error is above.")


def _line(poll: SourcePoll) -> str:
    """Return what a poll brought, then how the source stands: items ever, failures in a row, time of the last poll."""
    polled = f"{poll.polled_at:%H:%M:%SZ}" if poll.polled_at else ""
    note = poll.error or ("unchanged" if poll.is_unchanged else "")
    return _row(
        poll.name,
        poll.created,
        poll.duplicates,
        poll.skipped,
        poll.items_created or poll.created,
        poll.consecutive_failures,
        polled,
        note,
    )


def _row(*cells: object) -> str:
    name, created, duplicates, skipped, items, failures, polled, note = cells
    counts = f"{created:>6} {duplicates:>11} {skipped:>8} {items:>8} {failures:>9}"
    return f"{name:<30} {counts}  {polled:<9}  {note}".rstrip()
