"""Many clients that are disconnected in every way while items are posted and changed: each gets each place of the log
once, in order."""

import asyncio
import socket
from collections.abc import Callable
from random import randrange

import pytest

from tests.helpers.kills import check_created_are_in_the_log, kill_while_posting_and_changing
from tests.helpers.load_clients import LoadClients, Poster, until_all_have_the_log
from tests.helpers.server import Server
from tests.helpers.waiting import allow_for_load

ROOM = {"STREAM_MAX_CONNECTIONS": 1000, "STREAM_MAX_PER_ADDRESS": 1000}
GRACE_SECONDS = 15  # 10 s for the streams, and the end of the process


@pytest.fixture
def server(start_clean_server: Callable[..., Server]) -> Server:
    return start_clean_server(**ROOM)


async def test_stream_clients_drop_at_random_bytes_get_every_item_once_in_order(server: Server) -> None:
    everything = LoadClients(server.url, clients=100, drops=3)
    filtered = LoadClients(server.url, clients=100, drops=3, tickers="AAPL", version="1.0")
    async with everything, filtered:
        await everything.until_all_follow()
        await filtered.until_all_follow()

        async with Poster(server) as poster:
            await poster.until_sent(2000)

        await check_all_get_the_log(poster, everything, filtered)
    assert len(poster.created) == poster.sent
    for group in (everything, filtered):
        assert sum(len(client.endings) for client in group.clients) > 2 * len(group.clients)


async def test_stream_server_killed_while_posting_loses_nothing(server: Server) -> None:
    await kill_while_posting_and_changing(server, kills=4, rate=200, clients=60, changes=80)


async def test_stream_sigterm_while_posting_ends_cleanly_and_loses_nothing(server: Server) -> None:
    async with LoadClients(server.url, clients=200, retry_factor=0.1) as group:
        await group.until_all_follow()

        async with Poster(server, rate=200) as poster:
            await group.until_all_have(randrange(50, 200))
            with half_sent_request(server):
                status = await asyncio.wait_for(asyncio.to_thread(server.stop), allow_for_load(GRACE_SECONDS))
            await asyncio.to_thread(server.start)

        await check_all_get_the_log(poster, group)
    assert status == 0
    check_ended_with_jittered_retries(group)


async def test_stream_restart_spreads_reconnects_and_serves_all(server: Server) -> None:
    async with LoadClients(server.url, clients=500, retry_factor=1) as group:
        await group.until_all_follow()

        async with Poster(server, rate=20) as poster:
            await group.until_all_have(10)
            await asyncio.to_thread(server.stop)
            await asyncio.to_thread(server.start)

        await check_all_get_the_log(poster, group)
    check_ended_with_jittered_retries(group)
    # A client that comes back while the old process still drains is told when to try again.
    rejections = [rejection for client in group.clients for rejection in client.rejections]
    assert all(status == 503 and retry_after > 0 for status, retry_after in rejections)
    assert len(rejections) < len(group.clients) / 10


async def test_stream_clients_rejected_at_limit_connect_when_slots_are_free(
    start_clean_server: Callable[..., Server],
) -> None:
    server = start_clean_server(STREAM_MAX_CONNECTIONS=20, STREAM_MAX_PER_ADDRESS=20)
    house = LoadClients(server.url, clients=20)
    queue = LoadClients(server.url, clients=10, retry_factor=0.02)
    async with house:
        await house.until_all_follow()
        async with queue:
            await queue.until_all(lambda client: len(client.rejections) > 1, "has been rejected twice")
            await house.leave()
            await queue.until_all_follow()

            await check_all_get_the_log(Poster(server), queue)
    rejections = [rejection for client in queue.clients for rejection in client.rejections]
    assert {status for status, _ in rejections} == {503}
    assert min(seconds for _, seconds in rejections) >= 1
    assert len({seconds for _, seconds in rejections}) > 1


async def check_all_get_the_log(poster: Poster, *groups: LoadClients) -> None:
    """Wait until every client has reached the end of the log, and compare its items with those committed."""
    await until_all_have_the_log(poster, *groups)
    for group in groups:
        assert {client.start for client in group.clients} == {0}
        await asyncio.to_thread(group.check_log_of, poster.server)
    await asyncio.to_thread(check_created_are_in_the_log, poster)


def check_ended_with_jittered_retries(group: LoadClients) -> None:
    """Fail unless each client had one earlier stream, which the server ended with a `retry:` of its own."""
    endings = [ending for client in group.clients for ending in client.endings]
    assert len(endings) == len(group.clients)
    assert [ending for ending in endings if not (ending.is_clean and ending.retry)] == []
    retries = {ending.retry for ending in endings}
    assert len(retries) > len(endings) / 2
    assert max(retries) - min(retries) > 1000


def half_sent_request(server: Server) -> socket.socket:
    """Open a connection and send an incomplete request."""
    client = socket.create_connection(("127.0.0.1", server.port), 60)
    client.sendall(b"GET /api/v2/stream HTTP/1.1\r\nHost:")
    return client
