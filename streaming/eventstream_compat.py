"""Serve django-eventstream clients from our log: its channels are views of it.

The eventstream channels are `items`, `ticker-<TICKER>` and, for the owner only, `configuration-<id>`. Its listeners are
woken and read the log by cursor, like our own subscribers. Events are never queued for them, so none is dropped.
"""

import re
from collections.abc import Sequence
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse
from django_eventstream import views as eventstream_views
from django_eventstream.channelmanager import DefaultChannelManager
from django_eventstream.event import Event
from django_eventstream.eventstream import EventPermissionError
from django_eventstream.storage import EventDoesNotExist, StorageBase
from django_eventstream.views import events as eventstream_events
from jwt import InvalidTokenError

from accounts.models import Configuration
from common.parsing import parse_ticker
from news.limits import MAX_TICKER
from news.log.reader import LoggedState, get_head
from streaming.broker.filters import HEADLINE, StreamFilter
from streaming.broker.service import register_item_listener
from streaming.grip.channel_registry import mark_used
from streaming.grip.protocol import EVENTSTREAM_PREFIX

ITEMS_CHANNEL = "items"
TICKER_CHANNEL = re.compile(rf"ticker-([A-Z0-9^][A-Z0-9.^=&_-]{{0,{MAX_TICKER - 1}}})")
CONFIGURATION_CHANNEL = re.compile(r"configuration-([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})")
NO_TICKER = "-"  # matches no item
MAX_CACHED_CONFIGURATIONS = 10_000
GRANTED_CHANNELS_ATTRIBUTE = "_granted_eventstream_channels"

_configuration_tickers: dict[str, frozenset[str]] = {}  # by eventstream channel, as of the last query


class LogStorage(StorageBase):
    """django-eventstream's storage, backed by the log. Event ids are seqs of the log."""

    def append_event(self, channel: str, event_type: str, data: object) -> Event:
        """Raise NotImplementedError: only ingestion appends items."""
        raise NotImplementedError("The log is written by news.ingest.pipeline; post items to /api/v2/items instead.")

    def get_events(self, channel: str, last_id: int, limit: int = 100) -> list[Event]:
        """Return up to `limit` events of an eventstream channel after seq `last_id`.

        Errors: EventDoesNotExist, for which django-eventstream sends a reset, if the seq was trimmed or is ahead of the
        log.
        """
        head = get_head()
        stream_filter = get_filter(channel)
        items = stream_filter.select_states_after(last_id, up_to=head.seq, limit=limit)
        # The lower bound is read last, so that it covers what was trimmed during the query for items.
        if not get_head().min_seq <= last_id <= head.seq:
            raise EventDoesNotExist(f"seq {last_id}: not in the log.", head.seq)
        return [
            Event(channel, event.name, orjson.dumps(event.payload).decode(), id=item.seq)
            for item in items
            for event in [stream_filter.make_item_event(item, head.generation)]
        ]

    def get_current_id(self, channel: str) -> int:
        """Return the seq of the newest item of an eventstream channel."""
        return get_filter(channel).get_last_seq(get_head().seq)


class LogChannels(DefaultChannelManager):
    """The eventstream channels that exist, and who may read them."""

    def get_channels_for_request(self, request: HttpRequest, view_kwargs: dict[str, Any]) -> set[str]:
        """Return the eventstream channels that a request names.

        Errors: EventPermissionError for a private one that `grant_channel` has not granted.
        """
        names: set[str] = super().get_channels_for_request(request, view_kwargs)
        granted = getattr(request, GRANTED_CHANNELS_ATTRIBUTE, ())
        denied = [name for name in names if is_private(name) and name not in granted]
        if denied:
            raise EventPermissionError(f"Permission denied to channels: {', '.join(sorted(denied))}", channels=denied)
        return names

    def can_read_channel(self, user: object, channel: str) -> bool:
        """Return whether the eventstream channel exists; `get_channels_for_request` has checked private ones.

        A ticker must be in canonical form: nothing is ever sent to `ticker-BRK-B`, as such items are BRK.B's.
        """
        if match := TICKER_CHANNEL.fullmatch(channel):
            return parse_ticker(match[1]) == match[1]
        return channel == ITEMS_CHANNEL or CONFIGURATION_CHANNEL.fullmatch(channel) is not None


