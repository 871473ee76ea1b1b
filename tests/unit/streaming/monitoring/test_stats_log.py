"""The statistics that are logged once a minute."""

from structlog.testing import capture_logs

from streaming.broker.counters import DelayHistogram
from streaming.monitoring.stats_log import StatsLogger


def test_stats_logger_logs_delays_only_if_items_were_delivered() -> None:
    histogram = DelayHistogram()
    stats_logger = StatsLogger(histogram)

    with capture_logs() as lines:
        for delays in [(0.002, 0.004, 0.09), (), (1,) * 500]:
            for delay in delays:
                histogram.add(delay)
            stats_logger.export()

    logged = [(line["event"], line["items"], line["p50_ms"], line["max_ms"]) for line in lines]
    assert logged == [("items_delivered", 3, 4, 90), ("items_delivered", 500, 1000, 1000)]
