"""The admin of the head of the log, of the buckets and of imports."""

from datetime import UTC, datetime

from django.contrib import admin

from news.admin.base import ReadOnlyAdmin
from news.models import Bucket, ImportRun, LogHead


@admin.register(Bucket)
class BucketAdmin(ReadOnlyAdmin):
    list_display = ["__str__", "start_time", "positive", "neutral", "negative", "total", "open", "high", "low", "close"]
    list_filter = ["axis"]
    ordering = ["-pk"]

    @admin.display(description="start")
    def start_time(self, bucket: Bucket) -> datetime | None:
        return datetime.fromtimestamp(bucket.start, UTC) if bucket.seconds else None


@admin.register(LogHead)
class LogHeadAdmin(ReadOnlyAdmin):
    list_display = ["generation", "seq", "min_seq", "duplicate_reports"]


@admin.register(ImportRun)
class ImportRunAdmin(ReadOnlyAdmin):
    """Lists imports; `manage.py import_items --undo` takes one back."""

    list_display = ["id", "file", "started_at", "finished_at", "undone_at", "items"]
