"""Limit how often a client may make an expensive request; further requests get 429.

The limits hold across all processes of the site; see `common.request_counter`.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import ip_address, ip_network
from threading import Lock

from django.conf import settings
from django.http import HttpRequest
from ninja.throttling import BaseThrottle

from common.client_ip import get_client_ip
from common.request_counter import add_to_count

RESERVE_DIVISOR = 50  # a process reserves this part of a limit at once
MAX_RESERVES = 10_000  # clients


@dataclass(slots=True)
class _Reserve:
    """Requests of one client that are counted and not made yet."""

    window_end: int  # Unix seconds
    requests: int


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
        self._reserves: dict[str, _Reserve] = {}
        self._lock = Lock()

    def allow_request(self, request: HttpRequest) -> bool:
        """Count a request and return whether it is within the limit."""
        if not settings.RATELIMIT_ENABLE or not self.applies_to(request):
            return True
        limit, client, window_end = int(getattr(settings, self.setting)), self._client(request), self._window_end
        if self._take_from_reserve(client, window_end):
            return True
        # Of a high limit, several requests are counted at once, because to count takes a statement of the database.
        number = max(1, limit // RESERVE_DIVISOR)
        count = add_to_count(client, number, window_end=window_end)
        allowed = min(number, limit - (count - number))
        if allowed > 1:
            self._reserve(client, _Reserve(window_end, allowed - 1))
        return allowed > 0

    def refund(self, request: HttpRequest) -> None:
        """Take back the count of a request."""
        if settings.RATELIMIT_ENABLE:
            add_to_count(self._client(request), -1, window_end=self._window_end)

    def wait(self) -> float:
        """Return the seconds until the next window begins."""
        return self.seconds - self.now() % self.seconds

    @property
    def _window_end(self) -> int:
        return (int(self.now()) // self.seconds + 1) * self.seconds

    def _client(self, request: HttpRequest) -> str:
        return f"{self.setting}:{self.get_key(request)}"

    def _take_from_reserve(self, client: str, window_end: int) -> bool:
        with self._lock:
            reserve = self._reserves.get(client)
            if reserve is None or reserve.window_end != window_end or not reserve.requests:
                return False
            reserve.requests -= 1
            return True

    def _reserve(self, client: str, reserve: _Reserve) -> None:
        with self._lock:
            if len(self._reserves) >= MAX_RESERVES:
                self._reserves.clear()  # what they hold is counted, so clients get a little less
            self._reserves[client] = reserve


def token_key(request: HttpRequest) -> str:
    """Return the key of the token that authenticated a request."""
    return f"token-{request.auth.pk}"  # type: ignore[attr-defined]  # ninja sets it before it runs throttles


def address_key(request: HttpRequest) -> str:
    """Return the key of the client's address."""
    return make_address_key(get_client_ip(request))


@lru_cache(maxsize=1024)
def make_address_key(text: str) -> str:
    """Return an IPv4 address, or the /64 network of an IPv6 one, which one site is assigned as a whole (RFC 6177)."""
    try:
        address = ip_address(text)
    except ValueError:
        return "unknown"
    return str(address if address.version == 4 else ip_network((address, 64), strict=False))
