"""Trim the old end of the log in short transactions, while writers write and streams run.

Trimmed items stay counted in totals and hour buckets; only minute buckets are deleted.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import transaction

from common.time import utc_now
from news.log.head import lock_head
from news.log.reader import get_seq_before
from news.metrics.bucket_value import ALL_TIME, MINUTE
from news.models import Axis, Bucket, Item, LogHead

MIN_MINUTE_BUCKET_AGE = timedelta(hours=25)  # the 24-hour rate is computed from minutes
KEYS_PER_QUERY = 100
WALK_PAGE_ITEMS = 1000


def find_trim_seq(*, before: datetime | None = None, keep: int | None = None) -> int:
    """Return the seq up to which the log is to be trimmed: items that came before a time, or all but the newest `keep`.

    An old item that was rescored has a new seq and is kept with the newer ones before it.
    """
    head = LogHead.objects.get(pk=1)
    trim_seq = head.min_seq
    if before is not None:
        trim_seq = max(trim_seq, _find_last_old(before, head))
    if keep is not None:
        seqs = Item.objects.filter(seq__lte=head.seq).order_by("-seq").values_list("seq", flat=True)
        trim_seq = max([trim_seq, *seqs[keep : keep + 1]])
    return trim_seq


def trim(upto: int, *, batch: int) -> Iterator[int]:
    """Delete the items up to seq `upto`, oldest first, and yield the number deleted by each transaction.

    `min_seq` of the head advances in the same transactions: older cursors are then expired.
    """
    while True:
        with transaction.atomic():
            head = lock_head()
            oldest = list(Item.objects.filter(seq__lte=upto).order_by("seq").values_list("pk", "seq")[:batch])
            if oldest:
                Item.objects.filter(pk__in=[pk for pk, _ in oldest]).delete()
            # The last batch also passes numbers without an item, which rescored items have left.
            head.min_seq = max(head.min_seq, oldest[-1][1] if len(oldest) == batch else upto)
            head.save(update_fields=["min_seq"])
        yield len(oldest)
        if len(oldest) < batch:
            return


def delete_minute_buckets(before: datetime, *, batch: int) -> Iterator[int]:
    """Delete minute buckets that start before a time, and yield the number deleted by each transaction.

    Those of the last 25 hours are always kept.
    """
    end = int(min(before, utc_now() - MIN_MINUTE_BUCKET_AGE).timestamp())
    all_time_keys = list(Bucket.objects.filter(seconds=ALL_TIME).values_list("axis", "key"))
    for axis in Axis:
        # There are no all-time buckets by publication; their keys are those by arrival.
        key_axis = Axis.APPENDED if axis is Axis.PUBLISHED else axis
        keys = sorted(key for bucket_axis, key in all_time_keys if bucket_axis == key_axis)
        for first in range(0, len(keys), KEYS_PER_QUERY):
            yield from _delete_minutes(axis, keys[first : first + KEYS_PER_QUERY], end=end, batch=batch)


def get_oldest_kept(upto: int, *, before: datetime | None) -> datetime:
    """Return the time before which nothing is kept: `before`, or when the first of the items after `upto` came."""
    if before is not None:
        return before
    times = Item.objects.filter(seq__gt=upto).order_by("first_appended_at").values_list("first_appended_at", flat=True)
    return times.first() or utc_now()


def _find_last_old(before: datetime, head: LogHead) -> int:
    """Return the seq up to which every item came before a time.

    First a seek by the time of the place, then a walk over those that came earlier still and were rescored since.
    """
    seq = get_seq_before(before, head)
    items = Item.objects.order_by("seq").values_list("seq", "first_appended_at")
    while page := items.filter(seq__gt=seq, seq__lte=head.seq)[:WALK_PAGE_ITEMS]:
        for item_seq, first_appended_at in page:
            if first_appended_at >= before:
                return seq
            seq = item_seq
    return head.seq


def _delete_minutes(axis: Axis, keys: list[str], *, end: int, batch: int) -> Iterator[int]:
    # With the keys in the condition, the database seeks to the oldest minute of each instead of scanning the index.
    minutes = Bucket.objects.filter(axis=axis, seconds=MINUTE, key__in=keys, start__lt=end)
    while pks := list(minutes.values_list("pk", flat=True)[:batch]):
        with transaction.atomic():
            lock_head()
            Bucket.objects.filter(pk__in=pks).delete()
        yield len(pks)
