"""Options of commands that change stored items: which items, and how many in a transaction."""

from argparse import ArgumentParser
from collections.abc import Callable
from typing import TypeVar

from django.core.management.base import CommandError
from django.db.models import QuerySet

from common.parsing import parse_ticker, parse_time
from news.log.reader import select_visible
from news.models import Item, Mention

MAX_BATCH = 5_000
Value = TypeVar("Value")


def add_item_options(parser: ArgumentParser) -> None:
    """Add the options --since, --ticker and --batch."""
    parser.add_argument("--since", help="only items ingested since then, such as 2026-01-31 or 2026-01-31T09:30:00Z")
    parser.add_argument("--ticker", help="only items with this ticker")
    parser.add_argument("--batch", type=int, default=500, help="items per transaction (default: 500)")


def check_batch(batch: int) -> None:
    """Check the option --batch. Errors: CommandError."""
    if not 1 <= batch <= MAX_BATCH:
        raise CommandError(f"--batch={batch}: must be 1 to {MAX_BATCH:,}; leave it out for 500.")


def filter_items(since: str | None, ticker: str | None) -> QuerySet[Item]:
    """Return the items that the options select. Errors: CommandError."""
    items = select_visible()
    if since is not None:
        items = items.filter(first_appended_at__gte=_parse_option("--since", since, parse_time))
    if ticker is not None:
        symbol = _parse_option("--ticker", ticker, parse_ticker)
        items = items.filter(seq__in=Mention.objects.filter(symbol=symbol).values("seq"))
    return items


def _parse_option(option: str, text: str, parse: Callable[[str], Value]) -> Value:
    try:
        return parse(text)
    except ValueError as error:
        raise CommandError(f"{option}={text[:60]!r}: {error}.") from error
