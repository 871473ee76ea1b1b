"""A cursor is a position in the log. As text it is the id of an event: the item's own, or one that resumes after it."""

import re
from dataclasses import dataclass

CURSOR = re.compile(r"evt_([0-9a-f]{6})-([0-9]{1,18})(?:-[a-z][0-9]{1,20})?")


class CursorError(ValueError):
    """A text that is not a cursor of any log."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """Everything up to item `seq` has been seen, in the life of the log that is called `epoch`."""

    generation: str
    seq: int

    def __str__(self) -> str:
        return f"evt_{self.generation}-{self.seq}"


def parse_cursor(text: str) -> Cursor:
    """Read a cursor from the id of any event.

    Errors: CursorError for a text that is no event id of ours.
    """
    match = CURSOR.fullmatch(text)
    if match is None:
        raise CursorError(f"{text[:80]!r}: not an event id of this server; leave it out to start at the present.")
    return Cursor(match[1], int(match[2]))
