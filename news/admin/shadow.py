"""The admin of shadow scores: how far SHADOW_ANALYZER agrees with what is displayed, and where not; and its cost."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from common.admin_columns import number_column, time_column
from news.admin.base import ReadOnlyAdmin
from news.admin.sentiment_cells import render_sentiment
from news.labels.shadow import compare_shadow_scores
from news.models import AnalyzerUsage, ShadowScore


class DisagreementFilter(admin.SimpleListFilter):
    """Headlines on which both say the same, or not."""

    title = "agreement"
    parameter_name = "agrees"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("no", "Disagrees"), ("yes", "Agrees")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[ShadowScore]) -> QuerySet[ShadowScore]:
        same = queryset.filter(sentiment=F("item__sentiment"))
        return {"yes": same, "no": queryset.exclude(sentiment=F("item__sentiment"))}.get(self.value() or "", queryset)


@admin.register(ShadowScore)
class ShadowScoreAdmin(ReadOnlyAdmin):
    """Lists shadow scores beside those that are displayed."""

    list_display = ["item", "displayed", "shadow", "analyzer", time_column("scored_at")]
    list_filter = [DisagreementFilter, "analyzer"]
    list_select_related = ["item"]
    list_per_page = 50

    def get_queryset(self, request: HttpRequest) -> QuerySet[ShadowScore]:
        scores: QuerySet[ShadowScore] = super().get_queryset(request)
        return scores.filter(item__is_withdrawn=False)

    @admin.display(description="shown")
    def displayed(self, score: ShadowScore) -> SafeString:
        return format_html("{}, {}", render_sentiment(score.item.sentiment, score.item.score), score.item.analyzer)

    @admin.display(description="shadow")
    def shadow(self, score: ShadowScore) -> SafeString:
        return render_sentiment(score.sentiment, score.score)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        analyzer = settings.SHADOW_ANALYZER
        comparison = compare_shadow_scores(analyzer) if analyzer else None
        context = {"comparison": comparison, "analyzer": analyzer}
        return super().changelist_view(request, context | (extra_context or {}))


@admin.register(AnalyzerUsage)
class AnalyzerUsageAdmin(ReadOnlyAdmin):
    """Lists what paid analyzers took each day."""

    list_display = ["day", "analyzer", "requests", "input_tokens", "output_tokens", number_column("cost")]
