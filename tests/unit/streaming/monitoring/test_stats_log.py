"""What is told once a minute: the log's line, and CloudWatch's, by its published JSON schema."""

import pytest
from structlog.testing import capture_logs

from streaming.broker.connection_limits import AddressLimitReached, ConnectionLimiter, ProcessLimitReached
from streaming.broker.hub import Hub
from streaming.monitoring.stats_log import StatsLogger
from tests.helpers.cloudwatch import check_metric_line


@pytest.fixture
def hub() -> Hub:
    return Hub(ring_size=500)


def test_a_line_is_valid_and_tells_what_came_since_the_last(hub: Hub) -> None:
    slots = ConnectionLimiter(limit=2, per_address=1)
    report = StatsLogger(hub, slots, namespace="Sentiment/Streams")
    slots.acquire("a")
    with pytest.raises(AddressLimitReached):
        slots.acquire("a")
    slots.acquire("b")
    for address in "cd":
        with pytest.raises(ProcessLimitReached):
            slots.acquire(address)
    hub.counters.count_sent([("new_item", 7, 700), ("heartbeat", 2, 100)])
    for delay in (0.001, 0.25):
        hub.counters.delays.add(delay)

    first, second = (
        check_metric_line(report.line(now=1_790_000_000.5)),
        check_metric_line(report.line(now=1_790_000_060.5)),
    )

    assert first["_aws"]["Timestamp"] == 1_790_000_000_500
    assert first["_aws"]["CloudWatchMetrics"][0]["Namespace"] == "Sentiment/Streams"
    names = ("ConnectionCount", "EventsSent", "ConnectionAcquireFailures", "EventLatencyMs")
    assert [first[name] for name in names] == [2, 9, 3, [1.0, 250.0]]
    assert [second.get(name) for name in names] == [2, 0, 0, None]


def test_of_many_delays_the_newest_hundred_are_told(hub: Hub) -> None:
    report = StatsLogger(hub, ConnectionLimiter(limit=1, per_address=1), namespace="Sentiment")
    for number in range(250):
        hub.counters.delays.add(number / 1000)

    assert check_metric_line(report.line(now=0))["EventLatencyMs"] == [float(number) for number in range(150, 250)]


def test_the_log_tells_how_long_items_took_when_there_were_any(hub: Hub, capsys: pytest.CaptureFixture[str]) -> None:
    report = StatsLogger(hub, ConnectionLimiter(limit=1, per_address=1), namespace="")

    with capture_logs() as lines:
        for delays in [(0.002, 0.004, 0.09), (), (1,) * 500]:
            for delay in delays:
                hub.counters.delays.add(delay)
            report.write()

    told = [(line["event"], line["items"], line["p50_ms"], line["max_ms"]) for line in lines]
    assert told == [("items_delivered", 3, 4, 90), ("items_delivered", 500, 1000, 1000)]
    assert capsys.readouterr().out == ""
