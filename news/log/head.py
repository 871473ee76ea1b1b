"""Lock and advance the head of the log. Every transaction that appends to the log starts and ends here."""

from datetime import datetime

from django.db import transaction

from news.log.cursor import Cursor
from news.log.notify import notify
from news.models import Item, LogHead, make_generation

LOCK_HEAD = "UPDATE news_loghead SET writes = writes + 1 WHERE id = 1 RETURNING *"


def lock_head() -> LogHead:
    """Return the head of the log, locked until the end of the caller's transaction, which is counted in `writes`.

    Errors: LogHead.DoesNotExist before the first `migrate`.
    """
    # Holding the lock until commit makes sequence numbers visible in order: once a client has read seq n, no smaller
    # one can appear. (On SQLite, BEGIN IMMEDIATE has the same effect.) The update takes the lock as SELECT FOR UPDATE
    # would, and no writer can forget to count itself.
    for head in LogHead.objects.raw(LOCK_HEAD):
        return head
    raise LogHead.DoesNotExist


def get_append_time(now: datetime) -> datetime:
    """Return the `appended_at` of the next items: `now`, or that of the newest item if the clock has stepped back.

    It then never decreases along the log, so that a time is found by one index seek. The caller holds the lock.
    """
    newest = Item.with_withdrawn.order_by("-seq").values_list("appended_at", flat=True).first()
    return now if newest is None else max(now, newest)


def advance_head(
    head: LogHead, *, items: int = 0, duplicate_reports: int = 0, scored: int = 0, scoring_seconds: float = 0.0
) -> None:
    """Add to the counters of the locked head and, if there are new items, notify all processes after the commit.

    `scored` is the number of texts scored for this transaction and `scoring_seconds` the time that took; they are kept
    in the database so that they cover all processes.
    """
    head.seq += items
    head.duplicate_reports += duplicate_reports
    head.scored += scored
    head.scoring_seconds += scoring_seconds
    head.save(update_fields=["seq", "duplicate_reports", "scored", "scoring_seconds", "first_real_seq"])
    if items:
        transaction.on_commit(notify)


def mark_restored() -> LogHead:
    """Start a new generation of the log and return the head. Clients with older cursors get a `reset`.

    Errors: LogHead.DoesNotExist before the first `migrate`.
    """
    with transaction.atomic():
        head = lock_head()
        head.generation = make_generation()
        head.save(update_fields=["generation"])
        transaction.on_commit(notify)
    return head


def rotate_if_rolled_back(last_seen: Cursor) -> None:
    """Start a new generation if the log ends before `last_seen`, as it does after a backup was restored.

    Clients with older cursors then get a `reset` instead of other items under the same numbers. Safe to call from
    several processes: only the first call changes the generation.
    """
    LogHead.objects.filter(generation=last_seen.generation, seq__lt=last_seen.seq).update(generation=make_generation())
