"""Read a request's body as one JSON object. Refuses what is too long, too deep or something else."""

import json
from typing import Any, NoReturn

from django.http import HttpRequest
from ninja.errors import HttpError

MAX_BYTES = 100_000


def read_object(request: HttpRequest) -> dict[str, Any]:
    """Return the object in the body, an empty one for no body at all. Errors: HttpError 400, 413 and 422."""
    # Not request.body: that trusts Content-Length, which a chunked body doesn't have.
    body = request.read(MAX_BYTES + 1)
    if len(body) > MAX_BYTES:
        raise HttpError(413, f"The body has more than {MAX_BYTES:,} bytes: send only the fields of this call.")
    try:
        parsed = json.loads(body.decode("utf-8-sig").strip() or "{}", parse_constant=_refuse_constant)
    except RecursionError as error:
        raise HttpError(400, "The body is nested too deep: send an object of plain fields.") from error
    except ValueError as error:  # also broken UTF-8 and numbers of thousands of digits
        raise HttpError(400, f"The body is not JSON in UTF-8: {error}. Correct it there.") from error
    if not isinstance(parsed, dict):
        raise HttpError(422, f"The body is {json.dumps(parsed)[:60]}: send one object, such as {{}}.")
    return parsed


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")
