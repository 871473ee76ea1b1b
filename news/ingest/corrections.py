"""Correct and withdraw stored items: what people and programs change, and what a source says otherwise than before."""

import time
from collections.abc import Collection, Mapping
from copy import copy
from dataclasses import dataclass

from django.db import transaction

from common.sql import in_array
from news.dedup.candidates import get_dedup_hash
from news.dedup.headline import HeadlineChanges
from news.ingest.analyzer_choice import inline_analyzer
from news.ingest.changes import STORY_FIELDS, ItemEdit, append_edits, withdraw
from news.ingest.rescoring import apply_score
from news.ingest.validation import parse_changes
from news.log.head import advance_head, lock_head
from news.models import ChangeKind, Item
from news.scoring import Score, Scorer, load_scorer

WITHDRAW_BATCH = 200  # items in one transaction, which locks the log for up to a second


class ItemWithdrawn(Exception):
    """The item was withdrawn, and can't be changed any more."""

    def __init__(self, item: Item) -> None:
        super().__init__(item.item_id)
        self.item = item


@dataclass(frozen=True, slots=True)
class Correction:
    """An item after a correction, and what of the given fields was ignored or guessed."""

    item: Item
    warnings: list[str]


def correct(
    item: Item,
    changes: HeadlineChanges,
    *,
    score: tuple[Score, Scorer] | None = None,
    reason: str = "",
    author: str = "",
) -> ItemEdit:
    """Return the edit by which a stored item gets new values; without `fields`, nothing changes and it is not appended.

    score: of the new title, and its scorer, if the title changes. The caller holds the log's lock (see `append_edits`).
    """
    edit = ItemEdit.of(item, ChangeKind.CORRECTED, reason=reason, author=author)
    for name, value in changes:
        setattr(item, name, value)
    fields = edit.fields
    if "published_at" in fields:
        item.is_undated = False
    if STORY_FIELDS.intersection(fields):
        item.dedup_hash = get_dedup_hash(item)
    if score is not None:
        apply_score(item, *score)
    return edit


def get_item(item_id: str) -> Item:
    """Return the item with a public id. Errors: Item.DoesNotExist, ItemWithdrawn."""
    item: Item = Item.with_withdrawn.get(item_id=item_id)
    if item.is_withdrawn:
        raise ItemWithdrawn(item)
    return item


def correct_item(item_id: str, record: Mapping[str, object], *, reason: str, author: str) -> Correction:
    """Change the fields of an item that a record has; see `parse_changes` for its form.

    It is scored again if its title changes, and announced again unless nothing changes.
    Errors: HeadlineError for a bad record, Item.DoesNotExist, ItemWithdrawn.
    """
    while True:
        item, warnings = get_item(item_id), list[str]()
        changes = parse_changes(record, title=item.title, summary=item.summary, warnings=warnings)
        fields = correct(copy(item), changes).fields
        if not fields:
            return Correction(item, warnings)
        # Outside the lock, so the item may change meanwhile; then from the beginning, as the record may mean another
        # change of it.
        started = time.perf_counter()
        scorer = load_scorer(inline_analyzer())
        score = (scorer.score([changes.title])[0], scorer) if changes.title and "title" in fields else None
        seconds = time.perf_counter() - started
        with transaction.atomic():
            head = lock_head()
            current = Item.objects.filter(pk=item.pk, seq=item.seq).first()
            if current is None:
                continue
            append_edits(head, [correct(current, changes, score=score, reason=reason, author=author)])
            scored = 0 if score is None else 1
            advance_head(head, items=1, scored=scored, scoring_seconds=seconds * scored)
        return Correction(current, warnings)


def withdraw_item(item_id: str, *, reason: str, author: str) -> Item:
    """Withdraw an item and return it. Errors: Item.DoesNotExist, ItemWithdrawn."""
    while True:
        if withdrawn := withdraw_items([get_item(item_id).pk], reason=reason, author=author):
            return withdrawn[0]


def withdraw_items(pks: Collection[int], *, reason: str, author: str) -> list[Item]:
    """Withdraw a batch of items in one transaction, and return those that were not withdrawn before.

    The log is locked meanwhile: WITHDRAW_BATCH keeps that short.
    """
    with transaction.atomic():
        head = lock_head()
        edits = withdraw(Item.objects.filter(pk__in=in_array(pks)).order_by("seq"), reason=reason, author=author)
        append_edits(head, edits)
        advance_head(head, items=len(edits))
    return [edit.item for edit in edits]
