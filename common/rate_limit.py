"""Limit how often a client may make an expensive request; further requests get 429.

The limits hold across all processes of the site; see `common.request_counter`.
"""

import time
from collections.abc import Callable
from ipaddress import ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest
from ninja.throttling import BaseThrottle

from common.client_ip import get_client_ip
from common.request_counter import add_to_count


class RateLimit(BaseThrottle):
    """Allows each client a number of requests per fixed window of the clock.

    setting: name of the setting that has the number.
    seconds: length of a window.
    get_key: returns the key by which the requests of one client are counted.
    applies_to: returns whether a request counts; by default every request does.
    now: returns Unix seconds.
    """

    def __init__(
        self,
        setting: str,
        *,
        seconds: int,
        get_key: Callable[[HttpRequest], str],
        applies_to: Callable[[HttpRequest], bool] = lambda request: True,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.setting = setting
        self.seconds = seconds
        self.get_key = get_key
        self.applies_to = applies_to
        self.now = now

    def allow_request(self, request: HttpRequest) -> bool:
        """Count a request and return whether it is within the limit."""
        if not settings.RATELIMIT_ENABLE or not self.applies_to(request):
            return True
        return self._add(request, 1) <= int(getattr(settings, self.setting))

    def refund(self, request: HttpRequest) -> None:
        """Take back the count of a request."""
        if settings.RATELIMIT_ENABLE:
            self._add(request, -1)

    def wait(self) -> float:
        """Return the seconds until the next window begins."""
        return self.seconds - self.now() % self.seconds

    def _add(self, request: HttpRequest, number: int) -> int:
        window_end = (int(self.now()) // self.seconds + 1) * self.seconds
        return add_to_count(f"{self.setting}:{self.get_key(request)}", number, window_end=window_end)


def token_key(request: HttpRequest) -> str:
    """Return the key of the token that authenticated a request."""
    return f"token-{request.auth.pk}"  # type: ignore[attr-defined]  # ninja sets it before it runs throttles


def address_key(request: HttpRequest) -> str:
    """Return the client's IPv4 address or /64 network of IPv6, which one site is assigned as a whole (RFC 6177)."""
    text = get_client_ip(request)
    try:
        address = ip_address(text)
    except ValueError:
        return "unknown"
    return str(address if address.version == 4 else ip_network((address, 64), strict=False))
