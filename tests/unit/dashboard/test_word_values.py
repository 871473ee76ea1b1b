import pytest

from dashboard.word_values import list_word_values
from news.ingest.pipeline import ingest
from news.models import Item
from tests.helpers.items import append_scored, make_headline

pytestmark = pytest.mark.django_db


def test_list_word_values_scored_headline_tells_the_sign_of_each_word():
    ingest([make_headline("Apple profit soars to a record, shares plunge after a fraud probe", "AAPL")])

    values = list_word_values(Item.objects.get())

    assert values
    assert [abs(row["value"]) for row in values] == sorted((abs(row["value"]) for row in values), reverse=True)
    by_words = {row["words"]: row["value"] for row in values}
    assert set(by_words) >= set(Item.objects.get().evidence)
    assert all(-1 <= value <= 1 for value in by_words.values())


def test_list_word_values_item_of_another_analyzer_returns_nothing():
    append_scored("Ford gains as GM slumps", {"F": "positive", "GM": "negative"}, sentiment="neutral")
    Item.objects.update(analyzer="label")

    assert list_word_values(Item.objects.get()) == []
