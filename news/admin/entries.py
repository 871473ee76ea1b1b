"""Entries in the admin's own log of who did what. They name an item by its id: a title may have to be erased."""

from collections.abc import Sequence
from typing import Any

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.http import HttpRequest

from news.models import Item

CORRECTED = "Corrected "  # begins the entry of a correction


def write_entries(request: HttpRequest, items: Sequence[Item], message: str) -> list[LogEntry]:
    """Write one entry for each item that the user has changed."""
    user: Any = request.user  # not anonymous, in the admin
    content_type = ContentType.objects.get_for_model(Item)
    entries = [
        LogEntry(
            user=user,
            content_type=content_type,
            object_id=str(item.pk),
            object_repr=item.item_id,
            action_flag=CHANGE,
            change_message=message,
        )
        for item in items
    ]
    return LogEntry.objects.bulk_create(entries)
