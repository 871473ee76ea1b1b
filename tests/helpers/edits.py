"""Change items that are in the log, as corrections and withdrawals do."""

from django.db import transaction

from news.ingest.changes import ItemEdit, append_edits, withdraw
from news.log.head import advance_head, lock_head
from news.models import ChangeKind, Item


def correct_item(seq: int, **values: object) -> None:
    """Give the item at `seq` other values, at a new place."""
    with transaction.atomic():
        head = lock_head()
        edit = ItemEdit.of(Item.objects.get(seq=seq), ChangeKind.CORRECTED)
        for name, value in values.items():
            setattr(edit.item, name, value)
        append_edits(head, [edit])
        advance_head(head, items=1)


def withdraw_item(seq: int) -> None:
    """Withdraw the item at `seq`."""
    with transaction.atomic():
        head = lock_head()
        append_edits(head, withdraw([Item.objects.get(seq=seq)], reason="libel", author=""))
        advance_head(head, items=1)
