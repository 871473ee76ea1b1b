"""Trim the old end of the log while the site runs."""

import sys
from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from common.time import utc_now
from news.ingest.retention import delete_minute_buckets, find_trim_seq, get_oldest_kept, trim
from news.models import Item

DEFAULT_DAYS = 90
MAX_DAYS = 36_500
MAX_BATCH = 10_000


class Command(BaseCommand):
    help = (
        "Delete old items, oldest first, in short transactions: streams and posts go on. What is deleted stays counted "
        "in the totals and in the time series by hours; minutes as old as that are dropped, so windows that reach "
        "further back are exact to the hour. A client that comes back with a cursor from the deleted part gets `reset` "
        "and the present state. A feed that still lists a deleted headline brings it back as new: keep more than your "
        "feeds list. SQLite keeps the room for new items; its file does not shrink."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--days", type=int, help=f"delete what is older (default without --keep: {DEFAULT_DAYS})")
        parser.add_argument("--keep", type=int, help="delete all but the newest so many items")
        parser.add_argument("--batch", type=int, default=500, help="items in one transaction (default: 500)")

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
        cut = find_trim_seq(before=before, keep=keep)
        limit = get_oldest_kept(cut, before=before)
        deleted = dropped = 0
        try:
            with tqdm(
                total=Item.objects.filter(seq__lte=cut).count(), unit="item", disable=None, file=sys.stderr
            ) as bar:
                for count in trim(cut, batch=batch):
                    deleted += count
                    bar.update(count)
            for count in delete_minute_buckets(limit, batch=batch):
                dropped += count
        except KeyboardInterrupt as error:
            raise CommandError(f"stopped after {deleted} items; run again to go on.") from error
        self.stdout.write(f"items={deleted} minutes={dropped} kept={Item.objects.count()}")
