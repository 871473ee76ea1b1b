"""Two servers on PostgreSQL and Valkey, all of which end in turn while items are posted to both; count what went wrong.

`python -m benchmarks.cluster [--seconds 60] [--clients 400] [--rate 500]`: half of the clients follow each server, and
half of the items are posted to each. In turn each server is killed, Valkey is away for ten seconds, PostgreSQL crashes
and comes back, and the first server is killed once more. Exits with 1 if a client lost an item, or got one twice or
out of order.
"""

import asyncio
import sys
import tempfile
import time
from argparse import ArgumentParser
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from scripts.local_services import Valkey, get_database_url, running_postgres
from tests.helpers.load_clients import Crowd, Poster, committed, until_all_have_the_log
from tests.helpers.ports import free_port
from tests.helpers.postgres import crash
from tests.helpers.server import Server, base_environment, migrate

BELL_AWAY_SECONDS = 10
PATIENCE_SECONDS = 120
FIRST_OF_SECOND = 1_000_000  # number of the first item that is posted to the second server


def main() -> None:
    """Run it, and print a row of figures and a line for each fault."""
    parser = ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=int, default=60, help="of posting, at least (default: %(default)s)")
    parser.add_argument("--clients", type=int, default=400, help="that follow (default: %(default)s)")
    parser.add_argument("--rate", type=int, default=500, help="items posted a second (default: %(default)s)")
    options = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        postgres = stack.enter_context(running_postgres())
        bell = Valkey(free_port())
        stack.callback(bell.stop)
        url = get_database_url(postgres, "postgres")
        token = migrate(url, folder)
        environment = base_environment(folder) | {"DATABASE_URL": url, "REDIS_URL": bell.url}
        environment |= dict.fromkeys(["STREAM_MAX_CONNECTIONS", "STREAM_MAX_PER_ADDRESS"], str(2 * options.clients))
        servers = [Server(environment, free_port(), token, log=folder / f"server-{n}.log") for n in range(2)]
        for server in servers:
            server.start()
            stack.callback(server.kill)

        def restart(server: Server) -> None:
            server.kill()
            server.start()

        def silence() -> None:
            bell.stop()
            time.sleep(BELL_AWAY_SECONDS)
            bell.start()

        def crash_database() -> None:
            crash(postgres)
            postgres.ensure_postgres_running()

        faults = {
            "first server killed": lambda: restart(servers[0]),
            "second server killed": lambda: restart(servers[1]),
            f"Valkey away for {BELL_AWAY_SECONDS} s": silence,
            "PostgreSQL crashed": crash_database,
            "first server killed again": lambda: restart(servers[0]),
        }
        crowd = Crowd(*[server.url for server in servers], clients=options.clients)
        created = asyncio.run(follow(servers, crowd, faults, seconds=options.seconds, rate=options.rate))
        log = committed(servers[0])
    lost = len(set(created).difference(item_id for _, item_id in log))
    events = sum(client.events for client in crowd.clients)
    endings = sum(len(client.endings) for client in crowd.clients)
    silence_seconds = max(client.longest_silence for client in crowd.clients)
    print(f"{len(log):,} items, {events:,} events, {endings:,} reconnects, longest silence {silence_seconds:.1f} s")
    crowd.check(log)
    print(f"lost, doubled, out of order: none; posts answered and not in the log: {lost}")
    sys.exit(1 if lost else 0)


async def follow(
    servers: list[Server], crowd: Crowd, faults: dict[str, Callable[[], None]], *, seconds: int, rate: int
) -> list[str]:
    """Post to both servers while one fault follows the other; returns the items whose posts were answered."""
    async with crowd:
        await crowd.until_all_follow()
        first = Poster(servers[0], rate=rate // 2)
        second = Poster(servers[1], rate=rate // 2, first=FIRST_OF_SECOND)
        async with first, second:
            began = time.monotonic()
            for number, (name, strike) in enumerate(faults.items()):
                await asyncio.sleep(max(0, began + seconds * (number + 0.5) / len(faults) - time.monotonic()))
                struck = time.monotonic()
                await asyncio.to_thread(strike)
                print(f"{name} after {struck - began:.0f} s, over {time.monotonic() - struck:.1f} s later", flush=True)
            await asyncio.sleep(max(0, began + seconds - time.monotonic()))
        await until_all_have_the_log(first, crowd, seconds=PATIENCE_SECONDS)
    return first.created + second.created


if __name__ == "__main__":
    main()
