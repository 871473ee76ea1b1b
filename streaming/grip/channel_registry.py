"""Keep the list of the filters that streams at the edge use, in the database: origins write it, the relay reads it.

Items are published once for each filter in use and not once for each ticker: who follows two tickers of one item would
get it twice. A filter that nobody has asked for in a while is forgotten; before that, the relay calls those who use it.
"""

import time
from dataclasses import dataclass
from datetime import timedelta

from django.db.models.functions import Now

from streaming.broker.hub import Interest
from streaming.grip.protocol import names_of
from streaming.models import EdgeChannel

CHANNELS_AT_MOST = 2000
FORGET_SECONDS = 600
CALL_SECONDS = 300
TOUCH_SECONDS = 60

_touched: dict[str, float] = {}  # monotonic times at which this process has said that a channel is in use


@dataclass(frozen=True, slots=True)
class Listed:
    """A filter in use; `is_quiet` when nobody has asked for it of late."""

    name: str
    interest: Interest
    is_quiet: bool


def touch(name: str, interest: Interest) -> bool:
    """Say that a stream at the edge uses a filter; False when there are too many to be relayed."""
    now = time.monotonic()
    if now - _touched.get(name, float("-inf")) < TOUCH_SECONDS:
        return True
    if not EdgeChannel.objects.filter(name=name).update(asked_at=Now()):
        if EdgeChannel.objects.count() >= CHANNELS_AT_MOST:
            return False
        listed = {"tickers": sorted(interest.tickers), "form": str(interest.form or ""), "asked_at": Now()}
        EdgeChannel.objects.update_or_create(name=name, defaults=listed)
    if len(_touched) > CHANNELS_AT_MOST:
        _touched.clear()
    _touched[name] = now
    return True


def forget_unused() -> None:
    """Take out what nobody has asked for in a long while."""
    EdgeChannel.objects.filter(asked_at__lt=Now() - timedelta(seconds=FORGET_SECONDS)).delete()


def list_channels() -> list[Listed]:
    """Return the filters in use."""
    forget_unused()
    quiet = set(
        EdgeChannel.objects.filter(asked_at__lt=Now() - timedelta(seconds=CALL_SECONDS)).values_list("name", flat=True)
    )
    return [
        Listed(row.name, Interest(frozenset(row.tickers), row.form or None), row.name in quiet)
        for row in EdgeChannel.objects.all()
    ]


def permanent_channels() -> list[Listed]:
    """Return what is always published: all items, in both forms."""
    return [Listed(names_of(interest).items, interest, False) for interest in (Interest(), Interest(form="headline"))]
