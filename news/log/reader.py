"""Select items from the log by cursor. All functions are synchronous; the caller chooses the thread."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from django.db import connection
from django.db.models import Max, QuerySet

from common.sql import in_array
from news.log.cursor import Cursor, CursorError, parse_cursor
from news.log.state_values import StateValues, choose_columns
from news.models import ChangeKind, Departure, Item, ItemChange, ItemRevision, LogHead, Mention

LoggedState = Item | ItemRevision  # the row at one seq: the current item or a revision
EventState = LoggedState | StateValues  # what an event is made of
State = TypeVar("State", Item | ItemRevision, StateValues)

LOG_PAGE_ITEMS = 1000  # items that one `select_states_after` returns, unless the caller sets a limit
RECENT_ITEMS = 20  # items listed beside metrics
# Raw SQL: every request reads it, and the ORM takes longer to compile it than the database to execute it.
SELECT_HEAD = (
    f"SELECT {', '.join(str(each.column) for each in LogHead._meta.concrete_fields)} FROM news_loghead WHERE id = 1"
)


def get_head() -> LogHead:
    """Return the head of the log: its generation, its newest seq and the newest seq trimmed by retention.

    Errors: LogHead.DoesNotExist before the first `migrate`.
    """
    with connection.cursor() as cursor:
        cursor.execute(SELECT_HEAD)
        row = cursor.fetchone()
    if row is None:
        raise LogHead.DoesNotExist
    return LogHead(*row)


def select_visible(head: LogHead | None = None) -> QuerySet[Item]:
    """Return the items that lists show: all but samples, which are shown only until the first real item comes."""
    head = head or get_head()
    return Item.objects.all() if head.shows_samples else Item.objects.filter(is_sample=False)


def has_hidden_samples(head: LogHead) -> bool:
    """Return whether samples are stored that are not shown."""
    return not head.shows_samples and select_samples().exists()


def has_shown_samples(head: LogHead) -> bool:
    """Return whether there are samples and no real item yet."""
    return head.shows_samples and select_samples().exists()


def select_samples() -> QuerySet[Item]:
    """Return the samples in the order of the log, in which their index has them."""
    return Item.with_withdrawn.filter(is_sample=True).order_by("seq")


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which states to select from the log: of any of `tickers`, or of all without.

    Without `historical`, those of historical items are skipped, at no cost. With `changes`, those with which an item
    was withdrawn or lost one of the tickers are among them.
    """

    tickers: Collection[str] = ()
    historical: bool = False
    changes: bool = False

    @property
    def conditions(self) -> dict[str, Any]:
        """The conditions on the columns of items and of revisions; those on tickers are on the columns of mentions."""
        return {} if self.historical else {"is_historical": False}


ALL_STATES = Selection()


def select_states_after(
    after: int, selection: Selection = ALL_STATES, *, up_to: int | None = None, limit: int = LOG_PAGE_ITEMS
) -> list[LoggedState]:
    """Return the states with `after` < seq <= `up_to` in log order: items, and revisions where an item has moved on.

    With `changes`, each state with which an item changed has its `change`. Fewer states than `limit` mean that no more
    follow.
    """
    states: list[LoggedState] = _select_states(after, selection, list, up_to=up_to, limit=limit)
    if selection.changes:
        _attach_changes(states)
    return states


def select_values(
    after: int, selection: Selection, *, up_to: int | None, limit: int, with_headline: bool, with_entities: bool
) -> list[StateValues]:
    """Return what events tell of the states of `select_states_after` without `changes`, in a fifth of the time."""
    columns = choose_columns(with_headline=with_headline, with_entities=with_entities)

    def fetch(rows: QuerySet[Any]) -> list[StateValues]:
        return [StateValues(*row) for row in rows.values_list(*columns)]

    return _select_states(after, selection, fetch, up_to=up_to, limit=limit)


def _select_states(
    after: int, selection: Selection, fetch: Callable[[QuerySet[Any]], list[State]], *, up_to: int | None, limit: int
) -> list[State]:
    # A state never changes its seq, but an item may move on between two statements. Up to a head that is read
    # first, and with items before revisions, each state is then in one of the two, or in both.
    up_to = get_head().seq if up_to is None else up_to
    seqs: dict[str, Any] = {"seq__gt": after, "seq__lte": up_to}
    expected: Collection[int] = range(after + 1, min(up_to, after + limit) + 1)
    if selection.tickers:
        # One statement would be a join with both tables that no index serves in order.
        expected = select_seqs(selection, after=after, up_to=up_to, limit=limit)
        seqs |= {"seq__in": in_array(expected)}
    else:
        seqs |= selection.conditions
    items = Item.with_withdrawn if selection.changes else Item.objects
    selected = fetch(items.filter(**seqs).order_by("seq")[:limit])
    if [state.seq for state in selected] != list(expected):  # else no seq is left for a revision
        revisions = fetch(ItemRevision.objects.filter(**seqs).order_by("seq")[:limit])
        states = {state.seq: state for rows in (selected, revisions) for state in rows}
        selected = [states[seq] for seq in sorted(states)[:limit]]
    return selected


