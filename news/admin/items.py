"""The admin of headlines: search, correct, withdraw, rescore, export."""

import csv
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.db.models.expressions import Combinable
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import Truncator

from common.admin_columns import render_time, time_column
from common.numbers import format_share, format_signed
from common.sql import in_array
from common.time import format_time
from news.admin.base import ReadOnlyAdmin
from news.admin.correction import FORM_FIELDS, CorrectionAdmin
from news.admin.filters import ByHandFilter, DayFilter, PublishedFilter, SourceFilter, TickerFilter
from news.admin.labels import LabelButtons
from news.admin.sentiment_cells import render_sentiment, render_ticker
from news.admin.states import render_states
from news.admin.withdrawal import WithdrawalAdmin
from news.export.text_formats import neutralize
from news.ingest.active_labels import LABEL_ANALYZER
from news.ingest.analyzer_choice import is_deferred
from news.ingest.rescoring import rescore
from news.models import Item
from news.search.index import MAX_KEY, select_keys
from news.search.words import SearchError, parse_search

MAX_RESCORED = 5_000
MAX_EXPORTED = 50_000
RESCORE_BATCH = 500
MAX_SEARCH_RESULTS = 1_000
CSV_COLUMNS = ("item_id", "title", "tickers", "sentiment", "score", "source", "url", "published_at", "appended_at")
# What is shown of an item, below the fields that can be corrected.
SCORE_FIELDS = ("sentiment_cell", "probability_list", "ticker_sentiments", "evidence_list", "analyzer_name", "scored")
TIME_FIELDS = ("published", "arrived", "source_list")
INTERNAL_FIELDS = ("item_id", "seq", "appended", "external_id", "dedup_hash", "language", "flag_list")


