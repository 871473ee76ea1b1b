"""Correct and withdraw stored items: what people and programs change, and what a source says otherwise than before."""

from collections.abc import Collection, Mapping, Sequence
from copy import copy
from dataclasses import dataclass

from django.db import transaction

from common.sql import in_array
from news.dedup.candidates import get_dedup_hash
from news.dedup.headline import HeadlineChanges
from news.ingest.changes import STORY_FIELDS, TAGGED_FIELDS, ItemEdit, append_edits, build_withdrawals
from news.ingest.item_scores import ScoreCache, rescore_item, set_tickers
from news.ingest.tagging import NO_RULES, TaggingRules, get_rules, tag_stored
from news.ingest.validation import parse_changes
from news.instruments.mentions import FoundInstrument
from news.log.head import advance_head, lock_head
from news.models import ChangeKind, Item

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


def build_correction(
    item: Item,
    changes: HeadlineChanges,
    *,
    scores: ScoreCache | None = None,
    rules: TaggingRules = NO_RULES,
    reason: str = "",
    author: str = "",
) -> ItemEdit:
    """Change a stored item in place, and return the edit; one without `fields` is not appended.

    A new title or summary is tagged again, unless the sender gave the tickers. A new title and new tickers are scored.
    scores: those known already. rules: of the item's source. The caller holds the log's lock (see `append_edits`).
    """
    edit = ItemEdit.from_item(item, ChangeKind.CORRECTED, reason=reason, author=author)
    if changes.tickers is None:
        has_own_tickers = has_tickers_of_sender(item, rules)
    else:
        has_own_tickers = changes.has_own_tickers is not False
    for name, value in changes:
        setattr(item, name, value)
    if not set(TAGGED_FIELDS).isdisjoint(edit.fields):
        own_tickers = item.tickers if has_own_tickers else ()
        # The rules of a source filter what comes, not what a person or program says an item is about.
        rules = NO_RULES if own_tickers else rules
        instruments = tag_stored(item.title, item.summary, own_tickers=own_tickers, source=item.source, rules=rules)
        _set_instruments(edit, instruments, ScoreCache() if scores is None else scores)
    fields = edit.fields
    if "published_at" in fields:
        item.is_undated = False
    if STORY_FIELDS.intersection(fields):
        item.dedup_hash = get_dedup_hash(item)
    return edit


def has_tickers_of_sender(item: Item, rules: TaggingRules = NO_RULES) -> bool:
    """Return whether the sender gave an item's tickers. Where that was not recorded: if the text does not say them."""
    if item.has_own_tickers is not None:
        return item.has_own_tickers
    instruments = tag_stored(item.title, item.summary, source=item.source, rules=rules)
    return {instrument.symbol for instrument in instruments} != {*item.tickers}


def _set_instruments(edit: ItemEdit, instruments: Sequence[FoundInstrument], scores: ScoreCache) -> None:
    """Give a corrected item what was found in its text; the same in the same title is no change."""
    if "title" in edit.fields:
        edit.item.tickers = [instrument.symbol for instrument in instruments]
        rescore_item(edit.item, instruments, scores)
    elif edit.before.tickers != [instrument.symbol for instrument in instruments]:
        edit.item.tickers = edit.before.tickers
        set_tickers(edit.item, instruments, scores)


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
        rules = get_rules(item.source)
        changes = parse_changes(
            record, title=item.title, summary=item.summary, source=item.source, rules=rules, warnings=warnings
        )
        scores = ScoreCache()
        # Outside the lock, so the item may change meanwhile; then from the beginning, as the record may mean another
        # change of it.
        if not build_correction(copy(item), changes, scores=scores, rules=rules).fields:
            return Correction(item, warnings)
        with transaction.atomic():
            head = lock_head()
            current = Item.objects.filter(pk=item.pk, seq=item.seq).first()
            if current is None:
                continue
            edit = build_correction(current, changes, scores=scores, rules=rules, reason=reason, author=author)
            append_edits(head, [edit])
            advance_head(head, items=1, scored=scores.count, scoring_seconds=scores.seconds)
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
        edits = build_withdrawals(
            Item.objects.filter(pk__in=in_array(pks)).order_by("seq"), reason=reason, author=author
        )
        append_edits(head, edits)
        advance_head(head, items=len(edits))
    return [edit.item for edit in edits]
