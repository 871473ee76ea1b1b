"""The OpenAPI 3.1 paths of the stream views, which are plain Django views: no framework derives them."""

from collections.abc import Mapping
from typing import Any

from common.parsing import TICKER_REGEX
from streaming.protocol.events import COUNT, METRICS, NEW_ITEM, RESET, EventType

ERROR = {"$ref": "#/components/schemas/ErrorDetail"}
STRING: dict[str, Any] = {"type": "string"}
TICKERS_PATTERN = f"^{TICKER_REGEX}(,{TICKER_REGEX})*$"
STREAM_EXAMPLE = (
    "retry: 2810\n\nevent: heartbeat\nid: evt_6b1f09-41-h1\n"
    'data: {"timestamp":"2026-01-31T09:30:00.000Z","connections":3}\n\n'
)
STREAM_DESCRIPTION = (
    "An endless stream of Server-Sent Events: a `heartbeat` and the current `metrics`, then `new_item` as items are "
    "committed, `metrics` after changes, and `heartbeat`. To resume after a cut, send the last id back: the missed "
    "items come first, each once and in order. `reset` means that an id can't be resumed. See `docs/protocol.md`."
)


def _parameter(name: str, description: str, schema: dict[str, Any], *, location: str = "query") -> dict[str, Any]:
    required = location == "path"
    return {"name": name, "in": location, "required": required, "description": description, "schema": schema}


def _error(description: str) -> dict[str, Any]:
    return {"description": description, "content": {"application/json": {"schema": ERROR}}}


def _response(description: str, properties: dict[str, Any], optional: Mapping[str, Any] = {}) -> dict[str, Any]:
    schema = {"type": "object", "required": [*properties], "properties": {**properties, **optional}}
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _event_schema(event_type: EventType) -> dict[str, Any]:
    properties = {"event": {"const": event_type.name}, "id": STRING, "data": event_type.schema}
    return {"type": "object", "required": [*properties], "properties": properties}


TICKERS = _parameter(
    "tickers", "Only items with any of these tickers, comma-separated.", STRING | {"pattern": TICKERS_PATTERN}
)
INCLUDE = _parameter("include", "`headline` adds title, source, url and tickers.", STRING | {"enum": ["headline"]})
TICKET = _parameter("ticket", "From `POST /api/v2/stream/tickets`, for clients that can't send headers.", STRING)
RESUME = [
    _parameter("Last-Event-ID", "The last id received; takes precedence over the query.", STRING, location="header"),
    _parameter("last_event_id", "The same, for clients that can't send headers. Also `lastEventId`.", STRING),
    _parameter("since", "Start with what was committed at this time or later.", STRING | {"format": "date-time"}),
]
STREAM = {
    "description": STREAM_DESCRIPTION,
    "content": {"text/event-stream": {"schema": STRING, "example": STREAM_EXAMPLE}},
}
STREAM_ERRORS = {
    "400": _error("A malformed ticker, time or `include`."),
    "401": _error("The token or ticket is not valid."),
    "429": _error("Your IP address holds as many streams as one address may."),
    "503": _error("All connection slots of the process are taken: come back after the seconds in `Retry-After`."),
}
STATUS = {
    "connections": COUNT,
    "max_connections": COUNT,
    "available": COUNT,
    "uptime_seconds": {"type": "number"},
    "head": STRING | {"description": "The newest cursor."},
    "subscribers_behind": {**COUNT, "description": "Largest lag of a client, in events."},
}
CLUSTER = {
    "cluster": {
        "type": "object",
        "description": "With several processes: all together, the others as of some seconds ago.",
        "properties": dict.fromkeys(("processes", "connections", "max_connections", "subscribers_behind"), COUNT),
    },
}
POLLED_EVENT = {"oneOf": [_event_schema(event_type) for event_type in (NEW_ITEM, METRICS, RESET)]}
POLL_LIMIT = {"type": "integer", "minimum": 1, "maximum": 1000, "default": 100}

PATHS: dict[str, Any] = {
    "/api/v2/stream": {
        "get": {
            "operationId": "stream",
            "tags": ["streams"],
            "summary": "Follow the items live",
            "description": STREAM_DESCRIPTION,
            "parameters": [TICKERS, INCLUDE, *RESUME, TICKET],
            "responses": {"200": STREAM, **STREAM_ERRORS},
        }
    },
    "/api/v2/configurations/{config_id}/stream": {
        "get": {
            "operationId": "configuration_stream",
            "tags": ["streams"],
            "summary": "Follow the items of a configuration live",
            "description": "As `/api/v2/stream`, for the tickers of your configuration, until it changes.",
            "parameters": [
                _parameter("config_id", "The configuration's id.", STRING, location="path"),
                INCLUDE,
                *RESUME,
                TICKET,
            ],
            "responses": {
                "200": STREAM,
                **STREAM_ERRORS,
                "403": _error("The token has the scope `ingest`; a `read` token is needed."),
                "404": _error("You have no such configuration."),
            },
            "security": [{"ReadToken": []}, {"SessionCookie": []}, {}],
        }
    },
    "/api/v2/stream/status": {
        "get": {
            "operationId": "stream_status",
            "tags": ["streams"],
            "summary": "Get the number of open streams and the head of the log",
            "responses": {
                "200": _response("Open and free connection slots, and the head of the log.", STATUS, CLUSTER),
                "503": _error("The database does not answer."),
            },
        }
    },
    "/api/v2/events": {
        "get": {
            "operationId": "events",
            "tags": ["streams"],
            "summary": "Poll the log",
            "description": "The same events with the same ids, for clients that can't keep a stream open.",
            "parameters": [
                _parameter("after", "Any event id, or the `cursor` of the previous response.", STRING),
                _parameter("limit", "Maximum number of items.", POLL_LIMIT),
                TICKERS,
                INCLUDE,
            ],
            "responses": {
                "200": _response(
                    "The items after `after`; without it, or if it can't be resumed, the current metrics.",
                    {
                        "events": {"type": "array", "items": POLLED_EVENT},
                        "cursor": STRING,
                        "has_more": {"type": "boolean"},
                    },
                ),
                "400": _error("A malformed ticker, limit or `include`."),
                "503": _error("The database does not answer."),
            },
        }
    },
}