def is_private(channel: str) -> bool:
    """Return whether only its owner may read an eventstream channel."""
    return channel.startswith("configuration-")


def configuration_of(channel: str) -> str:
    """Return the configuration id in the name of a private eventstream channel."""
    return channel.removeprefix("configuration-")


def grant_channel(request: HttpRequest, channel: str) -> None:
    """Allow a request to read a private eventstream channel."""
    granted = getattr(request, GRANTED_CHANNELS_ATTRIBUTE, ())
    setattr(request, GRANTED_CHANNELS_ATTRIBUTE, {*granted, channel})


def wake_listeners(items: Sequence[LoggedState]) -> None:
    """Make django-eventstream's listeners in this process query the log, if these items are on their channels."""
    manager = eventstream_views.get_listener_manager()
    tickers = {ticker for item in items for ticker in item.tickers}
    with manager.lock:
        listeners_by_channel = manager.listeners_by_channel
        private = [
            name for name in listeners_by_channel if not tickers.isdisjoint(_configuration_tickers.get(name, ()))
        ]
        for channel in (ITEMS_CHANNEL, *(f"ticker-{ticker}" for ticker in tickers), *private):
            for listener in listeners_by_channel.get(channel, ()):
                # django-eventstream's flag for "events were missed: query the storage from your last id".
                listener.overflow = True
                listener.wake_threadsafe()
        if len(_configuration_tickers) > MAX_CACHED_CONFIGURATIONS:
            for name in _configuration_tickers.keys() - listeners_by_channel.keys():
                del _configuration_tickers[name]


def build_eventstream_hold(request: HttpRequest) -> HttpResponse | None:
    """Return django-eventstream's own hold response for a GRIP proxy, and register its channels with the relay.

    None if there are too many channels to relay: the request must then be served as a stream.
    Errors: ValueError for a link that django-eventstream has not signed.
    """
    for name in request.GET.getlist("channel"):
        is_relayed = name == ITEMS_CHANNEL or TICKER_CHANNEL.fullmatch(name)
        if is_relayed and not mark_used(f"{EVENTSTREAM_PREFIX}{name}", get_filter(name)):
            return None
    # Imported here because the module reads settings on import that no other process needs.
    from django_grip import GripMiddleware

    middleware = GripMiddleware(lambda request: HttpResponse())
    middleware.process_request(request)
    try:
        response: HttpResponse = eventstream_events(request)
    except (InvalidTokenError, KeyError) as error:
        raise ValueError(f"es-meta={request.GET['es-meta'][:80]!r}: not signed by this server; leave it out") from error
    hold_response: HttpResponse = middleware.process_response(request, response)
    return hold_response


def get_filter(channel: str) -> StreamFilter:
    """Return the filter whose events an eventstream channel carries."""
    return StreamFilter(get_tickers(channel), frozenset({HEADLINE}))


def get_tickers(channel: str) -> frozenset[str]:
    """Return the tickers whose items an eventstream channel carries; empty if it carries all."""
    if match := TICKER_CHANNEL.fullmatch(channel):
        return frozenset([match[1]])
    if match := CONFIGURATION_CHANNEL.fullmatch(channel):
        # The channel of a deleted configuration carries nothing, and its streams are being closed.
        tickers = Configuration.objects.filter(config_id=match[1]).values_list("tickers", flat=True).first()
        _configuration_tickers[channel] = frozenset(tickers or [NO_TICKER])
        return _configuration_tickers[channel]
    return frozenset()


def has_listener_names() -> bool:
    """Return whether django-eventstream has the private names that `wake_listeners` uses."""
    if not (hasattr(eventstream_views, "get_listener_manager") and hasattr(eventstream_views, "Listener")):
        return False
    try:
        manager, listener = eventstream_views.get_listener_manager(), eventstream_views.Listener()
    except TypeError:
        return False  # they take arguments now
    in_manager = hasattr(manager, "lock") and hasattr(manager, "listeners_by_channel")
    return in_manager and hasattr(listener, "overflow") and hasattr(listener, "wake_threadsafe")


# Without the names, streaming.http.eventstream keeps streams short, and clients resume.
CAN_WAKE_LISTENERS = has_listener_names()
if CAN_WAKE_LISTENERS:
    register_item_listener("django_eventstream", wake_listeners)
