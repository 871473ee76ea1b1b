"""Metrics of the log and its sources, as read from the database."""

import pytest

from news.ingest.rescoring import rescore
from news.models import Item, LogHead, Source
from news.sources.http.client import SourceError
from news.sources.poll_state import record_failure, record_success
from news.sources.result import FetchResult
from streaming.monitoring.collectors import NewsStats, collect_news, get_news_stats

pytestmark = pytest.mark.django_db


def collect_samples(stats: NewsStats | None) -> dict[tuple[str, str], float]:
    return {
        (sample.name, sample.labels.get("source", "")): sample.value
        for family in collect_news(stats)
        for sample in family.samples
    }


def test_collect_news_source_that_failed_and_recovered_keeps_failure_count() -> None:
    source = Source.objects.create(name="wire", url="https://example.org/rss")
    record_failure(source, SourceError("unavailable"))
    record_success(source, FetchResult([{"title": "Ford profit rises", "ticker": "F"}]))

    samples = collect_samples(get_news_stats())

    assert samples["sentiment_source_failures_total", "wire"] == 1
    assert samples["sentiment_source_failing", "wire"] == 0
    assert samples["sentiment_source_items_total", "wire"] == 1
    assert samples["sentiment_source_polled_timestamp_seconds", "wire"] > 1_700_000_000


def test_rescore_adds_to_scored_texts_and_seconds() -> None:
    record_success(Source.objects.create(name="wire"), FetchResult([{"title": "Ford profit rises", "ticker": "F"}]))
    before = LogHead.objects.get(pk=1)

    rescore(Item.objects.all())

    after = LogHead.objects.get(pk=1)
    assert (before.scored, after.scored) == (1, 2)
    assert 0 < before.scoring_seconds < after.scoring_seconds


def test_collect_news_without_database_reports_only_that() -> None:
    assert collect_samples(None) == {("sentiment_database_up", ""): 0}
