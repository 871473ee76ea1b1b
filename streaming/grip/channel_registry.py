"""Keep the list of the filters that streams at the edge use, in the database: origins write it, the relay reads it.

Items are published once for each filter in use and not once for each ticker: who follows two tickers of one item would
get it twice. A filter that nobody has asked for in a while is forgotten; before that, the relay calls those who use it.
"""

import time
from dataclasses import dataclass
from datetime import timedelta

from django.db.models.functions import Now

from streaming.broker.filters import StreamFilter
from streaming.grip.protocol import get_channel_names
from streaming.models import EdgeChannel

CHANNELS_AT_MOST = 2000
FORGET_SECONDS = 600
CALL_SECONDS = 300
TOUCH_SECONDS = 60

_touched: dict[str, float] = {}  # monotonic times at which this process has said that a channel is in use


@dataclass(frozen=True, slots=True)
class RegisteredFilter:
    """A filter in use; `is_quiet` when nobody has asked for it of late."""

    name: str
    interest: StreamFilter
    is_quiet: bool


def mark_used(name: str, interest: StreamFilter) -> bool:
    """Say that a stream at the edge uses a filter; False when there are too many to be relayed."""
    now = time.monotonic()
    if now - _touched.get(name, float("-inf")) < TOUCH_SECONDS:
        return True
    if not EdgeChannel.objects.filter(name=name).update(last_used_at=Now()):
        if EdgeChannel.objects.count() >= CHANNELS_AT_MOST:
            return False
        listed = {"tickers": sorted(interest.tickers), "include": str(interest.include or ""), "last_used_at": Now()}
        EdgeChannel.objects.update_or_create(name=name, defaults=listed)
    if len(_touched) > CHANNELS_AT_MOST:
        _touched.clear()
    _touched[name] = now
    return True


def prune_unused() -> None:
    """Take out what nobody has asked for in a long while."""
    EdgeChannel.objects.filter(last_used_at__lt=Now() - timedelta(seconds=FORGET_SECONDS)).delete()


def select_filters() -> list[RegisteredFilter]:
    """Return the filters in use."""
    prune_unused()
    quiet = set(
        EdgeChannel.objects.filter(last_used_at__lt=Now() - timedelta(seconds=CALL_SECONDS)).values_list(
            "name", flat=True
        )
    )
    return [
        RegisteredFilter(row.name, StreamFilter(frozenset(row.tickers), row.include or None), row.name in quiet)
        for row in EdgeChannel.objects.all()
    ]


def permanent_filters() -> list[RegisteredFilter]:
    """Return what is always published: all items, in both forms."""
    return [
        RegisteredFilter(get_channel_names(interest).items, interest, False)
        for interest in (StreamFilter(), StreamFilter(include="headline"))
    ]
