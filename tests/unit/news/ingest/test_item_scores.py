"""What headlines say of each of their tickers: stored, scored again, corrected, labelled and erased."""

from typing import Any

import pytest
from django.conf import LazySettings

from news.ingest.changes import build_withdrawals
from news.ingest.corrections import correct_item
from news.ingest.pipeline import ingest_records
from news.ingest.rescoring import rescore
from news.labels.store import remove_label, set_label
from news.models import Item, ItemRevision, LogHead, Mention, Sentiment
from tests.helpers import clause_analyzer
from tests.helpers.edits import store_edits

pytestmark = pytest.mark.django_db
UP, FLAT, DOWN = ("positive", 0.8, 0.75), ("neutral", 0.8, 0.0), ("negative", 0.8, -0.75)


@pytest.fixture(autouse=True)
def analyzer(monkeypatch: pytest.MonkeyPatch, settings: LazySettings) -> None:
    clause_analyzer.install(monkeypatch, settings)


def append(title: str = "Ford rises as Tesla falls", **fields: Any) -> Item:
    batch = ingest_records([{"title": title, **fields}], source="test")
    return Item.objects.get(item_id=batch.created[0])


def list_answers(item: Item) -> dict[str, tuple[str, float, float]]:
    """Return what an item says of each ticker; its mentions say the same."""
    item.refresh_from_db()
    answers = {e.ticker: (e.sentiment, e.score, pytest.approx(e.value)) for e in item.list_entities()}
    mentions = Mention.objects.filter(item=item, seq=item.seq).order_by("pk")
    assert {m.symbol: (m.sentiment, m.score, m.value) for m in mentions} == answers
    assert [m.symbol for m in mentions] == item.tickers == list(answers)
    assert [m.relevance for m in mentions] == [e.relevance for e in item.list_entities()]
    return {m.symbol: (m.sentiment, m.score, round(m.value, 6)) for m in mentions}


def get_change(item: Item) -> tuple[str, list[str]]:
    change = item.changes.first()
    assert change is not None
    return change.kind, change.fields


def test_ingest_stores_a_score_for_each_ticker() -> None:
    item = append()

    assert list_answers(item) == {"F": UP, "TSLA": DOWN}
    assert (item.sentiment, item.score, item.language, item.has_own_tickers) == ("positive", 0.8, "", False)
    assert item.entities is not None
    assert [(entity[5], entity[6]) for entity in item.entities] == [(["Ford"], ["rises"]), (["Tesla"], ["falls"])]


def test_ingest_ticker_that_is_not_named_is_scored_as_the_headline() -> None:
    item = append(tickers=["BA", "TSLA"])

    assert list_answers(item) == {"BA": UP, "TSLA": DOWN}
    assert item.has_own_tickers


def test_correct_title_scores_tickers_and_tags_again() -> None:
    item = append()

    correct_item(item.item_id, {"title": "Boeing falls as Ford rises"}, reason="", author="ann")

    assert list_answers(item) == {"BA": DOWN, "F": UP}
    assert get_change(item) == ("corrected", ["title", "tickers", "sentiment", "score"])
    assert [departure.symbol for departure in item.departures.all()] == ["TSLA"]


def test_correct_title_that_turns_one_ticker_names_entities() -> None:
    item = append()

    correct_item(item.item_id, {"title": "Ford rises as Tesla rises"}, reason="", author="ann")

    assert list_answers(item) == {"F": UP, "TSLA": UP}
    assert get_change(item) == ("corrected", ["title", "entities"])


def test_correct_title_keeps_tickers_of_the_sender() -> None:
    item = append(tickers=["TSLA"])

    correct_item(item.item_id, {"title": "Boeing rises as Tesla falls"}, reason="", author="ann")

    assert list_answers(item) == {"TSLA": DOWN}
    assert get_change(item) == ("corrected", ["title"])


def test_correct_tickers_scores_new_ones_only() -> None:
    item = append(tickers=["F"])

    correct_item(item.item_id, {"tickers": ["TSLA", "F"]}, reason="", author="ann")

    assert list_answers(item) == {"TSLA": DOWN, "F": UP}
    assert (item.sentiment, get_change(item)) == ("positive", ("corrected", ["tickers"]))


