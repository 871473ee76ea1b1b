"""Withdraw headlines in the admin, one or many, and list those that were withdrawn."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.safestring import SafeString

from common.admin_columns import render_time, time_column
from news.admin.base import AnyModelAdmin, ReadOnlyAdmin
from news.admin.entries import write_entries
from news.admin.states import render_states
from news.ingest.corrections import WITHDRAW_BATCH, withdraw_items
from news.ingest.plain_problems import describe_problem
from news.ingest.validation import HeadlineError, parse_reason
from news.models import ChangeKind, Item, ItemChange, WithdrawnItem

MAX_WITHDRAWN = 5_000
MAX_LISTED = 20
COLUMNS = ("item_id", "source", "ticker_list", "withdrawn_at", "reason", "author")


class WithdrawalAdmin(AnyModelAdmin):
    """Has an action and a page that ask for a reason, and then withdraw."""

    def has_withdraw_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("news.withdraw_item"))

    @admin.action(description="Withdraw: erase the texts, keep no count", permissions=["withdraw"])
    def withdraw_selected(self, request: HttpRequest, queryset: QuerySet[Item]) -> HttpResponse | None:
        pks = list(queryset.order_by("seq").values_list("pk", flat=True)[: MAX_WITHDRAWN + 1])
        if len(pks) > MAX_WITHDRAWN:
            text = (
                f"More than {MAX_WITHDRAWN:,} headlines are selected: narrow the filters, and repeat it for the rest."
            )
            self.message_user(request, text, messages.ERROR)
            return None
        return self._ask(request, pks)

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.withdraw_view)
        return [path("withdraw/", view, name="news_item_withdraw"), *super().get_urls()]

    def withdraw_view(self, request: HttpRequest) -> HttpResponse:
        """Ask for the reason; a POST that has one withdraws exactly the items that were listed."""
        if not self.has_withdraw_permission(request):
            raise PermissionDenied
        pks = _parse_keys((request.POST if request.method == "POST" else request.GET).get("pks", ""))
        if request.method != "POST":
            return self._ask(request, pks)
        try:
            reason = parse_reason(request.POST.get("reason"))
        except HeadlineError as error:
            return self._ask(request, pks, problem=describe_problem(str(error), with_cure=True))
        if not reason:
            return self._ask(request, pks, problem="Give a reason.")
        self._withdraw(request, pks, reason)
        return HttpResponseRedirect(reverse("admin:news_item_changelist"))

    def _ask(self, request: HttpRequest, pks: Sequence[int], *, problem: str = "") -> HttpResponse:
        listed = list(Item.objects.filter(pk__in=pks[:MAX_LISTED]).order_by("seq"))
        context = {
            **self.admin_site.each_context(request),
            "title": "Withdraw headlines",
            "opts": self.model._meta,
            "listed": listed,
            "count": len(pks),
            "more": max(0, len(pks) - MAX_LISTED),
            "pks": ",".join(map(str, pks)),
            "problem": problem,
            "reason": request.POST.get("reason", ""),
        }
        return TemplateResponse(request, "admin/news/item/withdraw.html", context)

    def _withdraw(self, request: HttpRequest, pks: Sequence[int], reason: str) -> None:
        count = 0
        for first in range(0, len(pks), WITHDRAW_BATCH):
            batch = pks[first : first + WITHDRAW_BATCH]
            withdrawn = withdraw_items(batch, reason=reason, author=request.user.get_username())
            write_entries(request, withdrawn, f"Withdrawn: {reason}")
            count += len(withdrawn)
        text = f"{count} headline(s) withdrawn."
        if rest := len(pks) - count:
            text += f" {rest} had been withdrawn or removed before."
        self.message_user(request, text, messages.SUCCESS)


@admin.register(WithdrawnItem)
class WithdrawnItemAdmin(ReadOnlyAdmin):
    """Lists what was withdrawn, when, why and by whom. There are no texts."""

    list_display = COLUMNS
    fields = (*COLUMNS, time_column("published_at"), "external_id", "seq", "state_table")
    search_fields = ["item_id__exact"]
    search_help_text = "The whole id."
    ordering = ["-seq"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[WithdrawnItem]:
        withdrawals = ItemChange.objects.filter(kind=ChangeKind.WITHDRAWN)
        items = WithdrawnItem.with_withdrawn.filter(is_withdrawn=True).order_by("-seq")
        return items.prefetch_related(Prefetch("changes", queryset=withdrawals))

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.has_perm("news.view_item"))

    @admin.display(description="tickers")
    def ticker_list(self, item: WithdrawnItem) -> str:
        return ", ".join(item.tickers)

    @admin.display(description="withdrawn at")
    def withdrawn_at(self, item: WithdrawnItem) -> SafeString | str:
        return render_time(item.appended_at)

    @admin.display(description="reason")
    def reason(self, item: WithdrawnItem) -> str:
        return next((change.reason for change in item.changes.all()), "")

    @admin.display(description="by")
    def author(self, item: WithdrawnItem) -> str:
        return next((change.author for change in item.changes.all()), "")

    @admin.display(description="states")
    def state_table(self, item: WithdrawnItem) -> SafeString:
        return render_states(item)


def _parse_keys(text: str) -> list[int]:
    """Return the primary keys in a list separated by commas; what is no key is none of ours."""
    keys = [int(part) for part in text.split(",") if part.isascii() and part.isdigit() and len(part) < 19]
    return sorted(set(keys))[:MAX_WITHDRAWN]
