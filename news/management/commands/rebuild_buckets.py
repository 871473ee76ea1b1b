"""Recompute the buckets of time series and rates from the items."""

from argparse import ArgumentParser
from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from common.time import format_time
from news.metrics.counted_items import to_datetime
from news.metrics.rebuilding import RebuiltHour, rebuild_hours

MAX_ITEMS = 20_000  # of one transaction, about half a second
REASONS = {
    "items_deleted": "items were deleted that only these buckets count",
    "too_many_items": "more items than --max-items; give a larger number while nothing is ingested",
}


class Command(BaseCommand):
    help = (
        "Recompute the minute and hour buckets, by publication and by arrival, of each hour of which all items are "
        "kept: after an upgrade, or where `prune` of an earlier version deleted minutes of items that were kept. Each "
        "hour is one short transaction beside streams and posts. Totals of all time are not touched. Hours that can't "
        "be rebuilt are listed with the reason and stay as they are."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--max-items",
            type=int,
            default=MAX_ITEMS,
            help=f"leave out hours with more items, so that writers are not held up (default: {MAX_ITEMS:,})",
        )

    def handle(self, *, max_items: int, **options: Any) -> None:
        if max_items < 1:
            raise CommandError(f"--max-items={max_items}: must be 1 or more; leave it out for {MAX_ITEMS:,}.")
        outcomes: Counter[str] = Counter()
        for hour in rebuild_hours(max_items=max_items):
            outcomes[hour.outcome] += 1
            if hour.outcome != "rebuilt":
                self.stderr.write(_describe(hour))
        self.stdout.write(
            f"rebuilt={outcomes['rebuilt']} items_deleted={outcomes['items_deleted']} "
            f"too_many_items={outcomes['too_many_items']}"
        )


def _describe(hour: RebuiltHour) -> str:
    time = format_time(to_datetime(hour.start))
    return f"hour={time} by={hour.axis.label.lower()} items={hour.items}: not rebuilt, {REASONS[hour.outcome]}"
