"""The log as of an earlier place: which state each item was in then."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self

from django.db.models import QuerySet

from common.parsing import parse_time
from common.sql import in_array
from common.time import format_time, utc_now
from news.log.cursor import EVENT_ID, Cursor
from news.log.reader import LoggedState, get_head, get_seq_before, resolve_cursor
from news.models import Item, ItemRevision, LogHead

# Events and responses truncate times to milliseconds: all of that millisecond is included.
TIME_PRECISION = timedelta(milliseconds=1)
REASONS = {
    "foreign": "is of another log",
    "future": "is ahead of the log",
    "expired": "is before what is kept",
}


class AsOfError(ValueError):
    """A time or cursor whose state can't be reconstructed. The text has the cure, without a full stop."""


@dataclass(frozen=True, slots=True)
class LogPoint:
    """A seq and a time: rows up to seq are not later, rows after it not earlier.

    shows_samples: whether samples are shown, as no real item had come.
    """

    generation: str
    seq: int
    time: datetime
    shows_samples: bool = False

    @classmethod
    def from_head(cls, head: LogHead, seq: int, time: datetime) -> Self:
        """Return a place of the log as its head describes it."""
        shows_samples = head.sample_removals == 0 and (head.first_real_seq is None or seq < head.first_real_seq)
        return cls(head.generation, seq, time, shows_samples)

    @property
    def cursor(self) -> Cursor:
        """The cursor of the place."""
        return Cursor(self.generation, self.seq)


def resolve_as_of(text: str) -> LogPoint:
    """Return the place that a time or cursor names: everything appended by then.

    Errors: AsOfError for another text, a time or cursor ahead of the log, and one before what retention has kept.
    """
    head = get_head()
    if not EVENT_ID.fullmatch(text):
        return _resolve_time(text, head)
    cursor, problem = resolve_cursor(text, head)
    if cursor is None:
        raise AsOfError(f"{REASONS[str(problem)]}; {_describe_range(head)}")
    state = _find_state(cursor.seq) or _find_first(cursor.seq)
    return LogPoint.from_head(head, cursor.seq, utc_now() if state is None else state.appended_at)


def query_states_as_of(seq: int) -> tuple[QuerySet[Item], QuerySet[ItemRevision]]:
    """Return the queries of the states as of a seq: of those that items still have, and of former ones.

    Evaluate them in this order: an item that changes in between is then in both, otherwise it could be in none.
    """
    return Item.objects.filter(seq__lte=seq), ItemRevision.objects.filter(seq__lte=seq, next_seq__gt=seq)


def select_states_as_of(pks: Collection[int], seq: int) -> dict[int, LoggedState]:
    """Return the states as of a seq of items, by primary key, without those that were not in the log then."""
    return _index_states({"pk__in": in_array(pks)}, {"current__in": in_array(pks)}, seq)


def select_states_as_of_where(seq: int, *, limit: int | None = None, **conditions: Any) -> dict[int, LoggedState]:
    """Return the states as of a seq that meet conditions on their columns, by primary key of the item.

    With more than `limit`, only some of them.
    """
    return _index_states(conditions, conditions, seq, limit=limit)


def _index_states(
    of_items: dict[str, Any], of_revisions: dict[str, Any], seq: int, *, limit: int | None = None
) -> dict[int, LoggedState]:
    items, revisions = query_states_as_of(seq)
    states: dict[int, LoggedState] = {item.pk: item for item in items.filter(**of_items).order_by()[:limit]}
    states.update({each.current_id: each for each in revisions.filter(**of_revisions).order_by()[:limit]})
    return states


def _resolve_time(text: str, head: LogHead) -> LogPoint:
    try:
        time = parse_time(text)
    except ValueError as error:
        raise AsOfError(f"{error}; or give a cursor") from error
    if time > utc_now():
        raise AsOfError("is in the future; leave it out for the present")
    end = time.replace(microsecond=time.microsecond // 1000 * 1000) + TIME_PRECISION
    seq = get_seq_before(end, head)
    first = _find_first(head.min_seq) if head.min_seq else None
    if seq <= head.min_seq and first is not None and first.appended_at >= end:
        raise AsOfError(f"{REASONS['expired']}; {_describe_range(head)}")
    return LogPoint.from_head(head, seq, min(end, utc_now()))


def _find_state(seq: int) -> LoggedState | None:
    # Items before revisions: an item that moves on in between is then a revision.
    return Item.with_withdrawn.filter(seq=seq).first() or ItemRevision.objects.filter(seq=seq).first()


def _find_first(after: int) -> LoggedState | None:
    """Return the first state after a seq."""
    item = Item.with_withdrawn.filter(seq__gt=after).order_by("seq").first()
    revision = ItemRevision.objects.filter(seq__gt=after).order_by("seq").first()
    if item is None or revision is None:
        return item or revision
    return item if item.seq < revision.seq else revision


def _describe_range(head: LogHead) -> str:
    first = _find_first(head.min_seq)
    earliest = f"{format_time(first.appended_at)} or " if first is not None else ""
    return (
        f"the earliest is {earliest}evt_{head.generation}-{head.min_seq}, the latest evt_{head.generation}-{head.seq}"
    )
