"""Select items from the log by cursor. All functions are synchronous; the caller chooses the thread."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from news.log.cursor import Cursor, CursorError, parse_cursor
from news.models import Item, LogHead

LOG_PAGE_ITEMS = 1000  # items that one `select_items` returns, unless the caller sets a limit
RECENT_ITEMS = 20  # items listed beside metrics


def get_head() -> LogHead:
    """Return the head of the log: its generation, its newest seq and the newest seq trimmed by retention."""
    return LogHead.objects.get(pk=1)


def select_items(
    after: int,
    *,
    upto: int | None = None,
    tickers: Collection[str] = (),
    limit: int = LOG_PAGE_ITEMS,
    with_historical: bool = False,
) -> list[Item]:
    """Return the items with `after` < seq <= `upto` in log order, only those with any of `tickers` if there are any.

    Historical items are skipped at no cost unless `with_historical`. Fewer than `limit` items mean that there are no
    more.
    """
    items = Item.objects.order_by("seq")
    if tickers:
        # One statement: an item rescored between two statements would be missing, and the page too short.
        seqs = _merge_seqs(tickers, after=after, upto=upto, limit=limit, with_historical=with_historical)
        return list(items.filter(seq__in=seqs))
    items = items.filter(seq__gt=after) if upto is None else items.filter(seq__gt=after, seq__lte=upto)
    return list((items if with_historical else items.filter(is_historical=False))[:limit])


def select_historical_tickers(after: int, *, upto: int) -> set[str]:
    """Return the tickers of the historical items with `after` < seq <= `upto`."""
    items = Item.objects.filter(seq__gt=after, seq__lte=upto, is_historical=True).order_by()
    return {ticker for tickers in items.values_list("tickers", flat=True) for ticker in tickers}


def select_newest(
    items: QuerySet[Item], *, tickers: Collection[str], upto: int | None = None, limit: int = RECENT_ITEMS
) -> list[Item]:
    """Return the newest of `items` with any of `tickers`, in reverse log order; without tickers, the first in order.

    With `upto`, only items up to that seq; a condition on the seq in `items` could keep the planner from the index.
    """
    if not tickers:
        return list((items if upto is None else items.filter(seq__lte=upto))[:limit])
    newest: dict[int, Item] = {}
    bounds = {} if upto is None else {"ticker_rows__seq__lte": upto}
    # One short index walk per ticker; a single query would sort all items with any of the tickers.
    for ticker in tickers:
        rows = items.filter(ticker_rows__ticker=ticker, **bounds).order_by("-ticker_rows__seq")
        newest.update({item.seq: item for item in rows[:limit]})
    return [newest[seq] for seq in sorted(newest, reverse=True)[:limit]]


def get_last_seq(tickers: Collection[str], upto: int, *, with_historical: bool = False) -> int:
    """Return the seq of the last item up to `upto` with any of `tickers`, or of any; without one, the log's `min_seq`.

    All processes compute the same value, so the GRIP relay can name the previous item without coordination.
    """
    items = Item.objects.order_by("-seq")
    if tickers:
        seqs = _merge_seqs(tickers, upto=upto, limit=1, with_historical=with_historical, is_descending=True)
        items = items.filter(seq__in=seqs)
    else:
        items = items.filter(seq__lte=upto) if with_historical else items.filter(seq__lte=upto, is_historical=False)
    return max([get_head().min_seq, *items.values_list("seq", flat=True)[:1]])


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
    seqs = Item.objects.filter(appended_at__gte=time).order_by("appended_at", "seq").values_list("seq", flat=True)
    first = seqs.first()
    return head.seq if first is None else first - 1


def _merge_seqs(
    tickers: Collection[str],
    *,
    after: int = 0,
    upto: int | None,
    limit: int,
    with_historical: bool,
    is_descending: bool = False,
) -> RawSQL:
    """Return a subquery for the first `limit` seqs of items with any of `tickers`, each once.

    Raw SQL, because the ORM refuses a LIMIT within a union on SQLite. It is one short walk of an index for each ticker:
    a condition `ticker IN (...)` would read and sort everything that remains of all of them.
    """
    order = "DESC" if is_descending else "ASC"
    bounds = "seq > %s" if upto is None else "seq > %s AND seq <= %s"
    announced = "" if with_historical else " AND NOT is_historical"
    walk = (
        f"SELECT seq FROM (SELECT seq FROM news_itemticker WHERE ticker = %s AND {bounds}{announced}"
        f" ORDER BY seq {order} LIMIT %s) AS walk"
    )
    union = " UNION ".join([walk] * len(tickers))
    bound_values = [after] if upto is None else [after, upto]
    values = [value for ticker in tickers for value in (ticker, *bound_values, limit)]
    return RawSQL(f"SELECT seq FROM ({union}) AS merged ORDER BY seq {order} LIMIT %s", [*values, limit])
