"""What decides the key of an answer that is kept."""

from typing import Any

from streaming.server.memory_answers import MAX_KEY_LENGTH, make_key


def make_scope(*, query: bytes = b"", headers: tuple[tuple[bytes, bytes], ...] = ()) -> dict[str, Any]:
    return {"method": "GET", "scheme": "http", "path": "/health/live", "query_string": query, "headers": headers}


def test_make_key_of_a_long_address_or_header_is_none() -> None:
    assert make_key(make_scope()) is not None
    assert make_key(make_scope(query=b"x" * MAX_KEY_LENGTH)) is None
    assert make_key(make_scope(headers=((b"host", b"x" * MAX_KEY_LENGTH),))) is None


def test_make_key_of_an_unknown_header_is_none() -> None:
    assert make_key(make_scope(headers=((b"x-unknown", b"1"),))) is None
