"""Prometheus metrics of this process's streams, of the edge, and of the log and its sources.

Metrics of streams are those of the process that is scraped. The log and its sources are read from the database, so
every process reports the same values.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric

from common.request_threads import RequestThreads
from news.log.cursor import Cursor
from news.models import LogHead, Source
from streaming.broker.connection_limits import NO_SLOT_REASONS, ConnectionLimiter
from streaming.broker.counters import DELAY_BOUNDS_SECONDS, DelayHistogram, StreamCounters
from streaming.broker.hub import Hub
from streaming.protocol.events import EVENT_TYPES

# Reported as 0 from the start: a rate over a series that does not exist yet misses its first step.
REJECTION_REASONS = (*NO_SLOT_REASONS, "unauthorized")
CLOSE_REASONS = (
    "client", "complete", "lifetime", "bytes", "drain", "error", "revoked", "signed_out", "configuration_changed",
    "staff",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class NewsStats:
    """The head of the log and the sources with their counters."""

    head: LogHead
    sources: Sequence[Source]


def get_news_stats() -> NewsStats:
    """Return the head of the log and the sources: two small queries, however long the log is."""
    fields = ["name", "is_enabled", "items_created", "entries_skipped", "failures", "consecutive_failures"]
    return NewsStats(LogHead.objects.get(pk=1), list(Source.objects.only(*fields, "last_polled_at")))


def collect_streams(hub: Hub, limiter: ConnectionLimiter) -> Iterator[Metric]:
    """Yield the metrics of one process's streams."""
    counters = hub.counters
    topics = [*hub.topics.values()]
    yield GaugeMetricFamily("sentiment_streams_open", "Open streams.", value=limiter.total_count)
    yield GaugeMetricFamily("sentiment_streams_limit", "Maximum number of open streams.", value=limiter.limit)
    yield CounterMetricFamily("sentiment_streams_accepted", "Streams opened.", value=counters.opened)
    yield _count_by_reason("sentiment_streams_refused", "Streams rejected.", limiter.rejected, REJECTION_REASONS)
    yield _count_by_reason("sentiment_streams_closed", "Streams closed.", counters.closed, CLOSE_REASONS)
    yield from _collect_sent(counters)
    yield _collect_delays(counters.delays)
    yield GaugeMetricFamily("sentiment_stream_topics", "Filters in use, each with a ring of events.", value=len(topics))
    yield GaugeMetricFamily(
        "sentiment_stream_ring_frames",
        "Events in the fullest ring.",
        value=max((topic.end - topic.begin for topic in topics), default=0),
    )
    yield GaugeMetricFamily(
        "sentiment_stream_ring_limit_frames", "Events that a full ring keeps at least.", value=hub.ring_size
    )
    yield GaugeMetricFamily(
        "sentiment_stream_lag_frames",
        "Events pending for the client with the largest lag.",
        value=hub.max_lag,
    )


def collect_requests(*kinds: RequestThreads) -> Iterator[Metric]:
    """Yield the metrics of the threads that answer one process's requests."""
    running = GaugeMetricFamily("sentiment_requests_running", "Requests that a thread answers.", labels=["kind"])
    waiting = GaugeMetricFamily("sentiment_requests_waiting", "Requests that wait for a thread.", labels=["kind"])
    rejected = CounterMetricFamily(
        "sentiment_requests_rejected", "Requests that waited too long for a thread.", labels=["kind"]
    )
    for kind in kinds:
        running.add_metric([kind.name], kind.running)
        waiting.add_metric([kind.name], kind.waiting)
        rejected.add_metric([kind.name], kind.rejected)
    yield from (running, waiting, rejected)


def collect_edge(head: Cursor, published: Cursor | None) -> Iterator[Metric]:
    """Yield the metrics of the GRIP proxies; `published` is the cursor up to which they have every event."""
    yield GaugeMetricFamily(
        "sentiment_relay_leads", "1 if a relay publishes to the GRIP proxies.", value=published is not None
    )
    if published is not None and published.generation == head.generation:
        yield GaugeMetricFamily(
            "sentiment_edge_lag_places",
            "Log entries that are not published to the GRIP proxies yet.",
            value=max(0, head.seq - published.seq),
        )


def collect_news(stats: NewsStats | None) -> Iterator[Metric]:
    """Yield the metrics of the log and its sources; if `stats` is None, only that the database is unavailable."""
    yield GaugeMetricFamily("sentiment_database_up", "1 if the database answered this scrape.", value=stats is not None)
    if stats is None:
        return
    head = stats.head
    yield CounterMetricFamily(
        "sentiment_log_places", "Log entries appended: items, and items scored again.", value=head.seq
    )
    yield CounterMetricFamily(
        "sentiment_log_reports", "Number of duplicate reports recorded.", value=head.duplicate_reports
    )
    yield CounterMetricFamily("sentiment_analyzer_texts", "Texts scored by all processes.", value=head.scored)
    yield CounterMetricFamily(
        "sentiment_analyzer_seconds", "Seconds spent scoring these texts.", value=head.scoring_seconds
    )
    yield from _collect_sources(stats.sources)


def _collect_sources(sources: Sequence[Source]) -> Iterator[Metric]:
    items = CounterMetricFamily("sentiment_source_items", "Items created from a source.", labels=["source"])
    skipped = CounterMetricFamily("sentiment_source_skipped", "Entries that were skipped.", labels=["source"])
    failures = CounterMetricFamily("sentiment_source_failures", "Polls that failed.", labels=["source"])
    failing = GaugeMetricFamily(
        "sentiment_source_failing", "Polls that failed since the last successful one.", labels=["source"]
    )
    polled = GaugeMetricFamily(
        "sentiment_source_polled_timestamp_seconds", "Time of the last poll; 0 before the first.", labels=["source"]
    )
    enabled = GaugeMetricFamily("sentiment_source_enabled", "1 if the source is polled.", labels=["source"])
    for source in sources:
        polled_at = source.last_polled_at
        items.add_metric([source.name], source.items_created)
        skipped.add_metric([source.name], source.entries_skipped)
        failures.add_metric([source.name], source.failures)
        failing.add_metric([source.name], source.consecutive_failures)
        polled.add_metric([source.name], polled_at.timestamp() if polled_at else 0)
        enabled.add_metric([source.name], source.is_enabled)
    yield from (items, skipped, failures, failing, polled, enabled)


def _count_by_reason(name: str, text: str, counts: Mapping[str, int], reasons: tuple[str, ...]) -> Metric:
    family = CounterMetricFamily(name, text, labels=["reason"])
    for reason in dict.fromkeys([*reasons, *counts]):
        family.add_metric([reason], counts.get(reason, 0))
    return family


def _collect_sent(counters: StreamCounters) -> Iterator[Metric]:
    events = CounterMetricFamily("sentiment_stream_events_sent", "Events written to streams.", labels=["type"])
    size = CounterMetricFamily("sentiment_stream_sent_bytes", "Bytes of these events.", labels=["type"])
    for name in dict.fromkeys([*EVENT_TYPES, "eventstream", *counters.events_sent]):
        events.add_metric([name], counters.events_sent[name])
        size.add_metric([name], counters.bytes_sent[name])
    yield from (events, size)


def _collect_delays(delays: DelayHistogram) -> Metric:
    counts = dict(zip([*map(str, DELAY_BOUNDS_SECONDS), "+Inf"], delays.cumulative_counts(), strict=True))
    return HistogramMetricFamily(
        "sentiment_stream_delivery_seconds",
        "From an item's commit until it was written to every client that could accept it.",
        buckets=[*counts.items()],
        sum_value=delays.total,
    )
