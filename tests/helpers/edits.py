"""Append edits of stored items to the log, as those who change items do."""

from django.db import transaction

from news.ingest.changes import ItemEdit, append_edits, build_withdrawals
from news.log.head import advance_head, lock_head
from news.models import ChangeKind, Item


def store_edits(edits: list[ItemEdit]) -> None:
    """Append edits to the log in one transaction."""
    with transaction.atomic():
        head = lock_head()
        append_edits(head, edits)
        advance_head(head, items=len(edits))


def correct_item(seq: int, **values: object) -> None:
    """Give the item at `seq` other values, at a new place."""
    edit = ItemEdit.from_item(Item.objects.get(seq=seq), ChangeKind.CORRECTED)
    for name, value in {"entities": None, **values}.items():  # of every ticker what the headline says
        setattr(edit.item, name, value)
    store_edits([edit])


def withdraw_item(seq: int) -> None:
    """Withdraw the item at `seq`."""
    store_edits(build_withdrawals([Item.objects.get(seq=seq)], reason="libel", author=""))
