"""Keep headlines coming: poll the sources that are due and make up sample headlines.

Sources are read in threads that never touch the database; this thread alone stores what they bring, so a slow source
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
from django.conf import settings
from django.db.models import QuerySet

from common.time import utc_now
from news.ingest.pipeline import ingest_records
from news.ingest.rescoring import upgrade_scores
from news.log.cursor import Cursor
from news.models import LogHead, Source
from news.sources.http.client import SourceError
from news.sources.poll_state import SourcePoll, claim_source, record_failure, record_success
from news.sources.registry import fetch_source
from news.sources.result import FetchResult
from news.sources.sample import generator

POLLS_AT_ONCE = 32
FAILING_LIMIT = 8  # of these, sources that failed last time: however many are slow, the others have their turn
LOOK_SECONDS = 1.0  # between looks for due sources
SAMPLE_SECONDS = (0.5, 2.5)  # between sample headlines

logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class CompletedPoll:
    """What a thread brought back."""

    source: Source
    outcome: FetchResult | SourceError
    seconds: float
    late_seconds: float  # from when it was due to when it was begun


class Scheduler:
    """One process's ingestion. Make it, `run` it; `stop` may be called from a signal handler or another thread."""

    def __init__(self, client: httpx2.Client, *, has_sample: bool) -> None:
        self._client = client
        self._samples: Iterator[dict[str, Any]] | None = generator.sample_headlines(Random()) if has_sample else None
        self._arrivals: SimpleQueue[CompletedPoll | None] = SimpleQueue()
        self._in_flight: dict[int, Source] = {}
        self._next_look = self._next_sample = 0.0
        self._said_idle = False
        self._has_more_due = False  # than there was room for
        self._refined: Cursor | None = None  # place in the log up to which items have been scored as configured

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
            except (django.db.Error, LogHead.DoesNotExist) as error:  # the latter half-way through a first `migrate`
                # The next look, a second from now, opens another connection; a claimed source is due again in a while.
                logger.error("database_failed", error=str(error).strip(), effect="tried again")
                django.db.connection.close()

    def run_once(self) -> list[SourcePoll]:
        """Poll every enabled source once, due or not, and return how each went. Stopped, it returns what it has.

        Who has more at once is asked again until it has not. What another process takes meanwhile is left to it.
        """
        waiting = list(Source.objects.filter(is_enabled=True))
        polls: dict[str, SourcePoll] = {}
        while waiting or self._in_flight:
            while waiting and len(self._in_flight) < POLLS_AT_ONCE:
                source = waiting.pop(0)
                if claim_source(source):
                    self._read_in_thread(source)
            if not self._in_flight:
                break
            arrival = self._arrivals.get()
            if arrival is None:
                break
            poll = self._settle(arrival)
            polls[poll.name] = poll.after(polls.get(poll.name))
            if poll.has_more:
                waiting += Source.objects.filter(pk=arrival.source.pk, is_enabled=True)
        while self._refine():
            pass
        return list(polls.values())

    def emit_samples(self, count: int) -> SourcePoll:
        """Append `count` made-up headlines."""
        receipt = ingest_records(list(islice(self._samples or (), count)), source=generator.NAME)
        return SourcePoll(generator.NAME, len(receipt.created), receipt.duplicates, len(receipt.rejected))

    def _start_what_is_due(self) -> float:
        """Do what is due now and return the seconds until something may be due again."""
        if self._samples and time.monotonic() >= self._next_sample:
            self._next_sample = time.monotonic() + uniform(*SAMPLE_SECONDS)
            self.emit_samples(1)
        if time.monotonic() >= self._next_look:
            self._next_look = time.monotonic() + LOOK_SECONDS
            self._start_due_polls()
            self._refine()
        next_step = min(self._next_look, self._next_sample) if self._samples else self._next_look
        return max(0.0, next_step - time.monotonic())

    def _refine(self) -> bool:
        """Score with a heavy analyzer what others have scored with a quick one; say whether there may be more."""
        before = self._refined
        try:
            self._refined = upgrade_scores(before)
        except django.db.Error:
            raise
        except Exception:
            logger.exception("refining_failed", analyzer=settings.ANALYZER, effect="tried again")
        return self._refined != before

    def _start_due_polls(self) -> None:
        enabled = Source.objects.filter(is_enabled=True)
        free = POLLS_AT_ONCE - len(self._in_flight)
        chosen = self._choose(enabled.filter(next_poll_at__lte=utc_now()), free)
        for source in chosen:
            if claim_source(source):
                self._read_in_thread(source)
            else:
                self._next_look = 0.0  # another process was faster, and there may be more
        self._has_more_due = len(chosen) == free
        is_idle = not self._samples and not enabled.exists()
        if is_idle and not self._said_idle:
            logger.warning(
                "nothing_to_ingest",
                cause="no source is enabled and SAMPLE_FEED is off",
                cure=f"add a source at /{settings.ADMIN_PATH}/news/source/add/ or set SAMPLE_FEED=1; waiting for one",
            )
        self._said_idle = is_idle

    def _choose(self, due: QuerySet[Source], most: int) -> list[Source]:
        """Return what to poll next, the longest due first."""
        due = due.exclude(pk__in=self._in_flight).order_by("next_poll_at")
        suspects = sum(source.consecutive_failures > 0 for source in self._in_flight.values())
        free_for_suspects = max(0, min(most, FAILING_LIMIT - suspects))
        chosen = list(due.filter(consecutive_failures__gt=0)[:free_for_suspects])
        return chosen + list(due.filter(consecutive_failures=0)[: most - len(chosen)])

    def _read_in_thread(self, source: Source) -> None:
        self._in_flight[source.pk] = source
        # Daemons, not a pool: an executor's threads would hold up the exit until the slowest server has answered.
        threading.Thread(target=self._read, args=[source], name=f"poll {source.name}", daemon=True).start()

    def _read(self, source: Source) -> None:
        started, late = time.monotonic(), (utc_now() - source.next_poll_at).total_seconds()
        outcome: FetchResult | SourceError
        try:
            outcome = fetch_source(source, self._client)
        except SourceError as error:
            outcome = error
        except Exception as error:
            outcome = _own_fault(source, error)
        self._arrivals.put(CompletedPoll(source, outcome, time.monotonic() - started, max(0.0, late)))

    def _settle(self, arrival: CompletedPoll) -> SourcePoll:
        """Store what a poll brought, or note its failure. Errors: those of a database that can't be reached."""
        self._in_flight.pop(arrival.source.pk, None)
        poll = self._store(arrival.source, arrival.outcome)
        if self._has_more_due or poll.has_more:
            self._next_look = 0.0
        counts = {"created": poll.created, "duplicates": poll.duplicates, "skipped": poll.skipped}
        about = {"source": poll.name, "seconds": round(arrival.seconds, 3), "late": round(arrival.late_seconds, 3)}
        if poll.error:
            logger.warning("source_failed", **about, error=poll.error)
        else:
            logger.info("source_polled", **about, **counts, unchanged=poll.is_unchanged)
        return poll

    def _store(self, source: Source, outcome: FetchResult | SourceError) -> SourcePoll:
        if isinstance(outcome, SourceError):
            return record_failure(source, outcome)
        try:
            return record_success(source, outcome)
        except (django.db.OperationalError, django.db.InterfaceError):
            raise
        except Exception as error:
            return record_failure(source, _own_fault(source, error))


def _own_fault(source: Source, error: Exception) -> SourceError:
    """Log an error that should not have happened, so that one source's bad luck stays its own."""
    logger.exception("poll_broke", source=source.name)
    return SourceError(f"{source.name}: {error!r}, a fault of this site; see its log.")
