import random

import pytest

from news.ingest.pipeline import ingest_records
from news.models import Item
from news.sources.sample import generator


def draw(count, seed=1):
    headlines = generator.sample_headlines(random.Random(seed))
    return [next(headlines) for _ in range(count)]


def test_samples_are_many_hand_written_patterns():
    assert len(set(generator.load_patterns())) >= 300


def test_a_day_of_samples_hardly_repeats():
    titles = {record["title"] for record in draw(50_000)}

    assert len(titles) > 49_500


def test_samples_are_the_same_for_the_same_seed():
    assert draw(50) == draw(50)
    assert draw(50) != draw(50, seed=2)


def test_samples_say_that_they_are_fictional():
    for record in draw(100):
        assert (record["source"], record["url"]) == ("sample", "")
        assert "fictional" in record["summary"]


def test_samples_have_every_blank_filled_and_name_their_companies():
    names = {company.ticker: company.name for company in generator.COMPANIES}

    for record in draw(2_000):
        assert not set(record["title"]) & set("{}")
        assert all(names[ticker] in record["title"] for ticker in record["tickers"])


def test_some_samples_name_two_companies():
    assert {len(record["tickers"]) for record in draw(200)} == {1, 2}


@pytest.mark.django_db
def test_samples_are_of_every_mood_in_believable_shares():
    ingest_records(draw(300), source="sample")

    shares = {mood: Item.objects.filter(sentiment=mood).count() / 300 for mood in ("positive", "neutral", "negative")}
    assert all(0.2 < share < 0.5 for share in shares.values())
