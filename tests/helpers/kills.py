"""Kill a server again and again while items are posted, corrected, scored again and withdrawn."""

import asyncio
from contextlib import AsyncExitStack
from random import randrange

from tests.helpers.load_clients import LoadClients, Poster, committed, head_seq, until_all_have_the_log
from tests.helpers.server import Server
from tests.helpers.server_process import Process
from tests.helpers.waiting import WAIT_SECONDS

INCLUDES = ("", "changes", "headline,entities,changes")
SECONDS_BETWEEN_CHANGES = 0.05
CHANGE = """
from tests.helpers.changes import change_at_random

change_at_random({seed}, changes={changes}, pause_seconds={pause})
"""


async def kill_while_posting_and_changing(
    server: Server, *, kills: int, rate: int, clients: int, changes: int, seconds: float = WAIT_SECONDS
) -> None:
    """Fail unless every client has each place of the log once, in order, as the same event, after `kills` kills.

    A third of the clients asks for no changes, one for changes, one for those of a ticker with headlines and entities.
    Another process makes `changes` to the newest items.
    """
    groups = [
        LoadClients(server.url, clients=clients // 3, include=include, tickers="AAPL" if "headline" in include else "")
        for include in INCLUDES
    ]
    async with AsyncExitStack() as stack:
        for group in groups:
            await stack.enter_async_context(group)
            await group.until_all_follow()
        async with Poster(server, rate=rate) as poster:
            script = CHANGE.format(seed=kills, changes=changes, pause=SECONDS_BETWEEN_CHANGES)
            changing = Process(server, "shell", "-v0", "-c", script, name="changes")
            for _ in range(kills):
                target = await asyncio.to_thread(head_seq, server) + randrange(rate // 10, rate)
                await groups[0].until_all_have(target, seconds=seconds)
                await asyncio.to_thread(server.kill)
                await asyncio.to_thread(server.start)
            assert await asyncio.to_thread(changing.wait, seconds=seconds) == 0, changing.log
        await until_all_have_the_log(poster, *groups, seconds=seconds)
        for group in groups:
            assert {client.start for client in group.clients} == {0}
            await asyncio.to_thread(group.check_log_of, server)
            assert min(len(client.endings) for client in group.clients) >= kills
    assert {*groups[1].kinds.values()} == {b"new_item", b"item_updated", b"item_removed"}
    check_created_are_in_the_log(poster)


def check_created_are_in_the_log(poster: Poster) -> None:
    """Fail unless the items whose posts were answered are in the log, in the order of the posts."""
    answered = set(poster.created)
    log = dict.fromkeys(item_id for _, item_id in committed(poster.server))
    assert [item_id for item_id in log if item_id in answered] == poster.created
