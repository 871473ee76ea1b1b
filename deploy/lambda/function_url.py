"""Translate between Lambda Function URLs and ASGI. Does no I/O.

Requests have AWS's payload format 2.0. A streamed response starts with a JSON prelude and eight NULs
(`application/vnd.awslambda.http-integration-response`), followed by the body.
"""

import json
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

PRELUDE_END = bytes(8)
PRELUDE_TYPE = "application/vnd.awslambda.http-integration-response"
# Lambda rechunks the response, so it sets the length and transfer coding.
NOT_OURS = {"connection", "content-length", "keep-alive", "transfer-encoding"}


class EventError(ValueError):
    """An event that is not a Function URL request."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request: the ASGI scope and the complete body."""

    scope: dict[str, Any]
    body: bytes


def read_event(event: Any) -> Request:
    """Return the request of an event.

    Errors: EventError; its text does not repeat the event, which may hold secrets.
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
            "scheme": "https",  # the only scheme of Function URLs
            "path": unquote(path),
            "raw_path": path.encode(),
            "query_string": event.get("rawQueryString", "").encode(),
            "root_path": "",
            "headers": read_headers(event.get("headers") or {}, event.get("cookies") or []),
            "client": (str(http["sourceIp"]), 0),
            "server": (str(context.get("domainName", "")), 443),
        }
        return Request(scope, b64decode(body, validate=True) if event.get("isBase64Encoded") else body.encode())
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        wrong = f"{type(error).__name__} in an event with {sorted(event) if isinstance(event, dict) else type(event)}"
        raise EventError(
            f"{wrong}: must be a request of a Function URL, payload format 2.0; call its address."
        ) from error


def read_headers(headers: Mapping[str, str], cookies: list[str]) -> list[tuple[bytes, bytes]]:
    """Return headers in ASGI form, with the separate cookies joined into one header."""
    found = {name.lower(): value for name, value in headers.items()}
    if cookies:
        found["cookie"] = "; ".join(cookies)
    return [(name.encode(), value.encode()) for name, value in found.items()]


def make_prelude(start: Mapping[str, Any]) -> bytes:
    """Return the prelude for the ASGI message `http.response.start`.

    It allows one value per header: several are joined by commas (RFC 9110, 5.3). Cookies can't be
    joined, so they are listed separately.
    """
    headers: dict[str, str] = {}
    cookies: list[str] = []
    for raw_name, raw_value in start.get("headers", ()):
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        if name == "set-cookie":
            cookies.append(value)
        elif name not in NOT_OURS:
            headers[name] = f"{headers[name]}, {value}" if name in headers else value
    prelude = {"statusCode": start["status"], "headers": headers, "cookies": cookies}
    return json.dumps(prelude).encode() + PRELUDE_END
