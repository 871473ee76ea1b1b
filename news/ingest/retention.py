"""Trim the old end of the log, in short transactions, while writers write and streams run.

What was trimmed stays counted: totals and hours tell what was said, not what is still kept. Only minutes go.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Min

from common.time import utc_now
from news.log.head import lock_head
from news.metrics.buckets import ALL_TIME, MINUTE
from news.models import Axis, Bucket, Item, LogHead

KEPT_MINUTES = timedelta(hours=25)  # the rates of the last day are counted from minutes
KEYS_AT_ONCE = 100


def find_trim_seq(*, before: datetime | None = None, keep: int | None = None) -> int:
    """Return the place up to which the log is to be trimmed: what is older than `before` or not of the newest `keep`.

    An old item that was scored again stands among the newer ones, and stays with them.
    """
    head = LogHead.objects.get(pk=1)
    cut = head.min_seq
    if before is not None:
        first = Item.objects.filter(appended_at__gte=before).aggregate(seq=Min("seq"))["seq"]
        cut = max(cut, head.seq if first is None else first - 1)
    if keep is not None:
        beyond = Item.objects.filter(seq__lte=head.seq).order_by("-seq").values_list("seq", flat=True)
        cut = max([cut, *beyond[keep : keep + 1]])
    return cut


def trim(cut: int, *, batch: int) -> Iterator[int]:
    """Delete the items up to place `cut`, oldest first, and yield how many each transaction deleted.

    The log's floor moves with them: who comes back with a cursor below it is told that it expired.
    """
    while True:
        with transaction.atomic():
            head = lock_head()
            oldest = list(Item.objects.filter(seq__lte=cut).order_by("seq").values_list("pk", "seq")[:batch])
            if oldest:
                Item.objects.filter(pk__in=[pk for pk, _ in oldest]).delete()
            # Places that hold nothing, because what stood there was scored again, are trimmed too.
            head.min_seq = max(head.min_seq, oldest[-1][1] if len(oldest) == batch else cut)
            head.save(update_fields=["min_seq"])
        yield len(oldest)
        if len(oldest) < batch:
            return


def delete_minute_buckets(before: datetime, *, batch: int) -> Iterator[int]:
    """Delete the buckets of minutes before a moment, and yield how many each transaction deleted.

    Those that the rates of the last day are made of stay, whatever the moment.
    """
    end = int(min(before, utc_now() - KEPT_MINUTES).timestamp())
    keys = list(Bucket.objects.filter(seconds=ALL_TIME).values_list("axis", "key"))
    for axis in Axis:
        # Published minutes have the keys of appended ones.
        named = sorted(key for of, key in keys if of == (Axis.APPENDED if axis is Axis.PUBLISHED else axis))
        for first in range(0, len(named), KEYS_AT_ONCE):
            # Names the keys, so that the index is entered at each one's oldest minute.
            minutes = Bucket.objects.filter(
                axis=axis, seconds=MINUTE, key__in=named[first : first + KEYS_AT_ONCE], start__lt=end
            )
            while ids := list(minutes.values_list("pk", flat=True)[:batch]):
                with transaction.atomic():
                    lock_head()
                    Bucket.objects.filter(pk__in=ids).delete()
                yield len(ids)


def get_oldest_kept(cut: int, *, before: datetime | None) -> datetime:
    """Return the moment before which nothing is kept: `before`, or when the oldest item that stays was appended."""
    if before is not None:
        return before
    first = Item.objects.filter(seq__gt=cut).aggregate(at=Min("appended_at"))["at"]
    return first or utc_now()
