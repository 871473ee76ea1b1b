"""Accept X-Forwarded-Proto from trusted proxies only."""

from collections.abc import Callable
from typing import Any

from asgiref.sync import iscoroutinefunction
from django.http import HttpRequest
from django.utils.decorators import sync_and_async_middleware

from common.client_ip import is_trusted_proxy

FORWARDED_PROTO = "HTTP_X_FORWARDED_PROTO"


@sync_and_async_middleware
def trust_proxy_headers(get_response: Callable[[HttpRequest], Any]) -> Callable[[HttpRequest], Any]:
    """Remove X-Forwarded-Proto from requests of clients outside TRUSTED_PROXIES, before Django reads it."""
    if not iscoroutinefunction(get_response):

        def middleware(request: HttpRequest) -> Any:
            _drop_untrusted_headers(request)
            return get_response(request)

        return middleware

    async def async_middleware(request: HttpRequest) -> Any:
        _drop_untrusted_headers(request)
        return await get_response(request)

    return async_middleware


def _drop_untrusted_headers(request: HttpRequest) -> None:
    if FORWARDED_PROTO in request.META and not is_trusted_proxy(request.META.get("REMOTE_ADDR", "")):
        del request.META[FORWARDED_PROTO]
