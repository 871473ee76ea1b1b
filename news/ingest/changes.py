"""Append changed items to the log again: their former states stay where they were announced.

All that changes a stored item ends here: rescoring, corrections, labels, withdrawals. Labels by people outlast them.
"""

from collections.abc import Collection, Iterable, Sequence
from copy import copy
from dataclasses import dataclass
from typing import Self

from django.db import connection

from common.sql import in_array
from common.time import utc_now
from news.dedup.candidates import get_similarity_keys
from news.entity_score import EntityScore
from news.ingest.active_labels import apply_labels, get_labels, matches_headline_score
from news.ingest.bulk_insert import insert_mentions
from news.log.head import get_append_time
from news.metrics.buckets import adjust_buckets, rebuild_buckets
from news.models import (
    ChangeKind,
    Departure,
    DuplicateReport,
    Item,
    ItemChange,
    ItemRevision,
    ItemState,
    LogHead,
    Mention,
)
from news.search.index import add_items, remove_items

ERASED = {"title": "", "summary": "", "url": "", "evidence": []}  # of a withdrawn item
# What the API calls what changed; the fields of a state that are not listed change with one of these.
FIELD_NAMES = {
    "title": "title",
    "summary": "summary",
    "url": "url",
    "tickers": "tickers",
    "published_at": "published_at",
    "sentiment": "sentiment",
    "score": "score",
    "probabilities": "score",
}
TAGGED_FIELDS = ("title", "summary", "tickers")  # determine relevance
STORY_FIELDS = {"title", "tickers", "published_at"}  # identify a story
REVISION_COLUMNS = ", ".join(
    str(field.column) for field in ItemRevision._meta.concrete_fields if field.name not in ("id", "current", "next_seq")
)
# Raw SQL, because the ORM has no INSERT ... SELECT.
COPY_STATE = (
    f"INSERT INTO news_itemrevision ({REVISION_COLUMNS}, current_id, next_seq)"  # noqa: S608 - names of our own model
    f" SELECT {REVISION_COLUMNS}, id, %s FROM news_item WHERE id = %s"
)


@dataclass(slots=True)
class ItemEdit:
    """A change to an item: `before` is the stored copy, `item` the new values.

    kind: why it changes. reason: for readers. author: who changed it by hand.
    """

    before: Item
    item: Item
    kind: ChangeKind
    reason: str = ""
    author: str = ""

    @classmethod
    def from_item(cls, item: Item, kind: ChangeKind, *, reason: str = "", author: str = "") -> Self:
        """Return an edit of a stored item, which the caller then changes."""
        return cls(copy(item), item, kind, reason, author)

    @property
    def fields(self) -> list[str]:
        """The names of what changes, as in the API; none for a withdrawal."""
        if self.item.is_withdrawn:
            return []
        changed = (
            name
            for attribute, name in FIELD_NAMES.items()
            if getattr(self.before, attribute) != getattr(self.item, attribute)
        )
        return [*dict.fromkeys(changed), *(["entities"] if self._has_entity_changes() else [])]

    @property
    def departed(self) -> list[str]:
        """The tickers that the item no longer has; all of one that is withdrawn."""
        kept = () if self.item.is_withdrawn else self.item.tickers
        return [ticker for ticker in self.before.tickers if ticker not in kept]

    def _has_entity_changes(self) -> bool:
        """Return whether a kept ticker's score changed on its own.

        Also if its relevance changed although text and tickers did not.
        """
        if self.before.entities is None and self.item.entities is None:
            return False
        before = {entity.ticker: entity for entity in self.before.list_entities()}
        after = [entity for entity in self.item.list_entities() if entity.ticker in before]
        has_same_texts = all(getattr(self.before, name) == getattr(self.item, name) for name in TAGGED_FIELDS)
        if has_same_texts and any(entity.relevance != before[entity.ticker].relevance for entity in after):
            return True
        return any(self._has_own_change(before[entity.ticker], entity) for entity in after)

    def _has_own_change(self, before: EntityScore, after: EntityScore) -> bool:
        if (before.sentiment, before.score, before.value) == (after.sentiment, after.score, after.value):
            return False
        return not (matches_headline_score(self.before, before) and matches_headline_score(self.item, after))


