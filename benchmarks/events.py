"""The events that are published: each carries the mark that `load.c` parses."""

import time

import orjson

TITLE_TEXT = "shares rise as the quarter's profit beats what analysts had expected"


def make_title(number: int) -> str:
    """Return the title of an event with its mark: the number and the time, in microseconds of CLOCK_MONOTONIC."""
    return f"~{number:08}.{time.monotonic_ns() // 1000:016} {TITLE_TEXT}"


def make_payload(number: int) -> bytes:
    """Return the JSON that other servers send, equal in form to that of this site."""
    return orjson.dumps(
        {
            "item_id": f"00000000-0000-7000-8000-{number:012}",
            "ticker": "AAPL",
            "sentiment": "neutral",
            "score": 0.5,
            "timestamp": "2026-11-24T00:00:00.000Z",
            "title": make_title(number),
            "source": "bench",
            "url": "",
            "tickers": ["AAPL"],
        }
    )
