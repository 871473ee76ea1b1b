"""How often one caller may do what costs the site something, by the clock's minutes; more is answered 429.

Counts are kept in the process: several processes let in as many times as much.
"""

import time
from collections.abc import Callable
from ipaddress import ip_address, ip_network

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from ninja.throttling import BaseThrottle

from accounts.address import client_address

SECONDS = 60


class MinuteRate(BaseThrottle):
    """Lets each caller in as often a minute as the setting `limit` says."""

    def __init__(
        self, limit: str, *, caller: Callable[[HttpRequest], str], now: Callable[[], float] = time.time
    ) -> None:
        self.limit = limit
        self.caller = caller
        self.now = now

    def allow_request(self, request: HttpRequest) -> bool:
        """Count a call and tell whether it is one of those allowed."""
        if not settings.RATELIMIT_ENABLE:
            return True
        # One counter, not ninja's list of times: that is written back whole, so calls at once are not all counted.
        key = f"rate:{self.limit}:{self.caller(request)}:{int(self.now()) // SECONDS}"
        cache.add(key, 0, timeout=SECONDS)
        try:
            return cache.incr(key) <= int(getattr(settings, self.limit))
        except ValueError:  # the cache dropped the counter in between
            return True

    def wait(self) -> float:
        """Return the seconds until the next minute begins."""
        return SECONDS - self.now() % SECONDS


def by_address(request: HttpRequest) -> str:
    """Return the client's address; of IPv6 the network, which is what one client is given (RFC 6177)."""
    text = client_address(request)
    try:
        address = ip_address(text)
    except ValueError:
        return "unknown"
    return str(address if address.version == 4 else ip_network((address, 64), strict=False))


def by_visitor(request: HttpRequest) -> str:
    """Return the token or the user that the request was let in for."""
    visitor = request.auth  # type: ignore[attr-defined]  # ninja sets it before it asks its throttles
    return f"user-{visitor.user.pk}" if visitor.token is None else f"token-{visitor.token.pk}"
