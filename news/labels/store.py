"""Label headlines and their tickers, and announce what changes by it. The newest label of each counts."""

import time

from django.db import transaction

from common.time import utc_now
from news.ingest.analyzer_choice import inline_analyzer
from news.ingest.changes import ItemEdit, append_edits
from news.ingest.corrections import get_item
from news.ingest.rescoring import apply_score
from news.log.head import advance_head, lock_head
from news.models import ChangeKind, Item, Label, LogHead, Mention, Sentiment
from news.scoring import load_scorer

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
        before = _get_answer(item, symbol)
        answer = _get_model_answer(item, symbol)
        _end_label(item, symbol)
        label = Label(item=item, symbol=symbol, sentiment=sentiment, author=author, created_at=utc_now(), **answer)
        label.save()
        edit = ItemEdit.of(item, ChangeKind.LABELLED, author=author)
        edit.mentions_change = symbol != ""
        _append(head, [edit] if before != (sentiment, 1.0) else [])


def remove_label(item_id: str, *, symbol: str = "", author: str) -> None:
    """Take a label back: a headline is scored again, and a ticker has the sentiment of the headline.

    Errors: Item.DoesNotExist, ItemWithdrawn, LabelError.
    """
    scorer = load_scorer(inline_analyzer())  # takes a moment once, which the lock should not
    with transaction.atomic():
        head = lock_head()
        item = get_item(item_id)
        if not _end_label(item, symbol):
            raise NoLabel(f"{symbol or 'headline'}: has no label to remove; GET lists those that the item has.")
        edit = ItemEdit.of(item, ChangeKind.LABELLED, reason=REMOVED, author=author)
        seconds = 0.0
        if symbol:
            former = _get_answer(item, symbol)
            edit.mentions_change = former is not None and former != (item.sentiment, item.score)
        else:
            started = time.perf_counter()
            apply_score(item, scorer.score([item.title])[0], scorer)
            seconds = time.perf_counter() - started
        _append(head, [edit] if edit.fields else [], scored=0 if symbol else 1, seconds=seconds)


def _get_answer(item: Item, symbol: str) -> tuple[str, float] | None:
    """Return sentiment and score of the headline or of one of its tickers as they are now; None if it is gone."""
    if not symbol:
        return item.sentiment, item.score
    mentions = Mention.objects.filter(item=item, seq=item.seq, symbol=symbol)
    return mentions.values_list("sentiment", "score").first()


def _get_model_answer(item: Item, symbol: str) -> dict[str, str | float]:
    """Return the model's answer for a new label: from the label that decides now, or the present state."""
    labels = {label.symbol: label for label in item.labels.filter(ended_at__isnull=True, symbol__in={symbol, ""})}
    if former := labels.get(symbol) or labels.get(""):
        names = ("model_sentiment", "model_score", "analyzer", "analyzer_version")
        return {name: getattr(former, name) for name in names}
    return {
        "model_sentiment": item.sentiment,
        "model_score": item.score,
        "analyzer": item.analyzer,
        "analyzer_version": item.analyzer_version,
    }


def _end_label(item: Item, symbol: str) -> bool:
    """End the label that counts; return whether there was one."""
    return bool(item.labels.filter(symbol=symbol, ended_at__isnull=True).update(ended_at=utc_now()))


def _append(head: LogHead, edits: list[ItemEdit], *, scored: int = 0, seconds: float = 0.0) -> None:
    append_edits(head, edits)
    advance_head(head, items=len(edits), scored=scored, scoring_seconds=seconds)