def append_edits(head: LogHead, edits: Sequence[ItemEdit]) -> None:
    """Give each edited item the next place in the log and store it; its former state becomes a revision.

    The caller holds the log's lock, has read the items under it, and then advances the head by as many items. Whatever
    an edit says, a labelled headline or ticker has the sentiment of its label.
    """
    if not edits:
        return
    labels = get_labels([edit.item.pk for edit in edits if not edit.item.is_withdrawn])
    for edit in edits:
        apply_labels(edit.item, labels.get(edit.item.pk, {}))
    appended_at = get_append_time(utc_now())
    for seq, edit in enumerate(edits, start=head.seq + 1):
        edit.item.seq, edit.item.appended_at, edit.item.revision = seq, appended_at, edit.before.revision + 1
    with connection.cursor() as cursor:
        cursor.executemany(COPY_STATE, [(edit.item.seq, edit.item.pk) for edit in edits])
    for edit in edits:
        edit.item.save()
    ItemChange.objects.bulk_create(
        ItemChange(
            item=edit.item,
            seq=edit.item.seq,
            kind=edit.kind,
            fields=edit.fields,
            reason=edit.reason,
            author=edit.author,
        )
        for edit in edits
    )
    _insert_mentions_and_departures(edits)
    _erase([edit.item for edit in edits if edit.item.is_withdrawn])
    add_items(
        edit.item for edit in edits if not edit.item.is_withdrawn and {"title", "summary"}.intersection(edit.fields)
    )
    before, after = [edit.before for edit in edits], [edit.item for edit in edits]
    adjust_buckets(before, after)
    rebuild_buckets([*before, *after])


def build_withdrawals(items: Iterable[Item], *, reason: str, author: str) -> list[ItemEdit]:
    """Erase the texts of items in place, and return the edits.

    The items stay as what later reports are duplicates of.
    """
    edits = []
    for item in items:
        edit = ItemEdit.from_item(item, ChangeKind.WITHDRAWN, reason=reason, author=author)
        item.is_withdrawn = True
        for name, value in ERASED.items():
            setattr(item, name, value)
        item.entities = _strip_entity_texts(item)
        edits.append(edit)
    return edits


def _insert_mentions_and_departures(edits: Sequence[ItemEdit]) -> None:
    """Write the mentions of the new states, and what departed. Those of former states stay for readers of the past."""
    Departure.objects.bulk_create(
        Departure(item=edit.item, seq=edit.item.seq, symbol=symbol, is_historical=edit.item.is_historical)
        for edit in edits
        for symbol in edit.departed
    )
    same_story = {edit.item.pk for edit in edits if not STORY_FIELDS.intersection(edit.fields)}
    keys = _pop_similarity_keys(same_story)
    items = (
        (
            edit.item,
            [keys.get((edit.item.pk, ticker)) for ticker in edit.item.tickers]
            if edit.item.pk in same_story
            else get_similarity_keys(edit.item),
        )
        for edit in edits
        if not edit.item.is_withdrawn
    )
    insert_mentions(items)


def _pop_similarity_keys(pks: Collection[int]) -> dict[tuple[int, str], int]:
    """Return the similarity keys of items by primary key and ticker, and remove them from the former mentions.

    So other headlines are compared with the item's current mentions only.
    """
    mentions = Mention.objects.filter(item__in=in_array(pks), similarity_key__isnull=False)
    rows = mentions.values_list("item_id", "symbol", "similarity_key")
    keys = {(pk, symbol): key for pk, symbol, key in rows if key is not None}
    mentions.update(similarity_key=None)
    return keys


def _erase(items: Sequence[Item]) -> None:
    """Erase the texts of withdrawn items in former states, reasons of former changes, reports, and in the search."""
    if not items:
        return
    pks = [item.pk for item in items]
    revisions = ItemRevision.objects.filter(current__in=in_array(pks))
    revisions.update(**ERASED, source="")
    with_words = list(revisions.filter(entities__isnull=False).only("entities"))
    for revision in with_words:
        revision.entities = _strip_entity_texts(revision)
    ItemRevision.objects.bulk_update(with_words, ["entities"])
    former_changes = ItemChange.objects.filter(item__in=in_array(pks)).exclude(kind=ChangeKind.WITHDRAWN)
    former_changes.update(reason="")  # it may quote the text
    DuplicateReport.objects.filter(item__in=in_array(pks)).update(url="")
    remove_items(pks)


def _strip_entity_texts(state: ItemState) -> list[list[object]] | None:
    """Return what a state says of its tickers without the words of the text."""
    if state.entities is None:
        return None
    return [[*entity._replace(names=[], evidence=[])] for entity in state.list_entities()]
