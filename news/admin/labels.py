"""The admin of labels: buttons in the list of headlines and on their pages, and the list of all labels."""

from dataclasses import dataclass
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch, prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.urls import path, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import SafeString

from common.admin_columns import time_column
from news.admin.base import AnyModelAdmin, ReadOnlyAdmin
from news.admin.entries import write_entries
from news.admin.sentiment_cells import render_sentiment
from news.ingest.corrections import ItemWithdrawn
from news.labels.permission import may_label
from news.labels.quality import count_right
from news.labels.store import LabelError, remove_label, set_label
from news.models import Item, Label, Sentiment

MAX_LISTED = 3  # tickers with buttons in the list of headlines; the page of a headline has all
REMOVE = "remove"
TEMPLATE = "admin/news/item/label_buttons.html"
LABELLED_AT = time_column("created_at", name="labelled")
ENDED_AT = time_column("ended_at", name="ended")


@dataclass(frozen=True, slots=True)
class Labelling:
    """What can be labelled, a headline or a ticker, and the label that it has."""

    name: str
    symbol: str  # "" for the headline
    label: Label | None


class LabelledList(ChangeList):
    """A page of headlines with their labels, which one query reads."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.result_list: Any = list(self.result_list)
        labels = Label.objects.filter(ended_at__isnull=True)
        prefetch_related_objects(self.result_list, Prefetch("labels", queryset=labels, to_attr="present_labels"))


class LabelButtons(AnyModelAdmin):
    """Shows labels and their authors, and buttons to users with the permission to label."""

    class Media:
        css = {"all": ["news/labels.css"]}

    def get_urls(self) -> list[Any]:
        return [
            path("<int:pk>/label/", self.admin_site.admin_view(self.label_view), name="news_item_label"),
            *super().get_urls(),
        ]

    def get_changelist(self, request: HttpRequest, **options: Any) -> type[ChangeList]:
        return LabelledList

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        columns = ["label_authors", *(["label_buttons"] if self.has_label_permission(request) else [])]
        return [*super().get_list_display(request), *columns]

    def has_label_permission(self, request: HttpRequest) -> bool:
        return may_label(request.user)

    @admin.display(description="labelled by")
    def label_authors(self, item: Item) -> str:
        labels: list[Label] = item.present_labels  # type: ignore[attr-defined]  # set by LabelledList
        return ", ".join(f"{label.symbol or 'headline'}: {label.author}" for label in labels)

    @admin.display(description="label")
    def label_buttons(self, item: Item) -> str:
        labels: list[Label] = item.present_labels  # type: ignore[attr-defined]  # set by LabelledList
        context = _build_context(item, labels, item.tickers[:MAX_LISTED])
        return render_to_string(TEMPLATE, context | {"is_compact": True, "more": len(item.tickers) - MAX_LISTED})

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *arguments: Any, **options: Any
    ) -> HttpResponse:
        item: Item | None = options.get("obj")
        if item is not None and not item.is_withdrawn:
            labels = list(item.labels.filter(ended_at__isnull=True))
            context |= _build_context(item, labels, item.tickers)
            context |= {"present_labels": labels, "can_label": self.has_label_permission(request)}
        return super().render_change_form(request, context, *arguments, **options)

    def label_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Set or remove a label: `label` is a sentiment or "remove", and the ticker if it is not of the headline."""
        if request.method != "POST" or not self.has_label_permission(request):
            raise PermissionDenied
        item = get_object_or_404(Item, pk=pk)  # 404 also if it was withdrawn
        action, _, symbol = request.POST.get("label", "").partition(" ")
        author = request.user.get_username()
        try:
            if action == REMOVE:
                remove_label(item.item_id, symbol=symbol, author=author)
            elif action in Sentiment.values:
                set_label(item.item_id, Sentiment(action), symbol=symbol, author=author)
            else:
                raise LabelError(f"label={action[:60]!r}: must be {', '.join(Sentiment.values)} or {REMOVE}.")
        except LabelError as error:
            self.message_user(request, str(error), messages.ERROR)
        except (ItemWithdrawn, Item.DoesNotExist):
            self.message_user(request, "The headline was withdrawn or removed meanwhile.", messages.ERROR)
        else:
            done = "label removed" if action == REMOVE else f"labelled {action}"
            write_entries(request, [item], f"{symbol or 'headline'}: {done}")
            self.message_user(request, f"{symbol or item.title[:100]}: {done}.", messages.SUCCESS)
        return redirect(_find_way_back(request))


@admin.register(Label)
class LabelAdmin(ReadOnlyAdmin):
    """Lists labels beside the model's answers."""

    list_display = [LABELLED_AT, "item", "symbol", "label", "model_answer", "author", ENDED_AT]
    list_display_links = ["item"]
    fields = [
        "item",
        "symbol",
        "label",
        "author",
        LABELLED_AT,
        ENDED_AT,
        "model_answer",
        "analyzer",
        "analyzer_version",
    ]
    list_filter = ["sentiment", "model_sentiment", ("ended_at", admin.EmptyFieldListFilter)]
    list_select_related = ["item"]
    list_per_page = 50

    @admin.display(description="label")
    def label(self, label: Label) -> SafeString:
        return render_sentiment(label.sentiment)

    @admin.display(description="model's answer")
    def model_answer(self, label: Label) -> SafeString:
        return render_sentiment(label.model_sentiment, label.model_score)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        subtitle = f"The model was {count_right()}"
        return super().changelist_view(request, {"subtitle": subtitle} | (extra_context or {}))


def _build_context(item: Item, labels: list[Label], symbols: list[str]) -> dict[str, Any]:
    """Return the context of the buttons for a headline and some of its tickers."""
    by_symbol = {label.symbol: label for label in labels}
    return {
        "labellings": [Labelling(symbol or "Headline", symbol, by_symbol.get(symbol)) for symbol in ("", *symbols)],
        "label_url": reverse("admin:news_item_label", args=[item.pk]),
        "sentiments": Sentiment.values,
        "remove": REMOVE,
    }


def _find_way_back(request: HttpRequest) -> str:
    """Return the page from which a form was sent, if it is one of this site; else the list of headlines."""
    page = request.headers.get("Referer", "")
    hosts = {request.get_host()}
    if url_has_allowed_host_and_scheme(page, allowed_hosts=hosts, require_https=request.is_secure()):
        return page
    return reverse("admin:news_item_changelist")
