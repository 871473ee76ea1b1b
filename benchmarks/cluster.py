"""Inject faults into two servers on PostgreSQL and Valkey while items are posted; count delivery errors.

`python -m benchmarks.cluster [--seconds 60] [--clients 400] [--rate 500]`: half of the clients follow each server, and
half of the items are posted to each. In turn each server is killed, Valkey stops for ten seconds, PostgreSQL crashes
and restarts, and the first server is killed again. Exits with 1 if a client lost an item, or received one twice or out
of order.
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
from tests.helpers.load_clients import LoadClients, Poster, committed, until_all_have_the_log
from tests.helpers.ports import free_port
from tests.helpers.postgres import crash
from tests.helpers.server import Server, base_environment, migrate

VALKEY_OUTAGE_SECONDS = 10
CATCH_UP_TIMEOUT_SECONDS = 120
FIRST_OF_SECOND = 1_000_000  # number of the first item posted to the second server


def main() -> None:
    """Run the servers, and print a line for each fault and the totals."""
    parser = ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=int, default=60, help="of posting, at least (default: %(default)s)")
    parser.add_argument("--clients", type=int, default=400, help="number of clients (default: %(default)s)")
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

        def interrupt_valkey() -> None:
            bell.stop()
            time.sleep(VALKEY_OUTAGE_SECONDS)
            bell.start()

        def crash_database() -> None:
            crash(postgres)
            postgres.ensure_postgres_running()

        faults = {
            "first server killed": lambda: restart(servers[0]),
            "second server killed": lambda: restart(servers[1]),
            f"Valkey stopped for {VALKEY_OUTAGE_SECONDS} s": interrupt_valkey,
            "PostgreSQL crashed": crash_database,
            "first server killed again": lambda: restart(servers[0]),
        }
        load_clients = LoadClients(*[server.url for server in servers], clients=options.clients)
        created = asyncio.run(follow(servers, load_clients, faults, seconds=options.seconds, rate=options.rate))
        log = committed(servers[0])
    lost = len(set(created).difference(item_id for _, item_id in log))
    events = sum(client.events for client in load_clients.clients)
    endings = sum(len(client.endings) for client in load_clients.clients)
    longest_silence = max(client.longest_silence for client in load_clients.clients)
    print(f"{len(log):,} items, {events:,} events, {endings:,} reconnects, longest silence {longest_silence:.1f} s")
    load_clients.check(log)
    print(f"lost, doubled, out of order: none; posts answered and not in the log: {lost}")
    sys.exit(1 if lost else 0)


async def follow(
    servers: list[Server], load_clients: LoadClients, faults: dict[str, Callable[[], None]], *, seconds: int, rate: int
) -> list[str]:
    """Post to both servers while the faults happen; returns the ids of the created items."""
    async with load_clients:
        await load_clients.until_all_follow()
        first = Poster(servers[0], rate=rate // 2)
        second = Poster(servers[1], rate=rate // 2, first=FIRST_OF_SECOND)
        async with first, second:
            started = time.monotonic()
            for number, (name, inject_fault) in enumerate(faults.items()):
                await asyncio.sleep(max(0, started + seconds * (number + 0.5) / len(faults) - time.monotonic()))
                fault_start = time.monotonic()
                await asyncio.to_thread(inject_fault)
                fault_seconds = time.monotonic() - fault_start
                print(f"{name} after {fault_start - started:.0f} s, over {fault_seconds:.1f} s later", flush=True)
            await asyncio.sleep(max(0, started + seconds - time.monotonic()))
        await until_all_have_the_log(first, load_clients, seconds=CATCH_UP_TIMEOUT_SECONDS)
    return first.created + second.created


if __name__ == "__main__":
    main()
