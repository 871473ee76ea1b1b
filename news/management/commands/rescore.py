"""Rescore stored items and announce those that changed again."""

import sys
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from news.ingest.analyzer_choice import is_deferred
from news.ingest.deferred_scoring import BATCH, make_upgrade, store_in_parts
from news.ingest.rescoring import RescoreResult
from news.management.analyzer_option import add_analyzer_option
from news.management.selected_items import add_item_options, check_batch, filter_items
from news.scoring import AnalyzerError, load_scorer


class Command(BaseCommand):
    help = (
        "Rescore stored items, oldest first, in short transactions. Items whose sentiment or probabilities change, or "
        "those of one of their tickers, are announced again; clients replace what they have for that item_id. What a "
        "person labelled stays as it is. Items trimmed or added in the meantime are skipped. You can interrupt it and "
        "run it again: items that are up to date do not change a second time."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_analyzer_option(parser)
        add_item_options(parser)

    def handle(self, *, batch: int, **options: Any) -> None:
        started = time.monotonic()
        check_batch(batch)
        analyzer = options["analyzer"]
        try:
            load_scorer(analyzer)
        except AnalyzerError as error:
            raise CommandError(f"--analyzer={analyzer}: {error}") from error
        items = filter_items(options["since"], options["ticker"])
        last_pk = items.order_by("-pk").values_list("pk", flat=True).first() or 0
        self._result, after_pk = RescoreResult(), 0
        task = make_upgrade(analyzer, on_result=self._add)
        # What a server says costs time or money: little is lost if it fails, and what it has scored is left.
        is_slow = is_deferred(analyzer)
        batch = min(batch, BATCH) if is_slow else batch
        try:
            with tqdm(total=items.count(), unit="item", disable=None, file=sys.stderr) as bar:
                # By primary key, because items that change get a new seq.
                while page := list(items.filter(pk__gt=after_pk, pk__lte=last_pk).order_by("pk")[:batch]):
                    if pending := task.select_pending(page) if is_slow else page:
                        store_in_parts(pending, task)
                    after_pk = page[-1].pk
                    bar.update(len(page))
        except AnalyzerError as error:
            raise CommandError(f"stopped after {self._result.scored} items: {error} Run it again to resume.") from error
        except KeyboardInterrupt as error:
            raise CommandError(f"stopped after {self._result.scored} items; run again to resume.") from error
        result = self._result
        left = f" left_labelled={result.labelled}" if result.labelled else ""
        self.stdout.write(
            f"scored={result.scored} changed={result.changed}{left} seconds={time.monotonic() - started:.1f}"
        )

    def _add(self, result: RescoreResult) -> None:
        self._result += result
