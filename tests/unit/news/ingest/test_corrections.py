"""Corrections: the edit that ingestion and people build alike, and what happens if the item changes meanwhile."""

import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from types import ModuleType

import pytest
from django.conf import LazySettings
from django.db import transaction

from news.dedup.candidates import make_candidates
from news.dedup.headline import Headline, HeadlineChanges
from news.ingest.changes import append_edits
from news.ingest.corrections import (
    ItemWithdrawn,
    build_correction,
    correct_item,
    get_item,
    withdraw_item,
    withdraw_items,
)
from news.ingest.pipeline import ingest
from news.log.head import advance_head, lock_head
from news.models import Item, ItemRevision, LogHead
from news.scoring import ANALYZERS, EMBEDDED, AnalyzerSpec, EntityText, Score, load_scorer, repeat_for_entities
from tests.helpers.random_sequence import Clock
from tests.helpers.recount import assert_counts_exact

pytestmark = pytest.mark.django_db
PUBLISHED = datetime(2026, 3, 28, 9, 30, tzinfo=UTC)


def append(title: str = "Apple profit surges", *tickers: str) -> Item:
    headline = Headline(title, tickers or ("AAPL",), "test", PUBLISHED, external_id=title)
    return get_item(ingest([headline]).created[0])


def test_correct_builds_an_edit_with_hash_score_and_reason(clock: Clock) -> None:
    item = append()
    changes = HeadlineChanges(title="Apple losses widen", tickers=("AAPL", "^GSPC"))
    (candidate,) = make_candidates([Headline("Apple losses widen", ("AAPL", "^GSPC"), "test", PUBLISHED)])

    with transaction.atomic():
        head = lock_head()
        edit = build_correction(item, changes, reason="Wrong.")
        append_edits(head, [edit])
        advance_head(head, items=1)

    assert (edit.kind, edit.reason, edit.author) == ("corrected", "Wrong.", "")
    assert edit.fields == ["title", "tickers", "sentiment", "score", "entities"]
    stored = Item.objects.get()
    assert (stored.sentiment, stored.tickers, stored.dedup_hash) == (
        "negative",
        ["AAPL", "^GSPC"],
        candidate.dedup_hash,
    )
    assert ItemRevision.objects.get().dedup_hash != candidate.dedup_hash
    assert_counts_exact(clock)


def test_correct_with_the_present_values_has_no_fields() -> None:
    item = append()
    dedup_hash, changes = item.dedup_hash, HeadlineChanges(title=item.title, tickers=("AAPL",), published_at=PUBLISHED)

    edit = build_correction(item, changes)

    assert (edit.fields, item.dedup_hash) == ([], dedup_hash)


@pytest.fixture
def on_score(monkeypatch: pytest.MonkeyPatch, settings: LazySettings) -> list[Callable[[], object]]:
    """Configure an analyzer that runs and removes the functions of this list when it scores."""
    calls: list[Callable[[], object]] = []

    class Analyzer:
        name, version = "busy", "1"

        def score(self, texts: Sequence[str]) -> list[Score]:
            while calls:
                calls.pop()()
            return load_scorer(EMBEDDED).score(texts)

        def score_entities(self, texts: Sequence[EntityText]) -> list[tuple[Score, list[Score]]]:
            return repeat_for_entities(texts, self.score([text.text for text in texts]))

    module = ModuleType("news.scoring.busy")
    vars(module)["Analyzer"] = Analyzer
    monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setitem(ANALYZERS, "busy", AnalyzerSpec("news.scoring.busy:Analyzer", is_deferred=False))
    load_scorer.cache_clear()
    settings.ANALYZER = "busy"
    return calls


def test_correct_item_that_changes_while_it_is_scored_keeps_both_changes(
    on_score: list[Callable[[], object]], clock: Clock
) -> None:
    item = append()
    on_score.append(lambda: correct_item(item.item_id, {"ticker": "F", "title": "Ford sinks"}, reason="1", author="a"))

    corrected = correct_item(item.item_id, {"title": "Losses widen"}, reason="2", author="b").item

    assert (corrected.title, corrected.tickers, corrected.sentiment) == ("Losses widen", ["F"], "negative")
    states = [(state.title, state.tickers) for state in ItemRevision.objects.order_by("seq")]
    assert states == [("Apple profit surges", ["AAPL"]), ("Ford sinks", ["F"])]
    assert [change.author for change in corrected.changes.order_by("seq")] == ["a", "b"]
    assert (LogHead.objects.get().seq, LogHead.objects.get().scored) == (3, 3)
    assert_counts_exact(clock)


def test_correct_item_that_is_withdrawn_while_it_is_scored_raises(on_score: list[Callable[[], object]]) -> None:
    item = append()
    on_score.append(lambda: withdraw_item(item.item_id, reason="", author=""))

    with pytest.raises(ItemWithdrawn):
        correct_item(item.item_id, {"title": "Losses widen"}, reason="", author="")

    assert Item.with_withdrawn.get().title == ""


def test_withdraw_items_leaves_those_that_are_withdrawn_already(clock: Clock) -> None:
    items = [append(f"Apple profit rises {number} percent", "AAPL", "^GSPC") for number in range(3)]
    withdraw_item(items[1].item_id, reason="first", author="a")

    withdrawn = withdraw_items([item.pk for item in items], reason="second", author="b")

    assert [item.item_id for item in withdrawn] == [items[0].item_id, items[2].item_id]
    assert [item.seq for item in withdrawn] == [5, 6]
    assert [change.reason for change in items[1].changes.all()] == ["first"]
    assert Item.objects.count() == 0
    assert_counts_exact(clock)