def test_correct_summary_of_tagged_item_finds_its_instruments() -> None:
    item = append("Carmaker rises", summary="It was Ford.")
    assert item.tickers == ["F"]

    correct_item(item.item_id, {"summary": "It was Tesla."}, reason="", author="ann")

    assert list_answers(item) == {"TSLA": UP}


def test_feed_entry_with_other_title_is_tagged_again() -> None:
    append(external_id="1")

    batch = ingest_records([{"title": "Ford falls as Tesla falls", "external_id": "1"}], source="test", is_feed=True)

    assert batch.updated == 1
    item = Item.objects.get()
    assert list_answers(item) == {"F": DOWN, "TSLA": DOWN}
    assert get_change(item) == ("corrected", ["title", "sentiment", "score"])


def test_rescore_item_of_which_one_ticker_changes_is_announced() -> None:
    item = append()
    assert rescore(Item.objects.all()).changed == 0
    Item.objects.update(title="Ford rises as Tesla rises")

    result = rescore(Item.objects.all())

    assert (result.scored, result.changed) == (1, 1)
    assert list_answers(item) == {"F": UP, "TSLA": UP}
    assert (item.seq, get_change(item)) == (2, ("rescored", ["entities"]))


def test_rescore_unchanged_updates_evidence_in_place() -> None:
    item = append()
    assert item.entities is not None
    Item.objects.update(entities=[[*entity[:6], ["old"], entity[7]] for entity in item.entities])

    assert rescore(Item.objects.all()).changed == 0

    item.refresh_from_db()
    assert (item.seq, [entity.evidence for entity in item.list_entities()]) == (1, [["rises"], ["falls"]])


def test_rescore_item_stored_before_entities_scores_each_ticker() -> None:
    item = append()
    Item.objects.update(entities=None, has_own_tickers=None)

    assert rescore(Item.objects.all()).changed == 1

    assert list_answers(item) == {"F": UP, "TSLA": DOWN}
    assert get_change(item) == ("rescored", ["entities"])


def test_label_of_ticker_outlasts_scores_and_its_removal_restores_the_answer_of_the_model() -> None:
    item = append()

    set_label(item.item_id, Sentiment.NEUTRAL, symbol="TSLA", author="ann")

    assert list_answers(item) == {"F": UP, "TSLA": ("neutral", 1.0, 0.0)}
    label = item.labels.get()
    assert (label.model_sentiment, label.model_score) == ("negative", 0.8)
    assert rescore(Item.objects.all()).changed == 0
    remove_label(item.item_id, symbol="TSLA", author="ann")
    assert list_answers(item) == {"F": UP, "TSLA": DOWN}
    assert (item.seq, get_change(item)) == (3, ("labelled", ["entities"]))


def test_label_of_headline_holds_for_tickers_with_its_answer_only() -> None:
    item, single = append(), append("Boeing rises")

    for labelled in (item, single):
        set_label(labelled.item_id, Sentiment.NEUTRAL, author="ann")

    assert list_answers(item) == {"F": ("neutral", 1.0, 0.0), "TSLA": DOWN}
    assert list_answers(single) == {"BA": ("neutral", 1.0, 0.0)}
    assert get_change(item) == ("labelled", ["sentiment", "score"])
    assert rescore(Item.objects.all()).labelled == 2
    remove_label(item.item_id, author="ann")
    assert list_answers(item) == {"F": UP, "TSLA": DOWN}


def test_withdraw_erases_words_and_keeps_sentiments() -> None:
    item = append()
    correct_item(item.item_id, {"title": "Ford falls as Tesla falls"}, reason="", author="ann")
    item.refresh_from_db()

    store_edits(build_withdrawals([item], reason="libel", author="ann"))

    states = [ItemRevision.objects.get(seq=1), ItemRevision.objects.get(seq=2), Item.with_withdrawn.get()]
    assert all(not e.names and not e.evidence for state in states for e in state.list_entities())
    assert [e.sentiment for e in states[0].list_entities()] == ["positive", "negative"]
    assert LogHead.objects.get().seq == 3
