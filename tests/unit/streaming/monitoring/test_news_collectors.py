"""What is told of the log and its sources is what happened, whichever process it happened in."""

import pytest

from news.ingest.rescoring import rescore
from news.models import Item, LogHead, Source
from news.sources.http.client import SourceError
from news.sources.poll_state import record_failure, record_success
from news.sources.result import FetchResult
from streaming.monitoring.news_collectors import NewsStats, describe_news, get_news_stats

pytestmark = pytest.mark.django_db


def told(book: NewsStats | None) -> dict[tuple[str, str], float]:
    return {
        (sample.name, sample.labels.get("source", "")): sample.value
        for family in describe_news(book)
        for sample in family.samples
    }


def test_a_failure_stays_counted_after_a_good_poll() -> None:
    source = Source.objects.create(name="wire", url="https://example.org/rss")
    record_failure(source, SourceError("away"))
    record_success(source, FetchResult([{"title": "Ford profit rises", "ticker": "F"}]))

    found = told(get_news_stats())

    assert found["sentiment_source_failures_total", "wire"] == 1
    assert found["sentiment_source_failing", "wire"] == 0
    assert found["sentiment_source_items_total", "wire"] == 1
    assert found["sentiment_source_polled_timestamp_seconds", "wire"] > 1_700_000_000


def test_a_text_scored_again_is_counted_again_with_its_time() -> None:
    record_success(Source.objects.create(name="wire"), FetchResult([{"title": "Ford profit rises", "ticker": "F"}]))
    once = LogHead.objects.get(pk=1)

    rescore(Item.objects.all())

    twice = LogHead.objects.get(pk=1)
    assert (once.scored, twice.scored) == (1, 2)
    assert 0 < once.scoring_seconds < twice.scoring_seconds


def test_without_a_database_only_that_is_told() -> None:
    assert told(None) == {("sentiment_database_up", ""): 0}