def select_skipped_tickers(after: int, *, up_to: int) -> set[str]:
    """Return tickers whose metrics change by rows with `after` < seq <= `up_to` that `select_states_after` skips.

    These are rows of historical items, and tickers that items lost.
    """
    seqs = {"seq__gt": after, "seq__lte": up_to}
    skipped = (
        model.objects.filter(**seqs, is_historical=True).order_by().values_list("tickers", flat=True)
        for model in (Item, ItemRevision)
    )
    tickers = {ticker for rows in skipped for row in rows for ticker in row}
    return tickers | {*Departure.objects.filter(**seqs).values_list("symbol", flat=True)}


def has_withdrawals(after: int, *, up_to: int) -> bool:
    """Return whether an item was withdrawn with `after` < seq <= `up_to`, historical ones included."""
    return ItemChange.objects.filter(seq__gt=after, seq__lte=up_to, kind=ChangeKind.WITHDRAWN).exists()


def select_newest(
    items: QuerySet[Item], *, tickers: Collection[str], up_to: int | None = None, limit: int = RECENT_ITEMS
) -> list[Item]:
    """Return the newest of `items` with any of `tickers`, in reverse log order; without tickers, the first in order.

    With `up_to`, only items up to that seq; a condition on the seq in `items` could keep the planner from the index.
    """
    if not tickers:
        return list((items if up_to is None else items.filter(seq__lte=up_to))[:limit])
    newest: dict[int, Item] = {}
    # One short index walk per ticker; a single query would sort all items with any of the tickers.
    for ticker in tickers:
        newest.update({item.seq: item for item in _select_newest_of(ticker, items, up_to=up_to, limit=limit)})
    return [newest[seq] for seq in sorted(newest, reverse=True)[:limit]]


def select_newest_visible(head: LogHead, *, tickers: Collection[str], up_to: int) -> list[Item]:
    """Return the newest items that lists show, as `select_newest` does."""
    items = select_visible(head).order_by("-seq")
    if head.first_real_seq is not None and not tickers:
        items = items.filter(seq__gte=head.first_real_seq)  # not past all the samples, while there are few other items
    return select_newest(items, tickers=tickers, up_to=up_to)


def find_first_visible_pk(head: LogHead) -> int:
    """Return a primary key before which all items are hidden samples, 0 if it is not known."""
    if head.first_real_seq is None:
        return 0
    pk = Item.with_withdrawn.filter(seq=head.first_real_seq).values_list("pk", flat=True).first()
    if pk is None:
        pk = ItemRevision.objects.filter(seq=head.first_real_seq).values_list("current_id", flat=True).first() or 0
    # Version 0.1 moved items to later seqs without a trace: an earlier item can be real, too.
    earlier = Item.with_withdrawn.filter(is_sample=False, pk__lt=pk).order_by("pk").values_list("pk", flat=True).first()
    return pk if earlier is None else earlier


def _select_newest_of(ticker: str, items: QuerySet[Item], *, up_to: int | None, limit: int) -> list[Item]:
    mentions = Mention.objects.filter(symbol=ticker).order_by("-seq").values_list("seq", flat=True)
    newest: list[Item] = []
    bound, page_size = up_to, limit
    while len(newest) < limit:
        seqs = list((mentions if bound is None else mentions.filter(seq__lte=bound))[:page_size])
        # Mentions of former states have no item at their seq.
        newest += items.filter(seq__in=in_array(seqs)).order_by("-seq")[:limit]
        if len(seqs) < page_size:
            break
        bound, page_size = seqs[-1] - 1, min(10 * page_size, LOG_PAGE_ITEMS)
    return newest


def get_correction_times(items: Collection[Item]) -> dict[str, datetime]:
    """Return when items were last corrected, by their ids; those that never were are left out."""
    changed = [item.pk for item in items if item.revision]
    if not changed:
        return {}
    corrections = ItemChange.objects.filter(item__in=in_array(changed), kind=ChangeKind.CORRECTED).order_by()
    seqs = dict(corrections.values_list("item_id").annotate(Max("seq")))
    times = dict(ItemRevision.objects.filter(seq__in=in_array(seqs.values())).values_list("seq", "appended_at"))
    # A correction that nothing follows is the item's own state.
    return {item.item_id: times.get(seqs[item.pk], item.appended_at) for item in items if item.pk in seqs}


