"""Read the log by cursor. Plain synchronous reads; who calls them chooses the thread."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Min, Q

from news.log.cursor import Cursor, CursorError, parse_cursor
from news.models import Item, ItemTicker, LogHead

PAGE_ITEMS = 1000


def get_head() -> LogHead:
    """Return the log's head: its epoch, its newest place and the newest place trimmed."""
    return LogHead.objects.get(pk=1)


def select_items(
    after: int, *, upto: int | None = None, tickers: Collection[str] = (), limit: int = PAGE_ITEMS
) -> list[Item]:
    """Return the next items after place `after` in order, up to and with `upto`, of any of `tickers` if there are any.

    Fewer than `limit` items mean that there were no more.
    """
    places = Q(seq__gt=after) if upto is None else Q(seq__gt=after, seq__lte=upto)
    items = Item.objects.order_by("seq")
    if len(tickers) == 1:
        # Walks the index of that ticker; the general form below would look every place up.
        (ticker,) = tickers
        rows = ItemTicker.objects.filter(places, ticker=ticker).order_by("seq").select_related("item")
        return [row.item for row in rows[:limit]]
    if tickers:
        # One statement: an item that gets another place between two would be missing, and the page too short.
        seqs = ItemTicker.objects.filter(places, ticker__in=tickers).order_by("seq").values("seq").distinct()
        return list(items.filter(seq__in=seqs[:limit]))
    return list(items.filter(places)[:limit])


def get_last_seq(tickers: Collection[str], upto: int) -> int:
    """Return the place of the last item of any of `tickers`, or of all, up to and with `upto`; without one, the floor.

    So all processes name the same item as the one before the next, without asking each other.
    """
    places = [get_head().min_seq]
    if not tickers:
        places += Item.objects.filter(seq__lte=upto).order_by("-seq").values_list("seq", flat=True)[:1]
    for ticker in tickers:
        # One walk down its index for each: with all in one statement every place of each would be read.
        rows = ItemTicker.objects.filter(ticker=ticker, seq__lte=upto).order_by("-seq")
        places += rows.values_list("seq", flat=True)[:1]
    return max(places)


def resolve_cursor(text: str, head: LogHead) -> tuple[Cursor | None, str | None]:
    """Return the cursor that an event id means, or None and in one word why the log can't be read on from there."""
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


def get_cursor_at(moment: datetime) -> Cursor:
    """Return the cursor after which come the items appended at `moment` or later."""
    head = get_head()
    # Not the first by time: an item scored again keeps its time and stands at a later place.
    first = Item.objects.filter(appended_at__gte=moment).aggregate(seq=Min("seq"))["seq"]
    return Cursor(head.generation, head.seq if first is None else first - 1)
