"""Items, sources, buckets and the log's head in the admin. What the log holds can be read there, never edited.

A list costs the same however long its table is: pages follow an index, and nothing counts the whole table.
"""

import csv
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import models
from django.db.models import F, QuerySet
from django.db.models.expressions import Combinable
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import Truncator

from common.parsing import parse_ticker
from common.time import format_time, utc_now
from news.ingest.analyzer_choice import requires_worker
from news.ingest.rescoring import rescore
from news.metrics.bucket_value import ALL_TIME
from news.models import Axis, Bucket, Item, ItemTicker, LogHead, Source
from news.sources import suggested_feeds

LARGEST_TICKERS = 50
DAYS = 14
MAX_RESCORED = 5_000
MAX_EXPORTED = 50_000
RESCORED_AT_ONCE = 500
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")

# Django's classes take a parameter in their type stubs only.
if TYPE_CHECKING:
    SourceModelAdmin = admin.ModelAdmin[Source]
    AnyModelAdmin = admin.ModelAdmin[Any]
    AnyPaginator = Paginator[Any]
else:
    SourceModelAdmin = AnyModelAdmin = admin.ModelAdmin
    AnyPaginator = Paginator


class CappedPaginator(AnyPaginator):
    """Pages through the first `most` rows, and looks no further to count them."""

    most = 10_001

    @cached_property
    def count(self) -> int:
        return cast("QuerySet[Any]", self.object_list).order_by()[: self.most].count()


class ReadOnly(AnyModelAdmin):
    """Shows rows and lets nobody add, change or delete them: they follow from the log."""

    paginator = CappedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    sortable_by = ()

    def has_add_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False


class TickerFilter(admin.SimpleListFilter):
    """Offers the tickers with the most items; any other can be written into the address."""

    title = "ticker"
    parameter_name = "ticker"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        totals = Bucket.objects.filter(axis=Axis.APPENDED, seconds=ALL_TIME).exclude(key="")
        largest = totals.order_by(-(F("positive") + F("neutral") + F("negative")))[:LARGEST_TICKERS]
        return [(key, key) for key in largest.values_list("key", flat=True)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Item]) -> QuerySet[Item]:
        value = self.value()
        if value is None:
            return queryset
        try:
            ticker = parse_ticker(value)
        except ValueError as error:
            raise IncorrectLookupParameters(error) from error
        return queryset.filter(seq__in=ItemTicker.objects.filter(ticker=ticker).values("seq"))


class SourceFilter(admin.SimpleListFilter):
    """Offers the polled sources and the names of the other ways in."""

    title = "source"
    parameter_name = "source"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        names = [*Source.objects.values_list("name", flat=True)[:100], "api", "import", "sample"]
        return [(name, name) for name in dict.fromkeys(names)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Item]) -> QuerySet[Item]:
        value = self.value()
        if value is None:
            return queryset
        if "\0" in value:
            raise IncorrectLookupParameters("source holds a NUL character")
        return queryset.filter(source=value)


class DayFilter(admin.SimpleListFilter):
    """Offers the last fourteen days (UTC) by when items were analysed; any other can be written into the address."""

    title = "day"
    parameter_name = "day"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        today = utc_now().date()
        days = [(today - timedelta(days=back)).isoformat() for back in range(DAYS)]
        return [(day, day) for day in days]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Item]) -> QuerySet[Item]:
        value = self.value()
        if value is None:
            return queryset
        try:
            start = datetime.combine(date.fromisoformat(value), time(), UTC)
            return queryset.filter(appended_at__gte=start, appended_at__lt=start + timedelta(days=1))
        except (ValueError, OverflowError) as error:
            raise IncorrectLookupParameters(error) from error


