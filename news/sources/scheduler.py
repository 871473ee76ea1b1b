"""Poll the sources that are due, and emit sample headlines.

Sources are fetched in threads that never use the database. Only the scheduler's thread stores results, so a slow source
delays no other. Failures of sources and of the database are logged and retried; only `stop` ends the scheduler.
"""

import threading
import time
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from random import Random

import django.db
import httpx2
import structlog
from django.conf import settings
from django.db.models import QuerySet

from common.database import is_unavailable
from common.supervision import TaskHealth
from common.time import utc_now
from news.models import LogHead, Source
from news.sources.http.client import SourceError
from news.sources.poll_state import SourcePoll, claim_source, record_failure, record_success
from news.sources.registry import fetch_source
from news.sources.result import FetchResult
from news.sources.sample import generator
from news.sources.sample.feed import SampleFeed

POLLS_AT_ONCE = 32
FAILING_LIMIT = 8  # of these, sources whose last poll failed: however many are slow, the others are polled in time
DUE_CHECK_SECONDS = 1.0  # between queries for due sources

logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class CompletedPoll:
    """What a thread has fetched.

    seconds: duration of the fetch.
    late_seconds: time from when the source was due to the start of the fetch.
    """

    source: Source
    result: FetchResult | SourceError
    seconds: float
    late_seconds: float


