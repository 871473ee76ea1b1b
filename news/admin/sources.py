"""The admin of sources: their settings, the state of their last poll, and suggested feeds."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import AdminTextInputWidget
from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe
from django.utils.text import Truncator

from common.parsing import is_missing, parse_ticker, split_symbols
from news.instruments.current import get_instrument_name
from news.models import Source
from news.sources import suggested_feeds

# Django's class is generic in its type stubs only.
if TYPE_CHECKING:
    SourceModelAdmin = admin.ModelAdmin[Source]
    SourceModelForm = forms.ModelForm[Source]
else:
    SourceModelAdmin = admin.ModelAdmin
    SourceModelForm = forms.ModelForm

_ROW = "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>"
_HEADINGS = mark_safe("<tr><th>Time (UTC)</th><th>Entry</th><th>Line</th><th>Result</th><th>Reason</th></tr>")


class TickersField(forms.CharField):
    """Tickers in any form, separated by commas. Its value is a list of canonical ones."""

    widget = AdminTextInputWidget

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), data)

    def clean(self, value: Any) -> Any:
        return list(dict.fromkeys(_parse_symbol(text) for text in split_symbols(value or "") if not is_missing(text)))


class SourceForm(SourceModelForm):
    """The settings of a source. Its tickers are kept in their canonical form."""

    allowed_tickers = TickersField(
        required=False,
        help_text="Separated by commas. If set, entries get these tickers and no others; empty: any instrument.",
    )

    def clean_default_ticker(self) -> str:
        text = self.cleaned_data["default_ticker"]
        return "" if is_missing(text) else _parse_symbol(text)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        default, allowed = cleaned.get("default_ticker"), cleaned.get("allowed_tickers")
        if default and allowed and default not in allowed:
            text = f"{default!r}: is not among the allowed tickers, {', '.join(allowed)}; add it there, or choose one."
            self.add_error("default_ticker", text)
        return cleaned


@admin.register(Source)
class SourceAdmin(SourceModelAdmin):
    form = SourceForm
    change_list_template = "admin/news/source/list.html"
    list_display = [
        "name",
        "kind",
        "is_enabled",
        "interval_seconds",
        "next_poll_at",
        "last_polled_at",
        "consecutive_failures",
        "short_error",
        "items_created",
        "entries_skipped",
        "entries_undated",
    ]
    list_filter = ["is_enabled", "kind"]
    readonly_fields = [
        "last_polled_at",
        "consecutive_failures",
        "last_error",
        "items_created",
        "entries_skipped",
        "entries_undated",
        "skipped_table",
    ]
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}
    actions = ["poll_now"]

    @admin.display(description="last error")
    def short_error(self, source: Source) -> str:
        return Truncator(source.last_error).chars(100)

    @admin.display(description="Last skipped")
    def skipped_table(self, source: Source) -> str:
        """The newest skipped entries, and what was ignored in others."""
        if not source.last_skipped:
            return "-"
        rows = format_html_join("", _ROW, map(_format_row, source.last_skipped))
        return format_html("<table><thead>{}</thead><tbody>{}</tbody></table>", _HEADINGS, rows)

    @admin.action(description="Enable and poll now", permissions=["change"])
    def poll_now(self, request: HttpRequest, queryset: QuerySet[Source]) -> None:
        count = queryset.update(next_poll_at=timezone.now(), is_enabled=True)
        self.message_user(request, f"{count} source(s) due now: `manage.py ingest` polls them.", messages.SUCCESS)

    def save_model(self, request: HttpRequest, obj: Source, form: Any, change: bool) -> None:
        changed_fields = set(form.changed_data)
        if {"kind", "url", "path"} & changed_fields:
            # They belong to the former document.
            obj.etag, obj.last_modified, obj.file_offsets, obj.last_skipped = "", "", {}, []
            changed_fields |= {"etag", "last_modified", "file_offsets", "last_skipped"}
        # Only the changed fields: a poll may have saved the others in the meantime.
        obj.save(update_fields=changed_fields if change else None)
        tickers = dict.fromkeys([obj.default_ticker, *obj.allowed_tickers])
        if {"default_ticker", "allowed_tickers"} & changed_fields and (
            unknown := [ticker for ticker in tickers if ticker and not get_instrument_name(ticker)]
        ):
            text = f"{', '.join(unknown[:20])}: not among the instruments; add them, so that texts can name them."
            self.message_user(request, text, messages.WARNING)

    def get_urls(self) -> list[Any]:
        add_feed = self.admin_site.admin_view(self.add_feed)
        return [path("starter/", add_feed, name="news_source_starter"), *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return super().changelist_view(request, {**(extra_context or {}), "starter_feeds": _list_missing_feeds()})

    def add_feed(self, request: HttpRequest) -> HttpResponse:
        """Add one of the suggested feeds, enabled."""
        if request.method != "POST" or not self.has_add_permission(request):
            raise PermissionDenied
        name = request.POST.get("name", "")
        if name in suggested_feeds.FEEDS:
            source, is_new = Source.objects.get_or_create(name=name, defaults={"url": suggested_feeds.FEEDS[name]})
            if is_new:
                self.log_addition(request, source, [{"added": {}}])
            self.message_user(request, f"{name} is enabled: `manage.py ingest` polls it.", messages.SUCCESS)
        else:
            self.message_user(request, f"{name[:100]!r} is not a suggested feed.", messages.ERROR)
        return redirect("admin:news_source_changelist")


def _parse_symbol(text: str) -> str:
    try:
        return parse_ticker(text.strip())
    except ValueError as error:
        raise forms.ValidationError(f"{text[:60]!r}: {error}.") from error


def _list_missing_feeds() -> dict[str, str]:
    """Return name and URL of the suggested feeds of which neither is among the sources."""
    feeds = suggested_feeds.FEEDS
    urls = set(Source.objects.filter(url__in=feeds.values()).values_list("url", flat=True))
    names = set(Source.objects.filter(name__in=feeds).values_list("name", flat=True))
    return {name: url for name, url in feeds.items() if url not in urls and name not in names}


def _format_row(row: dict[str, Any]) -> tuple[str, str, str, str, str]:
    """Return the cells of one row of `Source.last_skipped`."""
    time = str(row.get("time", ""))[:19].replace("T", " ")
    line = f"{row.get('file', '')} {row['line']}".strip() if row.get("line") else ""
    title, more = row.get("title", ""), row.get("count", 1) - 1
    if more:
        title = f"{title} and {more:,} more" if title else f"{more + 1:,} entries"
    return time, title, line, "kept" if row.get("is_kept") else "skipped", row.get("reason", "")
