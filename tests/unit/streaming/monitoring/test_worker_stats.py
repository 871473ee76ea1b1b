"""Metrics of several workers as those of one server."""

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric

from streaming.monitoring.worker_stats import add_up, encode, keep_counts
from streaming.workers.board import Board

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


def get_samples(metrics: list[Metric]) -> Samples:
    return {(s.name, next(iter(s.labels.values()), "")): s.value for metric in metrics for s in metric.samples}


def test_add_up_sums_all_but_what_holds_for_the_server() -> None:
    samples = get_samples(add_up([encode(make_metrics(3)), encode(make_metrics(4)), ()]))

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


def test_keep_counts_of_workers_that_end_keeps_counters_and_drops_gauges() -> None:
    board = Board.create(2)
    for number in (3, 4):
        board.section(1).write_stats({"lag": 2, "metrics": encode(make_metrics(number))})
        board.section(1).is_serving = True

        keep_counts(board, 1)

    kept = get_samples(add_up([board.ended.load_stats()["metrics"]]))
    assert kept["sentiment_streams_closed_total", "client"] == kept["delays_count", ""] == 7
    assert ("sentiment_streams_open", "") not in kept
    assert (board.section(1).is_serving, board.section(1).load_stats()) == (False, {})
