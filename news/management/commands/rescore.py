"""Rescore stored items and announce those that changed again."""

import sys
import time
from argparse import ArgumentParser
from collections.abc import Callable
from typing import Any, TypeVar

from django.core.management.base import BaseCommand, CommandError
from django.db.models import QuerySet
from tqdm import tqdm

from common.parsing import parse_ticker, parse_time
from news.ingest.rescoring import rescore
from news.log.reader import select_visible
from news.management.analyzer_option import add_analyzer_option
from news.models import Item, Mention
from news.scoring import AnalyzerError, load_scorer

MAX_BATCH = 5_000
Value = TypeVar("Value")


class Command(BaseCommand):
    help = (
        "Rescore stored items, oldest first, in short transactions. Items whose sentiment or probabilities change are "
        "announced again; clients replace what they have for that item_id. Headlines that a person labelled stay as "
        "they are. Items trimmed or added in the meantime are skipped. You can interrupt it and run it again: items "
        "that are up to date do not change a second time."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_analyzer_option(parser)
        parser.add_argument(
            "--since", help="only items ingested since then, such as 2026-01-31 or 2026-01-31T09:30:00Z"
        )
        parser.add_argument("--ticker", help="only items with this ticker")
        parser.add_argument("--batch", type=int, default=500, help="items per transaction (default: 500)")

    def handle(self, *, batch: int, **options: Any) -> None:
        started = time.monotonic()
        if not 1 <= batch <= MAX_BATCH:
            raise CommandError(f"--batch={batch}: must be 1 to {MAX_BATCH:,}; leave it out for 500.")
        analyzer = options["analyzer"]
        try:
            load_scorer(analyzer)
        except AnalyzerError as error:
            raise CommandError(f"--analyzer={analyzer}: {error}") from error
        items = _filter_items(options["since"], options["ticker"])
        last_pk = items.order_by("-pk").values_list("pk", flat=True).first() or 0
        scored = changed = labelled = after_pk = 0
        try:
            with tqdm(total=items.count(), unit="item", disable=None, file=sys.stderr) as bar:
                # By primary key, because items that change get a new seq.
                while page := list(items.filter(pk__gt=after_pk, pk__lte=last_pk).order_by("pk")[:batch]):
                    result = rescore(page, analyzer=analyzer)
                    scored, changed, labelled = (
                        scored + result.scored,
                        changed + result.changed,
                        labelled + result.labelled,
                    )
                    after_pk = page[-1].pk
                    bar.update(len(page))
        except AnalyzerError as error:
            raise CommandError(f"stopped after {scored} items: {error} Run it again to resume.") from error
        except KeyboardInterrupt as error:
            raise CommandError(f"stopped after {scored} items; run again to resume.") from error
        left = f" left_labelled={labelled}" if labelled else ""
        self.stdout.write(f"scored={scored} changed={changed}{left} seconds={time.monotonic() - started:.1f}")


def _filter_items(since: str | None, ticker: str | None) -> QuerySet[Item]:
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
