"""What Prometheus is told of the streams of this process, and of the edge. Reads what is kept anyhow, when asked."""

from collections.abc import Iterator, Mapping

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric

from news.log.cursor import Cursor
from streaming.broker.connection_limits import ConnectionLimiter
from streaming.broker.counters import DELAY_BOUNDS_SECONDS, DelayHistogram, StreamCounters
from streaming.broker.hub import Hub
from streaming.protocol.events import EVENT_TYPES

# Told from the beginning, as 0: a rate over a series that is not there yet misses its first step.
REJECTION_REASONS = ("process_limit", "address_limit", "shutting_down", "unauthorized")
ENDS = ("client", "lifetime", "bytes", "drain", "error", "revoked", "signed_out", "configuration_changed", "staff")


def describe_streams(hub: Hub, slots: ConnectionLimiter) -> Iterator[Metric]:
    """Yield the metrics of one process's streams."""
    traffic = hub.counters
    topics = [*hub.topics.values()]
    yield GaugeMetricFamily("sentiment_streams_open", "Open streams.", value=slots.open_count)
    yield GaugeMetricFamily("sentiment_streams_limit", "Streams that may be open.", value=slots.limit)
    yield CounterMetricFamily("sentiment_streams_accepted", "Streams opened.", value=traffic.opened)
    yield _by_reason("sentiment_streams_refused", "Streams refused.", slots.rejected, REJECTION_REASONS)
    yield _by_reason("sentiment_streams_closed", "Streams closed.", traffic.closed, ENDS)
    yield from _describe_sent(traffic)
    yield _describe_delays(traffic.delays)
    yield GaugeMetricFamily("sentiment_stream_topics", "Filters in use, each with a ring of frames.", value=len(topics))
    yield GaugeMetricFamily(
        "sentiment_stream_ring_frames",
        "Frames in the fullest ring.",
        value=max((topic.end - topic.begin for topic in topics), default=0),
    )
    yield GaugeMetricFamily(
        "sentiment_stream_ring_limit_frames", "Frames that a ring keeps at the least.", value=hub.ring_size
    )
    yield GaugeMetricFamily(
        "sentiment_stream_lag_frames",
        "Frames that wait for the reader who is furthest behind.",
        value=max((subscriber.lag for subscriber in hub.subscribers), default=0),
    )


def describe_edge(head: Cursor, published: Cursor | None) -> Iterator[Metric]:
    """Yield the metrics of the proxies in front; `published` is the place up to which they have everything."""
    yield GaugeMetricFamily(
        "sentiment_relay_leads", "1 if a relay publishes to the proxies in front.", value=published is not None
    )
    if published is not None and published.generation == head.generation:
        yield GaugeMetricFamily(
            "sentiment_edge_lag_places",
            "Places of the log that the proxies in front don't have yet.",
            value=max(0, head.seq - published.seq),
        )


def _by_reason(name: str, text: str, counts: Mapping[str, int], known: tuple[str, ...]) -> Metric:
    family = CounterMetricFamily(name, text, labels=["reason"])
    for reason in dict.fromkeys([*known, *counts]):
        family.add_metric([reason], counts.get(reason, 0))
    return family


def _describe_sent(counters: StreamCounters) -> Iterator[Metric]:
    events = CounterMetricFamily("sentiment_stream_events_sent", "Events written to streams.", labels=["type"])
    size = CounterMetricFamily("sentiment_stream_sent_bytes", "Bytes of these events.", labels=["type"])
    for name in dict.fromkeys([*EVENT_TYPES, "eventstream", *counters.events_sent]):
        events.add_metric([name], counters.events_sent[name])
        size.add_metric([name], counters.bytes_sent[name])
    yield from (events, size)


def _describe_delays(delays: DelayHistogram) -> Metric:
    counts = dict(zip([*map(str, DELAY_BOUNDS_SECONDS), "+Inf"], delays.cumulative_counts(), strict=True))
    return HistogramMetricFamily(
        "sentiment_stream_delivery_seconds",
        "From an item's commit until it was written to every reader that could take it.",
        buckets=[*counts.items()],
        sum_value=delays.total,
    )
