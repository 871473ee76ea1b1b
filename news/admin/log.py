"""The admin of the head of the log, of the buckets and of imports."""

from datetime import UTC, datetime

from django.contrib import admin
from django.utils.safestring import SafeString

from common.admin_columns import number_column, render_time, time_column
from news.admin.base import ReadOnlyAdmin
from news.models import Bucket, ImportRun, LogHead

ROUNDED = [number_column(name) for name in ("total", "open", "high", "low", "close")]
TIMES = [time_column(name) for name in ("started_at", "finished_at", "undone_at")]


@admin.register(Bucket)
class BucketAdmin(ReadOnlyAdmin):
    list_display = ["__str__", "start_time", "positive", "neutral", "negative", *ROUNDED]
    fields = ["axis", "seconds", "key", "start_time", "positive", "neutral", "negative", *ROUNDED]
    list_filter = ["axis"]
    ordering = ["-pk"]

    @admin.display(description="start")
    def start_time(self, bucket: Bucket) -> SafeString | str:
        return render_time(datetime.fromtimestamp(bucket.start, UTC) if bucket.seconds else None)


@admin.register(LogHead)
class LogHeadAdmin(ReadOnlyAdmin):
    list_display = ["generation", "seq", "min_seq", "duplicate_reports"]
    exclude = ["scoring_seconds"]
    readonly_fields = [number_column("scoring_seconds", name="seconds of scoring", digits=0)]


@admin.register(ImportRun)
class ImportRunAdmin(ReadOnlyAdmin):
    """Lists imports; `manage.py import_items --undo` takes one back."""

    list_display = ["id", "file", *TIMES, "items"]
    fields = ["file", *TIMES, "items"]
