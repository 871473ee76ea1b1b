"""How often one caller may do what costs the site something, by the clock; more is answered 429.

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


class Rate(BaseThrottle):
    """Lets each caller in as often in a stretch of time, a minute unless told, as the setting `limit` says."""

    def __init__(
        self,
        limit: str,
        *,
        caller: Callable[[HttpRequest], str],
        seconds: int = SECONDS,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.limit = limit
        self.caller = caller
        self.seconds = seconds
        self.now = now

    def allow_request(self, request: HttpRequest) -> bool:
        """Count a call and tell whether it is one of those allowed."""
        if not settings.RATELIMIT_ENABLE:
            return True
        # One counter, not ninja's list of times: that is written back whole, so calls at once are not all counted.
        key = self._key(request)
        cache.add(key, 0, timeout=self.seconds)
        try:
            return cache.incr(key) <= self._limit
        except ValueError:  # the cache dropped the counter in between
            return True

    def is_used_up(self, request: HttpRequest) -> bool:
        """Tell whether the next call would be one too many, without counting it."""
        return bool(settings.RATELIMIT_ENABLE and cache.get(self._key(request), 0) >= self._limit)

    def wait(self) -> float:
        """Return the seconds until the next stretch begins."""
        return self.seconds - self.now() % self.seconds

    @property
    def _limit(self) -> int:
        return int(getattr(settings, self.limit))

    def _key(self, request: HttpRequest) -> str:
        return f"rate:{self.limit}:{self.caller(request)}:{int(self.now()) // self.seconds}"


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
