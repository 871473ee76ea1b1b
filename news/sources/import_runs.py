"""Keep which items each run of `import_items` created, and take a run back."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F

from common.sql import in_array
from common.time import utc_now
from news.ingest.changes import append_edits, build_withdrawals
from news.ingest.corrections import WITHDRAW_BATCH
from news.limits import MAX_FILE
from news.log.head import advance_head, lock_head
from news.models import ChangeKind, DuplicateReport, ImportedRange, ImportRun, Item, ItemChange, ItemRevision

AUTHOR = "import_items --undo"


class ImportUndone(Exception):
    """The import was taken back while it ran."""


@dataclass(frozen=True, slots=True)
class UndoneBatch:
    """Numbers of a batch: items withdrawn, those of them corrected or labelled since, and reports of other sources."""

    withdrawn: int
    corrected: int
    reports: int


def start_run(file: str) -> ImportRun:
    """Store and return a new run for the file of this name."""
    return ImportRun.objects.create(file=file[-MAX_FILE:], started_at=utc_now())


def finish_run(pk: int) -> None:
    """Note that a run has reached the end of its file."""
    ImportRun.objects.filter(pk=pk).update(finished_at=utc_now())


def is_undone(pk: int) -> bool:
    """Return whether a run was taken back, or is not known: its database was restored."""
    return not ImportRun.objects.filter(pk=pk, undone_at=None).exists()


def record_items(run: int, items: Sequence[Item]) -> None:
    """Note that a run created items, in the transaction that appends them. Errors: ImportUndone.

    The items have consecutive primary keys, because nothing else inserts any while the log is locked.
    """
    first, last = items[0].pk, items[-1].pk
    assert last - first == len(items) - 1, "appended in one transaction, in order"
    # One statement for most batches, since imports are to be fast.
    if not ImportedRange.objects.filter(run=run, run__undone_at=None, last=first - 1).update(last=last):
        if is_undone(run):
            raise ImportUndone
        ImportedRange.objects.create(run_id=run, first=first, last=last)


def undo(run: ImportRun, *, batch: int = WITHDRAW_BATCH) -> Iterator[UndoneBatch]:
    """Withdraw the items that a run created, in batches of one transaction each, and yield what became of each batch.

    Their ids and stories are forgotten, so that the file can be imported again. A run that is undone a second time
    continues where the first was interrupted.
    """
    with transaction.atomic():
        lock_head()  # a batch of a running import is before it, or fails
        ImportRun.objects.filter(pk=run.pk, undone_at=None).update(undone_at=utc_now())
    for imported in run.ranges.all():
        after = imported.first - 1
        while True:
            items = Item.objects.filter(pk__gt=after, pk__lte=imported.last)
            pks = list(items.order_by("pk").values_list("pk", flat=True)[:batch])
            if not pks:
                break
            yield _take_back(run, pks)
            after = pks[-1]


def _take_back(run: ImportRun, pks: Sequence[int]) -> UndoneBatch:
    """Withdraw a batch without leaving what later items would be duplicates of."""
    by_hand = ItemChange.objects.filter(kind__in=(ChangeKind.CORRECTED, ChangeKind.LABELLED))
    with transaction.atomic():
        head = lock_head()
        items = Item.objects.filter(pk__in=in_array(pks)).order_by("seq")
        edits = build_withdrawals(items, reason=f"import {run.pk} taken back", author=AUTHOR)
        withdrawn = in_array([edit.item.pk for edit in edits])
        for edit in edits:
            # Not empty: an index with a frequent value is one that planners avoid.
            edit.item.external_id, edit.item.dedup_hash = None, edit.item.item_id
        append_edits(head, edits)
        ItemRevision.objects.filter(current__in=withdrawn).update(external_id=None, dedup_hash=F("item_id"))
        corrected = by_hand.filter(item__in=withdrawn).values("item").distinct().count()
        reports, _ = DuplicateReport.objects.filter(item__in=withdrawn).delete()
        advance_head(head, items=len(edits))
    return UndoneBatch(len(edits), corrected, reports)
