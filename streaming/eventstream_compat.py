"""The door for django-eventstream: its channels are views of our log.

They are `items`, `ticker-<TICKER>` and, for its owner, `configuration-<id>`. Its listeners are woken and read the log
by cursor, as ours do; events are never handed to them, so none is dropped.
"""

import re
from collections.abc import Sequence
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse
from django_eventstream.channelmanager import DefaultChannelManager
from django_eventstream.event import Event
from django_eventstream.eventstream import EventPermissionError
from django_eventstream.storage import EventDoesNotExist, StorageBase
from django_eventstream.views import events as eventstream_events
from django_eventstream.views import get_listener_manager
from jwt import InvalidTokenError

from accounts.models import Configuration
from news.log.reader import get_head, get_last_seq, select_items
from news.models import Item
from streaming.broker.filters import StreamFilter
from streaming.broker.service import register_item_listener
from streaming.grip.channel_registry import mark_used
from streaming.grip.protocol import EVENTSTREAM_PREFIX
from streaming.protocol.events import item_event

ALL_ITEMS = "items"
TICKER_CHANNEL = re.compile(r"ticker-([A-Z0-9][A-Z0-9.-]{0,9})")
PRIVATE_CHANNEL = re.compile(r"configuration-([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})")
PRIVATE_KEPT = 10_000
GRANTED_CHANNELS = "_channels_let_in"

_tickers_of_private: dict[str, frozenset[str]] = {}  # as they were read last


class LogStorage(StorageBase):
    """django-eventstream's storage, read from the log. Event ids are places in the log."""

    def append_event(self, channel: str, event_type: str, data: object) -> Event:
        """Refuse: items are appended by ingestion alone."""
        raise NotImplementedError("The log is written by news.ingest.pipeline; post items to /api/v2/items instead.")

    def get_events(self, channel: str, last_id: int, limit: int = 100) -> list[Event]:
        """Return up to `limit` events of a channel after place `last_id`.

        Errors: EventDoesNotExist, which makes django-eventstream send a reset, for a place trimmed or not reached yet.
        """
        head = get_head()
        items = select_items(last_id, upto=head.seq, tickers=tickers_of(channel), limit=limit)
        # The floor last: it tells of what was trimmed while the items were read.
        if not get_head().min_seq <= last_id <= head.seq:
            raise EventDoesNotExist(f"No place {last_id} in the log.", head.seq)
        return [
            Event(channel, event.name, orjson.dumps(event.payload).decode(), id=item.seq)
            for item in items
            for event in [item_event(item, head.generation, with_headline=True)]
        ]

    def get_current_id(self, channel: str) -> int:
        """Return the place of the newest item of a channel."""
        return get_last_seq(tickers_of(channel), get_head().seq)


class LogChannels(DefaultChannelManager):
    """Which channels there are, and who may read them."""

    def get_channels_for_request(self, request: HttpRequest, view_kwargs: dict[str, Any]) -> set[str]:
        """Return the channels that a request asks for.

        Errors: EventPermissionError for a private one that the view has not let in.
        """
        names: set[str] = super().get_channels_for_request(request, view_kwargs)
        refused = [name for name in names if is_private(name) and name not in getattr(request, GRANTED_CHANNELS, ())]
        if refused:
            raise EventPermissionError(f"Permission denied to channels: {', '.join(sorted(refused))}", channels=refused)
        return names

    def can_read_channel(self, user: object, channel: str) -> bool:
        """Say whether the channel exists; of private ones, only those that were let in come here."""
        return channel == ALL_ITEMS or any(form.fullmatch(channel) for form in (TICKER_CHANNEL, PRIVATE_CHANNEL))


def is_private(channel: str) -> bool:
    """Say whether a channel is for its owner alone."""
    return channel.startswith("configuration-")


def configuration_of(channel: str) -> str:
    """Return the id of the configuration that a private channel shows."""
    return channel.removeprefix("configuration-")


def grant_channel(request: HttpRequest, channel: str) -> None:
    """Allow a request to read a private channel."""
    setattr(request, GRANTED_CHANNELS, {*getattr(request, GRANTED_CHANNELS, ()), channel})


def wake_listeners(items: Sequence[Item]) -> None:
    """Let django-eventstream's listeners in this process read the log again, those of the items' channels."""
    listeners = get_listener_manager()
    tickers = {ticker for item in items for ticker in item.tickers}
    with listeners.lock:
        known = listeners.listeners_by_channel
        private = [name for name in known if not tickers.isdisjoint(_tickers_of_private.get(name, ()))]
        for channel in (ALL_ITEMS, *(f"ticker-{ticker}" for ticker in tickers), *private):
            for listener in known.get(channel, ()):
                # Its own word for "you missed something: read the storage from your last id".
                listener.overflow = True
                listener.wake_threadsafe()
        if len(_tickers_of_private) > PRIVATE_KEPT:
            for name in _tickers_of_private.keys() - known.keys():
                del _tickers_of_private[name]


def build_eventstream_hold(request: HttpRequest) -> HttpResponse:
    """Answer a GRIP proxy with django-eventstream's own instruction, and have the relay publish its channels.

    Errors: ValueError for a link that django-eventstream has not signed.
    """
    # Not before: on import it reads settings that no other process needs.
    from django_grip import GripMiddleware

    middleware = GripMiddleware(lambda request: HttpResponse())
    middleware.process_request(request)
    try:
        response: HttpResponse = eventstream_events(request)
    except (InvalidTokenError, KeyError) as error:
        raise ValueError(f"es-meta={request.GET['es-meta'][:80]!r}: not signed by this server; leave it out") from error
    for name in request.GET.getlist("channel"):
        if name == ALL_ITEMS or TICKER_CHANNEL.fullmatch(name):
            mark_used(f"{EVENTSTREAM_PREFIX}{name}", StreamFilter(tickers_of(name), "headline"))
    answer: HttpResponse = middleware.process_response(request, response)
    return answer


def tickers_of(channel: str) -> frozenset[str]:
    """Return the tickers whose items a channel shows; none: it shows all."""
    if match := TICKER_CHANNEL.fullmatch(channel):
        return frozenset([match[1]])
    if match := PRIVATE_CHANNEL.fullmatch(channel):
        # One that is gone shows nothing; its streams end.
        tickers = Configuration.objects.filter(config_id=match[1]).values_list("tickers", flat=True).first()
        _tickers_of_private[channel] = frozenset(tickers or ["-"])
        return _tickers_of_private[channel]
    return frozenset()


register_item_listener("django_eventstream", wake_listeners)
