"""Lock the log's head and move it: how every writer of the log begins and ends its transaction."""

from django.db import transaction

from news.log.cursor import Cursor
from news.log.notify import notify
from news.models import LogHead, make_generation


def lock_head() -> LogHead:
    """Return the head of the log, locked until the transaction ends. The caller is in one."""
    # Held until commit, so places in the log become visible in their own order: a reader that has seen place n will
    # never find a smaller one appear. (SQLite has the same by BEGIN IMMEDIATE.)
    return LogHead.objects.select_for_update().get(pk=1)


def advance_head(head: LogHead, *, items: int = 0, reports: int = 0, scored: int = 0, seconds: float = 0.0) -> None:
    """Move the locked head on by so many items and reports; rings for items once they are committed.

    Notes too how many texts were scored for it, and how long that took: so it is known of every process.
    """
    head.seq += items
    head.duplicate_reports += reports
    head.scored += scored
    head.scoring_seconds += seconds
    head.save(update_fields=["seq", "duplicate_reports", "scored", "scoring_seconds"])
    if items:
        transaction.on_commit(notify)


def new_generation() -> LogHead:
    """Give the log another epoch, whatever it holds: cursors from before lead to a `reset`. Returns the head.

    Errors: LogHead.DoesNotExist before the first `migrate`.
    """
    with transaction.atomic():
        head = lock_head()
        head.generation = make_generation()
        head.save(update_fields=["generation"])
        transaction.on_commit(notify)
    return head


def rotate_if_rolled_back(seen: Cursor) -> None:
    """Give the log another epoch if it ends before a place seen in it, as when a back-up was put back.

    Cursors from before then lead to a `reset` and not, in silence, to other items. Done once, whoever else sees it too.
    """
    LogHead.objects.filter(generation=seen.generation, seq__lt=seen.seq).update(generation=make_generation())
