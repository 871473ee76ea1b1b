"""Delete old items while the site runs."""

import sys
from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from common.time import format_time, utc_now
from news.ingest.retention import delete_minute_buckets, delete_series, find_series_end, find_trim_seq, trim
from news.ingest.sample_removal import remove_samples
from news.log.reader import select_samples
from news.metrics.bucket_value import HOUR
from news.metrics.counted_items import to_datetime
from news.models import Item

DEFAULT_DAYS = 90
MAX_DAYS = 36_500
MAX_BATCH = 10_000


class Command(BaseCommand):
    help = (
        "Delete old items, oldest first, in short transactions that do not interrupt streams or posts. Deleted items "
        "stay counted in totals and hourly time series; minutes go with the last of their items, so what begins or "
        "ends within an hour before that is exact to the hour. With --series-days, old hours go, too. A client that "
        "resumes from a deleted position gets `reset` and the current state. A deleted headline that a feed still "
        "lists is ingested again as new: keep items for longer than your feeds list them. SQLite reuses the space for "
        "new items; its file does not shrink. With --samples, the sample headlines are removed with their counts, and "
        "no more come."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--days", type=int, help=f"delete items that are older (default without --keep: {DEFAULT_DAYS})"
        )
        parser.add_argument("--keep", type=int, help="delete all items except this many, the newest")
        parser.add_argument(
            "--series-days",
            type=int,
            help="delete minutes and hours of series that are older, down to the oldest kept item (default: never)",
        )
        parser.add_argument(
            "--samples",
            action="store_true",
            help="remove all sample headlines; old items stay, unless --days, --keep or --series-days is given, too",
        )
        parser.add_argument("--batch", type=int, default=500, help="items per transaction (default: 500)")

    def handle(
        self, *, days: int | None, keep: int | None, series_days: int | None, samples: bool, batch: int, **options: Any
    ) -> None:
        if not 1 <= batch <= MAX_BATCH:
            raise CommandError(f"--batch={batch}: must be 1 to {MAX_BATCH:,}; leave it out for 500.")
        if days is not None and not 0 <= days <= MAX_DAYS:
            raise CommandError(f"--days={days}: must be 0 to {MAX_DAYS:,}; leave it out for {DEFAULT_DAYS}.")
        if series_days is not None and not 1 <= series_days <= MAX_DAYS:
            raise CommandError(f"--series-days={series_days}: must be 1 to {MAX_DAYS:,}; leave it out to keep all.")
        if keep is not None and keep < 0:
            raise CommandError(f"--keep={keep}: must be 0 or more; leave it out to go by --days.")
        if samples:
            self._remove_samples(batch=batch)
            if days is None and keep is None and series_days is None:
                return
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
            deleted_buckets = self._delete_series(series_days, batch=batch) if series_days else 0
        except KeyboardInterrupt as error:
            raise CommandError(f"stopped after {deleted_items} items; run again to resume.") from error
        series = f" buckets={deleted_buckets}" if series_days else ""
        self.stdout.write(f"items={deleted_items} minutes={deleted_minutes}{series} kept={Item.objects.count()}")

    def _remove_samples(self, *, batch: int) -> None:
        removed = 0
        try:
            with tqdm(total=select_samples().count(), unit="item", disable=None, file=sys.stderr) as bar:
                for count in remove_samples(batch=batch):
                    removed += count
                    bar.update(count)
        except KeyboardInterrupt as error:
            raise CommandError(f"stopped after {removed} samples; run again to resume.") from error
        self.stdout.write(f"samples={removed} kept={Item.objects.count()}")

    def _delete_series(self, days: int, *, batch: int) -> int:
        before = utc_now() - timedelta(days=days)
        end = find_series_end(before)
        if end <= before.timestamp() - HOUR:
            kept_from = format_time(to_datetime(end))
            self.stderr.write(f"--series-days={days}: series are kept from {kept_from}, as their oldest headline is.")
        return sum(delete_series(end, batch=batch))
