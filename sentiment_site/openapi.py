"""Complete the OpenAPI document that ninja derives: names, tags, security, errors, and what plain Django views serve.

Rules, not lists of operations: a route that is added gets its name, tag, security and errors from here. The name is
that of its function, unless OPERATION_IDS has a better one.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from django.conf import settings
from ninja.openapi.schema import OpenAPISchema

from streaming.http.openapi import PATHS
from streaming.protocol.openapi import COMPONENTS, build_response, error_response

API_PATH = "/api/v2/"  # below SITE_PREFIX
METHODS = ("get", "put", "post", "delete", "patch")
OPERATION_IDS = {
    "post_items": "create_items",
    "get_item_detail": "get_item",
    "patch_item": "update_item",
    "delete_item": "withdraw_item",
    "get_instruments": "list_instruments",
    "get_item_metrics": "get_metrics",
    "get_several_series": "list_timeseries",
    "get_series": "get_timeseries",
    "post_anonymous_session": "create_anonymous_session",
    "post_configuration": "create_configuration",
    "get_configuration_detail": "get_configuration",
    "patch_configuration": "update_configuration",
    "post_ticket": "create_stream_ticket",
    "get_item_labels": "list_item_labels",
    "post_item_label": "label_item",
    "delete_item_label": "remove_item_label",
}
TAGS = {
    "items": "Post, list, read and change scored headlines.",
    "instruments": "What news can be about: symbols, names and kinds.",
    "metrics": "Counts, and sentiment over time.",
    "stream": "Follow or poll the log.",
    "configurations": "Watchlists: tickers saved under a name, each with a stream of its own.",
    "auth": "Sessions without an account.",
    "health": "State of a server process.",
}
TAGS_BY_SEGMENT = {"timeseries": "metrics", "events": "stream", "export": "items"}
RETRY_AFTER = {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "string"}}}
VALIDATORS = {
    "ETag": {"description": "Send it back as `If-None-Match` with the same call.", "schema": {"type": "string"}},
    "Cache-Control": {"description": "How long caches may keep the answer.", "schema": {"type": "string"}},
}
RESPONSES = {
    "304": ("NotModified", "The answer with the ETag in `If-None-Match` still holds."),
    "400": ("BadRequest", "A parameter that is unknown or malformed, or a body that is no JSON."),
    "401": ("Unauthorized", "No token where one is needed, or one that is unknown, expired or revoked."),
    "403": ("Forbidden", "A token of another scope, or a change without a CSRF token."),
    "429": ("TooManyRequests", "The rate limit is reached."),
    "503": ("Unavailable", "The database does not answer."),
}
ON_EVERY_OPERATION = ("400", "401", "503")
STATE: dict[str, Any] = {"type": "string", "enum": ["ok", "degraded", "unavailable"]}
HEALTH: dict[str, tuple[str, str, dict[str, Any], dict[str, Any]]] = {  # by path: name, summary, fields, optional ones
    "/health/live": ("is_live", "Check that the process answers", {"status": {"const": "ok"}}, {}),
    "/health/ready": (
        "is_ready",
        "Check that the log can be read",
        {"status": STATE},
        {name: {"type": "string"} for name in ("database", "notify", "detail")},
    ),
}


def complete_schema(schema: OpenAPISchema) -> OpenAPISchema:
    """Return the document with everything that ninja does not know."""
    schema["servers"] = [{"url": settings.SITE_PREFIX or "/"}]
    schema["info"]["license"] = {"name": "MIT", "identifier": "MIT"}
    schema["tags"] = [{"name": name, "description": text} for name, text in TAGS.items()]
    schema["paths"] |= PATHS | dict(_build_health_paths())
    components = schema["components"]
    components["schemas"] |= COMPONENTS["schemas"]
    components["securitySchemes"] |= COMPONENTS["securitySchemes"]
    components["responses"] = {name: _build_shared_response(status) for status, (name, _) in RESPONSES.items()}
    for path, operations in schema["paths"].items():
        for method in operations.keys() & METHODS:
            operation = _complete_operation(path, operations[method])
            if "requestBody" in operation:
                operation["requestBody"] = _name_schemas(operation["requestBody"], components["schemas"])
            operations[method] = operation
    return schema


def _complete_operation(path: str, operation: Mapping[str, Any]) -> dict[str, Any]:
    segment = path.removeprefix(API_PATH).strip("/").partition("/")[0]
    responses = {str(status): response for status, response in operation["responses"].items()}
    is_api = path.startswith(API_PATH)
    for status, (name, _) in RESPONSES.items():
        if (is_api and status in ON_EVERY_OPERATION) or status in responses:
            responses[status] = {"$ref": f"#/components/responses/{name}"}
    completed = {
        **operation,
        "tags": [TAGS_BY_SEGMENT.get(segment, segment)],
        "security": operation.get("security", []),
        "responses": dict(sorted(responses.items())),
    }
    if "304" in responses:
        completed["responses"]["200"] = responses["200"] | {"headers": VALIDATORS}
    if "parameters" in operation:
        completed["parameters"] = [_move_examples(parameter) for parameter in operation["parameters"]]
    return completed


def _name_schemas(value: Any, schemas: dict[str, Any]) -> Any:
    """Return a part of the document in which objects that have a title are references to components of that name."""
    if isinstance(value, list):
        return [_name_schemas(element, schemas) for element in value]
    if not isinstance(value, dict):
        return value
    part = {key: _name_schemas(element, schemas) for key, element in value.items()}
    if part.get("type") != "object" or "title" not in part:
        return part
    schemas[part["title"]] = part
    return {"$ref": f"#/components/schemas/{part['title']}"}


def _move_examples(parameter: dict[str, Any]) -> dict[str, Any]:
    """Return a parameter with its list of examples in the schema; ninja puts it where OpenAPI has a map."""
    if not isinstance(parameter.get("examples"), list):
        return parameter
    schema = {"examples": parameter["examples"]} | parameter["schema"]
    return {name: value for name, value in parameter.items() if name != "examples"} | {"schema": schema}


def _build_shared_response(status: str) -> dict[str, Any]:
    if status == "304":
        return {"description": RESPONSES[status][1], "headers": VALIDATORS}
    response = error_response(RESPONSES[status][1])
    return response | {"headers": RETRY_AFTER} if status in ("429", "503") else response


def _build_health_paths() -> Iterator[tuple[str, Any]]:
    for path, (name, summary, properties, optional) in HEALTH.items():
        title = "Readiness" if optional else "Liveness"
        responses = {"200": build_response("It does.", properties, optional, title=title)}
        if optional:
            detail = "It can't; `detail` has the reason and the cure."
            responses["503"] = build_response(detail, properties, optional, title=title)
        yield path, {"get": {"operationId": name, "summary": summary, "responses": responses}}
