"""Compare another version of the site with this one: import, posts, replay, bytes per item, and fan-out beside nchan.

`python -m benchmarks.versions OTHER [--rounds 5]`: OTHER is a checkout of the other version, such as one made by
`git worktree add`; both run in this environment, each with SQLite databases of its own. In each round the versions take
turns, so that other load of the machine meets both. The table has medians, and the medians of the ratios of the rounds.
Servers run on the first core, all else on the second.

The share of the index of words is that of an import in which this version leaves it out.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from http.client import HTTPConnection
from pathlib import Path
from urllib.request import urlopen

from benchmarks.events import make_title
from benchmarks.fanout import measure
from benchmarks.headlines import make_headlines, write_headlines
from benchmarks.running import SERVER_CORE, RunningServer, process_cpu_seconds, use_load_core
from benchmarks.servers import OPENING, Peer, nchan
from benchmarks.sites import MAX_STREAMS, STREAM_PATH
from tests.helpers.paths import ROOT
from tests.helpers.ports import free_port
from tests.helpers.server import base_environment
from tests.helpers.waiting import until

SINGLE_POSTS = 100  # of a round
BATCH = 1_000
STREAMS, PUBLISHING_SECONDS = 1_000, 5  # of the fan-out
FAN_OUT = ("CPU us per event delivered", "RSS KB per stream", "p50, ms", "p99, ms", "lost", "doubled")
WITHOUT_SEARCH = "import news.ingest.appending as appending; appending.add_items = lambda items: None"
IMPORT = """
import json, time
from io import StringIO
from django.core.management import call_command
from django.db import connection
from news.models import Item
{prepare}
wall, cpu = time.perf_counter(), time.process_time()
call_command("import_items", {path!r}, stdout=StringIO(), stderr=StringIO())
wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
with connection.cursor() as cursor:
    cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
print(json.dumps([Item.objects.count(), wall, cpu]))
"""

Values = dict[str, dict[str, list[float]]]  # by measurement, then by version, one of each round


def manage(root: Path, folder: Path, *arguments: str) -> str:
    """Run a management command of a checkout on the database in `folder`; returns its output."""
    command = [sys.executable, str(root / "manage.py"), *arguments]
    return subprocess.run(
        command, env=base_environment(folder), cwd=root, check=True, stdout=subprocess.PIPE, text=True
    ).stdout


def measure_import(root: Path, items: int, *, prepare: str = "") -> tuple[float, float, float]:
    """Import a file into an empty database; returns seconds, CPU seconds, and bytes of the database per item."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        manage(root, folder, "migrate", "-v0")
        path = write_headlines(folder / "items.jsonl", items)
        database = folder / "site.sqlite3"
        empty = database.stat().st_size
        script = IMPORT.format(prepare=prepare, path=str(path))
        count, wall, cpu = json.loads(manage(root, folder, "shell", "-v0", "-c", script))
        assert count == items, f"{root}: {count} of {items} items were imported"
        return wall, cpu, (database.stat().st_size - empty) / items


def measure_imports(versions: dict[str, Path], values: Values, *, items: int, rounds: int) -> None:
    """Add the rates of imports to `values`."""
    runs = [(name, root, "") for name, root in versions.items()] + [("now, no index of words", ROOT, WITHOUT_SEARCH)]
    for number in range(rounds):
        for name, root, prepare in runs if number % 2 else reversed(runs):
            wall, cpu, size = measure_import(root, items, prepare=prepare)
            values["import, items per CPU second"][name].append(items / cpu)
            values["import, items per second"][name].append(items / wall)
            values["database, bytes per item"][name].append(size)
            print(name, f"{wall:.1f} s, {cpu:.1f} s of CPU", file=sys.stderr)


