"""Keep headlines coming: poll the sources that are due and make up sample headlines.

Feeds are fetched in threads that never touch the database; this thread alone stores what they bring, so a slow feed
holds nobody up. No source and no database trouble ends the loop; `stop` does.
"""

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from queue import Empty, SimpleQueue
from random import Random, uniform
from typing import Any

import django.db
import httpx2
import structlog

from news.clock import utc_now
from news.ingest import ingest_records
from news.models import Source
from news.sources import sample
from news.sources.feed import Feed, Poll, claim, fail, read_feed, store
from news.sources.fetch import SourceError, name_host

POLLS_AT_ONCE = 8
LOOK_SECONDS = 1.0  # between looks for due sources
SAMPLE_SECONDS = (0.5, 2.5)  # between sample headlines

logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Arrival:
    """What a thread brought back."""

    source: Source
    outcome: Feed | SourceError
    seconds: float


class Loop:
    """One process's ingestion. Make it, `run` it; `stop` may be called from a signal handler or another thread."""

    def __init__(self, client: httpx2.Client, *, has_sample: bool) -> None:
        self._client = client
        self._samples: Iterator[dict[str, Any]] | None = sample.sample_headlines(Random()) if has_sample else None
        self._arrivals: SimpleQueue[Arrival | None] = SimpleQueue()
        self._in_flight: set[int] = set()
        self._next_look = self._next_sample = 0.0
        self._said_idle = False

    def stop(self) -> None:
        """End the loop at once; polls under way are given up."""
        self._arrivals.put(None)  # SimpleQueue.put is re-entrant, so a signal handler may call it

    def run(self) -> None:
        """Poll and make up headlines until stopped."""
        while True:
            try:
                wait = self._start_what_is_due()
                arrival = self._arrivals.get(timeout=wait)
                if arrival is None:
                    return
                self._settle(arrival)
            except Empty:
                continue
            except django.db.Error as error:
                # The next look, a second from now, opens another connection; a claimed source is due again in a while.
                logger.error("database_failed", error=str(error).strip(), effect="tried again")
                django.db.connection.close()

    def run_once(self) -> list[Poll]:
        """Poll every enabled source once, due or not, and return how each went. Stopped, it returns what it has."""
        waiting = list(Source.objects.filter(is_enabled=True))
        polls = []
        while waiting or self._in_flight:
            while waiting and len(self._in_flight) < POLLS_AT_ONCE:
                source = waiting.pop(0)
                claim(source)
                self._fetch_in_thread(source)
            arrival = self._arrivals.get()
            if arrival is None:
                break
            polls.append(self._settle(arrival))
        return polls

    def emit_samples(self, count: int) -> Poll:
        """Append `count` made-up headlines."""
        receipt = ingest_records(list(islice(self._samples or (), count)), source=sample.NAME)
        return Poll(sample.NAME, len(receipt.created), receipt.duplicates, len(receipt.rejected))

    def _start_what_is_due(self) -> float:
        """Do what is due now and return the seconds until something may be due again."""
        if self._samples and time.monotonic() >= self._next_sample:
            self._next_sample = time.monotonic() + uniform(*SAMPLE_SECONDS)
            self.emit_samples(1)
        if time.monotonic() >= self._next_look:
            self._next_look = time.monotonic() + LOOK_SECONDS
            self._start_due_polls()
        next_step = min(self._next_look, self._next_sample) if self._samples else self._next_look
        return max(0.0, next_step - time.monotonic())

    def _start_due_polls(self) -> None:
        enabled = Source.objects.filter(is_enabled=True)
        due = enabled.filter(due_at__lte=utc_now()).exclude(pk__in=self._in_flight).order_by("due_at")
        for source in due[: POLLS_AT_ONCE - len(self._in_flight)]:
            if claim(source):
                self._fetch_in_thread(source)
        is_idle = not self._samples and not enabled.exists()
        if is_idle and not self._said_idle:
            logger.warning(
                "nothing_to_ingest",
                cause="no source is enabled and SAMPLE_FEED is off",
                cure="add a source at /admin/news/source/add/ or set SAMPLE_FEED=1; waiting for one",
            )
        self._said_idle = is_idle

    def _fetch_in_thread(self, source: Source) -> None:
        self._in_flight.add(source.pk)
        # Daemons, not a pool: an executor's threads would hold up the exit until the slowest server has answered.
        threading.Thread(target=self._fetch, args=[source], name=f"poll {source.name}", daemon=True).start()

    def _fetch(self, source: Source) -> None:
        started = time.monotonic()
        outcome: Feed | SourceError
        try:
            outcome = read_feed(source, self._client)
        except SourceError as error:
            outcome = error
        except Exception as error:
            outcome = _own_fault(source, error)
        self._arrivals.put(Arrival(source, outcome, time.monotonic() - started))

    def _settle(self, arrival: Arrival) -> Poll:
        """Store what a poll brought, or note its failure. Errors: those of a database that can't be reached."""
        self._in_flight.discard(arrival.source.pk)
        poll = self._store(arrival.source, arrival.outcome)
        counts = {"created": poll.created, "duplicates": poll.duplicates, "skipped": poll.skipped}
        about = {"source": poll.name, "seconds": round(arrival.seconds, 3)}
        if poll.error:
            logger.warning("source_failed", **about, error=poll.error)
        else:
            logger.info("source_polled", **about, **counts, unchanged=poll.is_unchanged)
        return poll

    def _store(self, source: Source, outcome: Feed | SourceError) -> Poll:
        if isinstance(outcome, SourceError):
            return fail(source, outcome)
        try:
            return store(source, outcome)
        except (django.db.OperationalError, django.db.InterfaceError):
            raise
        except Exception as error:
            return fail(source, _own_fault(source, error))


def _own_fault(source: Source, error: Exception) -> SourceError:
    """Log an error that should not have happened, so that one source's bad luck stays its own."""
    logger.exception("poll_broke", source=source.name)
    return SourceError(f"{name_host(source.url)}: {error!r}, a fault of this site; see its log.")
