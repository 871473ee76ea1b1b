"""Append edits of stored items to the log, as those who change items do."""

from django.db import transaction

from news.ingest.changes import ItemEdit, append_edits
from news.log.head import advance_head, lock_head


def store_edits(edits: list[ItemEdit]) -> None:
    """Append edits to the log in one transaction."""
    with transaction.atomic():
        head = lock_head()
        append_edits(head, edits)
        advance_head(head, items=len(edits))
