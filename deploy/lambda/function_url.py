"""Translate requests and responses of a Lambda Function URL to and from ASGI. Does no I/O.

Requests come in AWS's payload format 2.0. A streamed response begins with a prelude in JSON and eight NUL bytes
(`application/vnd.awslambda.http-integration-response`); the body follows as it is.
"""

import json
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

PRELUDE_END = bytes(8)
PRELUDE_TYPE = "application/vnd.awslambda.http-integration-response"
# Lambda chunks the response itself, so its length and transfer coding are not the application's.
DROPPED_HEADERS = {"connection", "content-length", "keep-alive", "transfer-encoding"}


class EventError(ValueError):
    """An event that is not a request of a Function URL."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request: the ASGI scope and the complete body."""

    scope: dict[str, Any]
    body: bytes


def parse_event(event: Any) -> Request:
    """Return the request that an event describes.

    Errors: EventError; its text does not repeat the event, which can contain secrets.
    """
    try:
        context = event["requestContext"]
        http = context["http"]
        path: str = event["rawPath"]
        body: str = event.get("body") or ""
        scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": http["method"].upper(),
            "scheme": "https",  # a Function URL has no other
            "path": unquote(path),
            "raw_path": path.encode(),
            "query_string": event.get("rawQueryString", "").encode(),
            "root_path": "",
            "headers": build_headers(event.get("headers") or {}, event.get("cookies") or []),
            "client": (str(http["sourceIp"]), 0),
            "server": (str(context.get("domainName", "")), 443),
        }
        return Request(scope, b64decode(body, validate=True) if event.get("isBase64Encoded") else body.encode())
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        problem = f"{type(error).__name__} in an event with {sorted(event) if isinstance(event, dict) else type(event)}"
        raise EventError(
            f"{problem}: must be a request of a Function URL, payload format 2.0; call the URL instead."
        ) from error


def build_headers(headers: Mapping[str, str], cookies: list[str]) -> list[tuple[bytes, bytes]]:
    """Return the headers in ASGI's form, with the cookies, which AWS lists separately, in one `cookie` header."""
    lower_case = {name.lower(): value for name, value in headers.items()}
    if cookies:
        lower_case["cookie"] = "; ".join(cookies)
    return [(name.encode(), value.encode()) for name, value in lower_case.items()]


def encode_prelude(start: Mapping[str, Any]) -> bytes:
    """Encode ASGI's message `http.response.start` as the prelude that precedes the body.

    A header has one value there: several are joined by commas (RFC 9110, 5.3). Cookies can't be, and have a list.
    """
    headers: dict[str, str] = {}
    cookies: list[str] = []
    for raw_name, raw_value in start.get("headers", ()):
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        if name == "set-cookie":
            cookies.append(value)
        elif name not in DROPPED_HEADERS:
            headers[name] = f"{headers[name]}, {value}" if name in headers else value
    prelude = {"statusCode": start["status"], "headers": headers, "cookies": cookies}
    return json.dumps(prelude).encode() + PRELUDE_END
