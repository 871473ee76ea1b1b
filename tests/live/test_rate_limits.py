"""Rate limits hold over all processes of the site together, with and without Redis."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from scripts.local_services import Valkey, running_valkey
from tests.helpers.server import Server
from tests.helpers.waiting import until

LIMIT = 10


@pytest.fixture
def valkey() -> Iterator[Valkey]:
    with running_valkey() as server:
        yield server


def count_sessions(servers: list[Server]) -> list[int]:
    """Request anonymous sessions of both servers at the same time, within one minute; returns the statuses."""
    until(lambda: time.time() % 60 < 40)
    with ThreadPoolExecutor(4) as pool:
        calls = [pool.submit(servers[number % 2].call, "/api/v2/auth/anonymous", {}) for number in range(3 * LIMIT)]
        return [call.result()[0] for call in calls]


def test_limit_two_processes_one_sqlite_file(start_server: Callable[..., Server]) -> None:
    servers = [start_server(RATELIMIT_ENABLE=1, ANONYMOUS_SESSIONS_PER_MINUTE=LIMIT) for _ in range(2)]

    statuses = count_sessions(servers)

    assert sorted(statuses) == [201] * LIMIT + [429] * 2 * LIMIT


def test_limit_two_processes_on_postgres(start_server: Callable[..., Server], postgres_url: str) -> None:
    options = {"RATELIMIT_ENABLE": 1, "ANONYMOUS_SESSIONS_PER_MINUTE": LIMIT, "DATABASE_URL": postgres_url}
    servers = [start_server(**options) for _ in range(2)]

    assert sorted(count_sessions(servers)) == [201] * LIMIT + [429] * 2 * LIMIT


def test_limit_two_processes_with_redis_and_while_it_is_down(
    start_server: Callable[..., Server], valkey: Valkey
) -> None:
    options = {"RATELIMIT_ENABLE": 1, "ANONYMOUS_SESSIONS_PER_MINUTE": LIMIT, "REDIS_URL": valkey.url}
    servers = [start_server(**options) for _ in range(2)]

    shared = count_sessions(servers)
    valkey.stop()
    alone = count_sessions(servers)

    assert sorted(shared) == [201] * LIMIT + [429] * 2 * LIMIT
    assert sorted(alone) == [201] * 2 * LIMIT + [429] * LIMIT  # each process by itself
