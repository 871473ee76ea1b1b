"""Rescore stored items in bounded batches and announce those that changed again, under new sequence numbers.

Clients replace what they have for an `item_id` with what is announced later.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction

from common.sql import in_array
from news.ingest.active_labels import apply_labels, get_labels
from news.ingest.changes import ItemEdit, append_edits
from news.ingest.item_scores import ScoreCache, build_entity_text, get_found_instruments, rescore_item
from news.log.head import advance_head, lock_head
from news.models import ChangeKind, Item

# What is updated of an item whose sentiment stays.
IN_PLACE = ["evidence", "entities", "language", "analyzer", "analyzer_version", "scored_at"]


@dataclass(frozen=True, slots=True)
class RescoreResult:
    """How many items were rescored, how many of them changed, and how many were left because of a label."""

    scored: int = 0
    changed: int = 0
    labelled: int = 0

    def __add__(self, other: "RescoreResult") -> "RescoreResult":
        return RescoreResult(self.scored + other.scored, self.changed + other.changed, self.labelled + other.labelled)


def rescore(items: Iterable[Item], *, analyzer: str | None = None) -> RescoreResult:
    """Score a batch of stored items again. Items whose sentiment or probabilities change move to the end of the log.

    These can be the headline's or those of one of its tickers. The items get the time of their new place and keep
    `first_appended_at`; their former states stay in the log. The others keep their place; their analyzer and evidence
    are updated. Headlines and tickers that a person has labelled keep the sentiment of the label.
    `analyzer` defaults to the inline analyzer. The log is locked while changes are written; batches of some hundred
    items keep that short.
    """
    items = list(items)
    if not items:
        return RescoreResult()
    scores = ScoreCache(analyzer)
    texts = {item.pk: build_entity_text(item.title, get_found_instruments(item)) for item in items}
    scores.add(texts.values())
    with transaction.atomic():
        head = lock_head()
        # Read again under the lock: the former states are what is stored.
        current = list(Item.objects.filter(pk__in=in_array([*texts])).order_by("seq"))
        labels = get_labels([item.pk for item in current])
        edits, unchanged = [], []
        labelled = 0
        for item in current:
            instruments = get_found_instruments(item)
            if build_entity_text(item.title, instruments) != texts[item.pk]:  # corrected meanwhile, and scored then
                continue
            edit = ItemEdit.from_item(item, ChangeKind.RESCORED)
            rescore_item(item, instruments, scores)
            apply_labels(item, labels.get(item.pk, {}))
            if edit.fields:
                edits.append(edit)
            elif "" in labels.get(item.pk, {}):
                labelled += 1
            else:
                unchanged.append(item)
        append_edits(head, edits)
        for item in unchanged:
            item.save(update_fields=IN_PLACE)
        advance_head(head, items=len(edits), scored=len(items), scoring_seconds=scores.seconds)
    return RescoreResult(len(edits) + len(unchanged), len(edits), labelled)