@admin.register(Item)
class ItemAdmin(LabelButtons, CorrectionAdmin, WithdrawalAdmin, ReadOnlyAdmin):
    list_display = ["short_title", "ticker_list", "sentiment_cell", "published", "source", "page_link"]
    list_filter = [TickerFilter, "sentiment", SourceFilter, PublishedFilter, DayFilter, ByHandFilter]
    search_fields = ["title"]  # shows the search box; `get_search_results` looks words up in their index
    search_help_text = f'Words in any order, "a phrase", begin*, -absent; the newest {MAX_SEARCH_RESULTS:,} matches.'
    list_per_page = 50
    actions = ["rescore_selected", "export_csv", "withdraw_selected"]
    readonly_fields = ("ticker_list", *SCORE_FIELDS, *TIME_FIELDS, *INTERNAL_FIELDS, "state_table")

    published = staticmethod(time_column("published_at", is_relative=True))
    arrived = staticmethod(time_column("first_appended_at", name="arrived"))
    appended = staticmethod(time_column("appended_at", name="appended to the log"))

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        fields = FORM_FIELDS if self.has_change_permission(request, obj) else ("title", "summary", "url", "ticker_list")
        return [
            (None, {"fields": fields}),
            ("Sentiment", {"fields": SCORE_FIELDS}),
            ("Times and sources", {"fields": TIME_FIELDS}),
            ("History", {"fields": ("state_table",)}),
            ("Diagnostics", {"fields": INTERNAL_FIELDS, "classes": ["collapse"]}),
        ]

    def view_on_site(self, obj: Item) -> str:
        """Return the address at which the page has the headline open."""
        return f"{reverse('page')}?{urlencode({'item': obj.item_id})}"

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        context = {"can_withdraw": self.has_withdraw_permission(request)} | (extra_context or {})
        return super().change_view(request, object_id, form_url, context)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Item], search_term: str
    ) -> tuple[QuerySet[Item], bool]:
        if not search_term.strip():
            return queryset, False
        try:
            search = parse_search(search_term)
        except SearchError as error:
            self.message_user(request, f"{search_term[:80]!r}: {error}.", messages.WARNING)
            return queryset.none(), False
        keys = select_keys(search, lower=0, upper=MAX_KEY, limit=MAX_SEARCH_RESULTS)
        return queryset.filter(pk__in=in_array(keys)), False

    @admin.display(description="page")
    def page_link(self, item: Item) -> SafeString:
        text = '<a href="{}" aria-label="View on the page: {}">View</a>'
        return format_html(text, self.view_on_site(item), Truncator(item.title).chars(80))

    @admin.display(description="sentiment", ordering="sentiment")
    def sentiment_cell(self, item: Item) -> SafeString:
        return render_sentiment(item.sentiment, item.score)

    @admin.display(description="instruments")
    def ticker_sentiments(self, item: Item) -> SafeString:
        cells = [
            (
                render_ticker(entity.ticker, entity.sentiment, entity.score),
                format_signed(entity.value),
                format_share(entity.score),
            )
            for entity in item.list_entities()
        ]
        return format_html_join(mark_safe("<br>"), "{} {}, {}", cells)

    @admin.display(description="analyzer")
    def analyzer_name(self, item: Item) -> str:
        return f"{item.analyzer} {item.analyzer_version}"

    @admin.display(description="scored")
    def scored(self, item: Item) -> SafeString | str:
        return render_time(item.scored_at)

    @admin.display(description="flags")
    def flag_list(self, item: Item) -> str:
        names = [name for name in ("undated", "historical", "sample") if getattr(item, f"is_{name}")]
        return ", ".join(names) or "nothing"

    @admin.display(description="states")
    def state_table(self, item: Item) -> SafeString:
        return render_states(item)

    @admin.display(description="probabilities")
    def probability_list(self, item: Item) -> str:
        return ", ".join(
            f"{sentiment} {format_share(probability)}" for sentiment, probability in item.probabilities.items()
        )

    @admin.display(description="evidence")
    def evidence_list(self, item: Item) -> str:
        if item.analyzer == LABEL_ANALYZER:
            return "labelled by a person"
        return "; ".join(item.evidence) or "no word that the analyzer knows"

    @admin.display(description="sources")
    def source_list(self, item: Item) -> SafeString:
        lines = [(source, _link(url)) for source, url in item.list_sources()]
        return format_html_join(mark_safe("<br>"), "{} {}", lines)

    @admin.display(description="instruments")
    def ticker_list(self, item: Item) -> str:
        return ", ".join(item.tickers)

    @admin.display(description="headline")
    def short_title(self, item: Item) -> str:
        return Truncator(item.title).chars(150)

    def get_ordering(self, request: HttpRequest) -> list[str | Combinable]:
        # With a day, in the order of the index that finds it: otherwise a day with a large import would be sorted.
        if PublishedFilter.parameter_name in request.GET:
            return ["-published_at", "-pk"]
        return ["-appended_at", "-pk"] if DayFilter.parameter_name in request.GET else ["-seq"]

    def has_rescore_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("news.change_item"))

    @admin.action(description="Rescore, and announce those that change", permissions=["rescore"])
    def rescore_selected(self, request: HttpRequest, queryset: QuerySet[Item]) -> None:
        if is_deferred(settings.ANALYZER):
            # The inline analyzer would replace better scores with its own.
            text = f"ANALYZER={settings.ANALYZER} scores in the ingest process only: run `manage.py rescore` instead."
            self.message_user(request, text, messages.ERROR)
            return
        # By primary key, oldest first: rescoring changes the order of the list.
        pks = list(queryset.order_by("seq").values_list("pk", flat=True)[: MAX_RESCORED + 1])
        if len(pks) > MAX_RESCORED:
            self._report_too_many(request, MAX_RESCORED, "`manage.py rescore` takes any number")
            return
        changed = labelled = 0
        for first in range(0, len(pks), RESCORE_BATCH):
            batch = Item.objects.filter(pk__in=pks[first : first + RESCORE_BATCH])
            result = rescore(batch.order_by("seq"))
            changed, labelled = changed + result.changed, labelled + result.labelled
        text = f"{len(pks) - labelled} headline(s) rescored, {changed} changed and announced again."
        if labelled:
            text += f" {labelled} left as labelled by people."
        self.message_user(request, text, messages.SUCCESS)

    @admin.action(description="Export as CSV", permissions=["view"])
    def export_csv(self, request: HttpRequest, queryset: QuerySet[Item]) -> HttpResponse | None:
        items = list(queryset[: MAX_EXPORTED + 1])
        if len(items) > MAX_EXPORTED:
            self._report_too_many(request, MAX_EXPORTED, "GET /api/v2/export has no limit")
            return None
        response = HttpResponse(content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = 'attachment; filename="items.csv"'
        write_csv(items, response)
        return response

    def _report_too_many(self, request: HttpRequest, limit: int, alternative: str) -> None:
        text = f"More than {limit:,} headlines are selected: narrow the filters; {alternative}."
        self.message_user(request, text, messages.ERROR)


def write_csv(items: Iterable[Item], file: Any) -> None:
    """Write items as CSV. A cell that a spreadsheet would execute as a formula is prefixed with a quote."""
    writer = csv.writer(file)
    writer.writerow(CSV_COLUMNS)
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
        writer.writerow([neutralize(cell) if isinstance(cell, str) else cell for cell in cells])


def _link(url: str) -> str:
    # Safe as a link: ingestion accepts http and https URLs only.
    return format_html('<a href="{0}" rel="noopener noreferrer">{0}</a>', url) if url else ""
