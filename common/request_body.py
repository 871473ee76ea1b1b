"""Read a request body, and parse it as one JSON object."""

import json
from collections.abc import Collection
from typing import Any, NoReturn

from django.http import HttpRequest
from ninja.errors import HttpError

from common.query_params import UnknownParameter, reject_unknown


def parse_json_object(
    request: HttpRequest, *, max_bytes: int, expected: str, fields: Collection[str] | None, default: str = ""
) -> dict[str, Any]:
    """Return the JSON object in a request body.

    expected: what to send, for the error about a value that is not an object.
    fields: the names that the object may have; None if the caller checks them.
    default: the JSON that an empty body stands for.
    Errors: HttpError 400 for invalid JSON, 413 for more than `max_bytes`, 422 for a value that is not an object and for
    an unknown field.
    """
    body = load_body(request, max_bytes=max_bytes)
    value = parse_json(body if body.strip() else default.encode())
    if not isinstance(value, dict):
        raise HttpError(422, f"The body is {json.dumps(value)[:60]}: send {expected}.")
    try:
        reject_unknown(value, value if fields is None else fields, kind="field")
    except UnknownParameter as error:
        raise HttpError(422, f"{error}.") from error
    return value


def load_body(request: HttpRequest, *, max_bytes: int) -> bytes:
    """Return the body of a request. Errors: HttpError 413 for more than `max_bytes`."""
    # Not request.body: that trusts Content-Length, which a chunked body doesn't have.
    body: bytes = request.read(max_bytes + 1)
    if len(body) > max_bytes:
        raise HttpError(413, f"The body has more than {max_bytes:,} bytes: send less at a time.")
    return body


def parse_json(body: bytes) -> Any:
    """Return the JSON value in a body (RFC 8259). Errors: HttpError 400 for anything else."""
    try:
        return json.loads(body.decode("utf-8-sig"), parse_constant=_reject_constant)
    except RecursionError as error:
        raise HttpError(400, "The body is nested too deep: send an object of plain fields.") from error
    except ValueError as error:  # also invalid UTF-8, and numbers of thousands of digits
        raise HttpError(400, f"The body is not JSON in UTF-8: {error}. Correct it there.") from error


def _reject_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON number")
