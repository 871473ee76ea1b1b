"""What the stream says: cursors, and the events with their ids and payloads."""

import re
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from secrets import randbelow
from typing import Any

import orjson

from news.clock import format_time
from news.metrics import Metrics
from news.models import Item
from streaming.sse import encode_event

CURSOR = re.compile(r"evt_([0-9a-f]{6})-([0-9]{1,18})(?:-[mhr][0-9]{1,20})?")

# Event ids that are not an item's own must differ within a stream, also one that moved between processes.
_serial = count(randbelow(10**12) * 10**6)


class CursorError(ValueError):
    """A text that is not a cursor of any log."""


@dataclass(frozen=True, slots=True, order=True)
class Cursor:
    """A position in the log: everything up to item `seq` of the log's life `epoch` has been seen."""

    epoch: str
    seq: int

    def __str__(self) -> str:
        return f"evt_{self.epoch}-{self.seq}"


@dataclass(frozen=True, slots=True)
class Event:
    """One event of the stream."""

    kind: str
    id: str
    payload: dict[str, Any]

    def encode(self) -> bytes:
        """Return the event as the bytes of one SSE block."""
        return encode_event(self.kind, self.id, orjson.dumps(self.payload))


def parse_cursor(text: str) -> Cursor:
    """Read a cursor from the id of any event.

    Errors: CursorError for a text that is no event id of ours.
    """
    match = CURSOR.fullmatch(text)
    if match is None:
        raise CursorError(f"{text[:80]!r}: not an event id of this server; leave it out to start at the present.")
    return Cursor(match[1], int(match[2]))


def item_event(item: Item, epoch: str, *, with_headline: bool) -> Event:
    """Return the `new_item` event of an item; `with_headline` adds its title, source, url and all its tickers."""
    payload = {
        "item_id": item.item_id,
        "ticker": item.tickers[0],
        "sentiment": item.sentiment,
        "score": item.score,
        "timestamp": format_time(item.analysed_at),
    }
    if with_headline:
        payload |= {"title": item.title, "source": item.source, "url": item.url, "tickers": item.tickers}
    return Event("new_item", str(Cursor(epoch, item.seq)), payload)


def metrics_event(metrics: Metrics) -> Event:
    """Return the `metrics` event; its id resumes after the last item it counts."""
    return Event("metrics", _marked_id(Cursor(metrics.epoch, metrics.head), "m"), metrics.payload())


def heartbeat_event(cursor: Cursor, *, now: datetime, connections: int) -> Event:
    """Return a `heartbeat` that resumes at `cursor`."""
    payload = {"timestamp": format_time(now), "connections": connections}
    return Event("heartbeat", _marked_id(cursor, "h"), payload)


def reset_event(cursor: Cursor, *, now: datetime, reason: str) -> Event:
    """Return the event that says that what a client knows does not continue here: start afresh at `cursor`."""
    return Event("reset", _marked_id(cursor, "r"), {"reason": reason, "timestamp": format_time(now)})


def _marked_id(cursor: Cursor, mark: str) -> str:
    return f"{cursor}-{mark}{next(_serial)}"
