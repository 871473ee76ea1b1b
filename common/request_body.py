"""Read a request's body as one JSON object. Refuses what is too long, too deep or something else."""

import json
from typing import Any, NoReturn

from django.http import HttpRequest
from ninja.errors import HttpError


def parse_json_object(request: HttpRequest, *, max_bytes: int, expected: str, default: str = "") -> dict[str, Any]:
    """Return the object in a body of up to `most` bytes; one without any is read as `default`.

    `wanted` says what to send instead of something else.
    Errors: HttpError 400 for what is no JSON, 413 for too much of it, 422 for another value than an object.
    """
    # Not request.body: that trusts Content-Length, which a chunked body doesn't have.
    body = request.read(max_bytes + 1)
    if len(body) > max_bytes:
        raise HttpError(413, f"The body has more than {max_bytes:,} bytes: send less at a time.")
    try:
        text = body.decode("utf-8-sig")
        parsed = json.loads(text if text.strip() else default, parse_constant=_refuse_constant)
    except RecursionError as error:
        raise HttpError(400, "The body is nested too deep: send an object of plain fields.") from error
    except ValueError as error:  # also broken UTF-8 and numbers of thousands of digits
        raise HttpError(400, f"The body is not JSON in UTF-8: {error}. Correct it there.") from error
    if not isinstance(parsed, dict):
        raise HttpError(422, f"The body is {json.dumps(parsed)[:60]}: send {expected}.")
    return parsed


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")
