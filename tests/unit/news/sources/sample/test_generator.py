import random

import pytest

from news.ingest.pipeline import ingest_records
from news.models import Item
from news.sources.sample import generator


def generate(count, seed=1):
    headlines = generator.sample_headlines(random.Random(seed))
    return [next(headlines) for _ in range(count)]


def test_load_patterns_returns_many_patterns():
    assert len(set(generator.load_patterns())) >= 300


def test_samples_of_a_day_rarely_repeat():
    titles = {record["title"] for record in generate(50_000)}

    assert len(titles) > 49_500


def test_samples_of_same_seed_are_the_same():
    assert generate(50) == generate(50)
    assert generate(50) != generate(50, seed=2)


def test_samples_are_marked_as_fictional():
    for record in generate(100):
        assert (record["source"], record["url"]) == ("sample", "")
        assert "fictional" in record["summary"]


def test_samples_have_no_placeholders_and_contain_their_companies():
    names = {company.ticker: company.name for company in generator.COMPANIES}

    for record in generate(2_000):
        assert not set(record["title"]) & set("{}")
        assert all(names[ticker] in record["title"] for ticker in record["tickers"])


def test_samples_have_one_or_two_companies():
    assert {len(record["tickers"]) for record in generate(200)} == {1, 2}


@pytest.mark.django_db
def test_samples_have_plausible_shares_of_each_sentiment():
    ingest_records(generate(300), source="sample")

    shares = {
        sentiment: Item.objects.filter(sentiment=sentiment).count() / 300
        for sentiment in ("positive", "neutral", "negative")
    }
    assert all(0.2 < share < 0.5 for share in shares.values())