class Site:
    """A running server of a checkout."""

    def __init__(self, root: Path, folder: Path) -> None:
        manage(root, folder, "migrate", "-v0")
        token = manage(root, folder, "create_token", "--scope", "ingest").split()[-1]
        self.headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self.port = free_port()
        options = dict.fromkeys(("STREAM_MAX_CONNECTIONS", "STREAM_MAX_PER_ADDRESS"), str(MAX_STREAMS))
        options["STREAM_METRICS_SECONDS"] = "3600"  # only items are delivered
        command = ["taskset", "-c", SERVER_CORE, sys.executable, str(root / "manage.py"), "serve"]
        self.process = subprocess.Popen(
            [*command, "--port", str(self.port)],
            env=base_environment(folder) | options,
            cwd=root,
            stderr=subprocess.DEVNULL,
        )
        until(self._answers, seconds=60, what="server start")

    def _answers(self) -> bool:
        try:
            return bool(self.get("/health/live"))
        except OSError:
            return False

    def get(self, path: str) -> bytes:
        with urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=60) as response:
            return bytes(response.read())

    def cpu_seconds(self) -> float:
        return process_cpu_seconds(self.process.pid)

    def post(self, bodies: list[bytes]) -> tuple[float, float]:
        """Post bodies one after the other; returns seconds and CPU seconds of the server."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
        wall, cpu = time.perf_counter(), self.cpu_seconds()
        for body in bodies:
            connection.request("POST", "/api/v2/items", body, self.headers)
            response = connection.getresponse()
            answer = response.read()
            assert response.status == 201, answer
        connection.close()
        return time.perf_counter() - wall, self.cpu_seconds() - cpu

    def replay(self, items: int) -> tuple[float, float]:
        """Let a client read a log of so many items; returns seconds and CPU seconds of the server."""
        generation = json.loads(self.get("/api/v2/stream/status"))["head"].rpartition("-")[0]
        connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
        wall, cpu = time.perf_counter(), self.cpu_seconds()
        connection.request("GET", f"/api/v2/stream?last_event_id={generation}-0")
        response = connection.getresponse()
        received, rest = 0, b""
        while received < items:
            data = rest + response.read1(1 << 18)
            received += data.count(b"\nevent: new_item\n")
            rest = data[-len(b"\nevent: new_item\n") + 1 :]
        connection.close()
        return time.perf_counter() - wall, self.cpu_seconds() - cpu


@contextmanager
def running_site(root: Path, folder: Path) -> Iterator[Site]:
    """Start a server of one version."""
    site = Site(root, folder)
    try:
        yield site
    finally:
        site.process.terminate()
        site.process.wait()


@contextmanager
def running_sites(versions: dict[str, Path]) -> Iterator[dict[str, Site]]:
    """Start a server of each version."""
    with ExitStack() as stack:
        folders = {name: Path(stack.enter_context(tempfile.TemporaryDirectory())) for name in versions}
        yield {name: stack.enter_context(running_site(root, folders[name])) for name, root in versions.items()}


@contextmanager
def posted_site(folder: Path, root: Path) -> Iterator[RunningServer]:
    """Start a server of one version to which events are posted."""
    with running_site(root, folder) as site:

        def publish(first: int, count: int) -> None:
            items = [{"title": make_title(number), "ticker": "AAPL"} for number in range(first, first + count)]
            site.post([json.dumps({"items": items}).encode()])

        yield RunningServer(site.port, STREAM_PATH, [site.process], publish)


def measure_fan_out(versions: dict[str, Path], values: Values, *, rounds: int) -> None:
    """Add what events to many streams cost, in each version and in nchan, to `values`."""
    peers = [Peer(name, partial(posted_site, root=root), OPENING) for name, root in versions.items()]
    peers.append(Peer("nginx + nchan", nchan))
    for number in range(rounds):
        for peer in peers if number % 2 else reversed(peers):
            result = measure(peer, STREAMS, PUBLISHING_SECONDS)
            for key in FAN_OUT:
                values[key][peer.name].append(result[key])
            print("fan-out", peer.name, json.dumps(result), file=sys.stderr)


def measure_servers(sites: dict[str, Site], values: Values, *, items: int, rounds: int) -> None:
    """Add the times of posts of one item and of a batch, and of replays of all that was posted, to `values`."""
    posts = [json.dumps(record).encode() for record in make_headlines(rounds * SINGLE_POSTS, seed=2)]
    records = [*make_headlines(items, seed=3)]
    bodies = [json.dumps({"items": records[start : start + BATCH]}).encode() for start in range(0, items, BATCH)]
    for name, bodies_of_size, size in (("one", posts, SINGLE_POSTS), (f"{BATCH:,}", bodies, 5)):
        for number, start in enumerate(range(0, len(bodies_of_size), size)):
            run = bodies_of_size[start : start + size]
            for version in [*sites] if number % 2 else reversed(sites):
                wall, cpu = sites[version].post(run)
                values[f"POST of {name}, ms"][version].append(1000 * wall / len(run))
                values[f"POST of {name}, CPU ms"][version].append(1000 * cpu / len(run))
        print(f"posts of {name} done", file=sys.stderr)
    count = len(posts) + items
    for number in range(rounds):
        for version in [*sites] if number % 2 else reversed(sites):
            wall, cpu = sites[version].replay(count)
            values["replay, items per second"][version].append(count / wall)
            values["replay, CPU us per item"][version].append(1e6 * cpu / count)
            print("replay", version, f"{wall:.1f} s, {cpu:.1f} s of CPU", file=sys.stderr)


def print_table(values: Values, names: list[str]) -> None:
    """Print medians, and the median, least and greatest ratio of a round to that of the other version."""
    other = names[0]
    print(f"| | {' | '.join(names)} | " + " | ".join(f"{name} / {other}" for name in names[1:]) + " |")
    print("|---" * (2 * len(names)) + "|")
    for measurement, by_version in values.items():
        cells = [f"{statistics.median(by_version[name]):,.4g}" if by_version[name] else "" for name in names]
        for name in names[1:]:
            pairs = zip(by_version[name], by_version[other], strict=False)
            ratios = [mine / theirs for mine, theirs in pairs if theirs]
            spread = f"{statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})" if ratios else ""
            cells.append(spread)
        print(f"| {measurement} | {' | '.join(cells)} |", flush=True)


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("other", type=Path, help="checkout of the other version")
    parser.add_argument("--items", type=int, default=20_000, help="of an import (default: %(default)s)")
    parser.add_argument("--replay", type=int, default=100_000, help="items of a replay (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=5, help="of which medians are taken (default: %(default)s)")
    parser.add_argument("--only", choices=["import", "server", "fan-out"])
    options = parser.parse_args()
    use_load_core()
    versions = {"before": options.other.resolve(), "now": ROOT}
    values: Values = defaultdict(lambda: defaultdict(list))
    if options.only in (None, "fan-out"):
        measure_fan_out(versions, values, rounds=options.rounds)
    if options.only in (None, "import"):
        measure_imports(versions, values, items=options.items, rounds=options.rounds)
    if options.only in (None, "server"):
        with running_sites(versions) as sites:
            measure_servers(sites, values, items=options.replay, rounds=options.rounds)
    print_table(values, [*versions, "now, no index of words", "nginx + nchan"])


if __name__ == "__main__":
    main()
