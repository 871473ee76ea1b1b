"""The OpenAPI 3.1 paths of the stream views, which are plain Django views: no framework derives them."""

from typing import Any

from streaming.broker.filters import TICKER_PARAMETERS, StreamFilter
from streaming.protocol.events import COUNT
from streaming.protocol.openapi import STRING, build_response, error_response, ref

STREAM_EXAMPLE = (
    "retry: 2810\nevent: heartbeat\nid: evt_6b1f09-41-h1\n"
    'data: {"timestamp":"2026-01-31T09:30:00.000Z","connections":3}\n\n'
)
STREAM_DESCRIPTION = (
    "An endless stream of Server-Sent Events: a `heartbeat` and the current `metrics`, then `new_item` as items are "
    "committed, `metrics` after changes, and `heartbeat`. An item that changes is announced again; with "
    "`include=changes` as `item_updated`, and one that is withdrawn as `item_removed`. To resume after a cut, send "
    "the last id back: the missed items come first, each once and in order. `reset` means that an id can't be resumed. "
    "With `since`, `until` and `speed`, a past range is played instead, and the stream ends. See `docs/protocol.md`."
)


def _parameter(name: str, description: str, schema: dict[str, Any], *, location: str = "query") -> dict[str, Any]:
    required = location == "path"
    return {"name": name, "in": location, "required": required, "description": description, "schema": schema}


FILTER = [
    _parameter(name, parameter.description, {**STRING, **parameter.schema})
    for name, parameter in StreamFilter.PARAMETERS.items()
]
CONFIGURATION_FILTER = [parameter for parameter in FILTER if parameter["name"] not in TICKER_PARAMETERS]
TICKET = _parameter("ticket", "From `POST /api/v2/stream/tickets`, for clients that can't send headers.", STRING)
SINCE = _parameter(
    "since",
    "Start with what was appended at this time or later, or after this event id.",
    STRING | {"examples": ["2026-01-31T09:30:00Z"]},
)
PLAYBACK = [
    _parameter(
        "until",
        "With `speed`: the past time or event id at which the range ends, and which still belongs to it.",
        STRING | {"examples": ["2026-01-31T16:00:00Z"]},
    ),
    _parameter(
        "speed",
        "Play the past range from `since` to `until`: 60 is sixty times as fast as it was appended, `max` is without "
        "pauses. The stream ends with the range.",
        STRING | {"pattern": "^([0-9]{1,7}([.][0-9]{1,6})?|max)$", "examples": ["60", "max"]},
    ),
]
RESUME = [
    # With `content` in place of `schema`, so that openapi-python-client leaves the header to the HTTP library: it can't
    # tell three parameters apart that are all `last_event_id` in Python.
    {
        "name": "Last-Event-ID",
        "in": "header",
        "required": False,
        "description": "The last id received; takes precedence over the query.",
        "content": {"text/plain": {"schema": STRING}},
    },
    _parameter("last_event_id", "The same, for clients that can't send headers.", STRING),
    _parameter("lastEventId", "The same, as other clients write it.", STRING),
    SINCE,
]
STREAM = {
    "description": STREAM_DESCRIPTION,
    "content": {
        "text/event-stream": {
            # OpenAPI 3.1 can't describe the parts of a stream; 3.2 calls this itemSchema.
            "schema": STRING | {"description": "Blocks of `StreamEvent`.", "x-item-schema": ref("StreamEvent")},
            "example": STREAM_EXAMPLE,
        }
    },
}
NO_ITEMS = {"description": "A request with `speed`, and no item after its last event up to `until`: nothing is left."}
STREAM_ERRORS = {
    "400": error_response("A malformed or unknown parameter."),
    "401": error_response("The token or ticket is not valid."),
    "429": error_response("Your IP address holds as many streams, or as many with `speed`, as one address may."),
    "503": error_response("All connection slots of the server are taken; `Retry-After` says when to come back."),
}
STATUS = {
    "connections": COUNT,
    "max_connections": COUNT,
    "available": COUNT,
    "uptime_seconds": {"type": "number"},
    "head": STRING | {"description": "The newest cursor."},
    "tail": STRING | {"description": "The cursor of the beginning of the log: after it come all items that are kept."},
    "subscribers_behind": {**COUNT, "description": "Largest lag of a client, in events."},
}
CLUSTER = {
    "cluster": {
        "type": "object",
        "description": "With several processes: all together, the others as of some seconds ago.",
        "properties": dict.fromkeys(("processes", "connections", "max_connections", "subscribers_behind"), COUNT),
    },
}
POLL = [
    _parameter(
        "after", "Any event id, or the `cursor` of the previous response. Takes precedence over `since`.", STRING
    ),
    SINCE,
    _parameter("limit", "Maximum number of items.", {"type": "integer", "minimum": 1, "maximum": 1000, "default": 100}),
]
POLL_RESPONSES = {
    "200": build_response(
        "The items after `after` or since `since`; without them, or if `after` can't be resumed, the current metrics.",
        {
            "events": {"type": "array", "items": ref("PolledEvent")},
            "cursor": STRING,
            "has_more": {"type": "boolean"},
        },
        title="EventPage",
    ),
    "400": error_response("A malformed or unknown parameter."),
    "401": error_response("The token or ticket is not valid."),
    "503": error_response("The database does not answer."),
}
CONFIG_ID = _parameter("config_id", "The configuration's id.", STRING, location="path")
CONFIGURATION_ERRORS = {
    "403": error_response("The token has the scope `ingest`; a `read` token is needed."),
    "404": error_response("You have no such configuration."),
}
CONFIGURATION_SECURITY: list[dict[str, list[str]]] = [{"ReadToken": []}, {"SessionCookie": []}, {"StreamTicket": []}]

