"""Let one relay publish at a time, and tell how far it is. The database's clock decides, so machines may differ."""

from datetime import timedelta

from django.db.models import Q
from django.db.models.functions import Now

from news.log.cursor import Cursor
from streaming.models import Relay

LEASE_SECONDS = 5.0


def take_lease(holder: str) -> Relay | None:
    """Take the lease if nobody holds it, and return the row as the last holder left it; None when another holds it."""
    Relay.objects.get_or_create(pk=1, defaults={"expires_at": Now()})
    free = Relay.objects.filter(Q(holder=holder) | Q(expires_at__lte=Now()), pk=1)
    if not free.update(holder=holder, expires_at=Now() + timedelta(seconds=LEASE_SECONDS)):
        return None
    return Relay.objects.get(pk=1)


def renew_lease(holder: str, place: Cursor) -> bool:
    """Hold the lease on and say up to where the edge has everything; False when another relay has taken over."""
    held = Relay.objects.filter(pk=1, holder=holder)
    return bool(held.update(expires_at=Now() + timedelta(seconds=LEASE_SECONDS), epoch=place.epoch, seq=place.seq))


def give_back_lease(holder: str) -> None:
    """Let another relay in at once."""
    Relay.objects.filter(pk=1, holder=holder).update(holder="", expires_at=Now())


def read_published() -> Cursor | None:
    """Return the place up to which the edge has everything, or None when no relay works."""
    row = Relay.objects.filter(pk=1, expires_at__gt=Now()).first()
    return Cursor(row.epoch, row.seq) if row is not None and row.epoch else None
