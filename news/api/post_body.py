"""Parse the body of a post into records: one object, a list, `{"items": [...]}`, or one object per line.

What is wrong with one record of a batch does not affect the others: a number that JSON lacks, bytes that are not UTF-8,
and in JSON lines any syntax error, reject that record.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest
from ninja.errors import HttpError

from common.request_body import load_body, parse_json
from news.ingest.validation import HeadlineError

MAX_POST_RECORDS = 1000
MAX_DIGITS = 600  # of an integer; Python does not parse thousands
JSON_LINES_TYPES = frozenset(
    [
        "application/x-ndjson",
        "application/ndjson",
        "application/jsonl",
        "application/x-jsonlines",
        "application/jsonlines",
        "application/json-lines",
        "application/json-seq",
    ]
)
EXPECTED = 'one object with a title, a list of such objects, or {"items": [...]}'


@dataclass(frozen=True, slots=True)
class PostedRecords:
    """The records of a post. One that could not be read is the HeadlineError that says why.

    ignored: names of fields beside `items`.
    """

    records: Sequence[object]
    is_batch: bool
    ignored: list[str] = field(default_factory=list)


def parse_posted_records(request: HttpRequest, *, max_bytes: int) -> PostedRecords:
    """Return the records in the body of a request.

    Errors: HttpError 400 for invalid JSON, 413 for more than `max_bytes` or MAX_POST_RECORDS, 422 for another value.
    """
    body = load_body(request, max_bytes=max_bytes)
    if request.content_type in JSON_LINES_TYPES:
        lines = [line for line in body.removeprefix(b"\xef\xbb\xbf").splitlines() if line.strip(b"\x1e \t")]
        return PostedRecords(_check_count([_parse_line(line) for line in lines], "body"), is_batch=True)
    value = _parse_value(body)
    if isinstance(value, dict) and "items" in value:
        ignored = [name for name in value if name != "items"]
        return PostedRecords(_check_count(value["items"], "items"), is_batch=True, ignored=ignored)
    if isinstance(value, list):
        return PostedRecords(_check_count(value, "body"), is_batch=True)
    if isinstance(value, dict):
        return PostedRecords([value], is_batch=False)
    raise HttpError(422, f"The body is {json.dumps(value)[:60]}: send {EXPECTED}.")


def _parse_value(body: bytes) -> Any:
    """Return the JSON value in a body; a batch may contain what JSON does not allow, for the validation to find."""
    try:
        return parse_json(body)
    except HttpError:
        value = _parse_leniently(body)
        if isinstance(value, list) or (isinstance(value, dict) and "items" in value):
            return value
        raise


def _parse_leniently(body: bytes) -> Any:
    """Return a JSON value in which NaN, Infinity, long integers and lone surrogates stand for what is invalid."""
    try:
        return json.loads(body.decode("utf-8-sig", "surrogateescape"), parse_int=_parse_int)
    except (ValueError, RecursionError):
        return None


def _parse_int(text: str) -> float | int:
    return int(text) if len(text) <= MAX_DIGITS else float("inf")


def _parse_line(line: bytes) -> object:
    """Return the value in one line of JSON lines, or the HeadlineError that says why there is none."""
    try:
        text = line.strip(b"\x1e").decode()  # RFC 7464 puts a record separator before each
        return json.loads(text, parse_int=_parse_int)
    except RecursionError:
        return HeadlineError("record: is nested too deep; give an object of plain fields.")
    except ValueError as error:
        return HeadlineError(
            f"record={line[:60].decode(errors='replace')!r}: is not JSON in UTF-8: {error}; correct it."
        )


def _check_count(records: Any, name: str) -> list[object]:
    """Return the records of a batch. Errors: HttpError 422 unless it is a list with elements, 413 if it is too long."""
    if not isinstance(records, list) or not records:
        raise HttpError(
            422, f"{name}={json.dumps(records)[:60]}: must be a list of 1 to {MAX_POST_RECORDS} objects with a title."
        )
    if len(records) > MAX_POST_RECORDS:
        raise HttpError(413, f"{name} holds {len(records)} records: send {MAX_POST_RECORDS} or fewer at a time.")
    return records