@admin.register(Item)
class ItemAdmin(ReadOnly):
    list_display = ["headline", "symbols", "sentiment", "rounded", "source", "appended_at"]
    list_filter = [TickerFilter, "sentiment", SourceFilter, DayFilter]
    search_fields = ["title"]
    search_help_text = "Part of the title."
    list_per_page = 50
    actions = ["score_again", "export_csv"]
    fields = [
        "title",
        "summary",
        "tickers",
        "sentiment",
        "score",
        "shares",
        "decided_by",
        "analyzer",
        "analyzer_version",
        "reported_by",
        "published_at",
        "appended_at",
        "item_id",
        "seq",
        "external_id",
        "dedup_hash",
    ]

    @admin.display(description="probabilities")
    def shares(self, item: Item) -> str:
        return ", ".join(f"{mood} {share:.1%}" for mood, share in item.probabilities.items())

    @admin.display(description="evidence")
    def decided_by(self, item: Item) -> str:
        return "; ".join(item.evidence) or "no word that the analyzer knows"

    @admin.display(description="sources")
    def reported_by(self, item: Item) -> SafeString:
        lines = [(source, _link(url)) for source, url in item.list_sources()]
        return format_html_join(mark_safe("<br>"), "{} {}", lines)

    @admin.display(description="tickers")
    def symbols(self, item: Item) -> str:
        return ", ".join(item.tickers)

    @admin.display(description="score")
    def rounded(self, item: Item) -> str:
        return f"{item.score:.2f}"

    @admin.display(description="title")
    def headline(self, item: Item) -> str:
        return Truncator(item.title).chars(150)

    def get_ordering(self, request: HttpRequest) -> list[str | Combinable]:
        # The order of the index that the filter uses: a day that holds a large import would have to be sorted else.
        return ["-appended_at", "-pk"] if DayFilter.parameter_name in request.GET else ["-seq"]

    def has_rescore_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("news.change_item"))

    @admin.action(description="Score again, and announce those that change", permissions=["rescore"])
    def score_again(self, request: HttpRequest, queryset: QuerySet[Item]) -> None:
        if requires_worker(settings.ANALYZER):
            # What may score here is the embedded analyzer: it would replace better scores by its own.
            text = f"ANALYZER={settings.ANALYZER} scores in the ingest process only: run `manage.py rescore` instead."
            self.message_user(request, text, messages.ERROR)
            return
        # By id, oldest first: scoring again moves items within the order that the list has.
        ids = list(queryset.order_by("seq").values_list("pk", flat=True)[: MAX_RESCORED + 1])
        if len(ids) > MAX_RESCORED:
            self._refuse(request, MAX_RESCORED, "narrow the filters")
            return
        changed = 0
        for first in range(0, len(ids), RESCORED_AT_ONCE):
            batch = Item.objects.filter(pk__in=ids[first : first + RESCORED_AT_ONCE])
            changed += rescore(batch.order_by("seq")).changed
        self.message_user(
            request, f"{len(ids)} item(s) scored again, {changed} changed and announced again.", messages.SUCCESS
        )

    @admin.action(description="Export as CSV", permissions=["view"])
    def export_csv(self, request: HttpRequest, queryset: QuerySet[Item]) -> HttpResponse | None:
        items = list(queryset[: MAX_EXPORTED + 1])
        if len(items) > MAX_EXPORTED:
            self._refuse(request, MAX_EXPORTED, "GET /api/v2/items pages through any number")
            return None
        response = HttpResponse(content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = 'attachment; filename="items.csv"'
        write_csv(items, response)
        return response

    def _refuse(self, request: HttpRequest, most: int, other_way: str) -> None:
        self.message_user(
            request, f"More than {most:,} items are selected: narrow the filters; {other_way}.", messages.ERROR
        )


def _link(url: str) -> str:
    # Only web addresses become items or reports, so this is one.
    return format_html('<a href="{0}" rel="noopener noreferrer">{0}</a>', url) if url else ""


def write_csv(items: Iterable[Item], file: Any) -> None:
    """Write items as CSV. A cell that a spreadsheet would run as a formula gets a quote before it."""
    columns = ["item_id", "title", "tickers", "sentiment", "score", "source", "url", "published_at", "appended_at"]
    writer = csv.writer(file)
    writer.writerow(columns)
    for item in items:
        cells = [
            item.item_id,
            item.title,
            " ".join(item.tickers),
            item.sentiment,
            item.score,
            item.source,
            item.url,
            format_time(item.published_at),
            format_time(item.appended_at),
        ]
        writer.writerow([f"'{cell}" if str(cell).startswith(FORMULA_STARTS) else cell for cell in cells])


@admin.register(Bucket)
class BucketAdmin(ReadOnly):
    list_display = ["__str__", "begins", "positive", "neutral", "negative", "total", "open", "high", "low", "close"]
    list_filter = ["axis"]
    ordering = ["-pk"]

    @admin.display(description="begins")
    def begins(self, bucket: Bucket) -> datetime | None:
        return datetime.fromtimestamp(bucket.start, UTC) if bucket.seconds else None


@admin.register(LogHead)
class LogHeadAdmin(ReadOnly):
    list_display = ["generation", "seq", "min_seq", "duplicate_reports"]


@admin.register(Source)
class SourceAdmin(SourceModelAdmin):
    change_list_template = "admin/news/source/list.html"
    list_display = [
        "name",
        "kind",
        "is_enabled",
        "interval_seconds",
        "next_poll_at",
        "last_polled_at",
        "consecutive_failures",
        "error",
        "items_created",
        "entries_skipped",
    ]
    list_filter = ["is_enabled", "kind"]
    readonly_fields = ["last_polled_at", "consecutive_failures", "last_error", "items_created", "entries_skipped"]
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}
    actions = ["poll_now"]

    @admin.display(description="last error")
    def error(self, source: Source) -> str:
        return Truncator(source.last_error).chars(100)

    @admin.action(description="Poll now", permissions=["change"])
    def poll_now(self, request: HttpRequest, queryset: QuerySet[Source]) -> None:
        count = queryset.update(next_poll_at=timezone.now(), is_enabled=True)
        self.message_user(request, f"{count} source(s) due now: `manage.py ingest` polls them.", messages.SUCCESS)

    def save_model(self, request: HttpRequest, obj: Source, form: Any, change: bool) -> None:
        written = set(form.changed_data)
        if {"kind", "url", "path"} & written:
            # They were given out for another document.
            obj.etag, obj.last_modified, obj.file_offsets = "", "", {}
            written |= {"etag", "last_modified", "file_offsets"}
        # Of a source that is there, no more: a poll may have written the rest meanwhile.
        obj.save(update_fields=written if change else None)

    def get_urls(self) -> list[Any]:
        add_feed = self.admin_site.admin_view(self.add_feed)
        return [path("starter/", add_feed, name="news_source_starter"), *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        known = set(Source.objects.filter(url__in=suggested_feeds.FEEDS.values()).values_list("url", flat=True))
        known_names = set(Source.objects.filter(name__in=suggested_feeds.FEEDS).values_list("name", flat=True))
        offered = {
            name: url for name, url in suggested_feeds.FEEDS.items() if url not in known and name not in known_names
        }
        return super().changelist_view(request, {**(extra_context or {}), "starter_feeds": offered})

    def add_feed(self, request: HttpRequest) -> HttpResponse:
        """Add one feed of the list of suggested feeds, enabled, at one click."""
        if request.method != "POST" or not self.has_add_permission(request):
            raise PermissionDenied
        name = request.POST.get("name", "")
        if name in suggested_feeds.FEEDS:
            source, is_new = Source.objects.get_or_create(name=name, defaults={"url": suggested_feeds.FEEDS[name]})
            if is_new:
                self.log_addition(request, source, [{"added": {}}])
            self.message_user(request, f"{name} is enabled: `manage.py ingest` polls it.", messages.SUCCESS)
        else:
            self.message_user(request, f"{name[:100]!r} is not on the starter list.", messages.ERROR)
        return redirect("admin:news_source_changelist")
