"""Let one relay publish at a time, and record how far it has published, by the database's clock."""

from django.db.models import Q
from django.db.models.functions import Now

from common.sql import seconds_from_now
from news.log.cursor import Cursor
from streaming.models import RelayLeader

LEADER_TTL_SECONDS = 5.0


class LeaderLock:
    """The lock that a relay holds while it publishes. It expires LEADER_TTL_SECONDS after the last renewal."""

    def __init__(self, holder: str) -> None:
        self.holder = holder

    def acquire(self) -> RelayLeader | None:
        """Take the lock if it is free; return the row as the previous holder left it, or None if another holds it."""
        RelayLeader.objects.get_or_create(pk=1, defaults={"expires_at": Now()})
        free = RelayLeader.objects.filter(Q(holder=self.holder) | Q(expires_at__lte=Now()), pk=1)
        if not free.update(holder=self.holder, expires_at=seconds_from_now(LEADER_TTL_SECONDS)):
            return None
        return RelayLeader.objects.get(pk=1)

    def renew(self, published: Cursor) -> bool:
        """Extend the lock and store the cursor up to which the edge has every event; return False if it was lost."""
        updated = RelayLeader.objects.filter(pk=1, holder=self.holder).update(
            expires_at=seconds_from_now(LEADER_TTL_SECONDS), generation=published.generation, seq=published.seq
        )
        return bool(updated)

    def release(self) -> None:
        """Free the lock at once, if this relay holds it."""
        RelayLeader.objects.filter(pk=1, holder=self.holder).update(holder="", expires_at=Now())


def get_published_cursor() -> Cursor | None:
    """Return the cursor up to which the edge has every event, or None if no relay is running."""
    row = RelayLeader.objects.filter(pk=1, expires_at__gt=Now()).first()
    return Cursor(row.generation, row.seq) if row is not None and row.generation else None
