"""CloudWatch's embedded metric format, checked against its published JSON schema."""

import asyncio
import os
import sys
from contextlib import suppress

import pytest

from streaming.broker.connection_limits import AddressLimitReached, ConnectionLimiter, ProcessLimitReached
from streaming.broker.counters import StreamCounters
from streaming.monitoring.cloudwatch import CloudWatchExporter
from tests.helpers.cloudwatch import parse_line


@pytest.fixture
def counters() -> StreamCounters:
    return StreamCounters(max_undelivered=500)


def test_encode_line_is_valid_and_counts_since_the_last_line(counters: StreamCounters) -> None:
    limiter = ConnectionLimiter(limit=2, per_address=1)
    exporter = CloudWatchExporter(counters, limiter, namespace="Sentiment/Streams")
    limiter.acquire("a")
    with pytest.raises(AddressLimitReached):
        limiter.acquire("a")
    limiter.acquire("b")
    for address in "cd":
        with pytest.raises(ProcessLimitReached):
            limiter.acquire(address)
    counters.count_sent([("new_item", 7, 700), ("heartbeat", 2, 100)])
    for delay in (0.001, 0.25):
        counters.delays.add(delay)

    first = parse_line(exporter.encode_line(now=1_790_000_000.5))
    second = parse_line(exporter.encode_line(now=1_790_000_060.5))

    assert first["_aws"]["Timestamp"] == 1_790_000_000_500
    assert first["_aws"]["CloudWatchMetrics"][0]["Namespace"] == "Sentiment/Streams"
    names = ("ConnectionCount", "EventsSent", "ConnectionAcquireFailures", "EventLatencyMs")
    assert [first[name] for name in names] == [2, 9, 3, [1.0, 250.0]]
    assert [second.get(name) for name in names] == [2, 0, 0, None]


def test_encode_line_of_many_delays_has_the_newest_hundred(counters: StreamCounters) -> None:
    exporter = CloudWatchExporter(counters, ConnectionLimiter(limit=1, per_address=1), namespace="Sentiment")
    for number in range(250):
        counters.delays.add(number / 1000)

    line = parse_line(exporter.encode_line(now=0))

    assert line["EventLatencyMs"] == [float(number) for number in range(150, 250)]


async def test_export_writes_one_line_to_stdout(counters: StreamCounters, capsys: pytest.CaptureFixture[str]) -> None:
    exporter = CloudWatchExporter(counters, ConnectionLimiter(limit=1, per_address=1), namespace="Sentiment")

    exporter.export()
    await exporter.flush()

    (line,) = capsys.readouterr().out.splitlines()
    assert parse_line(line)["ConnectionCount"] == 0


async def test_export_stdout_without_reader_raises_and_blocks_nothing(
    counters: StreamCounters, monkeypatch: pytest.MonkeyPatch
) -> None:
    exporter = CloudWatchExporter(counters, ConnectionLimiter(limit=1, per_address=1), namespace="Sentiment")
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    with suppress(BlockingIOError):
        while True:
            os.write(writing, b"x" * 65_536)  # until the pipe is full
    os.set_blocking(writing, True)
    with os.fdopen(reading, "rb") as reader, os.fdopen(writing, "w") as full_pipe:
        monkeypatch.setattr(sys, "stdout", full_pipe)
        counters.count_sent([("new_item", 7, 700)])
        exporter.export()  # returns

        with pytest.raises(BlockingIOError, match="takes no more lines"):
            exporter.export()
        counters.count_sent([("new_item", 5, 500)])
        text = await asyncio.to_thread(reader.readline)
        await exporter.flush()
        exporter.export()
        second = await asyncio.to_thread(reader.readline)

    assert parse_line(text.lstrip(b"x"))["EventsSent"] == 7
    assert parse_line(second)["EventsSent"] == 5  # what happened meanwhile is in the next line
