"""The door for django-eventstream: its channels `items` and `ticker-<TICKER>` are views of our log.

Its listeners are woken and read the log by cursor, as ours do; events are never handed to them, so none is dropped.
"""

import re
from collections.abc import Iterable

import orjson
from django_eventstream.channelmanager import DefaultChannelManager
from django_eventstream.event import Event
from django_eventstream.storage import EventDoesNotExist, StorageBase
from django_eventstream.views import get_listener_manager

from streaming.events import item_event
from streaming.log import read_head, read_items

ALL_ITEMS = "items"
TICKER_CHANNEL = re.compile(r"ticker-([A-Z0-9][A-Z0-9.-]{0,9})")


class LogStorage(StorageBase):
    """django-eventstream's storage, read from the log. Event ids are places in the log."""

    def append_event(self, channel: str, event_type: str, data: object) -> Event:
        """Refuse: items are appended by ingestion alone."""
        raise NotImplementedError("The log is written by news.ingest; post items to /api/v2/items instead.")

    def get_events(self, channel: str, last_id: int, limit: int = 100) -> list[Event]:
        """Return up to `limit` events of a channel after place `last_id`.

        Errors: EventDoesNotExist, which makes django-eventstream send a reset, for a place trimmed or not reached yet.
        """
        head = read_head()
        items = read_items(last_id, upto=head.seq, tickers=_tickers(channel), limit=limit)
        # The floor last: it tells of what was trimmed while the items were read.
        if not read_head().floor <= last_id <= head.seq:
            raise EventDoesNotExist(f"No place {last_id} in the log.", head.seq)
        return [
            Event(channel, event.kind, orjson.dumps(event.payload).decode(), id=item.seq)
            for item in items
            for event in [item_event(item, head.epoch, with_headline=True)]
        ]

    def get_current_id(self, channel: str) -> int:
        """Return the newest place in the log."""
        return read_head().seq


class LogChannels(DefaultChannelManager):
    """Which channels there are: `items` and `ticker-<TICKER>`, readable by all."""

    def can_read_channel(self, user: object, channel: str) -> bool:
        """Say whether the channel exists."""
        return channel == ALL_ITEMS or TICKER_CHANNEL.fullmatch(channel) is not None


def wake_listeners(tickers: Iterable[str]) -> None:
    """Let django-eventstream's listeners in this process read the log again."""
    listeners = get_listener_manager()
    with listeners.lock:
        for channel in (ALL_ITEMS, *(f"ticker-{ticker}" for ticker in tickers)):
            for listener in listeners.listeners_by_channel.get(channel, ()):
                # Its own word for "you missed something: read the storage from your last id".
                listener.overflow = True
                listener.wake_threadsafe()


def _tickers(channel: str) -> tuple[str, ...]:
    match = TICKER_CHANNEL.fullmatch(channel)
    return (match[1],) if match else ()
