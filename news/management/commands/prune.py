"""Delete old items while the site runs."""

import sys
from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from common.time import utc_now
from news.ingest.retention import delete_minute_buckets, find_trim_seq, trim
from news.models import Item

DEFAULT_DAYS = 90
MAX_DAYS = 36_500
MAX_BATCH = 10_000


class Command(BaseCommand):
    help = (
        "Delete old items, oldest first, in short transactions that do not interrupt streams or posts. Deleted items "
        "stay counted in totals and hourly time series; minutes go with the last of their items, so what begins or "
        "ends within an hour before that is exact to the hour. A client that resumes from a deleted position gets "
        "`reset` and the current state. A deleted headline that a feed still lists is ingested again as new: keep "
        "items for longer than your feeds list them. SQLite reuses the space for new items; its file does not shrink."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--days", type=int, help=f"delete items that are older (default without --keep: {DEFAULT_DAYS})"
        )
        parser.add_argument("--keep", type=int, help="delete all items except this many, the newest")
        parser.add_argument("--batch", type=int, default=500, help="items per transaction (default: 500)")

    def handle(self, *, days: int | None, keep: int | None, batch: int, **options: Any) -> None:
        if not 1 <= batch <= MAX_BATCH:
            raise CommandError(f"--batch={batch}: must be 1 to {MAX_BATCH:,}; leave it out for 500.")
        if days is not None and not 0 <= days <= MAX_DAYS:
            raise CommandError(f"--days={days}: must be 0 to {MAX_DAYS:,}; leave it out for {DEFAULT_DAYS}.")
        if keep is not None and keep < 0:
            raise CommandError(f"--keep={keep}: must be 0 or more; leave it out to go by --days.")
        if days is None and keep is None:
            days = DEFAULT_DAYS
        before = None if days is None else utc_now() - timedelta(days=days)
        trim_seq = find_trim_seq(before=before, keep=keep)
        deleted_items = deleted_minutes = 0
        try:
            with tqdm(
                total=Item.objects.filter(seq__lte=trim_seq).count(), unit="item", disable=None, file=sys.stderr
            ) as bar:
                for count in trim(trim_seq, batch=batch):
                    deleted_items += count
                    bar.update(count)
            for count in delete_minute_buckets(batch=batch):
                deleted_minutes += count
        except KeyboardInterrupt as error:
            raise CommandError(f"stopped after {deleted_items} items; run again to resume.") from error
        self.stdout.write(f"items={deleted_items} minutes={deleted_minutes} kept={Item.objects.count()}")
