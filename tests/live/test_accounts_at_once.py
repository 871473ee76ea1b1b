"""Concurrent requests to several servers on one database: limits and single use still hold."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.helpers.account_clients import AccountClient, start_anonymous_session
from tests.helpers.server import Server

SERVERS = 2


@pytest.fixture(params=["sqlite", "postgres"])
def servers(request: pytest.FixtureRequest, start_clean_server: Callable[..., Server], tmp_path: Path) -> list[Server]:
    """Return the servers of one site."""
    if request.param == "sqlite":
        return [start_clean_server() for _ in range(SERVERS)]
    url = request.getfixturevalue("postgres_url")
    return [start_clean_server(DATABASE_URL=url) for _ in range(SERVERS)]


def run_concurrently(send: Callable[[int], int], count: int) -> Counter[int]:
    """Call `send` with the numbers below `count` from ten threads; returns how often each status was returned."""
    with ThreadPoolExecutor(10) as pool:
        return Counter(pool.map(send, range(count)))


def test_ticket_used_concurrently_opens_one_stream(servers: list[Server]) -> None:
    client = start_anonymous_session(servers[0])
    path = client.add()

    def use(ticket: str) -> Counter[int]:
        def open_and_close(n: int) -> int:
            with AccountClient(servers[n % SERVERS], {}).open(path, f"?ticket={ticket}") as stream:
                return stream.status

        return run_concurrently(open_and_close, 10)

    assert [use(client.create_ticket()) for _ in range(5)] == [{200: 1, 401: 9}] * 5


def test_configurations_created_concurrently_keep_unique_names_and_limit(servers: list[Server]) -> None:
    client = start_anonymous_session(servers[0])

    def add(name: str, n: int) -> int:
        return client.call("POST", "configurations", {"name": name, "tickers": ["F"]}, server=servers[n % SERVERS])[0]

    assert run_concurrently(lambda n: add("one", n), 10) == {201: 1, 409: 9}
    assert run_concurrently(lambda n: add(f"name {n}", n), 60) == {201: 49, 409: 11}
    assert len(client.call("GET", "configurations")[1]["configurations"]) == 50
