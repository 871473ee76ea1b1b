"""The admin of instruments: search, edit their names, try them on a text, export and reset."""

import csv
import shlex
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import AdminTextareaWidget
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html

from news.export.text_formats import neutralize
from news.ingest.retagging import RetagResult, count_mentioning, iterate_mentioning, retag
from news.instruments.book import InstrumentRecord, load_shipped
from news.instruments.current import get_book, get_matcher, to_record
from news.instruments.entries import (
    MAX_NAMES,
    SEPARATOR,
    EntryError,
    check_names,
    find_warnings,
    list_changed_phrases,
    list_names,
    parse_name,
    parse_phrases,
    parse_symbol,
)
from news.instruments.shipping import make_columns
from news.limits import MAX_SUMMARY, MAX_TITLE
from news.models import Instrument, Item
from news.search.instruments import search_instruments

# Django's classes are generic in their type stubs only.
if TYPE_CHECKING:
    InstrumentModelAdmin = admin.ModelAdmin[Instrument]
    InstrumentModelForm = forms.ModelForm[Instrument]
else:
    InstrumentModelAdmin = admin.ModelAdmin
    InstrumentModelForm = forms.ModelForm

CSV_COLUMNS = ("symbol", "name", "kind", "aliases", "exclusions")
MAX_SEARCH_RESULTS = 1_000
MAX_LISTED_NAMES = 8


RETAG_SECONDS = 20.0  # of one request; what is left waits for another click, or for the command
RETAG_BATCH = 500


class PhrasesField(forms.CharField):
    """Several names, one in a line. Its value is a list."""

    widget = AdminTextareaWidget

    def __init__(self, field: str, **options: Any) -> None:
        super().__init__(required=False, strip=False, **options)
        self.field = field

    def prepare_value(self, value: Any) -> Any:
        return value if isinstance(value, str) or value is None else "\n".join(value)

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), "\n".join((data or "").splitlines()))

    def clean(self, value: Any) -> Any:
        try:
            return [*parse_phrases(self.field, (value or "").splitlines())]
        except EntryError as error:
            raise forms.ValidationError(str(error)) from error


