"""Write Server-Sent Events, after the WHATWG HTML standard, section 9.2. Knows the format and nothing else."""


def encode_event(kind: str, event_id: str, data: bytes) -> bytes:
    """Return one event block. `data` is one line of UTF-8 JSON.

    Errors: ValueError if any part holds CR, LF or NUL, which would end the line or void the id.
    """
    head = f"event: {kind}\nid: {event_id}\ndata: "
    if head.count("\n") != 2 or "\r" in head or "\0" in head or b"\n" in data or b"\r" in data:
        raise ValueError(f"event {kind!r} with id {event_id!r}: no part of an event may hold CR, LF or NUL")
    return head.encode() + data + b"\n\n"


def encode_retry(milliseconds: int) -> bytes:
    """Return the block that tells a client how long to wait before it connects again."""
    return b"retry: %d\n\n" % milliseconds
