"""Limit failed logins per IP address. Successful logins do not count."""

import math
from collections.abc import Callable
from functools import wraps
from typing import Any

import structlog
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from accounts.throttle_keys import address_key
from common.client_ip import get_client_ip
from common.rate_limit import RateLimit

WINDOW_SECONDS = 15 * 60

View = Callable[..., HttpResponseBase]
logger = structlog.get_logger(__name__)
failures = RateLimit("SIGN_IN_FAILURES", get_key=address_key, seconds=WINDOW_SECONDS)


def throttle_login(view: View) -> View:
    """Make a login view return 429 to addresses with more than SIGN_IN_FAILURES failures per window."""

    @wraps(view)
    def throttled(request: HttpRequest, *args: Any, **options: Any) -> HttpResponseBase:
        if request.method != "POST":
            return view(request, *args, **options)
        # Counted before the password is checked: otherwise none of many concurrent attempts would see a failure.
        if not failures.allow_request(request):
            logger.warning("sign_in_rejected", client=get_client_ip(request))
            return _build_throttled_response(request)
        response = view(request, *args, **options)
        if response.status_code != 200:  # 200 is the form again, because name and password did not match
            failures.refund(request)
        return response

    return throttled


def _build_throttled_response(request: HttpRequest) -> HttpResponse:
    seconds = math.ceil(failures.wait())
    response = render(request, "accounts/locked.html", {"minutes": math.ceil(seconds / 60)}, status=429)
    response["Retry-After"] = str(seconds)
    return response
