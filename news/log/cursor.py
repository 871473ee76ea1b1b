"""Cursors: positions in the log. As text, a cursor is the id of an event."""

import re
from dataclasses import dataclass

EVENT_ID_PREFIX = "evt_"
EVENT_ID = re.compile(r"evt_([0-9a-f]{6})-([0-9]{1,18})(?:-[a-z][0-9]{1,20})?")


class CursorError(ValueError):
    """A text that is not an event id."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """The position after item `seq` in one generation of the log."""

    generation: str
    seq: int

    def __str__(self) -> str:
        return f"evt_{self.generation}-{self.seq}"


def parse_cursor(text: str) -> Cursor:
    """Return the cursor in the id of any event.

    Errors: CursorError if the text is not an event id of this server.
    """
    match = EVENT_ID.fullmatch(text)
    if match is None:
        raise CursorError(f"{text[:80]!r}: not an event id of this server; leave it out to start at the present.")
    return Cursor(match[1], int(match[2]))
