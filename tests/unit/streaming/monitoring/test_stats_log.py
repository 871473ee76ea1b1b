"""The statistics that are logged once a minute."""

import asyncio
from contextlib import suppress

import pytest
from structlog.testing import capture_logs

from streaming.broker.connection_limits import ConnectionLimiter
from streaming.broker.hub import Hub
from streaming.monitoring.stats_log import StatsLogger, log_stats


@pytest.fixture
def hub() -> Hub:
    return Hub(ring_frames=500)


def test_stats_logger_logs_delays_only_if_items_were_delivered(hub: Hub) -> None:
    stats_logger = StatsLogger(hub)

    with capture_logs() as lines:
        for delays in [(0.002, 0.004, 0.09), (), (1,) * 500]:
            for delay in delays:
                hub.counters.delays.add(delay)
            stats_logger.export()

    logged = [(line["event"], line["items"], line["p50_ms"], line["max_ms"]) for line in lines]
    assert logged == [("items_delivered", 3, 4, 90), ("items_delivered", 500, 1000, 1000)]


@pytest.mark.parametrize(("namespace", "stdout_lines"), [("", 0), ("Sentiment", 1)])
async def test_log_stats_when_cancelled_exports_a_last_time(
    hub: Hub, capsys: pytest.CaptureFixture[str], namespace: str, stdout_lines: int
) -> None:
    task = asyncio.create_task(log_stats(hub, ConnectionLimiter(limit=1, per_address=1), namespace=namespace))
    await asyncio.sleep(0)  # lets the task start
    hub.counters.delays.add(0.002)

    with capture_logs() as lines:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    assert [line["event"] for line in lines] == ["items_delivered"]
    assert len(capsys.readouterr().out.splitlines()) == stdout_lines
