"""What Prometheus is told of the log and its sources: read from the database, so it is known of every process."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from news.models import LogHead, Source


@dataclass(frozen=True, slots=True)
class NewsStats:
    """How the log and the sources stand."""

    head: LogHead
    sources: Sequence[Source]


def get_news_stats() -> NewsStats:
    """Read the log's head and the sources. Two small reads, whatever the log holds."""
    fields = ["name", "is_enabled", "items_created", "entries_skipped", "failures", "consecutive_failures"]
    return NewsStats(LogHead.objects.get(pk=1), list(Source.objects.only(*fields, "last_polled_at")))


def describe_news(book: NewsStats | None) -> Iterator[Metric]:
    """Yield the metrics of a book; of none, because the database is away, only that."""
    yield GaugeMetricFamily("sentiment_database_up", "1 if the database answered this scrape.", value=book is not None)
    if book is None:
        return
    head = book.head
    yield CounterMetricFamily(
        "sentiment_log_places", "Places given out in the log: items, and items scored again.", value=head.seq
    )
    yield CounterMetricFamily(
        "sentiment_log_reports", "Reports of stories that were told already.", value=head.duplicate_reports
    )
    yield CounterMetricFamily("sentiment_analyzer_texts", "Texts scored, by whichever process.", value=head.scored)
    yield CounterMetricFamily("sentiment_analyzer_seconds", "Time that scoring them took.", value=head.scoring_seconds)
    yield from _describe_sources(book.sources)


def _describe_sources(sources: Sequence[Source]) -> Iterator[Metric]:
    items = CounterMetricFamily("sentiment_source_items", "Items that a source brought.", labels=["source"])
    skipped = CounterMetricFamily("sentiment_source_skipped", "Entries that became no item.", labels=["source"])
    failures = CounterMetricFamily("sentiment_source_failures", "Polls that failed.", labels=["source"])
    failing = GaugeMetricFamily(
        "sentiment_source_failing", "Polls that failed since the last good one.", labels=["source"]
    )
    polled = GaugeMetricFamily(
        "sentiment_source_polled_timestamp_seconds", "When it was polled last; 0 for never.", labels=["source"]
    )
    enabled = GaugeMetricFamily("sentiment_source_enabled", "1 if it is polled.", labels=["source"])
    for source in sources:
        at = source.last_polled_at
        items.add_metric([source.name], source.items_created)
        skipped.add_metric([source.name], source.entries_skipped)
        failures.add_metric([source.name], source.failures)
        failing.add_metric([source.name], source.consecutive_failures)
        polled.add_metric([source.name], at.timestamp() if at else 0)
        enabled.add_metric([source.name], source.is_enabled)
    yield from (items, skipped, failures, failing, polled, enabled)