PATHS: dict[str, Any] = {
    "/api/v2/stream": {
        "get": {
            "operationId": "follow_stream",
            "summary": "Follow the items live",
            "description": STREAM_DESCRIPTION,
            "parameters": [*FILTER, *RESUME, *PLAYBACK, TICKET],
            "responses": {"200": STREAM, "204": NO_ITEMS, **STREAM_ERRORS},
        }
    },
    "/api/v2/configurations/{config_id}/stream": {
        "get": {
            "operationId": "follow_configuration",
            "summary": "Follow the items of a configuration live",
            "description": "As `/api/v2/stream`, for the tickers of your configuration, until it changes.",
            "parameters": [CONFIG_ID, *CONFIGURATION_FILTER, *RESUME, *PLAYBACK],
            "responses": {"200": STREAM, "204": NO_ITEMS, **STREAM_ERRORS, **CONFIGURATION_ERRORS},
            "security": CONFIGURATION_SECURITY,
        }
    },
    "/api/v2/stream/status": {
        "get": {
            "operationId": "get_stream_status",
            "summary": "Get the number of open streams and the head of the log",
            "responses": {
                "200": build_response(
                    "Open and free connection slots, and both ends of the log.", STATUS, CLUSTER, title="StreamStatus"
                ),
                "401": error_response("The token is not valid."),
                "503": error_response("The database does not answer."),
            },
        }
    },
    "/api/v2/events": {
        "get": {
            "operationId": "list_events",
            "summary": "Poll the log",
            "description": "The same events with the same ids, for clients that can't keep a stream open. A full page "
            "after a cursor can be cached: for ever, or with `headline` or `entities` for a minute.",
            "parameters": [*FILTER, *POLL],
            "responses": {**POLL_RESPONSES, "304": {"description": "The page with the ETag still holds."}},
        }
    },
    "/api/v2/configurations/{config_id}/events": {
        "get": {
            "operationId": "list_configuration_events",
            "summary": "Poll the log of a configuration",
            "description": "As `/api/v2/events`, for the tickers of your configuration.",
            "parameters": [CONFIG_ID, *CONFIGURATION_FILTER, *POLL],
            "responses": {**POLL_RESPONSES, **CONFIGURATION_ERRORS},
            "security": CONFIGURATION_SECURITY,
        }
    },
}
