"""The parts of the OpenAPI document that follow from the events of the stream, and the forms of its responses."""

from collections.abc import Iterable, Mapping
from typing import Any

from streaming.protocol.events import EVENT_TYPES, EventType

ERROR = {"$ref": "#/components/schemas/ErrorDetail"}
STRING: dict[str, Any] = {"type": "string"}


def error_response(description: str) -> dict[str, Any]:
    """Return a response whose body is the usual error."""
    return {"description": description, "content": {"application/json": {"schema": ERROR}}}


def build_response(
    description: str, properties: Mapping[str, Any], optional: Mapping[str, Any] = {}, *, title: str
) -> dict[str, Any]:
    """Return a response whose body is an object with these properties. Generated clients name its class `title`."""
    schema = {
        "type": "object",
        "title": title,
        "required": [*properties],
        "properties": {**properties, **optional},
    }
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _schema_name(event_type: EventType) -> str:
    return f"{event_type.name.title().replace('_', '')}Event"


def ref(name: str) -> dict[str, str]:
    """Return a reference to a schema among the components."""
    return {"$ref": f"#/components/schemas/{name}"}


def _event_schemas(event_type: EventType) -> dict[str, Any]:
    """Return the components of a type of event: the event as `/events` lists it, and the payload."""
    name = _schema_name(event_type)
    properties = {
        "event": {"type": "string", "const": event_type.name},
        "id": {**STRING, "description": "Send it back to resume after this event."},
        "data": ref(f"{name}Data"),
    }
    event = {"type": "object", "required": [*properties], "properties": properties}
    return {name: event | {"title": name}, f"{name}Data": event_type.schema | {"title": f"{name}Data"}}


def _any_of(event_types: Iterable[EventType]) -> dict[str, Any]:
    names = {event_type.name: _schema_name(event_type) for event_type in event_types}
    mapping = {event: f"#/components/schemas/{name}" for event, name in names.items()}
    return {
        "oneOf": [ref(name) for name in names.values()],
        "discriminator": {"propertyName": "event", "mapping": mapping},
    }


COMPONENTS: dict[str, Any] = {
    "schemas": {
        **{name: schema for event_type in EVENT_TYPES.values() for name, schema in _event_schemas(event_type).items()},
        "StreamEvent": {
            **_any_of(EVENT_TYPES.values()),
            "description": "An event of a stream: the fields of its block, with `data` as JSON.",
        },
        "PolledEvent": _any_of(each for each in EVENT_TYPES.values() if each.is_polled),
    },
    "securitySchemes": {
        "StreamTicket": {
            "type": "apiKey",
            "in": "query",
            "name": "ticket",
            "description": "From `POST /api/v2/stream/tickets`; opens one stream.",
        }
    },
}
