"""Rescore stored items in bounded batches and announce those that changed again, under new sequence numbers.

Clients replace what they have for an `item_id` with what is announced later.
"""

import time
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction

from common.sql import in_array
from common.time import utc_now
from news.ingest.analyzer_choice import inline_analyzer
from news.ingest.changes import ItemEdit, append_edits
from news.ingest.present_labels import find_labelled
from news.log.head import advance_head, lock_head
from news.models import ChangeKind, Item, Sentiment
from news.scoring import Score, Scorer, load_scorer

MIN_CHANGE = 0.0005  # smaller differences of a probability do not count as a change


@dataclass(frozen=True, slots=True)
class RescoreResult:
    """How many items were rescored, how many of them changed, and how many were left because of a label."""

    scored: int = 0
    changed: int = 0
    labelled: int = 0


def rescore(items: Iterable[Item], *, analyzer: str | None = None) -> RescoreResult:
    """Score a batch of stored items again. Items whose sentiment or probabilities change move to the end of the log.

    These get the time of their new place and keep `first_appended_at`; their former states stay in the log. The others
    keep their place; their analyzer and evidence are updated. Headlines that a person has labelled stay as they are.
    `analyzer` defaults to the inline analyzer. The log is locked while changes are written; batches of some hundred
    items keep that short.
    """
    items = list(items)
    if not items:
        return RescoreResult()
    scorer = load_scorer(analyzer or inline_analyzer())
    started = time.perf_counter()
    titles = {item.pk: item.title for item in items}
    scores = dict(zip(titles, scorer.score([*titles.values()]), strict=True))
    seconds = time.perf_counter() - started
    with transaction.atomic():
        head = lock_head()
        # Read again under the lock: the former states are what is stored.
        current = list(Item.objects.filter(pk__in=in_array([*scores])).order_by("seq"))
        labelled = find_labelled([item.pk for item in current])
        edits, unchanged = [], []
        for item in current:
            if item.pk in labelled or item.title != titles[item.pk]:  # corrected meanwhile, and scored then
                continue
            edit = ItemEdit.of(item, ChangeKind.RESCORED)
            if _has_changed(item, scores[item.pk]):
                edits.append(edit)
            else:
                unchanged.append(item)
            apply_score(item, scores[item.pk], scorer)
        append_edits(head, edits)
        for item in unchanged:
            item.save(update_fields=["evidence", "analyzer", "analyzer_version", "scored_at"])
        advance_head(head, items=len(edits), scored=len(items), scoring_seconds=seconds)
    return RescoreResult(len(edits) + len(unchanged), len(edits), len(labelled))


def apply_score(item: Item, score: Score, scorer: Scorer) -> None:
    """Set what a scorer says about an item, which is not saved. Its sentiment and score stay if they hardly differ."""
    item.analyzer, item.analyzer_version, item.evidence = scorer.name, scorer.version, score.evidence
    item.scored_at = utc_now()
    if _has_changed(item, score):
        item.sentiment, item.score, item.probabilities = score.label, score.score, score.probabilities


def _has_changed(item: Item, score: Score) -> bool:
    return item.sentiment != score.label or any(
        abs(item.probabilities[sentiment] - score.probabilities[sentiment]) > MIN_CHANGE
        for sentiment in Sentiment.values
    )
