"""Fifty kills under load: no client loses, doubles or reorders an event."""

from collections.abc import Callable

from tests.helpers.kills import kill_while_posting_and_changing
from tests.helpers.server import Server


async def test_server_killed_fifty_times_while_items_are_posted_and_changed_loses_nothing(
    start_server: Callable[..., Server],
) -> None:
    server = start_server(STREAM_MAX_CONNECTIONS=1000, STREAM_MAX_PER_ADDRESS=1000)

    await kill_while_posting_and_changing(server, kills=50, rate=500, clients=201, changes=2000, seconds=600)
