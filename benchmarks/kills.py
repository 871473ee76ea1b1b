"""Kill the server repeatedly while items are posted and clients resume their streams; count delivery errors.

`python -m benchmarks.kills [--kills 50] [--clients 200] [--rate 500]`: a run with SIGKILL, then one with SIGTERM.
Exits with 1 if a client lost an item, received one twice or out of order, or received a `reset`.
"""

import argparse
import asyncio
import signal
import sys
import time
from collections.abc import Callable
from random import randrange

from benchmarks.sites import fresh_site
from tests.helpers.load_clients import LoadClients, Poster, committed, head_seq, until_all_have_the_log
from tests.helpers.server import Server

CATCH_UP_TIMEOUT_SECONDS = 120
COLUMNS = (
    "signal", "kills", "items committed", "clients", "events delivered", "reconnects",
    "lost", "doubled", "out of order", "resets", "longest time without an event, s", "longest outage, s",
)  # fmt: skip


def main() -> None:
    """Print a table with a row for each signal."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--kills", type=int, default=50, help="in each run (default: %(default)s)")
    parser.add_argument("--clients", type=int, default=200, help="number of clients (default: %(default)s)")
    parser.add_argument("--rate", type=int, default=500, help="items posted a second (default: %(default)s)")
    options = parser.parse_args()
    print(f"| {' | '.join(COLUMNS)} |\n|{'---|' * len(COLUMNS)}", flush=True)
    runs = [run("SIGKILL", Server.kill, **vars(options)), run("SIGTERM", Server.stop, **vars(options))]
    sys.exit(0 if all(runs) else 1)


def run(name: str, stop: Callable[[Server], int], *, kills: int, clients: int, rate: int) -> bool:
    """Print the row of one run and its delivery errors; returns whether there were none."""
    with fresh_site() as server:
        server.environment |= {"STREAM_MAX_CONNECTIONS": str(2 * clients), "STREAM_MAX_PER_ADDRESS": str(2 * clients)}
        server.start()
        load_clients = LoadClients(server.url, clients=clients)
        try:
            outages, created = asyncio.run(follow_through_kills(server, load_clients, stop, kills=kills, rate=rate))
            log = committed(server)
        except AssertionError as error:
            print(f"{name}: {error}", file=sys.stderr)
            return False
        finally:
            server.kill()
    verdicts = [verdict for _, verdict in load_clients.compare(log)]
    # An item whose POST was answered and that is not in the log is lost to all clients.
    lost = len(set(created).difference(item_id for _, item_id in log))
    cells = (
        name,
        kills,
        len(log),
        clients,
        sum(client.events for client in load_clients.clients),
        sum(len(client.endings) for client in load_clients.clients),
        lost + sum(len(verdict.lost) for verdict in verdicts),
        sum(len(verdict.doubled) for verdict in verdicts),
        sum(len(verdict.reordered) for verdict in verdicts),
        sum(len(client.resets) for client in load_clients.clients),
        round(max(client.longest_silence for client in load_clients.clients), 1),
        round(max(outages), 1),
    )
    print("| " + " | ".join(f"{cell:,}" if isinstance(cell, int) else f"{cell}" for cell in cells) + " |", flush=True)
    try:
        load_clients.check(log)
    except AssertionError as error:
        print(error, file=sys.stderr)
        return False
    return not lost


async def follow_through_kills(
    server: Server, load_clients: LoadClients, stop: Callable[[Server], int], *, kills: int, rate: int
) -> tuple[list[float], list[str]]:
    """Stop and start the server under posts; returns the seconds of each outage and the ids of created items."""
    outages = []
    async with load_clients:
        await load_clients.until_all_follow()
        async with Poster(server, rate=rate) as poster:
            for number in range(kills):
                # Kill under load, when clients are at different positions in the log.
                target_seq = await asyncio.to_thread(head_seq, server) + rate // 2 + randrange(rate)
                await load_clients.until_all_have(target_seq, seconds=CATCH_UP_TIMEOUT_SECONDS)
                stopped_at = time.monotonic()
                status = await asyncio.to_thread(stop, server)
                assert status in (0, -signal.SIGKILL), f"exit status {status}"
                await asyncio.to_thread(server.start)
                outages.append(time.monotonic() - stopped_at)
                print(f"{number + 1} of {kills}", end="\r", file=sys.stderr)
        await until_all_have_the_log(poster, load_clients, seconds=CATCH_UP_TIMEOUT_SECONDS)
    return outages, poster.created


if __name__ == "__main__":
    main()
