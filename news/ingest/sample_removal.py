"""Remove the samples from the log, with their counts, in short transactions, while writers write and streams run."""

from collections.abc import Iterator

from django.db import transaction

from news.log.head import lock_head
from news.log.notify import notify
from news.log.reader import select_samples
from news.metrics.counted_items import AXES_OF_SAMPLES
from news.models import Bucket, Item
from news.search.index import remove_items

BUCKETS_PER_ITEM = 10  # that are deleted in the time of an item


def remove_samples(*, batch: int) -> Iterator[int]:
    """Delete all samples and what counts them, and yield the number of items deleted by each transaction.

    From the first transaction on samples are not shown, and none come any more. Readers skip the places that they leave
    in the log; cursors that name one can be resumed.
    """
    while True:
        with transaction.atomic():
            head = lock_head()
            pks = list(select_samples().values_list("pk", flat=True)[:batch])
            Item.with_withdrawn.filter(pk__in=pks).delete()
            remove_items(pks)
            head.sample_removals += 1
            head.save(update_fields=["sample_removals"])
            transaction.on_commit(notify)
        yield len(pks)
        if len(pks) < batch:
            break
    while _delete_buckets(batch * BUCKETS_PER_ITEM):
        yield 0


def _delete_buckets(batch: int) -> int:
    """Delete the first buckets of samples, also of those that retention deleted, and return their number."""
    with transaction.atomic():
        lock_head()
        pks = list(Bucket.objects.filter(axis__in=AXES_OF_SAMPLES.values()).values_list("pk", flat=True)[:batch])
        Bucket.objects.filter(pk__in=pks).delete()
    return len(pks)
