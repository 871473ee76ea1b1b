"""Correct and withdraw stored items: what people and programs change, and what a source says otherwise than before."""

from news.dedup.candidates import get_dedup_hash
from news.dedup.headline import HeadlineChanges
from news.ingest.changes import STORY_FIELDS, ItemEdit
from news.ingest.rescoring import apply_score
from news.models import ChangeKind, Item
from news.scoring import Score, Scorer


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
