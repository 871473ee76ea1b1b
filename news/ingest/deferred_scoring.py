"""Score new items with analyzers that are too large or too slow for a request, in a thread of the ingest process.

The embedded score stands at once; what comes later replaces it on the log, or is stored beside it as a shadow score.
A server that is slow, wrong or away delays nothing else: the thread has a database connection of its own, waits, and
goes on where it was.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

import structlog
from django.conf import settings
from django.db import connection

from common.sql import in_array
from common.supervision import TaskHealth
from common.time import utc_now
from news.ingest.analyzer_choice import is_deferred
from news.ingest.rescoring import RescoreResult, rescore
from news.ingest.shadow_scores import store_shadow_scores
from news.log.cursor import Cursor
from news.log.head import rotate_if_rolled_back
from news.log.reader import get_seq_before, select_visible
from news.models import ChangeKind, Item, ItemChange, LogHead, ShadowScore
from news.scoring import AnalyzerError, AnalyzerUnavailable, BadAnswer, Entity, EntityText, load_scorer
from news.scoring.remote.usage import CeilingReached

WINDOW = timedelta(days=1)  # before the start of the process
BATCH = 32  # items that are scored, and then stored in one transaction
POLL_SECONDS = 1.0
MAX_RETRY_SECONDS = 300.0
CEILING_CHECK_SECONDS = 60.0
PLAIN_TEXT = EntityText("Apple profit rises", (Entity(("Apple",)),))  # that any analyzer can score

logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class ScoringTask:
    """What an analyzer is used for.

    select_pending: returns those of a page of items that it has not scored. store: scores and stores a batch.
    """

    analyzer: str
    select_pending: Callable[[Sequence[Item]], list[Item]]
    store: Callable[[list[Item]], object]


def list_tasks() -> list[ScoringTask]:
    """Return the tasks of ANALYZER, if it requires the worker, and of SHADOW_ANALYZER."""
    tasks = []
    if is_deferred(settings.ANALYZER):
        tasks.append(make_upgrade(settings.ANALYZER))
    if settings.SHADOW_ANALYZER:
        tasks.append(
            ScoringTask(
                settings.SHADOW_ANALYZER,
                select_pending=_select_for_shadow,
                store=lambda items: store_shadow_scores(items, analyzer=settings.SHADOW_ANALYZER),
            )
        )
    return tasks


class DeferredScorer:
    """Runs one task in a thread until stopped; `run_pending` runs it to the end of the log."""

    def __init__(self, task: ScoringTask) -> None:
        self._task = task
        self._cursor: Cursor | None = None  # items up to here are done
        self._stop = threading.Event()
        self._failures = 0
        self._is_paused_by_ceiling = False

    def start(self) -> None:
        """Start the thread."""
        threading.Thread(target=self._run, name=f"analyzer {self._task.analyzer}", daemon=True).start()

    def stop(self) -> None:
        """Stop after the present batch, which is abandoned if the process ends before."""
        self._stop.set()

    def run_pending(self) -> None:
        """Score all that is not scored yet. Errors: AnalyzerError."""
        while self._advance():
            pass

    def _run(self) -> None:
        health = TaskHealth(f"analyzer {self._task.analyzer}", max_retry_seconds=MAX_RETRY_SECONDS)
        pause = 0.0
        while not self._stop.wait(pause):
            try:
                pause = self.run_batch()
                health.mark_ok()
            except LogHead.DoesNotExist:  # during the first `migrate`
                pause = POLL_SECONDS
            except Exception:
                pause = health.mark_failed()
                connection.close()  # the next try opens another
        connection.close()

    def run_batch(self) -> float:
        """Score the next batch, and return the seconds until the next; of an analyzer that fails, log why."""
        try:
            has_scored = self._advance()
        except CeilingReached as error:
            return self._pause_at_ceiling(error)
        except AnalyzerError as error:
            retry_seconds = min(POLL_SECONDS * 2.0 ** min(self._failures, 10), MAX_RETRY_SECONDS)
            self._failures += 1
            logger.error(
                "analyzer_unavailable", analyzer=self._task.analyzer, error=str(error), retry_seconds=retry_seconds
            )
            return retry_seconds
        if not has_scored:
            return POLL_SECONDS
        self._failures, self._is_paused_by_ceiling = 0, False
        return 0.0

    def _advance(self) -> bool:
        """Score the next batch; return whether there may be more."""
        before = self._cursor
        self._cursor = score_next(before, self._task)
        return self._cursor != before

    def _pause_at_ceiling(self, error: CeilingReached) -> float:
        """Return the seconds until the next look; items that come until the ceiling is lifted are skipped.

        Otherwise a day with too much news would take the budget of the next one.
        """
        head = LogHead.objects.get(pk=1)
        self._cursor = Cursor(head.generation, head.seq)
        if not self._is_paused_by_ceiling:
            self._is_paused_by_ceiling = True
            logger.warning("analyzer_ceiling_reached", analyzer=self._task.analyzer, error=str(error))
        remaining = (error.until - utc_now()).total_seconds()
        return max(POLL_SECONDS, min(remaining, CEILING_CHECK_SECONDS))


def score_next(after: Cursor | None, task: ScoringTask, *, limit: int = BATCH) -> Cursor:
    """Score the next `limit` items after a cursor, except those that the analyzer has scored already.

    Returns the cursor for the next call. Without a cursor, or with one of another generation, starts with the items of
    the last day; `manage.py rescore` is for older ones.
    Errors: AnalyzerError; then nothing is lost, and the same cursor tries again.
    """
    head = LogHead.objects.get(pk=1)
    if after is not None and after.seq > head.seq:  # a backup was restored and no server process has noticed yet
        rotate_if_rolled_back(after)
        head.refresh_from_db()
    if after is None or after.generation != head.generation:
        after = Cursor(head.generation, get_seq_before(utc_now() - WINDOW, head))
    page = list(select_visible(head).filter(seq__gt=after.seq).order_by("seq")[:limit])
    if pending := task.select_pending(page):
        store_in_parts(pending, task)
    return Cursor(after.generation, page[-1].seq) if page else after


def store_in_parts(items: Sequence[Item], task: ScoringTask) -> None:
    """Score and store items. Where an answer is not usable, halve the batch until only the item at fault is skipped.

    Errors: AnalyzerUnavailable, also if the analyzer fails on a plain text; then no item is skipped.
    """
    parts = [list(items)]
    while parts:
        part = parts.pop()
        try:
            task.store(part)
        except BadAnswer as error:
            if len(part) > 1:
                middle = len(part) // 2
                parts += [part[middle:], part[:middle]]
                continue
            _check_works(task.analyzer, error)
            logger.warning(
                "analyzer_response_rejected",
                analyzer=task.analyzer,
                item_id=part[0].item_id,
                error=str(error),
                effect="the item keeps its score",
            )


def _check_works(analyzer: str, failure: BadAnswer) -> None:
    """Raise AnalyzerUnavailable if the analyzer fails on a plain text, too: then this item is not the cause."""
    try:
        load_scorer(analyzer).score_entities([PLAIN_TEXT])
    except BadAnswer as error:
        raise AnalyzerUnavailable(f"no answer is usable, not even on {PLAIN_TEXT.text!r}: {error}") from failure


def make_upgrade(analyzer: str, *, on_result: Callable[[RescoreResult], object] = lambda result: None) -> ScoringTask:
    """Return the task to replace scores by those of an analyzer. on_result: gets what became of each batch."""
    return ScoringTask(
        analyzer,
        select_pending=lambda page: _select_for_upgrade(page, analyzer),
        store=lambda items: on_result(rescore(items, analyzer=analyzer)),
    )


def _select_for_upgrade(page: Sequence[Item], analyzer: str) -> list[Item]:
    scorer = load_scorer(analyzer)
    return [item for item in page if (item.analyzer, item.analyzer_version) != (scorer.name, scorer.version)]


def _select_for_shadow(page: Sequence[Item]) -> list[Item]:
    scorer = load_scorer(settings.SHADOW_ANALYZER)
    pks = in_array([item.pk for item in page])
    stored = ShadowScore.objects.filter(item__in=pks, analyzer=scorer.name, analyzer_version=scorer.version)
    done = dict(stored.values_list("item_id", "seq"))
    # What changes the text that is scored; a rescore or a label does not.
    changes = ItemChange.objects.filter(item__in=pks, kind__in=(ChangeKind.CORRECTED, ChangeKind.RETAGGED))
    changed = {pk for pk, seq in changes.values_list("item_id", "seq") if pk in done and seq > done[pk]}
    return [item for item in page if item.pk not in done or item.pk in changed]
