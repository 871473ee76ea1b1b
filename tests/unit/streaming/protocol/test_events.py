"""The events: exactly the keys promised, ids that differ and that read back as the place they stand for."""

import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from news.log.cursor import Cursor, CursorError, parse_cursor
from news.metrics.queries import Metrics
from news.models import Item
from streaming.protocol.events import heartbeat_event, item_event, metrics_event, reset_event
from tests.helpers.sse import parse_events

NOW = datetime(2026, 1, 31, 9, 30, 0, 123_456, tzinfo=UTC)
HERE = Cursor("00ff00", 17)


def an_item() -> Item:
    return Item(
        item_id="0198-id",
        seq=17,
        title="Profit rises",
        url="https://example.org/1",
        source="wire",
        tickers=["MSFT", "AAPL"],
        sentiment="positive",
        score=0.75,
        appended_at=NOW,
    )


def test_an_item_without_headline_carries_no_text() -> None:
    event = item_event(an_item(), "00ff00", with_headline=False)

    assert (event.name, event.id) == ("new_item", "evt_00ff00-17")
    assert event.payload == {
        "item_id": "0198-id",
        "ticker": "MSFT",
        "sentiment": "positive",
        "score": 0.75,
        "timestamp": "2026-01-31T09:30:00.123Z",
    }


def test_an_item_with_headline_adds_its_title_source_address_and_tickers() -> None:
    short, long = (item_event(an_item(), "00ff00", with_headline=flag).payload for flag in (False, True))

    assert {name: long[name] for name in long if name not in short} == {
        "title": "Profit rises",
        "source": "wire",
        "url": "https://example.org/1",
        "tickers": ["MSFT", "AAPL"],
    }


def test_metrics_carry_exactly_the_counts_and_a_time() -> None:
    event = metrics_event(Metrics("00ff00", 17, 3, 1, 1, 1, {"AAPL": 3}, 2, 3))

    timestamp = event.payload.pop("timestamp")
    assert event.name == "metrics"
    assert event.payload == {
        "total": 3,
        "positive": 1,
        "neutral": 1,
        "negative": 1,
        "by_tag": {"AAPL": 3},
        "rate_last_hour": 2,
        "rate_last_24h": 3,
    }
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", timestamp)


def test_heartbeat_and_reset_carry_exactly_what_is_promised() -> None:
    assert heartbeat_event(HERE, now=NOW, connections=5).payload == {
        "timestamp": "2026-01-31T09:30:00.123Z",
        "connections": 5,
    }
    assert reset_event(HERE, now=NOW, reason="foreign").payload == {
        "timestamp": "2026-01-31T09:30:00.123Z",
        "reason": "foreign",
    }


def test_ids_differ_and_all_of_them_mean_the_place_they_stand_at() -> None:
    events = [item_event(an_item(), "00ff00", with_headline=False)]
    for _ in range(100):
        events.append(metrics_event(Metrics("00ff00", 17)))
        events.append(heartbeat_event(HERE, now=NOW, connections=0))
        events.append(reset_event(HERE, now=NOW, reason="future"))

    assert len({event.id for event in events}) == len(events)
    assert {parse_cursor(event.id) for event in events} == {HERE}


def test_an_encoded_event_reads_back_whole() -> None:
    event = item_event(an_item(), "00ff00", with_headline=True)

    (read,) = parse_events(event.encode().decode())

    assert (read.kind, read.id, read.data) == (event.name, event.id, event.payload)


@given(st.from_regex(r"[0-9a-f]{6}", fullmatch=True), st.integers(0, 10**18 - 1))
def test_any_cursor_reads_back(epoch: str, seq: int) -> None:
    assert parse_cursor(str(Cursor(epoch, seq))) == Cursor(epoch, seq)


@given(st.text())
def test_a_text_is_a_cursor_of_ours_or_is_refused(text: str) -> None:
    try:
        cursor = parse_cursor(text)
    except CursorError:
        return
    assert text.startswith(f"evt_{cursor.generation}-")


@pytest.mark.parametrize(
    "text",
    ["", "17", "evt_17", "evt_00ff00-", "evt_00FF00-1", "evt_00ff00--1", "evt_00ff00-1\n", "evt_00ff00-٣",
     "evt_00ff00-1-x1", "evt_00ff00-1-m", "evt_00ff00-1000000000000000000", " evt_00ff00-1"],
)  # fmt: skip
def test_what_is_no_cursor_is_refused_with_the_cure(text: str) -> None:
    with pytest.raises(CursorError, match="leave it out"):
        parse_cursor(text)
