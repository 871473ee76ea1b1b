"""End the server again and again while items are posted and a crowd follows with resume; count what went wrong.

`python -m benchmarks.kills [--kills 50] [--clients 200] [--rate 500]`: a run with SIGKILL, then one with SIGTERM.
Exits with 1 if a client lost an item, got one twice or out of order, or was told to start afresh.
"""

import argparse
import asyncio
import signal
import sys
import time
from collections.abc import Callable
from random import randrange

from benchmarks.storing import fresh_site
from tests.helpers.load_clients import Crowd, Poster, committed, head_seq, until_all_have_the_log
from tests.helpers.server import Server

CATCH_UP_SECONDS = 120
COLUMNS = (
    "signal", "kills", "items committed", "clients", "events delivered", "reconnects",
    "lost", "doubled", "out of order", "resets", "longest time without an event, s", "longest outage, s",
)  # fmt: skip


def main() -> None:
    """Print a table with a row for each signal."""
    parser = argparse.ArgumentParser(description="End the server while a crowd follows; count what went wrong.")
    parser.add_argument("--kills", type=int, default=50, help="how often in each run (default: %(default)s)")
    parser.add_argument("--clients", type=int, default=200, help="that follow (default: %(default)s)")
    parser.add_argument("--rate", type=int, default=500, help="items posted a second (default: %(default)s)")
    options = parser.parse_args()
    print(f"| {' | '.join(COLUMNS)} |\n|{'---|' * len(COLUMNS)}", flush=True)
    runs = [run("SIGKILL", Server.kill, **vars(options)), run("SIGTERM", Server.stop, **vars(options))]
    sys.exit(0 if all(runs) else 1)


def run(name: str, end: Callable[[Server], int], *, kills: int, clients: int, rate: int) -> bool:
    """Print the row of one run, and what went wrong, if anything did; returns whether nothing did."""
    with fresh_site() as server:
        server.environment |= {"STREAM_MAX_CONNECTIONS": str(2 * clients), "STREAM_MAX_PER_ADDRESS": str(2 * clients)}
        server.token = server.manage("create_token", "--scope", "ingest").stdout.strip()
        server.start()
        crowd = Crowd(server.url, clients=clients)
        try:
            outages, answered = asyncio.run(follow_through_kills(server, crowd, end, kills=kills, rate=rate))
            log = committed(server)
        except AssertionError as error:
            print(f"{name}: {error}", file=sys.stderr)
            return False
        finally:
            server.kill()
    verdicts = [verdict for _, verdict in crowd.compare(log)]
    # An item whose post was answered and that is not in the log is lost to everybody.
    lost = len(set(answered).difference(item_id for _, item_id in log))
    cells = (
        name,
        kills,
        len(log),
        clients,
        sum(client.events for client in crowd.clients),
        sum(len(client.endings) for client in crowd.clients),
        lost + sum(len(verdict.lost) for verdict in verdicts),
        sum(len(verdict.doubled) for verdict in verdicts),
        sum(len(verdict.reordered) for verdict in verdicts),
        sum(len(client.resets) for client in crowd.clients),
        round(max(client.longest_silence for client in crowd.clients), 1),
        round(max(outages), 1),
    )
    print("| " + " | ".join(f"{cell:,}" if isinstance(cell, int) else f"{cell}" for cell in cells) + " |", flush=True)
    try:
        crowd.check(log)
    except AssertionError as error:
        print(error, file=sys.stderr)
        return False
    return not lost


async def follow_through_kills(
    server: Server, crowd: Crowd, end: Callable[[Server], int], *, kills: int, rate: int
) -> tuple[list[float], list[str]]:
    """End and start the server while items are posted; returns how long each outage was, and the items answered."""
    outages = []
    async with crowd:
        await crowd.until_all_follow()
        async with Poster(server, rate=rate) as poster:
            for number in range(kills):
                # Not when all is quiet: each client follows, and how far it is from the present is left to chance.
                there = await asyncio.to_thread(head_seq, server) + rate // 2 + randrange(rate)
                await crowd.until_all_have(there, seconds=CATCH_UP_SECONDS)
                began = time.monotonic()
                status = await asyncio.to_thread(end, server)
                assert status in (0, -signal.SIGKILL), f"exit status {status}"
                await asyncio.to_thread(server.start)
                outages.append(time.monotonic() - began)
                print(f"{number + 1} of {kills}", end="\r", file=sys.stderr)
        await until_all_have_the_log(poster, crowd, seconds=CATCH_UP_SECONDS)
    return outages, poster.created


if __name__ == "__main__":
    main()
