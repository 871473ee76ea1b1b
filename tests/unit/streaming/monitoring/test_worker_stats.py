"""Metrics of several workers as those of one server, on their way as plain data."""

from collections.abc import Iterable

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric

from streaming.monitoring.worker_stats import decode, encode
from streaming.workers.counts import add_up

Samples = dict[tuple[str, str], float]


def make_metrics(number: int) -> list[Metric]:
    closed = CounterMetricFamily("sentiment_streams_closed", "Closed.", labels=["reason"])
    closed.add_metric(["client"], number)
    delays = HistogramMetricFamily("delays", "Delays.", buckets=[("0.1", 1), ("+Inf", number)], sum_value=number / 2)
    return [
        GaugeMetricFamily("sentiment_streams_open", "Open.", value=7),
        GaugeMetricFamily("sentiment_stream_lag_frames", "Lag.", value=number),
        GaugeMetricFamily("process_open_fds", "Files.", value=number),
        closed,
        delays,
    ]


def get_samples(metrics: Iterable[Metric]) -> Samples:
    return {(s.name, next(iter(s.labels.values()), "")): s.value for metric in metrics for s in metric.samples}


def test_add_up_sums_all_but_what_holds_for_the_server() -> None:
    samples = get_samples(decode(add_up([encode(make_metrics(3)), encode(make_metrics(4)), ()])))

    assert samples == {
        ("sentiment_streams_open", ""): 7,
        ("sentiment_stream_lag_frames", ""): 4,
        ("process_open_fds", ""): 7,
        ("sentiment_streams_closed_total", "client"): 7,
        ("delays_bucket", "0.1"): 2,
        ("delays_bucket", "+Inf"): 7,
        ("delays_count", ""): 7,
        ("delays_sum", ""): 3.5,
    }
