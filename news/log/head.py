"""Lock and advance the head of the log. Every transaction that appends to the log starts and ends here."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import NamedTuple

from django.db import connection, transaction

from common.sql import to_time
from news.log.cursor import Cursor
from news.log.notify import Appended, notify
from news.models import Item, LogHead, make_generation

# Raw SQL: every post executes these, and the ORM would take longer to compile them than the database to execute them.
COLUMNS = ", ".join(str(field.column) for field in LogHead._meta.concrete_fields)
NEWEST_TIME = "SELECT appended_at FROM news_item ORDER BY seq DESC LIMIT 1"
LOCK_HEAD = f"UPDATE news_loghead SET writes = writes + 1 WHERE id = 1 RETURNING {COLUMNS}"  # noqa: S608 - its own text
ADVANCE = """
UPDATE news_loghead
SET seq = %s, duplicate_reports = %s, scored = %s, scoring_seconds = %s, first_real_seq = %s WHERE id = 1
"""
ADVANCE_IF_UNCHANGED = f"""
UPDATE news_loghead
SET writes = writes + 1, seq = seq + %s, duplicate_reports = duplicate_reports + %s, scored = scored + %s,
    scoring_seconds = scoring_seconds + %s
WHERE id = 1 AND generation = %s AND writes = %s AND first_real_seq IS NOT NULL
RETURNING seq, ({NEWEST_TIME})
"""  # noqa: S608 - its own text


class LogVersion(NamedTuple):
    """A value that changes with every transaction that writes the log: its generation, and how many there were."""

    generation: str
    writes: int


class NextPlace(NamedTuple):
    """Where items are appended: the sequence number of the first, and the time that all get.

    appended_at: `now`, or that of the newest item if the clock has stepped back.
    """

    seq: int
    now: datetime
    appended_at: datetime


def lock_head() -> LogHead:
    """Return the head of the log, locked until the end of the caller's transaction, which is counted in `writes`.

    Errors: LogHead.DoesNotExist before the first `migrate`.
    """
    # Holding the lock until commit makes sequence numbers visible in order: once a client has read seq n, no smaller
    # one can appear. (On SQLite, BEGIN IMMEDIATE has the same effect.) The update takes the lock as SELECT FOR UPDATE
    # would, and no writer can forget to count itself.
    with connection.cursor() as cursor:
        cursor.execute(LOCK_HEAD)
        row = cursor.fetchone()
    if row is None:
        raise LogHead.DoesNotExist
    return LogHead(*row)


def get_append_time(now: datetime) -> datetime:
    """Return the `appended_at` of the next items: `now`, or that of the newest item if the clock has stepped back.

    It then never decreases along the log, so that a time is found by one index seek. The caller holds the lock.
    """
    with connection.cursor() as cursor:
        cursor.execute(NEWEST_TIME)
        newest = cursor.fetchone()
    return max(now, to_time(newest[0])) if newest else now


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
    values = (head.seq, head.duplicate_reports, head.scored, head.scoring_seconds, head.first_real_seq)
    with connection.cursor() as cursor:
        cursor.execute(ADVANCE, values)
    if items:
        transaction.on_commit(notify)


def advance_head_if_unchanged(
    version: LogVersion,
    now: datetime,
    *,
    items: Sequence[Item],
    duplicate_reports: int,
    scored: int,
    scoring_seconds: float,
) -> NextPlace | None:
    """Lock and advance the head in one statement if no other has written since `version` of the log.

    Returns the place of the new items; None if the caller has to call `lock_head` and `advance_head`: another has
    written, or no real item has come yet. The numbers are those of `advance_head`, `now` that of `get_append_time`.
    items: what the transaction appends, and all of it; this process gets them with the notification.
    """
    with connection.cursor() as cursor:
        cursor.execute(ADVANCE_IF_UNCHANGED, (len(items), duplicate_reports, scored, scoring_seconds, *version))
        rows = cursor.fetchall()
    if not rows:
        return None
    # PostgreSQL reads the newest time as of the beginning of the statement, also if it then waits for the lock. After
    # `version` nothing was written, so nothing newer can be missing.
    ((seq, newest),) = rows
    if items:
        transaction.on_commit(partial(notify, Appended(version.generation, items)))
    return NextPlace(seq - len(items) + 1, now, now if newest is None else max(now, to_time(newest)))


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
