"""Label headlines and their tickers, and announce what changes by it. The newest label of each counts."""

from collections.abc import Mapping
from copy import copy

from django.db import transaction

from common.time import utc_now
from news.ingest.active_labels import apply_labels, follows, get_labels, unapply_label
from news.ingest.changes import ItemEdit, append_edits
from news.ingest.corrections import get_item
from news.ingest.item_scores import ScoreCache, get_found_instruments, mark_for_upgrade, rescore_item
from news.log.head import advance_head, lock_head
from news.models import ChangeKind, Item, Label, LogHead, Sentiment

REMOVED = "label removed"  # the reason of the change, for readers


class LabelError(Exception):
    """What was to be labelled can't be. The text says why, with the cure."""


class UnknownSymbol(LabelError):
    """The item has no such ticker."""


class NoLabel(LabelError):
    """There is no label to remove."""


def list_labels(item_id: str) -> list[Label]:
    """Return the labels of an item that count, that of the headline first.

    Errors: Item.DoesNotExist, ItemWithdrawn.
    """
    return list(get_item(item_id).labels.filter(ended_at__isnull=True).order_by("symbol"))


def set_label(item_id: str, sentiment: Sentiment, *, symbol: str = "", author: str) -> None:
    """Say what the sentiment of a headline should be, or with `symbol` that of one of its tickers.

    It is announced again unless it has this very answer. The label is stored in either case.
    Errors: Item.DoesNotExist, ItemWithdrawn, LabelError.
    """
    with transaction.atomic():
        head = lock_head()
        item = get_item(item_id)
        if symbol and symbol not in item.tickers:
            tickers = ", ".join(item.tickers)
            raise UnknownSymbol(f"symbol={symbol!r}: the headline has {tickers}; give one of these, or none.")
        labels = get_labels([item.pk]).get(item.pk, {})
        answer = _get_model_answer(item, symbol, labels)
        _end_label(item, symbol)
        label = Label(item=item, symbol=symbol, sentiment=sentiment, author=author, created_at=utc_now(), **answer)
        label.save()
        edit = ItemEdit.from_item(item, ChangeKind.LABELLED, author=author)
        if not symbol and symbol in labels:
            unapply_label(item, labels[symbol])
        apply_labels(item, {**labels, symbol: label})
        _append(head, edit)


def remove_label(item_id: str, *, symbol: str = "", author: str) -> None:
    """Take a label back: the headline, or the ticker, is scored again.

    Errors: Item.DoesNotExist, ItemWithdrawn, LabelError.
    """
    scores = ScoreCache()  # takes a moment once, which the lock should not
    with transaction.atomic():
        head = lock_head()
        item = get_item(item_id)
        if not _end_label(item, symbol):
            raise NoLabel(f"{symbol or 'headline'}: has no label to remove; GET lists those that the item has.")
        edit = ItemEdit.from_item(item, ChangeKind.LABELLED, reason=REMOVED, author=author)
        labels = get_labels([item.pk]).get(item.pk, {})
        if symbol and "" not in labels:
            _score_ticker(item, symbol, scores)
        else:
            rescore_item(item, get_found_instruments(item), scores)
        apply_labels(item, labels)
        _append(head, edit, scores)


def _score_ticker(item: Item, symbol: str, scores: ScoreCache) -> None:
    """Set what the scores say about one ticker of an item; the headline and the others stay."""
    scored = copy(item)
    rescore_item(scored, get_found_instruments(item), scores)
    if symbol in item.tickers:
        rows = zip(item.list_entities(), scored.list_entities(), strict=True)
        item.entities = [[*(new if new.ticker == symbol else old)] for old, new in rows]
        mark_for_upgrade(item, scores)


def _get_model_answer(item: Item, symbol: str, labels: Mapping[str, Label]) -> dict[str, str | float]:
    """Return the model's answer for a new label: from the label that decides now, or the present state."""
    former = labels.get(symbol)
    of_headline = labels.get("")
    if symbol and former is None and of_headline is not None and follows(item.get_entity(symbol), of_headline):
        former = of_headline
    if former is not None:
        names = ("model_sentiment", "model_score", "analyzer", "analyzer_version")
        return {name: getattr(former, name) for name in names}
    state = item.get_entity(symbol) if symbol else item
    # Of a labelled headline, the item has no analyzer.
    scored = item if of_headline is None else of_headline
    return {
        "model_sentiment": state.sentiment,
        "model_score": state.score,
        "analyzer": scored.analyzer,
        "analyzer_version": scored.analyzer_version,
    }


def _end_label(item: Item, symbol: str) -> bool:
    """End the label that counts; return whether there was one."""
    return bool(item.labels.filter(symbol=symbol, ended_at__isnull=True).update(ended_at=utc_now()))


def _append(head: LogHead, edit: ItemEdit, scores: ScoreCache | None = None) -> None:
    """Append an edit if it changes anything."""
    edits = [edit] if edit.fields else []
    append_edits(head, edits)
    scored, seconds = (scores.count, scores.seconds) if scores is not None else (0, 0.0)
    advance_head(head, items=len(edits), scored=scored, scoring_seconds=seconds)
