"""Let no address try passwords for ever: after some failures it waits. Those who sign in at once are not counted."""

import math
from collections.abc import Callable
from functools import wraps
from typing import Any

import structlog
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from accounts.throttle_keys import address_key
from common.client_ip import get_client_ip
from common.rate_limit import RateLimit

SECONDS = 15 * 60

View = Callable[..., HttpResponseBase]
logger = structlog.get_logger(__name__)
failures = RateLimit("SIGN_IN_FAILURES", caller=address_key, seconds=SECONDS)


def throttle_login(view: View) -> View:
    """Have a view that takes a sign-in answer 429 to addresses that have failed too often."""

    @wraps(view)
    def throttled(request: HttpRequest, *args: Any, **options: Any) -> HttpResponseBase:
        if request.method != "POST":
            return view(request, *args, **options)
        # Counted before the password is looked at: of many tries at once all would find none that has failed.
        if not failures.allow_request(request):
            logger.warning("sign_in_refused", client=get_client_ip(request))
            seconds = math.ceil(failures.wait())
            page = {"minutes": math.ceil(seconds / 60)}
            refusal = render(request, "accounts/locked.html", page, status=429)
            refusal["Retry-After"] = str(seconds)
            return refusal
        response = view(request, *args, **options)
        if response.status_code != 200:  # not the form once more, which says that name and password did not match
            failures.refund(request)
        return response

    return throttled
