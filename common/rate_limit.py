"""How often one caller may do what costs the site something, by the clock; more is answered 429.

Counts are kept in the process: several processes let in as many times as much.
"""

import time
from collections.abc import Callable
from contextlib import suppress

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from ninja.throttling import BaseThrottle


class RateLimit(BaseThrottle):
    """Lets each caller in as often in so many `seconds` of the clock as the setting `limit` says."""

    def __init__(
        self, limit: str, *, seconds: int, caller: Callable[[HttpRequest], str], now: Callable[[], float] = time.time
    ) -> None:
        self.limit = limit
        self.seconds = seconds
        self.caller = caller
        self.now = now

    def allow_request(self, request: HttpRequest) -> bool:
        """Count a call and tell whether it is one of those allowed."""
        if not settings.RATELIMIT_ENABLE:
            return True
        # One counter, not ninja's list of times: that is written back whole, so calls at once are not all counted.
        key = self._key(request)
        cache.add(key, 0, timeout=2 * self.seconds)
        try:
            return cache.incr(key) <= self._limit
        except ValueError:  # the cache dropped the counter in between
            return True

    def refund(self, request: HttpRequest) -> None:
        """Have a call that was counted not count after all."""
        with suppress(ValueError):  # its stretch of time is over, or nothing is counted
            cache.decr(self._key(request))

    def wait(self) -> float:
        """Return the seconds until the next such stretch of time begins."""
        return self.seconds - self.now() % self.seconds

    @property
    def _limit(self) -> int:
        return int(getattr(settings, self.limit))

    def _key(self, request: HttpRequest) -> str:
        return f"rate:{self.limit}:{self.caller(request)}:{int(self.now()) // self.seconds}"


def token_key(request: HttpRequest) -> str:
    """Return the token that the request was let in for."""
    return f"token-{request.auth.pk}"  # type: ignore[attr-defined]  # ninja sets it before it asks its throttles