class InstrumentForm(InstrumentModelForm):
    """An entry of the book, by the rules of `news.instruments.entries`."""

    aliases = PhrasesField(
        "aliases",
        help_text="Other names as texts write them, one in a line. A name in capitals is matched in capitals only.",
    )
    exclusions = PhrasesField(
        "exclusions",
        help_text="Phrases that contain one of the names and do not refer to it, such as apple pie; one in a line.",
    )

    class Meta:
        model = Instrument
        fields = ("symbol", "name", "kind", "aliases", "exclusions")

    before: InstrumentRecord | None = None  # the entry as it is stored

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        if self.instance.pk:
            self.before = to_record(self.instance)

    def clean_symbol(self) -> str:
        return self._check(parse_symbol, self.cleaned_data["symbol"])

    def clean_name(self) -> str:
        return self._check(parse_name, self.cleaned_data["name"])

    def clean(self) -> dict[str, Any]:
        """Check that the names are no one else's."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        others = Instrument.objects.exclude(pk=self.instance.pk)
        owners = {name: record for record in map(to_record, others) for name in list_names(record)}
        try:
            check_names(self.record, owners, before=self.before)
        except EntryError as error:
            self.add_error(error.field, str(error))
        return cleaned

    @property
    def record(self) -> InstrumentRecord:
        """The entry that the form makes."""
        data = self.cleaned_data
        symbol = data.get("symbol", self.instance.symbol)
        return InstrumentRecord(symbol, data["name"], data["kind"], tuple(data["aliases"]), tuple(data["exclusions"]))

    def _check(self, parse: Any, text: str) -> str:
        try:
            return str(parse(text))
        except EntryError as error:
            raise forms.ValidationError(str(error)) from error


@admin.register(Instrument)
class InstrumentAdmin(InstrumentModelAdmin):
    form = InstrumentForm
    change_list_template = "admin/news/instrument/list.html"
    list_display = ["symbol", "name", "kind", "alias_list", "edited"]
    list_filter = ["kind", "is_edited"]
    search_fields = ["symbol"]  # shows the search box; `get_search_results` also looks names up
    search_help_text = "Beginning of a symbol, or of words of a name or alias, whatever their case and accents."
    list_per_page = 50
    actions = ["reset_selected", "export_csv"]
    fields = ("symbol", "name", "kind", "aliases", "exclusions", "is_edited")

    def get_readonly_fields(self, request: HttpRequest, obj: Instrument | None = None) -> list[str]:
        # News has the symbol: under another one it would be another instrument.
        return ["symbol", "is_edited"] if obj else ["is_edited"]

    @admin.display(description="edited", ordering="is_edited", empty_value="")
    def edited(self, instrument: Instrument) -> str:
        return "edited" if instrument.is_edited else ""

    @admin.display(description="aliases")
    def alias_list(self, instrument: Instrument) -> str:
        more = len(instrument.aliases) - MAX_LISTED_NAMES
        return ", ".join(instrument.aliases[:MAX_LISTED_NAMES]) + (f" and {more} more" if more > 0 else "")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Instrument], search_term: str
    ) -> tuple[QuerySet[Instrument], bool]:
        if not search_term.strip():
            return queryset, False
        matches = search_instruments(get_book(), search_term, limit=MAX_SEARCH_RESULTS)
        return queryset.filter(symbol__in=[match.symbol for match in matches]), False

    def save_model(self, request: HttpRequest, obj: Instrument, form: Any, change: bool) -> None:
        if change and not form.has_changed():
            return
        obj.is_edited = True
        super().save_model(request, obj, form, change)
        for warning in find_warnings(form.record, before=form.before):
            self.message_user(request, f"{warning.field}: {warning.text}", messages.WARNING)
        self._offer_retagging(request, list_changed_phrases(form.before, form.record))

    def delete_model(self, request: HttpRequest, obj: Instrument) -> None:
        names = list_changed_phrases(to_record(obj), None)
        super().delete_model(request, obj)
        self._offer_retagging(request, names)

    def _offer_retagging(self, request: HttpRequest, names: Sequence[str]) -> None:
        """Say how many stored items a change concerns, and link to the page that tags them again."""
        if not names or not (count := count_mentioning(names)):
            return
        link = f"{reverse('admin:news_instrument_retag')}?{urlencode({'name': names}, doseq=True)}"
        text = '{} stored headline(s) have one of the names that changed. <a href="{}">Tag them again</a>.'
        self.message_user(request, format_html(text, count, link), messages.WARNING)

    @admin.action(description="Reset to the shipped entry", permissions=["change"])
    def reset_selected(self, request: HttpRequest, queryset: QuerySet[Instrument]) -> None:
        shipped = {record.symbol: record for record in load_shipped()}
        symbols = [*queryset.values_list("symbol", flat=True)]
        records = [shipped[symbol] for symbol in symbols if symbol in shipped]
        rows = [Instrument(symbol=record.symbol, is_edited=False, **make_columns(record)) for record in records]
        columns = ["name", "kind", "aliases", "exclusions", "is_edited"]
        if rows:
            Instrument.objects.bulk_create(rows, update_conflicts=True, unique_fields=["symbol"], update_fields=columns)
        self.message_user(request, f"{len(rows)} instrument(s) reset to the shipped entry.", messages.SUCCESS)
        if others := [symbol for symbol in symbols if symbol not in shipped]:
            text = f"{', '.join(others[:20])}: not in the shipped book, left as they are; delete what you don't want."
            self.message_user(request, text, messages.WARNING)

    @admin.action(description="Export as CSV", permissions=["view"])
    def export_csv(self, request: HttpRequest, queryset: QuerySet[Instrument]) -> HttpResponse:
        response = HttpResponse(content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = 'attachment; filename="instruments.csv"'
        writer = csv.writer(response)
        writer.writerow(CSV_COLUMNS)
        for instrument in queryset:
            names = (SEPARATOR.join(instrument.aliases), SEPARATOR.join(instrument.exclusions))
            cells = (instrument.symbol, instrument.name, instrument.kind, *names)
            writer.writerow([neutralize(cell) for cell in cells])
        return response

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.try_view)
        retag_view = self.admin_site.admin_view(self.retag_view)
        return [
            path("try/", view, name="news_instrument_try"),
            path("retag/", retag_view, name="news_instrument_retag"),
            *super().get_urls(),
        ]

    def retag_view(self, request: HttpRequest) -> HttpResponse:
        """Show how many stored items have one of some names; a POST tags them again."""
        if not request.user.has_perm("news.change_item"):
            raise PermissionDenied
        names = (request.POST if request.method == "POST" else request.GET).getlist("name")[: 2 * MAX_NAMES]
        if request.method == "POST":
            self._retag(request, names)
            return redirect("admin:news_instrument_changelist")
        context = {
            **self.admin_site.each_context(request),
            "title": "Tag headlines again",
            "opts": self.model._meta,
            "names": names,
            "count": count_mentioning(names),
        }
        return TemplateResponse(request, "admin/news/instrument/retag.html", context)

    def _retag(self, request: HttpRequest, names: Sequence[str]) -> None:
        deadline = time.monotonic() + RETAG_SECONDS
        result, is_complete = RetagResult(), True
        for pks in iterate_mentioning(names, batch=RETAG_BATCH):
            if time.monotonic() > deadline:
                is_complete = False
                break
            result += retag(Item.objects.filter(pk__in=pks).order_by("pk"))
        text = f"{result.tagged} headline(s) tagged again, {result.changed} changed and announced again."
        if result.kept:
            text += f" {result.kept} have tickers that their sender gave, and keep them."
        self.message_user(request, text, messages.SUCCESS)
        if not is_complete:
            options = " ".join(f"--text {shlex.quote(name)}" for name in names)
            text = f"The time of a request is over: `manage.py retag {options}` goes on without a limit."
            self.message_user(request, text, messages.WARNING)

    def try_view(self, request: HttpRequest) -> HttpResponse:
        """Show which instruments a text would get, and why."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        title, summary = request.GET.get("title", "")[:MAX_TITLE], request.GET.get("summary", "")[:MAX_SUMMARY]
        context = {
            **self.admin_site.each_context(request),
            "title": "Try a text",
            "opts": self.model._meta,
            "headline": title,
            "summary": summary,
            **(explain(title, summary) if title.strip() else {}),
        }
        return TemplateResponse(request, "admin/news/instrument/try.html", context)


def explain(title: str, summary: str) -> dict[str, Any]:
    """Return a row for each instrument that a text gets, and for each name in it that was left out, with the reason."""
    book, matcher = get_book(), get_matcher()
    decisions = matcher.explain(title, summary)
    rules: dict[str, list[str]] = {}
    for decision in decisions:
        if decision.is_kept:
            rules.setdefault(decision.symbol, []).append(decision.rule)
    rows = [
        {
            "symbol": match.symbol,
            "name": book.get_name(match.symbol),
            "relevance": f"{match.relevance:.2f}",
            "words": ", ".join(match.names),
            "rule": "; ".join(dict.fromkeys(rules.get(match.symbol, ()))),
            "is_secondary": match.is_secondary,
        }
        for match in matcher.tag(title, summary)
    ]
    return {"rows": rows, "left_out": [decision for decision in decisions if not decision.is_kept]}
