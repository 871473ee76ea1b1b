"""What the stream says: cursors, and the events with their ids and payloads."""

from dataclasses import dataclass
from datetime import datetime
from itertools import count
from secrets import randbelow
from typing import Any

import orjson

from common.time import format_time
from news.log.cursor import Cursor
from news.metrics.queries import Metrics
from news.models import Item
from streaming.protocol.sse import encode_event

# Event ids that are not an item's own must differ within a stream, also one that moved between processes.
_serial = count(randbelow(10**12) * 10**6)


@dataclass(frozen=True, slots=True)
class Event:
    """One event of the stream."""

    name: str
    id: str
    payload: dict[str, Any]

    def encode(self) -> bytes:
        """Return the event as the bytes of one SSE block."""
        return encode_event(self.name, self.id, orjson.dumps(self.payload))


def item_event(item: Item, epoch: str, *, with_headline: bool) -> Event:
    """Return the `new_item` event of an item; `with_headline` adds its title, source, url and all its tickers."""
    payload = {
        "item_id": item.item_id,
        "ticker": item.tickers[0],
        "sentiment": item.sentiment,
        "score": item.score,
        "timestamp": format_time(item.appended_at),
    }
    if with_headline:
        payload |= {"title": item.title, "source": item.source, "url": item.url, "tickers": item.tickers}
    return Event("new_item", str(Cursor(epoch, item.seq)), payload)


def metrics_event(metrics: Metrics) -> Event:
    """Return the `metrics` event; its id resumes after the last item it counts."""
    return Event("metrics", _marked_id(metrics.cursor, "m"), metrics.payload())


def heartbeat_event(cursor: Cursor, *, now: datetime, connections: int) -> Event:
    """Return a `heartbeat` that resumes at `cursor`."""
    payload = {"timestamp": format_time(now), "connections": connections}
    return Event("heartbeat", _marked_id(cursor, "h"), payload)


def reset_event(cursor: Cursor, *, now: datetime, reason: str) -> Event:
    """Return the event that says that what a client knows does not continue here: start afresh at `cursor`."""
    return Event("reset", _marked_id(cursor, "r"), {"reason": reason, "timestamp": format_time(now)})


def _marked_id(cursor: Cursor, mark: str) -> str:
    return f"{cursor}-{mark}{next(_serial)}"
