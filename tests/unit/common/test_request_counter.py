"""Requests are counted exactly, across threads and connections, and counting holds no request up."""

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from django.conf import LazySettings
from django.core.cache import cache
from django.db import connection, connections, transaction
from django.test import Client
from structlog.testing import capture_logs

from accounts.models import RequestCount
from common import request_counter
from common.request_counter import RETRY_SECONDS, add_to_count
from tests.helpers.api_client import detail_of
from tests.helpers.waiting import until

WINDOW_END = 2_000_000_000


@pytest.fixture(autouse=True)
def _counter_works(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test begins with the failures or the counts of another."""
    monkeypatch.setattr(request_counter, "_shared", request_counter._SharedCounter())
    cache.clear()


@pytest.mark.django_db
def test_add_to_count_starts_again_with_each_window() -> None:
    counts = [add_to_count("client", 1, window_end=end) for end in (60, 60, 120, 120, 180)]

    assert counts == [1, 2, 1, 2, 1]
    assert add_to_count("other", 1, window_end=180) == 1
    assert RequestCount.objects.count() == 2  # one row for each client, however many windows


@pytest.mark.django_db
def test_add_to_count_can_take_back() -> None:
    assert [add_to_count("client", number, window_end=60) for number in (1, 1, -1, 1)] == [1, 2, 1, 2]


@pytest.mark.django_db(transaction=True)
def test_add_to_count_from_many_connections_loses_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(request_counter, "SQLITE_BUSY_MILLISECONDS", 60_000)  # however busy the machine

    def count(_: int) -> list[int]:
        try:
            return [add_to_count("client", 1, window_end=WINDOW_END) for _ in range(25)]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        counts = [number for part in pool.map(count, range(4)) for number in part]

    assert sorted(counts) == list(range(1, 101))


@pytest.mark.sqlite
@pytest.mark.django_db(transaction=True)
def test_add_to_count_database_locked_counts_in_the_process_until_it_is_free() -> None:
    is_locked, may_end = Event(), Event()

    def hold_lock() -> None:
        with transaction.atomic():
            RequestCount.objects.filter(key="none").delete()
            is_locked.set()
            may_end.wait(60)
        connections.close_all()

    with ThreadPoolExecutor(1) as pool, capture_logs() as logs:
        holder = pool.submit(hold_lock)
        is_locked.wait(60)
        counts = [add_to_count("client", 1, window_end=WINDOW_END) for _ in range(3)]
        may_end.set()
        holder.result(60)
        until(lambda: time.monotonic() > request_counter._shared._retry_at, seconds=60 * RETRY_SECONDS)
        after = add_to_count("client", 1, window_end=WINDOW_END)

    assert counts == [1, 2, 3]
    assert after == 1
    assert [log["event"] for log in logs] == ["rate_limit_store_failed", "rate_limit_store_recovered"]
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout")
        assert cursor.fetchone() == (20_000,)


@pytest.mark.django_db
def test_text_search_beyond_limit_of_address_returns_429(client: Client, settings: LazySettings) -> None:
    settings.TEXT_SEARCHES_PER_MINUTE = 2
    # Twice the limit and one more: the minute may end in between.
    responses = [client.get("/api/v2/items?q=apple") for _ in range(5)]

    detail_of(responses[-1], 429)
    assert 1 <= int(responses[-1]["Retry-After"]) <= 60
    assert client.get("/api/v2/items?q=apple", REMOTE_ADDR="203.0.113.9").status_code == 200
    assert {client.get("/api/v2/items").status_code for _ in range(5)} == {200}
