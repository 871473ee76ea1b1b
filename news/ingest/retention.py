"""Trim the old end of the log in short transactions, while writers write and streams run.

Trimmed items stay counted in totals and hour buckets. Minute buckets live as long as their items.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Min

from common.sql import in_array
from common.time import utc_now
from news.log.head import lock_head
from news.log.reader import get_seq_before
from news.metrics.bucket_value import ALL_TIME, HOUR, MINUTE, floor_time
from news.metrics.counted_items import TIME_FIELDS
from news.metrics.empty_minutes import delete_empty_minutes
from news.models import Axis, Bucket, ChangeKind, Departure, Item, ItemChange, ItemRevision, LogHead, Mention
from news.search.index import remove_items

MIN_MINUTE_BUCKET_AGE = timedelta(hours=25)  # the 24-hour rate is computed from minutes
KEYS_PER_QUERY = 100
WALK_PAGE_ITEMS = 1000
DELETE_BATCH = 1000


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


def trim(up_to: int, *, batch: int) -> Iterator[int]:
    """Delete the items up to seq `up_to`, oldest first, and yield the number deleted by each transaction.

    `min_seq` of the head advances in the same transactions: older cursors are then expired. Withdrawn items, which have
    no texts, stay: what comes again must not revive them.
    """
    while True:
        with transaction.atomic():
            head = lock_head()
            items = Item.objects.filter(seq__gt=head.min_seq, seq__lte=up_to).order_by("seq")
            oldest = list(items.only("seq", "tickers", "published_at", "is_sample")[:batch])
            if oldest:
                Item.objects.filter(pk__in=[item.pk for item in oldest]).delete()
                delete_empty_minutes(oldest)
                remove_items(item.pk for item in oldest)
            end = oldest[-1].seq if len(oldest) == batch else up_to
            # The last batch also passes numbers without an item, which rescored items have left.
            head.min_seq = max(head.min_seq, end)
            head.save(update_fields=["min_seq"])
        _delete_revisions(end)
        yield len(oldest)
        if len(oldest) < batch:
            return


def delete_minute_buckets(*, batch: int) -> Iterator[int]:
    """Delete the minute buckets before the oldest item, and yield the number deleted by each transaction.

    Arrivals of the last 25 hours are always kept. (The items that `trim` deletes take minutes of publication between
    those of kept items with them.)
    """
    for axis in Axis:
        end = floor_time(_find_oldest(axis).timestamp(), MINUTE)
        yield from _delete_buckets(axis, MINUTE, end=end, batch=batch)


def find_series_end(before: datetime) -> int:
    """Return the Unix time, a whole hour, up to which series can be deleted: `before`, or the oldest kept item."""
    oldest = (Item.objects.aggregate(time=Min(field))["time"] for field in set(TIME_FIELDS.values()))
    return floor_time(min(filter(None, [before, *oldest])).timestamp(), HOUR)


def delete_series(end: int, *, batch: int) -> Iterator[int]:
    """Delete the minutes and hours before `end` (Unix time), and yield the number deleted by each transaction.

    Answers then say `complete_from`, from the first transaction on. Totals of all time stay.
    """
    with transaction.atomic():
        head = lock_head()
        head.series_from = max(head.series_from, end)
        head.save(update_fields=["series_from"])
    for axis in Axis:
        for seconds in (MINUTE, HOUR):
            yield from _delete_buckets(axis, seconds, end=end, batch=batch)


def _delete_revisions(up_to: int) -> None:
    """Delete the former states that ended up to a seq, in short transactions.

    Those that held longer are needed for the state as of later.
    """
    ended = ItemRevision.objects.filter(next_seq__lte=up_to).order_by("next_seq").values_list("pk", "current_id", "seq")
    while rows := list(ended[:DELETE_BATCH]):
        pks, item_pks, seqs = map(set, zip(*rows, strict=True))
        with transaction.atomic():
            lock_head()
            # With the items in the condition, the database looks mentions up; no index begins with the seq.
            Mention.objects.filter(item__in=in_array(item_pks), seq__in=in_array(seqs)).delete()
            ItemRevision.objects.filter(pk__in=in_array(pks)).delete()
    with transaction.atomic():
        lock_head()
        # Withdrawn items stay, and so does who withdrew them, and why.
        ItemChange.objects.filter(seq__lte=up_to).exclude(kind=ChangeKind.WITHDRAWN).delete()
        Departure.objects.filter(seq__lte=up_to).delete()


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


def _find_oldest(axis: Axis) -> datetime:
    """Return the time of the oldest item that an axis counts, or up to which minutes are not needed without any."""
    unneeded = utc_now() - (MIN_MINUTE_BUCKET_AGE if axis in (Axis.APPENDED, Axis.SAMPLE_APPENDED) else timedelta())
    oldest = Item.objects.aggregate(time=Min(TIME_FIELDS[axis]))["time"]
    return unneeded if oldest is None else min(oldest, unneeded)


def _delete_buckets(axis: Axis, seconds: int, *, end: int, batch: int) -> Iterator[int]:
    all_time_keys = sorted(Bucket.objects.filter(seconds=ALL_TIME).values_list("key", flat=True))
    for first in range(0, len(all_time_keys), KEYS_PER_QUERY):
        keys = all_time_keys[first : first + KEYS_PER_QUERY]
        # With the keys in the condition, the database seeks to the oldest of each instead of scanning the index.
        buckets = Bucket.objects.filter(axis=axis, seconds=seconds, key__in=keys, start__lt=end)
        while pks := list(buckets.values_list("pk", flat=True)[:batch]):
            with transaction.atomic():
                lock_head()
                Bucket.objects.filter(pk__in=pks).delete()
            yield len(pks)
