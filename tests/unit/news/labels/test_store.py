"""Labels by people: what they announce, and that they outlast scores and corrections."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from news.dedup.headline import Headline
from news.ingest.changes import ItemEdit, build_withdrawals
from news.ingest.corrections import ItemWithdrawn, correct_item
from news.ingest.pipeline import ingest, ingest_records
from news.ingest.rescoring import rescore
from news.ingest.retention import trim
from news.labels.quality import count_right
from news.labels.store import NoLabel, UnknownSymbol, list_labels, remove_label, set_label
from news.log.reader import Selection, select_states_after
from news.metrics.queries import get_metrics
from news.models import ChangeKind, Item, ItemRevision, Label, LogHead, Mention, Sentiment
from tests.helpers.edits import store_edits
from tests.helpers.items import PUBLISHED_AT

pytestmark = pytest.mark.django_db
ONE_HOT = {"positive": 0.0, "neutral": 0.0, "negative": 1.0}


def append(title: str = "Apple profit surges to record", *tickers: str) -> Item:
    (item_id,) = ingest([Headline(title, tickers or ("AAPL", "MSFT"), "test", PUBLISHED_AT)]).created
    return Item.objects.get(item_id=item_id)


def list_answers(item: Item) -> dict[str, tuple[str, float, float]]:
    """Return the sentiment, score and value of each ticker of an item."""
    item.refresh_from_db()
    mentions = Mention.objects.filter(item=item, seq=item.seq).order_by("pk")
    return {mention.symbol: (mention.sentiment, mention.score, mention.value) for mention in mentions}


def test_set_label_headline_is_announced_as_correction() -> None:
    item = append()
    model_score = item.score

    set_label(item.item_id, Sentiment.NEGATIVE, author="ann")

    (state,) = select_states_after(1, Selection(changes=True))
    assert (state.item_id, state.seq, state.revision) == (item.item_id, 2, 1)
    assert (state.sentiment, state.score, state.value, state.probabilities) == ("negative", 1.0, -1.0, ONE_HOT)
    assert state.change is not None
    assert (state.change.kind, state.change.fields, state.change.author) == ("labelled", ["sentiment", "score"], "ann")
    assert (ItemRevision.objects.get().sentiment, ItemRevision.objects.get().score) == ("positive", model_score)
    assert list_answers(item) == {"AAPL": ("negative", 1.0, -1.0), "MSFT": ("negative", 1.0, -1.0)}
    assert (get_metrics().positive, get_metrics().negative, get_metrics().head_seq) == (0, 1, 2)
    label = Label.objects.get()
    assert (label.author, label.model_sentiment, label.model_score) == ("ann", "positive", model_score)
    assert (label.analyzer, item.analyzer) == ("composed", "label")


def test_set_label_neutral_has_value_zero() -> None:
    item = append()

    set_label(item.item_id, Sentiment.NEUTRAL, author="ann")

    item.refresh_from_db()
    assert (item.sentiment, item.score, item.value) == ("neutral", 1.0, 0.0)


def test_set_label_ticker_changes_its_mention_only() -> None:
    item = append()
    before = list_answers(item)

    set_label(item.item_id, Sentiment.NEGATIVE, symbol="MSFT", author="ann")

    assert list_answers(item) == {"AAPL": before["AAPL"], "MSFT": ("negative", 1.0, -1.0)}
    assert (item.seq, item.sentiment) == (2, "positive")
    relevances = Mention.objects.filter(item=item, seq=2).order_by("pk").values_list("symbol", "relevance")
    assert list(relevances) == [("AAPL", 1.0), ("MSFT", 0.5)]
    assert item.changes.get().fields == ["entities"]


def test_set_label_twice_is_stored_and_announced_once() -> None:
    item = append()

    set_label(item.item_id, Sentiment.NEGATIVE, author="ann")
    set_label(item.item_id, Sentiment.NEGATIVE, author="bob")

    assert LogHead.objects.get().seq == 2
    (label,) = list_labels(item.item_id)
    assert (label.author, label.model_sentiment) == ("bob", "positive")
    assert Label.objects.filter(ended_at__isnull=False).get().author == "ann"


def test_set_label_other_sentiment_replaces_the_former() -> None:
    item = append()

    set_label(item.item_id, Sentiment.NEGATIVE, author="ann")
    set_label(item.item_id, Sentiment.NEUTRAL, author="bob")

    item.refresh_from_db()
    assert (item.seq, item.sentiment) == (3, "neutral")
    assert list_answers(item) == {"AAPL": ("neutral", 1.0, 0.0), "MSFT": ("neutral", 1.0, 0.0)}
    assert [label.sentiment for label in list_labels(item.item_id)] == ["neutral"]
    assert str(count_right()) == "right in 0 of the last 1 labelled"


def test_set_label_ticker_after_the_headline_records_what_the_model_said_of_it() -> None:
    ingest_records([{"title": "Apple gains as Microsoft slumps"}], source="test")
    item = Item.objects.get()
    answers = list_answers(item)
    assert (answers["AAPL"][0], answers["MSFT"][0]) == ("positive", "negative")
    set_label(item.item_id, Sentiment.NEUTRAL, author="ann")

    set_label(item.item_id, Sentiment.NEUTRAL, symbol="MSFT", author="ann")

    label = Label.objects.get(symbol="MSFT")
    assert (label.model_sentiment, label.model_score) == ("negative", answers["MSFT"][1])
    assert label.analyzer == "composed"


def test_rescore_leaves_labelled_headlines() -> None:
    labelled, other = append(), append("Boeing meets analysts", "BA")
    set_label(labelled.item_id, Sentiment.NEGATIVE, author="ann")
    Item.objects.filter(pk=other.pk).update(title="Losses widen")

    result = rescore(Item.objects.all())

    labelled.refresh_from_db()
    assert (result.scored, result.changed, result.labelled) == (1, 1, 1)
    assert (labelled.seq, labelled.sentiment, labelled.analyzer) == (3, "negative", "label")


def test_rescore_keeps_label_of_ticker() -> None:
    item = append()
    set_label(item.item_id, Sentiment.NEGATIVE, symbol="MSFT", author="ann")
    Item.objects.filter(pk=item.pk).update(title="Meeting held")

    assert rescore(Item.objects.all()).changed == 1

    answers = list_answers(item)
    assert (item.seq, item.sentiment) == (3, "neutral")
    assert (answers["AAPL"][0], answers["MSFT"]) == ("neutral", ("negative", 1.0, -1.0))


def test_correction_keeps_labels() -> None:
    item = append()
    set_label(item.item_id, Sentiment.NEGATIVE, author="ann")
    set_label(item.item_id, Sentiment.POSITIVE, symbol="MSFT", author="ann")

    correct_item(item.item_id, {"title": "Apple profit doubles"}, reason="a typo", author="bob")

    assert list_answers(item) == {"AAPL": ("negative", 1.0, -1.0), "MSFT": ("positive", 1.0, 1.0)}
    assert (item.title, item.sentiment, item.score, item.value) == ("Apple profit doubles", "negative", 1.0, -1.0)
    assert item.changes.first().fields == ["title"]


def test_remove_label_scores_headline_again() -> None:
    item = append()
    answer = (item.sentiment, item.score, item.analyzer, item.evidence)
    set_label(item.item_id, Sentiment.NEGATIVE, author="ann")

    remove_label(item.item_id, author="bob")

    item.refresh_from_db()
    assert (item.sentiment, item.score, item.analyzer, item.evidence) == answer
    change = item.changes.first()
    assert (item.seq, change.kind, change.reason, change.author) == (3, "labelled", "label removed", "bob")
    assert list_labels(item.item_id) == []
    assert (get_metrics().positive, get_metrics().negative) == (1, 0)
    assert count_right().labelled == 0


def test_remove_label_ticker_follows_headline_again() -> None:
    item = append()
    before = list_answers(item)
    set_label(item.item_id, Sentiment.NEGATIVE, symbol="MSFT", author="ann")

    remove_label(item.item_id, symbol="MSFT", author="ann")

    assert list_answers(item) == before
    assert (item.seq, item.changes.first().fields) == (3, ["entities"])


def test_set_label_unknown_ticker_is_rejected() -> None:
    item = append()

    with pytest.raises(UnknownSymbol, match="AAPL, MSFT"):
        set_label(item.item_id, Sentiment.NEGATIVE, symbol="BA", author="ann")
    with pytest.raises(NoLabel, match="BA"):
        remove_label(item.item_id, symbol="BA", author="ann")
    store_edits(build_withdrawals([item], reason="libel", author="ann"))
    with pytest.raises(ItemWithdrawn):
        set_label(item.item_id, Sentiment.NEGATIVE, author="ann")
    assert not Label.objects.exists()


def test_withdrawal_of_labelled_headline_keeps_counts_exact() -> None:
    item = append()
    set_label(item.item_id, Sentiment.NEGATIVE, author="ann")
    item.refresh_from_db()

    store_edits(build_withdrawals([item], reason="libel", author="ann"))

    assert get_metrics().total == 0


def test_trim_deletes_labels_with_their_headlines() -> None:
    old, new = append("Losses widen", "BA"), append()
    for item in (old, new):
        set_label(item.item_id, Sentiment.NEUTRAL, author="ann")

    assert sum(trim(3, batch=10)) == 1

    assert [label.item_id for label in Label.objects.all()] == [new.pk]


def test_ingest_of_new_items_reads_no_labels() -> None:
    with CaptureQueriesContext(connection) as captured:
        append()

    assert not [query for query in captured if "news_label" in query["sql"]]


def test_append_edits_reads_labels_of_a_batch_at_once() -> None:
    items = [append(f"Profit rises {number} percent") for number in range(3)]
    edits = [ItemEdit.from_item(item, ChangeKind.CORRECTED) for item in items]
    for item in items:
        item.summary = "More"

    with CaptureQueriesContext(connection) as captured:
        store_edits(edits)

    assert len([query for query in captured if 'FROM "news_label"' in query["sql"]]) == 1
