"""Count requests for the rate limits of all processes together: in Redis if there is one, otherwise in the database.

While that is not available, each process counts for itself: a limit is then looser, but no request fails or waits.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from hashlib import blake2b
from random import random
from typing import Any

import structlog
from django.conf import settings
from django.core.cache import cache
from django.db import Error, connection

from common.database import is_unavailable

RETRY_SECONDS = 1.0  # after a failure
REDIS_SECONDS = 0.5  # for an answer of Redis
SQLITE_BUSY_MILLISECONDS = 500  # for the lock of a writer
PRUNE_SHARE = 0.001  # of the counted requests delete the counts of windows that are over

TABLE = "accounts_requestcount"  # of accounts.models.RequestCount
# One statement, so that no two processes can read the same count.
ADD = f"""
    INSERT INTO {TABLE} (key, window_end, requests) VALUES (%s, %s, %s)
    ON CONFLICT (key) DO UPDATE SET
        requests = excluded.requests
            + CASE WHEN {TABLE}.window_end = excluded.window_end THEN {TABLE}.requests ELSE 0 END,
        window_end = excluded.window_end
    RETURNING requests
"""  # noqa: S608 - its own text alone

logger = structlog.get_logger(__name__)


class _SharedCounter:
    """The counter that all processes share, and whether it works."""

    def __init__(self) -> None:
        self._is_failing = False
        self._retry_at = 0.0  # monotonic

    def add(self, key: str, number: int, window_end: int) -> int | None:
        """Add to a count and return it; None while the counter is not available."""
        if time.monotonic() < self._retry_at:
            return None
        try:
            count = (_add_in_redis if settings.REDIS_URLS else _add_in_database)(key, number, window_end)
        except Exception as error:
            if isinstance(error, Error) and not is_unavailable(error):
                raise
            self._retry_at = time.monotonic() + RETRY_SECONDS
            if not self._is_failing:
                effect = "rate limits count per process until it works"
                logger.warning("rate_limit_store_failed", error=str(error), effect=effect)
            self._is_failing = True
            return None
        if self._is_failing:
            logger.warning("rate_limit_store_recovered")
            self._is_failing = False
        return count


_shared = _SharedCounter()


def add_to_count(client: str, number: int, *, window_end: int) -> int:
    """Add to the requests of a client in the window that ends at `window_end` (Unix seconds); return their number."""
    # Not the client's address itself: the store needs no personal data.
    key = blake2b(client.encode(), digest_size=16).hexdigest()
    count = _shared.add(key, number, window_end)
    return _add_in_process(key, number, window_end) if count is None else count


def _add_in_database(key: str, number: int, window_end: int) -> int:
    with connection.cursor() as cursor, _short_wait():
        cursor.execute(ADD, [key, window_end, number])
        (count,) = cursor.fetchone()
        if random() < PRUNE_SHARE:
            cursor.execute(f"DELETE FROM {TABLE} WHERE window_end < %s", [int(time.time())])  # noqa: S608
    return int(count)


@contextmanager
def _short_wait() -> Iterator[None]:
    """Wait for SQLite's write lock only for a moment: an import may hold it for long."""
    if connection.vendor != "sqlite":
        yield
        return
    driver_connection = connection.connection
    driver_connection.execute(f"PRAGMA busy_timeout = {SQLITE_BUSY_MILLISECONDS}")
    try:
        yield
    finally:
        usual = int(1000 * connection.settings_dict["OPTIONS"].get("timeout", 5))
        driver_connection.execute(f"PRAGMA busy_timeout = {usual}")


def _add_in_redis(key: str, number: int, window_end: int) -> int:
    name = f"sentiment:requests:{key}:{window_end}"
    with _get_redis(settings.REDIS_URLS[0]).pipeline() as pipeline:
        pipeline.incrby(name, number)
        # A minute more than the window lasts, because the clocks of machines differ.
        pipeline.expireat(name, window_end + 60)
        return int(pipeline.execute()[0])


@lru_cache(maxsize=1)
def _get_redis(url: str) -> Any:
    from redis import Redis  # of an extra

    return Redis.from_url(url, socket_timeout=REDIS_SECONDS, socket_connect_timeout=REDIS_SECONDS)


def _add_in_process(key: str, number: int, window_end: int) -> int:
    name = f"requests:{key}:{window_end}"
    cache.add(name, 0, timeout=max(1, window_end - time.time()) + 60)
    try:
        return int(cache.incr(name, number))
    except ValueError:  # the cache evicted the count in between
        return 0
