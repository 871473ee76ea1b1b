"""The events of the stream: one EventType for each, with its payload's fields and the form of its ids.

Everything that lists event types follows from EVENT_TYPES: ids, the OpenAPI document, counters, `watch`, the page.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from secrets import randbelow
from typing import Any

import orjson

from common.time import format_time
from news.entity_score import EntityScore
from news.log.cursor import Cursor
from news.log.reader import EventState
from news.metrics.queries import Metrics
from news.models import Sentiment
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
    `is_polled` is False for events that are sent to streams only, and never in pages of `/events`.
    """

    name: str
    id_letter: str
    fields: Mapping[str, Schema]
    optional_fields: Mapping[str, Schema]
    is_polled: bool = True

    @property
    def is_of_item(self) -> bool:
        """Whether each event stands for a state in the log, whose place is its id."""
        return not self.id_letter

    @property
    def schema(self) -> dict[str, Any]:
        """The JSON Schema of the payload."""
        return {"type": "object", "required": [*self.fields], "properties": {**self.fields, **self.optional_fields}}

    def make_event(self, cursor: Cursor, payload: Mapping[str, Any]) -> "Event":
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


NUMBER_0_TO_1: Schema = {"type": "number", "minimum": 0, "maximum": 1}
HEADLINE_FIELDS: dict[str, Schema] = {
    "title": STRING,
    "source": STRING,
    "url": STRING,
    "tickers": {"type": "array", "items": STRING},
    "published_at": TIME,
}
ITEM_FIELDS: dict[str, Schema] = {
    "item_id": STRING,
    "ticker": STRING,
    "sentiment": {"enum": Sentiment.values},
    "score": NUMBER_0_TO_1,
    "timestamp": TIME,
}
ENTITY_FIELDS: dict[str, Schema] = {
    "ticker": STRING,
    "sentiment": ITEM_FIELDS["sentiment"],
    "score": NUMBER_0_TO_1,
    "value": {"type": "number", "minimum": -1, "maximum": 1},
    "relevance": NUMBER_0_TO_1,
}
INCLUDED_FIELDS: dict[str, Schema] = HEADLINE_FIELDS | {
    "entities": {
        "type": "array",
        "items": {"type": "object", "required": [*ENTITY_FIELDS], "properties": ENTITY_FIELDS},
    }
}
NEW_ITEM = EventType("new_item", "", ITEM_FIELDS, INCLUDED_FIELDS)
ITEM_UPDATED = EventType(
    "item_updated",
    "",
    ITEM_FIELDS | {"changed": {"type": "array", "items": STRING}, "revision": COUNT},
    INCLUDED_FIELDS,
)
ITEM_REMOVED = EventType("item_removed", "", {"item_id": STRING, "reason": STRING, "timestamp": TIME}, {})
METRICS = EventType(
    "metrics",
    "m",
    dict.fromkeys(("total", "positive", "neutral", "negative", "rate_last_hour", "rate_last_24h"), COUNT)
    | {"by_tag": {"type": "object", "additionalProperties": COUNT}},
    {"timestamp": TIME},
)
HEARTBEAT = EventType("heartbeat", "h", {"timestamp": TIME, "connections": COUNT}, {}, is_polled=False)
RESET = EventType("reset", "r", {"reason": STRING, "timestamp": TIME}, {})

EVENT_TYPES = {
    event_type.name: event_type for event_type in (NEW_ITEM, ITEM_UPDATED, ITEM_REMOVED, METRICS, HEARTBEAT, RESET)
}


@dataclass(frozen=True, slots=True)
class PayloadOptions:
    """What an event tells of an item.

    entity: what it says of the ticker that the event is about; None for the headline as a whole, under the most
    relevant ticker. with_headline: whether title, source, url, all tickers and the time of publication are added.
    with_entities: whether what it says of each ticker is added.
    """

    entity: EntityScore | None = None
    with_headline: bool = False
    with_entities: bool = False


DEFAULT_OPTIONS = PayloadOptions()


def make_new_item_event(state: EventState, generation: str, options: PayloadOptions = DEFAULT_OPTIONS) -> Event:
    """Return the `new_item` event of a state in the log."""
    return NEW_ITEM.make_event(Cursor(generation, state.seq), make_item_payload(state, options))


def make_updated_event(state: EventState, generation: str, options: PayloadOptions, *, changed: Sequence[str]) -> Event:
    """Return the `item_updated` event of a state with which an item changed. `changed`: names of what did."""
    payload = make_item_payload(state, options) | {"changed": changed, "revision": state.revision}
    return ITEM_UPDATED.make_event(Cursor(generation, state.seq), payload)


def make_removed_event(state: EventState, generation: str, *, reason: str) -> Event:
    """Return the `item_removed` event of a state with which an item was withdrawn or left a filter."""
    payload = {"item_id": state.item_id, "reason": reason, "timestamp": state.appended_text}
    return ITEM_REMOVED.make_event(Cursor(generation, state.seq), payload)


def make_item_payload(state: EventState, options: PayloadOptions) -> dict[str, Any]:
    """Return the data of a `new_item` event."""
    score = options.entity or state
    payload = {
        "item_id": state.item_id,
        "ticker": options.entity.ticker if options.entity else state.tickers[0],
        "sentiment": score.sentiment,
        "score": score.score,
        "timestamp": state.appended_text,
    }
    if options.with_headline:
        payload |= {
            "title": state.title,
            "source": state.source,
            "url": state.url,
            "tickers": state.tickers,
            "published_at": state.published_text,
        }
    if options.with_entities:
        payload["entities"] = [entity.brief for entity in state.list_entities()]
    return payload


def make_metrics_event(metrics: Metrics) -> Event:
    """Return the `metrics` event; its id resumes after the last item that it counts."""
    return METRICS.make_event(metrics.cursor, metrics.payload())


def make_counts_event(counts: Mapping[str, Any], cursor: Cursor, *, timestamp: str) -> Event:
    """Return the `metrics` event of counts as of `cursor`. Many have the same `timestamp`, so it is given as text."""
    return METRICS.make_event(cursor, {**counts, "timestamp": timestamp})


def make_heartbeat_event(cursor: Cursor, *, now: datetime, connections: int) -> Event:
    """Return a `heartbeat` whose id resumes at `cursor`."""
    return HEARTBEAT.make_event(cursor, {"timestamp": format_time(now), "connections": connections})


def make_reset_event(cursor: Cursor, *, now: datetime, reason: str) -> Event:
    """Return the `reset` event: what the client has does not continue here, and the state at `cursor` follows."""
    return RESET.make_event(cursor, {"reason": reason, "timestamp": format_time(now)})
