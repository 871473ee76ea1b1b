"""Let one relay publish at a time, and tell how far it is. The database's clock decides, so machines may differ."""

from datetime import timedelta

from django.db.models import Q
from django.db.models.functions import Now

from news.log.cursor import Cursor
from streaming.models import RelayLeader

LEADERSHIP_SECONDS = 5.0


def acquire_leadership(holder: str) -> RelayLeader | None:
    """Take the lease if nobody holds it, and return the row as the last holder left it; None when another holds it."""
    RelayLeader.objects.get_or_create(pk=1, defaults={"expires_at": Now()})
    free = RelayLeader.objects.filter(Q(holder=holder) | Q(expires_at__lte=Now()), pk=1)
    if not free.update(holder=holder, expires_at=Now() + timedelta(seconds=LEADERSHIP_SECONDS)):
        return None
    return RelayLeader.objects.get(pk=1)


def renew_leadership(holder: str, place: Cursor) -> bool:
    """Hold the lease on and say up to where the edge has everything; False when another relay has taken over."""
    held = RelayLeader.objects.filter(pk=1, holder=holder)
    return bool(
        held.update(
            expires_at=Now() + timedelta(seconds=LEADERSHIP_SECONDS), generation=place.generation, seq=place.seq
        )
    )


def release_leadership(holder: str) -> None:
    """Let another relay in at once."""
    RelayLeader.objects.filter(pk=1, holder=holder).update(holder="", expires_at=Now())


def get_published_seq() -> Cursor | None:
    """Return the place up to which the edge has everything, or None when no relay works."""
    row = RelayLeader.objects.filter(pk=1, expires_at__gt=Now()).first()
    return Cursor(row.generation, row.seq) if row is not None and row.generation else None