def get_last_seq(selection: Selection, up_to: int) -> int:
    """Return the seq of the last state up to `up_to` in a selection; without one, the log's `min_seq`.

    All processes compute the same value, so the GRIP relay can name the previous item without coordination.
    """
    return max([get_head().min_seq, *select_seqs(selection, up_to=up_to, limit=1, is_descending=True)])


def resolve_cursor(text: str, head: LogHead) -> tuple[Cursor | None, str | None]:
    """Return the cursor in an event id, or None and why it cannot be resumed.

    The reason is one of malformed, foreign, future and expired.
    """
    try:
        cursor = parse_cursor(text)
    except CursorError:
        return None, "malformed"
    if cursor.generation != head.generation:
        return None, "foreign"
    if cursor.seq > head.seq:
        return None, "future"
    if cursor.seq < head.min_seq:
        return None, "expired"
    return cursor, None


def get_cursor_at(time: datetime) -> Cursor:
    """Return the cursor before all items appended at `time` or later."""
    head = get_head()
    return Cursor(head.generation, get_seq_before(time, head))


def get_seq_before(time: datetime, head: LogHead) -> int:
    """Return the seq before all items appended at `time` or later; `head` is read first, and its seq is the default.

    One index seek, because `appended_at` never decreases along the log.
    """
    firsts = [
        rows.filter(appended_at__gte=time).order_by("appended_at", "seq").values_list("seq", flat=True).first()
        for rows in (Item.with_withdrawn, ItemRevision.objects)
    ]
    # Retention may keep rows below min_seq: withdrawn items, and revisions that were replaced after it.
    return max(head.min_seq, min((first - 1 for first in firsts if first is not None), default=head.seq))


def _attach_changes(states: Iterable[LoggedState]) -> None:
    """Set `change` of the states with which an item changed, with what it was before."""
    changed = {state.seq: state for state in states if state.revision}
    if not changed:
        return
    for row in ItemChange.objects.filter(seq__in=in_array(changed)):
        changed[row.seq].change = row
    for seq, symbol in Departure.objects.filter(seq__in=in_array(changed)).order_by("pk").values_list("seq", "symbol"):
        if (change := changed[seq].change) is not None:
            change.departed += (symbol,)
    # Retention keeps a state for as long as the one that replaced it.
    for former in ItemRevision.objects.filter(next_seq__in=in_array(changed)).defer("title", "summary"):
        if (change := changed[former.next_seq].change) is not None:
            change.former = former


def select_seqs(
    selection: Selection, *, after: int = 0, up_to: int, limit: int, is_descending: bool = False
) -> list[int]:
    """Return the first `limit` seqs of a selection, each once."""
    if selection.tickers:
        return _merge_seqs(selection, after=after, up_to=up_to, limit=limit, is_descending=is_descending)
    conditions = {"seq__gt": after, "seq__lte": up_to, **selection.conditions}
    # Items before revisions, as in `select_states_after`.
    items = Item.with_withdrawn if selection.changes else Item.objects
    seqs = {
        seq
        for rows in (items.filter(**conditions), ItemRevision.objects.filter(**conditions))
        for seq in rows.order_by("-seq" if is_descending else "seq").values_list("seq", flat=True)[:limit]
    }
    return sorted(seqs, reverse=is_descending)[:limit]


def _merge_seqs(selection: Selection, *, after: int, up_to: int, limit: int, is_descending: bool) -> list[int]:
    """Return the first `limit` seqs of states with any of the tickers, each once.

    Raw SQL, because the ORM rejects a LIMIT within a union on SQLite. It is one short walk of an index for each ticker:
    a condition `symbol IN (...)` would read and sort everything that remains of all of them.
    """
    order = "DESC" if is_descending else "ASC"
    historical_condition = "" if selection.historical else " AND NOT is_historical"
    tables = ("news_mention", "news_departure") if selection.changes else ("news_mention",)
    selects = [
        f"SELECT seq FROM (SELECT seq FROM {table} WHERE symbol = %s AND seq > %s AND seq <= %s{historical_condition}"
        f" ORDER BY seq {order} LIMIT %s) AS walk"
        for table in tables
    ] * len(selection.tickers)
    values = [value for ticker in selection.tickers for _ in tables for value in (ticker, after, up_to, limit)]
    statement = f"SELECT seq FROM ({' UNION '.join(selects)}) AS merged ORDER BY seq {order} LIMIT %s"
    with connection.cursor() as cursor:
        cursor.execute(statement, [*values, limit])
        return [seq for (seq,) in cursor.fetchall()]
