"""The events of the stream: one EventType for each, with its payload's fields and the form of its ids.

Everything that lists event types follows from EVENT_TYPES: ids, the OpenAPI document, counters, `watch`, the page.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from secrets import randbelow
from typing import Any

import orjson

from common.time import format_time
from news.log.cursor import Cursor
from news.metrics.queries import Metrics
from news.models import Item, Sentiment
from streaming.protocol.sse import encode_event

Schema = Mapping[str, Any]

STRING: Schema = {"type": "string"}
TIME: Schema = {"type": "string", "format": "date-time"}
COUNT: Schema = {"type": "integer", "minimum": 0}

# Ids that are not an item's own must differ within a stream, also in one that moved between processes.
_serial = count(randbelow(10**12) * 10**6)


@dataclass(frozen=True, slots=True)
class EventType:
    """A kind of event: its name, the JSON Schemas of its payload's `fields`, and of those that only `include` adds.

    `id_letter` marks ids that are not an item's own: `evt_<generation>-<seq>-<letter><number>` resumes after `seq`.
    """

    name: str
    id_letter: str
    fields: Mapping[str, Schema]
    optional_fields: Mapping[str, Schema]

    @property
    def schema(self) -> dict[str, Any]:
        """The JSON Schema of the payload."""
        return {"type": "object", "required": [*self.fields], "properties": {**self.fields, **self.optional_fields}}

    def event(self, cursor: Cursor, payload: Mapping[str, Any]) -> "Event":
        """Return an event of this type whose id resumes at `cursor`."""
        mark = f"-{self.id_letter}{next(_serial)}" if self.id_letter else ""
        return Event(self.name, f"{cursor}{mark}", payload)


@dataclass(frozen=True, slots=True)
class Event:
    """One event of the stream."""

    name: str
    id: str
    payload: Mapping[str, Any]

    def encode(self) -> bytes:
        """Return the event as the bytes of one SSE block."""
        return encode_event(self.name, self.id, orjson.dumps(self.payload))


NEW_ITEM = EventType(
    "new_item",
    "",
    {
        "item_id": STRING,
        "ticker": STRING,
        "sentiment": {"enum": Sentiment.values},
        "score": {"type": "number", "minimum": 0, "maximum": 1},
        "timestamp": TIME,
    },
    {"title": STRING, "source": STRING, "url": STRING, "tickers": {"type": "array", "items": STRING}},
)
METRICS = EventType(
    "metrics",
    "m",
    dict.fromkeys(("total", "positive", "neutral", "negative", "rate_last_hour", "rate_last_24h"), COUNT)
    | {"by_tag": {"type": "object", "additionalProperties": COUNT}},
    {"timestamp": TIME},
)
HEARTBEAT = EventType("heartbeat", "h", {"timestamp": TIME, "connections": COUNT}, {})
RESET = EventType("reset", "r", {"reason": STRING, "timestamp": TIME}, {})

EVENT_TYPES = {event_type.name: event_type for event_type in (NEW_ITEM, METRICS, HEARTBEAT, RESET)}


def item_event(item: Item, generation: str, *, with_headline: bool, ticker: str | None = None) -> Event:
    """Return the `new_item` event of an item.

    with_headline: whether to add title, source, url and all tickers.
    ticker: the one that the event is about, in place of the item's most relevant one.
    """
    payload = {
        "item_id": item.item_id,
        "ticker": ticker or item.tickers[0],
        "sentiment": item.sentiment,
        "score": item.score,
        "timestamp": format_time(item.appended_at),
    }
    if with_headline:
        payload |= {"title": item.title, "source": item.source, "url": item.url, "tickers": item.tickers}
    return NEW_ITEM.event(Cursor(generation, item.seq), payload)


def metrics_event(metrics: Metrics) -> Event:
    """Return the `metrics` event; its id resumes after the last item that it counts."""
    return METRICS.event(metrics.cursor, metrics.payload())


def heartbeat_event(cursor: Cursor, *, now: datetime, connections: int) -> Event:
    """Return a `heartbeat` whose id resumes at `cursor`."""
    return HEARTBEAT.event(cursor, {"timestamp": format_time(now), "connections": connections})


def reset_event(cursor: Cursor, *, now: datetime, reason: str) -> Event:
    """Return the `reset` event: what the client has does not continue here, and the state at `cursor` follows."""
    return RESET.event(cursor, {"reason": reason, "timestamp": format_time(now)})
