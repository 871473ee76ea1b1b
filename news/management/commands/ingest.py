"""Run the ingestion loop, or poll every enabled source once."""

import signal
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from common.memory import limit_malloc_arenas, return_large_blocks
from news.ingest.deferred_scoring import DeferredScorer, list_tasks
from news.scoring import AnalyzerError
from news.sources.http.client import make_client
from news.sources.poll_state import SourcePoll
from news.sources.scheduler import Scheduler

SAMPLES_PER_RUN = 20
HEADINGS = ("source", "items", "duplicates", "skipped", "total", "failures", "polled", "note")


class Command(BaseCommand):
    help = "Poll enabled sources when they are due, until SIGTERM or Ctrl-C. With SAMPLE_FEED, add sample headlines."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--once", action="store_true", help="poll every enabled source once, due or not; exit 1 if all failed"
        )

    def handle(self, *, once: bool, **options: Any) -> None:
        limit_malloc_arenas()
        return_large_blocks()
        with make_client(allowed=settings.SOURCE_ALLOWED_NETWORKS) as client:
            scheduler = Scheduler(client, has_sample=settings.SAMPLE_FEED)
            signal_numbers = (signal.SIGTERM, signal.SIGINT)
            previous = {number: signal.signal(number, lambda *_: scheduler.stop()) for number in signal_numbers}
            workers = [DeferredScorer(task) for task in list_tasks()]
            try:
                if once:
                    self._run_once(scheduler)
                    self._score(workers)
                else:
                    for worker in workers:
                        worker.start()
                    scheduler.run()
            finally:
                for worker in workers:
                    worker.stop()
                for number, handler in previous.items():
                    signal.signal(number, handler)

    def _run_once(self, scheduler: Scheduler) -> None:
        polls = scheduler.run_once()
        # No samples beside real sources.
        samples = scheduler.emit_samples(SAMPLES_PER_RUN) if not polls else None
        results = polls if samples is None else [samples]
        if results:
            self.stdout.write(_format_row(*HEADINGS))
        else:
            # Samples end with the first real headline, and when they are removed.
            cause = "sample headlines have ended" if settings.SAMPLE_FEED else "SAMPLE_FEED is off"
            admin_path = f"/{settings.ADMIN_PATH}/"
            self.stdout.write(f"No source is enabled and {cause}: add a source in the admin, {admin_path}.")
        for poll in results:
            self.stdout.write(_format_poll(poll))
        if polls and all(poll.error for poll in polls):
            raise CommandError(f"all {len(polls)} sources failed; each error is above.")

    def _score(self, workers: list[DeferredScorer]) -> None:
        try:
            for worker in workers:
                worker.run_pending()
        except AnalyzerError as error:
            raise CommandError(f"headlines keep the embedded score: {error}") from error


def _format_poll(poll: SourcePoll) -> str:
    """Return the counts of a poll, then totals of the source: items, consecutive failures, time of the last poll."""
    polled = f"{poll.polled_at:%H:%M:%SZ}" if poll.polled_at else ""
    counts = {"updated": poll.updated, "undated": poll.undated}
    notes = ", ".join(f"{count} {name}" for name, count in counts.items() if count)
    note = poll.error or ("unchanged" if poll.is_unchanged else notes)
    return _format_row(
        poll.name,
        poll.created,
        poll.duplicates,
        poll.skipped,
        poll.items_created or poll.created,
        poll.consecutive_failures,
        polled,
        note,
    )


def _format_row(*cells: object) -> str:
    name, created, duplicates, skipped, items, failures, polled, note = cells
    counts = f"{created:>6} {duplicates:>11} {skipped:>8} {items:>8} {failures:>9}"
    return f"{name:<30} {counts}  {polled:<9}  {note}".rstrip()
