"""The events: exactly the contract's keys, and unique ids that parse back to their cursor."""

import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from news.entity_score import EntityScore
from news.log.cursor import Cursor, CursorError, parse_cursor
from news.metrics.queries import Metrics
from news.models import Item, ItemChange
from streaming.protocol.events import (
    EVENT_TYPES,
    PayloadOptions,
    make_heartbeat_event,
    make_metrics_event,
    make_new_item_event,
    make_removed_event,
    make_reset_event,
    make_updated_event,
)
from tests.helpers.sse import parse_events

NOW = datetime(2026, 1, 31, 9, 30, 0, 123_456, tzinfo=UTC)
HERE = Cursor("00ff00", 17)
MSFT = EntityScore("MSFT", 1.0, "neutral", 0.6, 0.1, ["Microsoft"], ["meets"])
AAPL = EntityScore("AAPL", 0.5, "negative", 0.9, -0.85, [], ["falls"])
EVERYTHING = PayloadOptions(AAPL, with_headline=True, with_entities=True)


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
        probabilities={"positive": 0.75, "neutral": 0.25, "negative": 0.0},
        entities=[[*MSFT], [*AAPL]],
        appended_at=NOW,
        first_appended_at=NOW,
        published_at=NOW,
    )


def a_changed_item() -> Item:
    item = an_item()
    item.revision = 2
    item.change = ItemChange(seq=17, kind="corrected", fields=["title", "sentiment"])
    return item


def test_item_event_without_headline_has_base_fields_only() -> None:
    event = make_new_item_event(an_item(), "00ff00")

    assert (event.name, event.id) == ("new_item", "evt_00ff00-17")
    assert event.payload == {
        "item_id": "0198-id",
        "ticker": "MSFT",
        "sentiment": "positive",
        "score": 0.75,
        "timestamp": "2026-01-31T09:30:00.123Z",
    }


def test_item_event_with_headline_adds_texts_tickers_and_time() -> None:
    short = make_new_item_event(an_item(), "00ff00").payload
    long = make_new_item_event(an_item(), "00ff00", PayloadOptions(with_headline=True)).payload

    assert {name: long[name] for name in long if name not in short} == {
        "title": "Profit rises",
        "source": "wire",
        "url": "https://example.org/1",
        "tickers": ["MSFT", "AAPL"],
        "published_at": "2026-01-31T09:30:00.123Z",
    }


def test_item_event_of_an_entity_has_its_ticker_sentiment_and_score() -> None:
    of_headline, of_entity = (
        make_new_item_event(an_item(), "00ff00", view).payload for view in (PayloadOptions(), PayloadOptions(AAPL))
    )

    assert of_entity == {**of_headline, "ticker": "AAPL", "sentiment": "negative", "score": 0.9}


def test_item_event_with_entities_adds_each_without_its_words() -> None:
    short, long = (
        make_new_item_event(an_item(), "00ff00", PayloadOptions(with_entities=has_them)).payload
        for has_them in (False, True)
    )

    assert long == {
        **short,
        "entities": [
            {"ticker": "MSFT", "sentiment": "neutral", "score": 0.6, "value": 0.1, "relevance": 1.0},
            {"ticker": "AAPL", "sentiment": "negative", "score": 0.9, "value": -0.85, "relevance": 0.5},
        ],
    }


def test_updated_event_adds_what_changed_and_the_revision() -> None:
    new = make_new_item_event(a_changed_item(), "00ff00", EVERYTHING)
    updated = make_updated_event(a_changed_item(), "00ff00", EVERYTHING, changed=["title", "sentiment"])

    assert (updated.name, updated.id) == ("item_updated", new.id)
    assert updated.payload == {**new.payload, "changed": ["title", "sentiment"], "revision": 2}


def test_removed_event_has_the_reason_and_no_text() -> None:
    event = make_removed_event(a_changed_item(), "00ff00", reason="left_filter")

    assert (event.name, event.id) == ("item_removed", "evt_00ff00-17")
    assert event.payload == {
        "item_id": "0198-id",
        "reason": "left_filter",
        "timestamp": "2026-01-31T09:30:00.123Z",
    }


def test_metrics_event_has_exactly_the_counts_and_a_time() -> None:
    event = make_metrics_event(Metrics("00ff00", 17, 3, 1, 1, 1, {"AAPL": 3}, 2, 3))

    payload = {**event.payload}
    timestamp = payload.pop("timestamp")
    assert event.name == "metrics"
    assert payload == {
        "total": 3,
        "positive": 1,
        "neutral": 1,
        "negative": 1,
        "by_tag": {"AAPL": 3},
        "rate_last_hour": 2,
        "rate_last_24h": 3,
    }
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", timestamp)


def test_heartbeat_and_reset_have_exactly_the_contracts_fields() -> None:
    assert make_heartbeat_event(HERE, now=NOW, connections=5).payload == {
        "timestamp": "2026-01-31T09:30:00.123Z",
        "connections": 5,
    }
    assert make_reset_event(HERE, now=NOW, reason="foreign").payload == {
        "timestamp": "2026-01-31T09:30:00.123Z",
        "reason": "foreign",
    }


def test_event_ids_are_unique_and_parse_to_their_cursor() -> None:
    events = [make_new_item_event(an_item(), "00ff00")]
    for _ in range(100):
        events.append(make_metrics_event(Metrics("00ff00", 17)))
        events.append(make_heartbeat_event(HERE, now=NOW, connections=0))
        events.append(make_reset_event(HERE, now=NOW, reason="future"))

    assert len({event.id for event in events}) == len(events)
    assert {parse_cursor(event.id) for event in events} == {HERE}


def test_encode_event_parses_back_whole() -> None:
    event = make_new_item_event(an_item(), "00ff00", EVERYTHING)

    (read,) = parse_events(event.encode().decode())

    assert (read.kind, read.id, read.data) == (event.name, event.id, event.payload)


@given(st.from_regex(r"[0-9a-f]{6}", fullmatch=True), st.integers(0, 10**18 - 1))
def test_cursor_text_parses_back(generation: str, seq: int) -> None:
    assert parse_cursor(str(Cursor(generation, seq))) == Cursor(generation, seq)


@given(st.text())
def test_parse_cursor_any_text_is_cursor_or_error(text: str) -> None:
    try:
        cursor = parse_cursor(text)
    except CursorError:
        return
    assert text.startswith(f"evt_{cursor.generation}-")


@pytest.mark.parametrize(
    "text",
    ["", "17", "evt_17", "evt_00ff00-", "evt_00FF00-1", "evt_00ff00--1", "evt_00ff00-1\n", "evt_00ff00-٣",
     "evt_00ff00-1-X1", "evt_00ff00-1-m", "evt_00ff00-1000000000000000000", " evt_00ff00-1"],
)  # fmt: skip
def test_parse_cursor_malformed_raises_with_cure(text: str) -> None:
    with pytest.raises(CursorError, match="leave it out"):
        parse_cursor(text)


def test_event_types_schema_names_the_fields_of_each_event() -> None:
    events = [
        make_new_item_event(an_item(), "00ff00", EVERYTHING),
        make_updated_event(a_changed_item(), "00ff00", EVERYTHING, changed=["title"]),
        make_removed_event(a_changed_item(), "00ff00", reason="withdrawn"),
        make_metrics_event(Metrics("00ff00", 17)),
        make_heartbeat_event(HERE, now=NOW, connections=0),
        make_reset_event(HERE, now=NOW, reason="future"),
    ]

    assert [event.name for event in events] == [*EVENT_TYPES]
    for event in events:
        assert set(event.payload) == set(EVENT_TYPES[event.name].schema["properties"])
