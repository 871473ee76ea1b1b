"""The streams and what polls them, as OpenAPI 3.1 describes calls: they are plain views, so no framework does it."""

from collections.abc import Mapping
from typing import Any

from common.parsing import TICKER_REGEX

FAULT = {"$ref": "#/components/schemas/ErrorDetail"}
TEXT: dict[str, Any] = {"type": "string"}
COUNT = {"type": "integer", "minimum": 0}
TICKERS = f"^{TICKER_REGEX}(,{TICKER_REGEX})*$"
EXAMPLE = (
    "retry: 2810\n\nevent: heartbeat\nid: evt_6b1f09-41-h1\n"
    'data: {"timestamp":"2026-01-31T09:30:00.000Z","connections":3}\n\n'
)
FULL = "Every slot of the process is taken: come back after the seconds in `Retry-After`."
EVENTS = (
    "Server-Sent Events without an end: a `heartbeat` and the present `metrics`, then `new_item` as items are "
    "committed, `metrics` after changes, and `heartbeat`. After a cut, send the last id back: what was missed comes "
    "first, each item once and in order. A `reset` says that an id can't be resumed. `docs/protocol.md` has it all."
)


def _parameter(name: str, text: str, schema: dict[str, Any], *, place: str = "query") -> dict[str, Any]:
    return {"name": name, "in": place, "required": place == "path", "description": text, "schema": schema}


def _fault(text: str) -> dict[str, Any]:
    return {"description": text, "content": {"application/json": {"schema": FAULT}}}


def _answer(text: str, properties: dict[str, Any], optional: Mapping[str, Any] = {}) -> dict[str, Any]:
    schema = {"type": "object", "required": [*properties], "properties": {**properties, **optional}}
    return {"description": text, "content": {"application/json": {"schema": schema}}}


FILTER = _parameter("tickers", "Only items with any of these, by comma.", TEXT | {"pattern": TICKERS})
INCLUDE = _parameter("include", "`headline` adds title, source, url and tickers.", TEXT | {"enum": ["headline"]})
TICKET = _parameter("ticket", "Of `POST /api/v2/stream/tickets`, where no header can be sent.", TEXT)
RESUME = [
    _parameter("Last-Event-ID", "The last id that was seen; goes before the query.", TEXT, place="header"),
    _parameter("last_event_id", "The same, where no header can be sent. Also `lastEventId`.", TEXT),
    _parameter("since", "Begin with what was committed at this time or later.", TEXT | {"format": "date-time"}),
]
STREAM = {"description": EVENTS, "content": {"text/event-stream": {"schema": TEXT, "example": EXAMPLE}}}
NOT_OPENED = {
    "400": _fault("A malformed ticker, time or form."),
    "401": _fault("What was shown opens nothing."),
    "429": _fault("Your address holds as many streams as one may."),
    "503": _fault(FULL),
}
STATUS = {
    "connections": COUNT,
    "max_connections": COUNT,
    "available": COUNT,
    "uptime_seconds": {"type": "number"},
    "head": TEXT | {"description": "The newest cursor."},
    "subscribers_behind": COUNT | {"description": "Largest lag, in frames."},
}
SUMS = {
    "cluster": {
        "type": "object",
        "description": "Where several processes serve: all together, the others as of some seconds ago.",
        "properties": dict.fromkeys(("processes", "connections", "max_connections", "subscribers_behind"), COUNT),
    },
}
EVENT = {
    "type": "object",
    "required": ["event", "id", "data"],
    "properties": {
        "event": {"enum": ["new_item", "metrics", "reset"]},
        "id": TEXT,
        "data": {"type": "object"},
    },
}

PATHS: dict[str, Any] = {
    "/api/v2/stream": {
        "get": {
            "operationId": "stream",
            "tags": ["streams"],
            "summary": "Follow the items live",
            "description": EVENTS,
            "parameters": [FILTER, INCLUDE, *RESUME, TICKET],
            "responses": {"200": STREAM, **NOT_OPENED},
        }
    },
    "/api/v2/configurations/{config_id}/stream": {
        "get": {
            "operationId": "configuration_stream",
            "tags": ["streams"],
            "summary": "Follow the items of a configuration live",
            "description": "As `/api/v2/stream`, for the tickers of a configuration of yours, until it changes.",
            "parameters": [
                _parameter("config_id", "The configuration's.", TEXT, place="path"),
                INCLUDE,
                *RESUME,
                TICKET,
            ],
            "responses": {
                "200": STREAM,
                **NOT_OPENED,
                "403": _fault("A token that posts, not one that reads."),
                "404": _fault("No such configuration of yours."),
            },
            "security": [{"ReadToken": []}, {"SessionCookie": []}, {}],
        }
    },
    "/api/v2/stream/status": {
        "get": {
            "operationId": "stream_status",
            "tags": ["streams"],
            "summary": "Tell how full this process is",
            "responses": {
                "200": _answer("How full it is, and where the log stands.", STATUS, SUMS),
                "503": _fault("Away."),
            },
        }
    },
    "/api/v2/events": {
        "get": {
            "operationId": "events",
            "tags": ["streams"],
            "summary": "Poll the log",
            "description": "The same items with the same ids, for those who can't keep a stream open.",
            "parameters": [
                _parameter("after", "Any event id, or the `cursor` of the answer before.", TEXT),
                _parameter(
                    "limit", "Items at most.", {"type": "integer", "minimum": 1, "maximum": 1000, "default": 100}
                ),
                FILTER,
                INCLUDE,
            ],
            "responses": {
                "200": _answer(
                    "The items after `after`; without it, or where it can't be resumed, the present metrics.",
                    {"events": {"type": "array", "items": EVENT}, "cursor": TEXT, "has_more": {"type": "boolean"}},
                ),
                "400": _fault("A malformed ticker, limit or form."),
                "503": _fault("The database does not answer."),
            },
        }
    },
}
