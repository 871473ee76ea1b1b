"""The OpenAPI document, of ninja's routes and of the streams."""

import json
import re
from typing import Any

import jsonschema
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from sentiment_site.api import api
from sentiment_site.openapi import TAGS
from streaming.broker.filters import INCLUDES
from streaming.http.params import (
    CONFIGURATION_POLL_PARAMETERS,
    CONFIGURATION_STREAM_PARAMETERS,
    POLL_PARAMETERS,
    STREAM_PARAMETERS,
)
from streaming.protocol.events import EVENT_TYPES

METHODS = {"get", "post", "patch", "delete", "put"}


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    """Return the document as clients get it."""
    return json.loads(json.dumps(api.get_openapi_schema()))


def list_operations(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [path[method] for path in document["paths"].values() for method in path.keys() & METHODS]


def test_openapi_is_valid(document: dict[str, Any]) -> None:
    assert [error.message for error in OpenAPIV31SpecValidator(document).iter_errors()] == []


def test_openapi_references_all_resolve(document: dict[str, Any]) -> None:
    references = set(re.findall(r"#/components/(\w+)/(\w+)", json.dumps(document)))

    assert ("schemas", "ErrorDetail") in references
    assert [(kind, name) for kind, name in references if name not in document["components"][kind]] == []


def test_openapi_operations_have_unique_names_known_tags_and_security(document: dict[str, Any]) -> None:
    operations = list_operations(document)
    names = [operation["operationId"] for operation in operations]

    assert sorted(names) == sorted(set(names))
    assert all(re.fullmatch(r"[a-z]+(_[a-z]+)+", name) for name in names), names
    assert {tag for operation in operations for tag in operation["tags"]} == TAGS.keys()
    security = {operation["operationId"]: operation["security"] for operation in operations}
    assert security["create_items"] == [{"BearerToken": []}]
    assert security["list_configurations"] == [{"ReadToken": []}, {"SessionCookie": []}]
    assert [name for name, schemes in security.items() if not schemes] >= ["list_items"]
    schemes = {scheme for entries in security.values() for entry in entries for scheme in entry}
    assert schemes == document["components"]["securitySchemes"].keys()


def test_openapi_errors_are_named_and_have_retry_after(document: dict[str, Any]) -> None:
    responses = document["components"]["responses"]
    errors = {"BadRequest", "Unauthorized", "Forbidden", "TooManyRequests", "Unavailable"}

    assert responses.keys() - {"NotModified"} == errors
    assert "Retry-After" in responses["TooManyRequests"]["headers"]
    for operation in list_operations(document):
        if operation["tags"] != ["health"]:
            assert operation["responses"].keys() >= {"400", "401", "503"}, operation["operationId"]


def test_openapi_each_event_type_has_components(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]

    assert schemas["StreamEvent"]["discriminator"]["mapping"].keys() == EVENT_TYPES.keys()
    for name, reference in schemas["StreamEvent"]["discriminator"]["mapping"].items():
        event = schemas[reference.rpartition("/")[2]]
        assert event["properties"]["event"]["const"] == name
        payload = schemas[event["properties"]["data"]["$ref"].rpartition("/")[2]]
        assert payload["required"] == [*EVENT_TYPES[name].fields]


@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("stream", STREAM_PARAMETERS),
        ("events", POLL_PARAMETERS),
        ("configurations/{config_id}/stream", [name for name in CONFIGURATION_STREAM_PARAMETERS if name != "ticket"]),
        ("configurations/{config_id}/events", [name for name in CONFIGURATION_POLL_PARAMETERS if name != "ticket"]),
    ],
)
def test_openapi_streams_have_all_parameters_that_they_know(
    document: dict[str, Any], path: str, names: list[str]
) -> None:
    parameters = document["paths"][f"/api/v2/{path}"]["get"]["parameters"]

    assert {parameter["name"] for parameter in parameters if parameter["in"] == "query"} == {*names}
    assert "Last-Event-ID" in {parameter["name"] for parameter in parameters} or path.endswith("events")


def test_openapi_examples_match_their_schemas(document: dict[str, Any]) -> None:
    checked = 0
    for operation in list_operations(document):
        for parameter in operation.get("parameters", ()):
            for example in parameter.get("schema", {}).get("examples", ()):
                jsonschema.validate(example, parameter["schema"])
                checked += 1
    assert checked > 0


def test_openapi_include_takes_every_value_and_lists_of_them(document: dict[str, Any]) -> None:
    for path in ("stream", "events", "configurations/{config_id}/stream", "configurations/{config_id}/events"):
        parameters = document["paths"][f"/api/v2/{path}"]["get"]["parameters"]
        (schema,) = (each["schema"] for each in parameters if each["name"] == "include")
        for text in (*INCLUDES, ",".join(INCLUDES), *schema["examples"]):
            assert re.search(schema["pattern"], text), (path, text)
        assert not re.search(schema["pattern"], "body")


def test_openapi_polled_events_are_all_but_heartbeats(document: dict[str, Any]) -> None:
    mapping = document["components"]["schemas"]["PolledEvent"]["discriminator"]["mapping"]

    assert mapping.keys() == EVENT_TYPES.keys() - {"heartbeat"}