class Scheduler:
    """Ingests the sources in one process. `stop` may be called from a signal handler or another thread.

    client: for all fetches.
    has_sample: whether to emit sample headlines, until the first real item comes or the samples are removed.
    """

    def __init__(self, client: httpx2.Client, *, has_sample: bool) -> None:
        self._client = client
        self._has_sample = has_sample
        self._samples = SampleFeed(Random()) if has_sample else None
        self._completed: SimpleQueue[CompletedPoll | None] = SimpleQueue()
        self._in_flight: dict[int, Source] = {}
        self._next_due_check = self._next_sample = 0.0
        self._has_logged_idle = False
        self._has_more_due = False  # more sources are due than could be started

    def stop(self) -> None:
        """Stop at once; running fetches are abandoned."""
        self._completed.put(None)  # SimpleQueue.put is reentrant, so a signal handler may call it

    def run(self) -> None:
        """Poll sources and emit samples until stopped. After an exception, go on."""
        health = TaskHealth("source_scheduler")
        pause = 0.0
        while True:
            try:
                # At first, and after a failure, only wait: `stop` ends that, too.
                completed = self._completed.get(timeout=pause or self._tick())
                if completed is None:
                    return
                self._finish(completed)
            except Empty:
                if not pause:
                    health.mark_ok()
                pause = 0.0
            except Exception as error:
                if is_unavailable(error) or isinstance(error, LogHead.DoesNotExist):  # during the first `migrate`
                    logger.error("database_unavailable", error=str(error).strip(), effect="tried again")
                else:
                    pause = health.mark_failed()
                # A claimed source is due again when its claim ends.
                if isinstance(error, django.db.Error):
                    django.db.connection.close()  # the next tick opens another

    def run_once(self) -> list[SourcePoll]:
        """Poll every enabled source once, due or not, and return the results so far when done or stopped.

        A source that has more is polled until it has not. Sources that another process claims are left to it.
        """
        waiting = list(Source.objects.filter(is_enabled=True))
        polls: dict[str, SourcePoll] = {}
        while waiting or self._in_flight:
            while waiting and len(self._in_flight) < POLLS_AT_ONCE:
                source = waiting.pop(0)
                if claim_source(source):
                    self._start_fetch(source)
            if not self._in_flight:
                break
            completed = self._completed.get()
            if completed is None:
                break
            poll = self._finish(completed)
            polls[poll.name] = poll.add_to(polls.get(poll.name))
            if poll.has_more:
                waiting += Source.objects.filter(pk=completed.source.pk, is_enabled=True)
        return list(polls.values())

    def emit_samples(self, count: int) -> SourcePoll | None:
        """Append `count` sample headlines; return None if there are none, or none any more."""
        batch = self._samples.append(count) if self._samples else None
        if batch is None:
            return None
        return SourcePoll(generator.NAME, len(batch.created), batch.duplicates, skipped=len(batch.rejected))

    def _tick(self) -> float:
        """Do what is due, and return the seconds until the next tick."""
        if self._samples and time.monotonic() >= self._next_sample:
            self._emit_sample(self._samples)
        if time.monotonic() >= self._next_due_check:
            self._next_due_check = time.monotonic() + DUE_CHECK_SECONDS
            self._start_due_fetches()
        next_tick = min(self._next_due_check, self._next_sample) if self._samples else self._next_due_check
        return max(0.0, next_tick - time.monotonic())

    def _emit_sample(self, samples: SampleFeed) -> None:
        self._next_sample = time.monotonic() + samples.choose_pause()
        if samples.append(1) is None:
            self._samples = None
            logger.info("samples_ended", cause="a real headline has come, or the samples were removed")

    def _start_due_fetches(self) -> None:
        enabled = Source.objects.filter(is_enabled=True)
        free = POLLS_AT_ONCE - len(self._in_flight)
        sources = self._select(enabled.filter(next_poll_at__lte=utc_now()), free)
        for source in sources:
            if claim_source(source):
                self._start_fetch(source)
            else:
                self._next_due_check = 0.0  # another process claimed it, so there is room for others
        self._has_more_due = len(sources) == free
        is_idle = not self._has_sample and not enabled.exists()
        if is_idle and not self._has_logged_idle:
            logger.warning(
                "nothing_to_ingest",
                cause="no source is enabled and SAMPLE_FEED is off",
                cure=f"follow a feed at {settings.SITE_PREFIX}/sources/add or set SAMPLE_FEED=1; waiting for one",
            )
        self._has_logged_idle = is_idle

    def _select(self, due: QuerySet[Source], limit: int) -> list[Source]:
        """Return the sources to poll next, those due longest first, with at most FAILING_LIMIT failing ones."""
        due = due.exclude(pk__in=self._in_flight).order_by("next_poll_at")
        failing = sum(source.consecutive_failures > 0 for source in self._in_flight.values())
        failing_limit = max(0, min(limit, FAILING_LIMIT - failing))
        selected = list(due.filter(consecutive_failures__gt=0)[:failing_limit])
        return selected + list(due.filter(consecutive_failures=0)[: limit - len(selected)])

    def _start_fetch(self, source: Source) -> None:
        self._in_flight[source.pk] = source
        # Daemon threads, not an executor, which would delay the exit until the slowest server has answered.
        threading.Thread(target=self._fetch, args=[source], name=f"poll {source.name}", daemon=True).start()

    def _fetch(self, source: Source) -> None:
        started, late_seconds = time.monotonic(), (utc_now() - source.next_poll_at).total_seconds()
        result: FetchResult | SourceError
        try:
            result = fetch_source(source, self._client)
        except SourceError as error:
            # Its frames would keep the document in memory until the next garbage collection.
            error.__traceback__ = error.__cause__ = error.__context__ = None
            result = error
        except Exception as error:
            result = _log_crash(source, error)
        self._completed.put(CompletedPoll(source, result, time.monotonic() - started, max(0.0, late_seconds)))

    def _finish(self, completed: CompletedPoll) -> SourcePoll:
        """Store and log the result of a poll. Errors: those of a database that is unavailable."""
        self._in_flight.pop(completed.source.pk, None)
        poll = self._store(completed.source, completed.result)
        if self._has_more_due or poll.has_more:
            self._next_due_check = 0.0
        fields = {
            "source": poll.name,
            "seconds": round(completed.seconds, 3),
            "late": round(completed.late_seconds, 3),
        }
        if poll.error:
            logger.warning("source_failed", **fields, error=poll.error)
        else:
            counts = {"created": poll.created, "duplicates": poll.duplicates, "updated": poll.updated}
            counts |= {"skipped": poll.skipped, "undated": poll.undated, "warnings": poll.warnings}
            logger.info("source_polled", **fields, **counts, unchanged=poll.is_unchanged)
        return poll

    def _store(self, source: Source, result: FetchResult | SourceError) -> SourcePoll:
        if isinstance(result, SourceError):
            return record_failure(source, result)
        try:
            return record_success(source, result)
        except Exception as error:
            if is_unavailable(error):
                raise
            return record_failure(source, _log_crash(source, error))


def _log_crash(source: Source, error: Exception) -> SourceError:
    """Log an unexpected exception with its traceback, and return it as a failure of its source only."""
    logger.exception("source_poll_crashed", source=source.name)
    return SourceError(f"{source.name}: {error!r}, a bug of this site; see its log for source_poll_crashed.")
