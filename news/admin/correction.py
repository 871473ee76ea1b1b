"""Correct a headline in the admin: the form, by the rules of posts, and what saves it."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.contrib.admin.widgets import AdminTextareaWidget, AdminTextInputWidget
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse

from common.time import format_time
from news.admin.base import AnyModelAdmin
from news.admin.entries import CORRECTED, write_entries
from news.ingest.analyzer_choice import inline_analyzer
from news.ingest.corrections import ItemWithdrawn, correct_item
from news.ingest.plain_problems import describe_problem
from news.ingest.tagging import get_rules
from news.ingest.validation import HeadlineError, parse_changes
from news.limits import MAX_REASON
from news.models import Item
from news.scoring import load_scorer

# Django's class is generic in its type stubs only.
if TYPE_CHECKING:
    ItemModelForm = forms.ModelForm[Item]
else:
    ItemModelForm = forms.ModelForm

FORM_FIELDS = ["title", "summary", "url", "tickers", "published_at", "reason", "opened_seq"]


class CorrectionForm(ItemModelForm):
    """The fields of a headline as text, and why they change.

    opened_seq: the item's place when the form was opened, so that no one overwrites what they have not seen.
    """

    title = forms.CharField(required=False, widget=AdminTextInputWidget)
    summary = forms.CharField(required=False, widget=AdminTextareaWidget)
    url = forms.CharField(required=False, label="URL", widget=AdminTextInputWidget)
    tickers = forms.CharField(
        required=False,
        widget=AdminTextInputWidget,
        help_text="Separated by commas, the most relevant first. Empty: those that are found in the text.",
    )
    published_at = forms.CharField(
        required=False, label="Published at", widget=AdminTextInputWidget, help_text="UTC, unless it has an offset."
    )
    reason = forms.CharField(
        max_length=MAX_REASON, widget=AdminTextInputWidget, help_text="Why it changes. It is public; your name is not."
    )
    opened_seq = forms.IntegerField(widget=forms.HiddenInput)

    class Meta:
        model = Item
        fields = ()

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        item = self.instance
        initial: dict[str, Any] = {
            "title": item.title,
            "summary": item.summary,
            "url": item.url,
            "tickers": ", ".join(item.tickers),
            "published_at": format_time(item.published_at),
            "opened_seq": item.seq,
        }
        self.initial.update(initial)

    @property
    def record(self) -> dict[str, object]:
        """The fields that were changed, in the form of a correction."""
        return {name: self.cleaned_data[name] for name in self.changed_data if name not in ("reason", "opened_seq")}

    def clean(self) -> dict[str, Any]:
        """Check the changed fields by the rules of posts."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        item = self.instance
        if cleaned.get("opened_seq") != item.seq:
            raise ValidationError("This headline has changed since you opened it: open it again to see how.")
        try:
            parse_changes(
                self.record,
                title=item.title,
                summary=item.summary,
                source=item.source,
                rules=get_rules(item.source),
                warnings=[],
            )
        except HeadlineError as error:
            name = str(error).partition("=")[0].partition(":")[0]
            self.add_error(name if name in self.fields else None, describe_problem(str(error), with_cure=True))
        return cleaned


class CorrectionAdmin(AnyModelAdmin):
    """Saves corrections through the log, never the item itself. Its list of fields begins with FORM_FIELDS."""

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.has_perm("news.change_item"))

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **options: Any) -> Any:
        # As it is: a form made for the model's fields would set them in the item, which `correct_item` is to change.
        if self.has_change_permission(request, obj):
            return CorrectionForm
        return super().get_form(request, obj, change, **options)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: Mapping[str, Any] | None = None,
    ) -> Any:
        if request.method == "POST":
            load_scorer(inline_analyzer())  # takes a moment once, which the transaction of the view should not
        return super().changeform_view(request, object_id, form_url, dict(extra_context or {}))

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        author = request.user.get_username()
        try:
            correction = correct_item(obj.item_id, form.record, reason=form.cleaned_data["reason"], author=author)
        except (ItemWithdrawn, Item.DoesNotExist):
            self.message_user(request, "The headline was withdrawn or removed meanwhile.", messages.ERROR)
            return
        for warning in correction.warnings:
            self.message_user(request, warning, messages.WARNING)

    def construct_change_message(self, request: HttpRequest, form: Any, formsets: Any, add: bool = False) -> Any:
        # Without the reason, which may quote a text that is withdrawn later; the states of the item have it.
        return f"{CORRECTED}{', '.join(form.record) or 'nothing'}"

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        return write_entries(request, [obj], message)[0]

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        obj.refresh_from_db()
        return super().response_change(request, obj)
