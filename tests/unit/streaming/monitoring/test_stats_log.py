"""What is told once a minute: the log's line, and CloudWatch's, by its published JSON schema."""

import json
from typing import Any

import pytest
from jsonschema import Draft7Validator
from structlog.testing import capture_logs

from streaming.broker.connection_limits import AddressLimitReached, ConnectionLimiter, ProcessLimitReached
from streaming.broker.hub import Hub
from streaming.monitoring.stats_log import StatsLogger

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


def check(line: bytes | str) -> dict[str, Any]:
    """Return a line read as the format's schema and its text ask for; fail where it breaks them."""
    told: dict[str, Any] = json.loads(line)
    Draft7Validator(SCHEMA).validate(told)
    for directive in told["_aws"]["CloudWatchMetrics"]:
        for name in [metric["Name"] for metric in directive["Metrics"]]:
            # "Target members": each name that is defined is a member of the root, a number or up to 100 of them.
            Draft7Validator(VALUE).validate(told[name])
        for dimension in [name for names in directive["Dimensions"] for name in names]:
            assert isinstance(told[dimension], str)
    return told


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

    first, second = check(report.line(now=1_790_000_000.5)), check(report.line(now=1_790_000_060.5))

    assert first["_aws"]["Timestamp"] == 1_790_000_000_500
    assert first["_aws"]["CloudWatchMetrics"][0]["Namespace"] == "Sentiment/Streams"
    names = ("ConnectionCount", "EventsSent", "ConnectionAcquireFailures", "EventLatencyMs")
    assert [first[name] for name in names] == [2, 9, 3, [1.0, 250.0]]
    assert [second.get(name) for name in names] == [2, 0, 0, None]


def test_of_many_delays_the_newest_hundred_are_told(hub: Hub) -> None:
    report = StatsLogger(hub, ConnectionLimiter(limit=1, per_address=1), namespace="Sentiment")
    for number in range(250):
        hub.counters.delays.add(number / 1000)

    assert check(report.line(now=0))["EventLatencyMs"] == [float(number) for number in range(150, 250)]


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
