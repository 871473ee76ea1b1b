"""Tag stored items again and announce those that changed."""

import sys
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import QuerySet
from tqdm import tqdm

from news.ingest.retagging import Retagger, RetagResult, count_mentioning, iterate_mentioning
from news.management.selected_items import add_item_options, check_batch, filter_items
from news.models import Item


class Command(BaseCommand):
    help = (
        "Tag stored items again, oldest first, in short transactions, for example after a change of instruments. Items "
        "whose tickers change are announced again; clients replace what they have for that item_id. Tickers that the "
        "sender gave stay, and so do labels. You can interrupt it and run it again: items that are up to date do not "
        "change a second time."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_item_options(parser)
        parser.add_argument(
            "--text",
            metavar="NAME",
            action="append",
            default=[],
            help="only items with this name in title or summary; repeat it for several",
        )
        parser.add_argument("--all", action="store_true", help="all items")
        parser.add_argument(
            "--unrecorded",
            action="store_true",
            help="also search items for which it is not recorded whether the sender gave the tickers",
        )
        parser.add_argument("--dry-run", action="store_true", help="only count what would change")

    def handle(self, *, batch: int, **options: Any) -> None:
        started = time.monotonic()
        check_batch(batch)
        names = options["text"]
        if not (options["all"] or names or options["since"] or options["ticker"]):
            raise CommandError("no items: give --text NAME, --ticker, --since, or --all.")
        items = filter_items(options["since"], options["ticker"])
        total = count_mentioning(names) if names else items.count()
        retagger = Retagger(is_dry_run=options["dry_run"], with_unrecorded=options["unrecorded"])
        result = RetagResult()
        try:
            with tqdm(total=total, unit="item", disable=None, file=sys.stderr) as bar:
                for page, read in _iterate_pages(items, names, batch):
                    result += retagger.retag(page)
                    bar.update(read)
        except KeyboardInterrupt as error:
            raise CommandError(f"stopped after {result.tagged} items; run again to resume.") from error
        counts = _describe(result, is_dry_run=options["dry_run"])
        self.stdout.write(f"{counts} seconds={time.monotonic() - started:.1f}")


def _iterate_pages(items: QuerySet[Item], names: list[str], batch: int) -> Iterator[tuple[list[Item], int]]:
    """Yield items by primary key, because items that change get a new seq, and how many were read for each page."""
    if names:
        for keys in iterate_mentioning(names, batch=batch):
            yield list(items.filter(pk__in=keys).order_by("pk")), len(keys)
        return
    last_pk = items.order_by("-pk").values_list("pk", flat=True).first() or 0
    after_pk = 0
    while page := list(items.filter(pk__gt=after_pk, pk__lte=last_pk).order_by("pk")[:batch]):
        yield page, len(page)
        after_pk = page[-1].pk


def _describe(result: RetagResult, *, is_dry_run: bool) -> str:
    changed = f"{'would_change' if is_dry_run else 'changed'}={result.changed}"
    unrecorded = f" unrecorded={result.unrecorded}" if result.unrecorded else ""
    return f"tagged={result.tagged} {changed} senders_tickers={result.kept}{unrecorded}"
