"""Select items from the log by cursor. All functions are synchronous; the caller chooses the thread."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Q, QuerySet

from news.log.cursor import Cursor, CursorError, parse_cursor
from news.models import Item, ItemTicker, LogHead

LOG_PAGE_ITEMS = 1000  # items that one `select_items` returns, unless the caller sets a limit
RECENT_ITEMS = 20  # items listed beside metrics


def get_head() -> LogHead:
    """Return the head of the log: its generation, its newest seq and the newest seq trimmed by retention."""
    return LogHead.objects.get(pk=1)


def select_items(
    after: int, *, upto: int | None = None, tickers: Collection[str] = (), limit: int = LOG_PAGE_ITEMS
) -> list[Item]:
    """Return the items with `after` < seq <= `upto` in log order, only those with any of `tickers` if there are any.

    Fewer than `limit` items mean that there are no more.
    """
    in_range = Q(seq__gt=after) if upto is None else Q(seq__gt=after, seq__lte=upto)
    items = Item.objects.order_by("seq")
    if len(tickers) == 1:
        # Walks the index of that ticker; the general query below would look up each seq.
        (ticker,) = tickers
        rows = ItemTicker.objects.filter(in_range, ticker=ticker).order_by("seq").select_related("item")
        return [row.item for row in rows[:limit]]
    if tickers:
        # One statement: an item rescored between two statements would be missing, and the page too short.
        seqs = ItemTicker.objects.filter(in_range, ticker__in=tickers).order_by("seq").values("seq").distinct()
        return list(items.filter(seq__in=seqs[:limit]))
    return list(items.filter(in_range)[:limit])


def select_newest(items: QuerySet[Item], *, tickers: Collection[str], limit: int = RECENT_ITEMS) -> list[Item]:
    """Return the newest of `items` with any of `tickers`, in reverse log order; without tickers, the first in order."""
    if not tickers:
        return list(items[:limit])
    newest: dict[int, Item] = {}
    # One short index walk per ticker; a single query would sort all items with any of the tickers.
    for ticker in tickers:
        rows = items.filter(ticker_rows__ticker=ticker).order_by("-ticker_rows__seq")
        newest.update({item.seq: item for item in rows[:limit]})
    return [newest[seq] for seq in sorted(newest, reverse=True)[:limit]]


def get_last_seq(tickers: Collection[str], upto: int) -> int:
    """Return the seq of the last item up to `upto` with any of `tickers`, or of any; without one, the log's `min_seq`.

    All processes compute the same value, so the GRIP relay can name the previous item without coordination.
    """
    seqs = [get_head().min_seq]
    if not tickers:
        seqs += Item.objects.filter(seq__lte=upto).order_by("-seq").values_list("seq", flat=True)[:1]
    for ticker in tickers:
        # One index walk per ticker: a single statement would read every seq of each ticker.
        rows = ItemTicker.objects.filter(ticker=ticker, seq__lte=upto).order_by("-seq")
        seqs += rows.values_list("seq", flat=True)[:1]
    return max(seqs)


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
