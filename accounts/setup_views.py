"""The page behind a set-up link: a form for the owner's name and password, or why the link is not valid."""

import math
from typing import TYPE_CHECKING, Any

import structlog
from django import forms
from django.contrib.auth import login, password_validation
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import cache_control
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts.login_throttle import WINDOW_SECONDS
from accounts.setup_links import LinkProblem, RejectedLinkError, check_link, is_local, use_link
from common.client_ip import get_client_ip
from common.rate_limit import RateLimit, address_key

# Django's class is generic in its type stubs only.
if TYPE_CHECKING:
    UserModelForm = forms.ModelForm[User]
else:
    UserModelForm = forms.ModelForm

logger = structlog.get_logger(__name__)
rejected_tries = RateLimit(
    "SIGN_IN_FAILURES", get_key=lambda request: f"set-up {address_key(request)}", seconds=WINDOW_SECONDS
)


class OwnerForm(UserModelForm):
    """Name and password of the owner."""

    password = forms.CharField(
        strip=False,
        max_length=1_000,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="8 characters or more.",
    )

    class Meta:
        model = User
        fields = ["username"]
        labels = {"username": "Name"}
        help_texts = {"username": ""}
        widgets = {
            "username": forms.TextInput(
                attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false", "autofocus": True}
            )
        }

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if password := cleaned.get("password"):
            try:
                password_validation.validate_password(password, User(username=cleaned.get("username", "")))
            except ValidationError as error:
                self.add_error("password", error)
        return cleaned


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
@cache_control(no_store=True, private=True)
def set_up(request: HttpRequest) -> HttpResponse:
    """Show the form, which changes nothing, so that previews of the link don't use it up; then make the owner."""
    secret = request.GET.get("key", "")
    # Counted before the link is checked: otherwise none of many concurrent tries would see a rejection.
    if not rejected_tries.allow_request(request):
        return _build_throttled_response(request)
    try:
        if not is_local(request):
            raise RejectedLinkError(LinkProblem.REMOTE)
        check_link(secret)
        rejected_tries.refund(request)
        form = OwnerForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            owner = use_link(secret, name=form.cleaned_data["username"], password=form.cleaned_data["password"])
            login(request, owner)
            return _hide_address(redirect("add-news"))
    except RejectedLinkError as error:
        return _build_problem_page(request, error.problem)
    return _hide_address(render(request, "accounts/set_up.html", {"form": form}))


def _build_problem_page(request: HttpRequest, problem: LinkProblem) -> HttpResponse:
    logger.warning("setup_link_rejected", client=get_client_ip(request), reason=problem.name.lower())
    context = {"problem": problem, "client": get_client_ip(request), "is_remote": problem is LinkProblem.REMOTE}
    return _hide_address(render(request, "accounts/set_up_rejected.html", context, status=problem.status))


def _build_throttled_response(request: HttpRequest) -> HttpResponse:
    seconds = math.ceil(rejected_tries.wait())
    context = {"minutes": math.ceil(seconds / 60)}
    response = _hide_address(render(request, "accounts/set_up_rejected.html", context, status=429))
    response["Retry-After"] = str(seconds)
    return response


def _hide_address(response: HttpResponse) -> HttpResponse:
    """Keep the secret out of Referer. Not `no-referrer`: browsers then send `Origin: null`, which fails CSRF checks."""
    response["Referrer-Policy"] = "strict-origin"
    return response
