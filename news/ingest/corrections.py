"""Correct and withdraw stored items: what people and programs change, and what a source says otherwise than before."""

from collections.abc import Collection, Mapping, Sequence
from copy import copy
from dataclasses import dataclass

from django.db import transaction

from common.sql import in_array
from news.dedup.candidates import get_dedup_hash
from news.dedup.headline import HeadlineChanges
from news.ingest.changes import STORY_FIELDS, TAGGED_FIELDS, ItemEdit, append_edits, withdraw
from news.ingest.entities import Scores, set_scores, set_tickers
from news.ingest.tagging import ANY, TaggingRules, get_rules, tag_stored
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


def correct(
    item: Item,
    changes: HeadlineChanges,
    *,
    scores: Scores | None = None,
    rules: TaggingRules = ANY,
    reason: str = "",
    author: str = "",
) -> ItemEdit:
    """Return the edit by which a stored item gets new values; without `fields`, nothing changes and it is not appended.

    A new title or summary is tagged again, unless the sender gave the tickers. A new title and new tickers are scored.
    scores: those known already. rules: of the item's source. The caller holds the log's lock (see `append_edits`).
    """
    edit = ItemEdit.of(item, ChangeKind.CORRECTED, reason=reason, author=author)
    if changes.tickers is None:
        has_own_tickers = has_tickers_of_sender(item, rules)
    else:
        has_own_tickers = changes.has_own_tickers is not False
    for name, value in changes:
        setattr(item, name, value)
    if not set(TAGGED_FIELDS).isdisjoint(edit.fields):
        own_tickers = item.tickers if has_own_tickers else ()
        # The rules of a source filter what comes, not what a person or program says an item is about.
        rules = ANY if own_tickers else rules
        mentions = tag_stored(item.title, item.summary, own_tickers=own_tickers, source=item.source, rules=rules)
        _set_mentions(edit, mentions, Scores() if scores is None else scores)
    fields = edit.fields
    if "published_at" in fields:
        item.is_undated = False
    if STORY_FIELDS.intersection(fields):
        item.dedup_hash = get_dedup_hash(item)
    return edit


def has_tickers_of_sender(item: Item, rules: TaggingRules = ANY) -> bool:
    """Return whether the sender gave an item's tickers. Where that was not recorded: if the text does not say them."""
    if item.has_own_tickers is not None:
        return item.has_own_tickers
    mentions = tag_stored(item.title, item.summary, source=item.source, rules=rules)
    return {mention.symbol for mention in mentions} != {*item.tickers}


def _set_mentions(edit: ItemEdit, mentions: Sequence[FoundInstrument], scores: Scores) -> None:
    """Give a corrected item what was found in its text; the same in the same title is no change."""
    if "title" in edit.fields:
        edit.item.tickers = [mention.symbol for mention in mentions]
        set_scores(edit.item, mentions, scores)
    elif edit.before.tickers != [mention.symbol for mention in mentions]:
        edit.item.tickers = edit.before.tickers
        set_tickers(edit.item, mentions, scores)


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
        scores = Scores()
        # Outside the lock, so the item may change meanwhile; then from the beginning, as the record may mean another
        # change of it.
        if not correct(copy(item), changes, scores=scores, rules=rules).fields:
            return Correction(item, warnings)
        with transaction.atomic():
            head = lock_head()
            current = Item.objects.filter(pk=item.pk, seq=item.seq).first()
            if current is None:
                continue
            edit = correct(current, changes, scores=scores, rules=rules, reason=reason, author=author)
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
        edits = withdraw(Item.objects.filter(pk__in=in_array(pks)).order_by("seq"), reason=reason, author=author)
        append_edits(head, edits)
        advance_head(head, items=len(edits))
    return [edit.item for edit in edits]
