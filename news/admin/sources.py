"""The admin of sources: their settings, the state of their last poll, and suggested feeds."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import AdminTextInputWidget
from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from common.admin_columns import render_time, time_column
from common.parsing import is_missing, parse_ticker, split_symbols
from common.time import utc_now
from news.admin.source_cells import (
    describe_entry,
    render_hours,
    render_name,
    render_skipped,
    render_status,
)
from news.admin.source_check import MAX_SKIPPED, check_source
from news.ingest.plain_problems import describe_problem
from news.instruments.current import get_instrument_name
from news.models import Source
from news.sources.activity import list_counts
from news.sources.status import get_status

# Django's class is generic in its type stubs only.
if TYPE_CHECKING:
    SourceModelAdmin = admin.ModelAdmin[Source]
    SourceModelForm = forms.ModelForm[Source]
else:
    SourceModelAdmin = admin.ModelAdmin
    SourceModelForm = forms.ModelForm

_TABLE = (
    '<div class="wide" tabindex="0" role="region" aria-label="Last skipped">'
    "<table><thead>{}</thead><tbody>{}</tbody></table></div>"
)
_ROW = "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>"
_HEADINGS = mark_safe("<tr><th>Time</th><th>Entry</th><th>Line</th><th>Result</th><th>Reason</th></tr>")

FIELDSETS: list[Any] = [
    ("Settings", {"fields": ["name", "kind", "url", "path", "is_enabled", "interval_seconds"]}),
    ("Tickers", {"fields": ["default_ticker", "allowed_tickers"]}),
]
# What polls store; it is only shown.
STATE_FIELDSETS = [
    ("Last poll", ["status", "problem", "last_poll", "next_poll", "last_item", "hours", "skipped_table"]),
    ("All polls", ["items_created", "entries_skipped", "entries_undated", "failures"]),
]


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

    class Meta:
        labels = {"url": "URL"}

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
    change_form_template = "admin/news/source/form.html"
    list_display = [
        "status",
        "name_and_problem",
        "last_item",
        "hours",
        "items",
        "skipped",
        "check_button",
    ]
    list_display_links = None  # names are links; problems below them are not
    list_filter = ["is_enabled", "kind"]
    search_fields = ["name", "url", "path"]
    list_per_page = 50
    readonly_fields = [name for _, names in STATE_FIELDSETS for name in names]
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}
    actions = ["poll_now"]

    last_poll = staticmethod(time_column("last_polled_at", name="last poll", is_relative=True))
    next_poll = staticmethod(time_column("next_poll_at", name="next poll"))
    last_item = staticmethod(time_column("last_item_at", name="last headline", is_relative=True))

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        can_check = self.has_change_permission(request)
        return [name for name in self.list_display if can_check or name != "check_button"]

    def get_fieldsets(self, request: HttpRequest, obj: Source | None = None) -> Any:
        if obj is None:
            return FIELDSETS
        last, total = ((name, {"fields": names}) for name, names in STATE_FIELDSETS)
        return [last, *FIELDSETS, total]

    @admin.display(description="status")
    def status(self, source: Source) -> SafeString:
        return render_status(get_status(source, now=utc_now()))

    @admin.display(description="problem")
    def problem(self, source: Source) -> str:
        return get_status(source, now=utc_now()).problem or "none"

    @admin.display(description="source", ordering="name")
    def name_and_problem(self, source: Source) -> SafeString:
        return render_name(source, get_status(source, now=utc_now()))

    @admin.display(description="last 24 hours")
    def hours(self, source: Source) -> SafeString:
        return render_hours(list_counts(source.items_by_hour, now=utc_now()))

    @admin.display(description="headlines", ordering="items_created")
    def items(self, source: Source) -> str:
        return f"{source.items_created:,}"

    @admin.display(description="skipped", ordering="entries_skipped")
    def skipped(self, source: Source) -> SafeString | str:
        return render_skipped(source)

    @admin.display(description="check")
    def check_button(self, source: Source) -> str:
        return render_to_string("admin/news/source/check_button.html", {"source": source})

    @admin.display(description="Last skipped")
    def skipped_table(self, source: Source) -> str:
        """The newest skipped entries, and what was ignored in others."""
        if not source.last_skipped:
            return "none"
        rows = format_html_join("", _ROW, map(_format_row, source.last_skipped))
        return format_html(_TABLE, _HEADINGS, rows)

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
        check = self.admin_site.admin_view(self.check_view)
        return [
            path("<int:pk>/check/", check, name="news_source_check"),
            *super().get_urls(),
        ]

    def check_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Fetch a source once, and show what its newest entries would become."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        source = get_object_or_404(Source, pk=pk)
        if request.method != "POST":  # a link must not start a fetch
            return redirect("admin:news_source_change", pk)
        context = {
            **self.admin_site.each_context(request),
            "title": f"Check {source}",
            "opts": self.opts,
            "source": source,
            "check": check_source(source),
            "max_skipped": MAX_SKIPPED,
        }
        return TemplateResponse(request, "admin/news/source/check.html", context)


def _parse_symbol(text: str) -> str:
    try:
        return parse_ticker(text.strip())
    except ValueError as error:
        raise forms.ValidationError(f"{text[:60]!r}: {error}.") from error


def _format_row(row: dict[str, Any]) -> tuple[str, str, str, str, str]:
    """Return the cells of one row of `Source.last_skipped`."""
    line = f"{row.get('file', '')} {row['line']}".strip() if row.get("line") else ""
    time = render_time(parse_datetime(str(row.get("time", ""))))
    return (
        time,
        describe_entry(row),
        line,
        "kept" if row.get("is_kept") else "skipped",
        describe_problem(str(row.get("reason", ""))),
    )
