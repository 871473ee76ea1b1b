"""CloudWatch's embedded metric format, checked against its published JSON schema."""

import json
from typing import Any

import pytest
from jsonschema import Draft7Validator

from streaming.broker.connection_limits import AddressLimitReached, ConnectionLimiter, ProcessLimitReached
from streaming.broker.counters import StreamCounters
from streaming.monitoring.cloudwatch import CloudWatchExporter

UNITS = [
    "Seconds", "Microseconds", "Milliseconds", "Bytes", "Kilobytes", "Megabytes", "Gigabytes", "Terabytes", "Bits",
    "Kilobits", "Megabits", "Gigabits", "Terabits", "Percent", "Count", "Bytes/Second", "Kilobytes/Second",
    "Megabytes/Second", "Gigabytes/Second", "Terabytes/Second", "Bits/Second", "Kilobits/Second", "Megabits/Second",
    "Gigabits/Second", "Terabits/Second", "Count/Second", "None",
]  # fmt: skip
# Amazon CloudWatch User Guide, "Specification: Embedded metric format", "Embedded metric format JSON schema".
SCHEMA = {
    "type": "object",
    "required": ["_aws"],
    "properties": {
        "_aws": {
            "type": "object",
            "required": ["Timestamp", "CloudWatchMetrics"],
            "properties": {
                "Timestamp": {"type": "integer"},
                "CloudWatchMetrics": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "required": ["Namespace", "Dimensions", "Metrics"],
                        "properties": {
                            "Namespace": {"type": "string", "minLength": 1, "maxLength": 1024},
                            "Dimensions": {
                                "type": "array",
                                "minItems": 1,
                                "items": {
                                    "type": "array",
                                    "maxItems": 30,
                                    "items": {"type": "string", "minLength": 1, "maxLength": 250},
                                },
                            },
                            "Metrics": {
                                "type": "array",
                                "minItems": 1,
                                "maxItems": 100,
                                "items": {
                                    "type": "object",
                                    "required": ["Name"],
                                    "properties": {
                                        "Name": {"type": "string", "minLength": 1, "maxLength": 1024},
                                        "Unit": {"type": "string", "enum": UNITS},
                                        "StorageResolution": {"type": "integer", "enum": [1, 60]},
                                    },
                                },
                            },
                        },
                    },
                },
            },
        },
    },
}
VALUE = {"anyOf": [{"type": "number"}, {"type": "array", "minItems": 1, "maxItems": 100, "items": {"type": "number"}}]}


def parse_line(line: bytes | str) -> dict[str, Any]:
    """Return a line as JSON; fail unless it conforms to the format's schema and text."""
    payload: dict[str, Any] = json.loads(line)
    Draft7Validator(SCHEMA).validate(payload)
    for directive in payload["_aws"]["CloudWatchMetrics"]:
        for name in [metric["Name"] for metric in directive["Metrics"]]:
            # "Target members": each name that is defined is a member of the root, a number or up to 100 of them.
            Draft7Validator(VALUE).validate(payload[name])
        for dimension in [name for names in directive["Dimensions"] for name in names]:
            assert isinstance(payload[dimension], str)
    return payload


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


def test_export_writes_one_line_to_stdout(counters: StreamCounters, capsys: pytest.CaptureFixture[str]) -> None:
    CloudWatchExporter(counters, ConnectionLimiter(limit=1, per_address=1), namespace="Sentiment").export()

    (line,) = capsys.readouterr().out.splitlines()
    assert parse_line(line)["ConnectionCount"] == 0
