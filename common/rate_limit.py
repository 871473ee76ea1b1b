"""Limit how often a client may make an expensive request; further requests get 429.

Counters are kept per process, so with several processes the limits multiply.
"""

import time
from collections.abc import Callable
from contextlib import suppress

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from ninja.throttling import BaseThrottle


class RateLimit(BaseThrottle):
    """Allows each client a number of requests per fixed window of the clock.

    setting: name of the setting that has the number.
    seconds: length of a window.
    get_key: returns the key by which the requests of one client are counted.
    now: returns Unix seconds.
    """

    def __init__(
        self, setting: str, *, seconds: int, get_key: Callable[[HttpRequest], str], now: Callable[[], float] = time.time
    ) -> None:
        self.setting = setting
        self.seconds = seconds
        self.get_key = get_key
        self.now = now

    def allow_request(self, request: HttpRequest) -> bool:
        """Count a request and return whether it is within the limit."""
        if not settings.RATELIMIT_ENABLE:
            return True
        # A counter, not ninja's list of times: that is read, changed and written back, so concurrent requests get lost.
        key = self._get_cache_key(request)
        cache.add(key, 0, timeout=2 * self.seconds)
        try:
            return cache.incr(key) <= self._limit
        except ValueError:  # the cache evicted the counter in between
            return True

    def refund(self, request: HttpRequest) -> None:
        """Take back the count of a request."""
        with suppress(ValueError):  # the window is over, or limits are off
            cache.decr(self._get_cache_key(request))

    def wait(self) -> float:
        """Return the seconds until the next window begins."""
        return self.seconds - self.now() % self.seconds

    @property
    def _limit(self) -> int:
        return int(getattr(settings, self.setting))

    def _get_cache_key(self, request: HttpRequest) -> str:
        return f"rate:{self.setting}:{self.get_key(request)}:{int(self.now()) // self.seconds}"


def token_key(request: HttpRequest) -> str:
    """Return the key of the token that authenticated a request."""
    return f"token-{request.auth.pk}"  # type: ignore[attr-defined]  # ninja sets it before it runs throttles
