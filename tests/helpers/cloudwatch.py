"""Parse lines of CloudWatch's embedded metric format, and check them against its published JSON schema."""

import json
from typing import Any

from jsonschema import Draft7Validator

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
