"""Compare what it costs to send events to many streams, on this site and on other servers, in one run.

`python -m benchmarks.fanout [--connections 1000] [--seconds 10] [--rate 10] [--runs 5] [--only C …] [--docs] …`

Each server has the first core to itself; `load.c`, which opens the streams and accounts for every event, and whoever
publishes share the second. In each run the servers take turns. CPU time is that of the server's processes: of an event
what it costs with one stream, of an event delivered what many streams cost more than one does, both at ten events a
second. Latency is from before an event is published (here: before it is scored and committed) to when a client has read
it. The greatest rate is the last of a ladder, each step a third more, at which nothing was lost and 99 % of the events
came within a second.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from argparse import ArgumentParser
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

from benchmarks import report
from benchmarks.report import Figures, Results, table
from benchmarks.servers import LOAD_CORE, MADE_UP, PEERS, Peer, Publish, Running, build

RATE = 10  # events a second
PATIENCE_SECONDS = 30
LADDER_SECONDS = 3
TICK = os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Measure, print a table of medians, and write what was measured."""
    parser = ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--connections", type=int, nargs="+", default=[1000], help="streams (default: 1000)")
    parser.add_argument("--seconds", type=int, default=10, help="of publishing (default: %(default)s)")
    parser.add_argument("--rate", type=int, default=RATE, help="events a second (default: %(default)s)")
    parser.add_argument("--runs", type=int, default=5, help="of which medians are taken (default: %(default)s)")
    parser.add_argument("--only", default=[""], nargs="+", help="measure servers with one of these in their name")
    parser.add_argument("--greatest", action="store_true", help="climb the ladder of rates, too")
    parser.add_argument("--docs", action="store_true", help="write tables, plots and all figures to docs/")
    parser.add_argument("--add", action="store_true", help="with --docs: to the runs that are there already")
    options = parser.parse_args()
    os.sched_setaffinity(0, {int(LOAD_CORE)})
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))  # the servers inherit it
    peers = [peer for peer in [*PEERS, MADE_UP] if any(text in peer.name for text in options.only)]
    results: Results = {n: {peer.name: [] for peer in peers if n <= peer.most} for n in options.connections}
    for connections, measured in results.items():
        for _ in range(options.runs):
            for peer in peers:
                if peer.name not in measured:
                    continue
                figures = measure(peer, connections, options.seconds, options.rate, with_greatest=options.greatest)
                measured[peer.name].append(figures)
                print(connections, peer.name, json.dumps(figures), file=sys.stderr, flush=True)
        print(table(connections, measured), flush=True)
    if options.docs:
        report.write(report.add(report.read(), results) if options.add else results)


def measure(peer: Peer, connections: int, seconds: int, rate: int = RATE, *, with_greatest: bool = False) -> Figures:
    """Measure one server, started afresh."""
    with tempfile.TemporaryDirectory() as folder, peer.start(Path(folder)) as server:
        program = build("load", Path(folder))
        newest = publish_at(rate, 1, 1, server.publish)  # what the first makes a server load is not what events cost
        with Load(program, peer, server, 1, newest) as load:
            before = cpu_seconds(server)
            newest = publish_at(rate, newest + 1, seconds, server.publish)
            first_latencies = load.until_all_have(newest)["latencies"]
            alone = cpu_seconds(server) - before
        memory, before = resident_kilobytes(server), cpu_seconds(server)
        with Load(program, peer, server, connections, newest) as load:
            opened = load.opened
            connecting = cpu_seconds(server) - before
            time.sleep(1)
            growth = resident_kilobytes(server) - memory
            before, first = cpu_seconds(server), newest + 1
            newest = publish_at(rate, first, seconds, server.publish)
            came = load.until_all_have(newest)
            together = cpu_seconds(server) - before
            figures = {
                "connects/s": connections / opened["seconds"],
                "CPU us per connect": connecting * 1e6 / connections,
                "RSS KB per stream": growth / connections,
                "CPU us per event": alone * 1e6 / (rate * seconds),
                "CPU us per event delivered": (together - alone) * 1e6 / (newest - first + 1) / (connections - 1),
                **{f"p{share}, ms": percentile(came["latencies"], share) for share in (50, 99)},
                "p50 of one stream, ms": percentile(first_latencies, 50),
                "lost": came["lost"] + (connections - came["open"]) * (newest - first + 1),
                "doubled": came["doubled"],
            }
            if with_greatest:
                figures["greatest, events/s"] = climb(load, server.publish, newest)
    return figures


def climb(load: "Load", publish: Publish, newest: int) -> float:
    """Return the most events a second that all streams together were delivered in time, without a loss."""
    greatest, rate = 0.0, 20.0
    while True:
        began = time.monotonic()
        newest = publish_at(rate, newest + 1, LADDER_SECONDS, publish)
        came = load.until_all_have(newest)
        took = time.monotonic() - began
        is_in_time = percentile(came["latencies"], 99) < 1000 and took < LADDER_SECONDS + 2
        if came["lost"] or came["broken"] or not is_in_time:
            return greatest
        greatest = max(greatest, came["events"] / took)
        rate *= 4 / 3


def publish_at(rate: float, first: int, seconds: float, publish: Publish) -> int:
    """Publish events at a steady rate from the number `first` on; returns the number of the last."""
    count = max(1, int(rate * seconds))
    began, done = time.monotonic(), 0
    while done < count:
        due = min(count, int((time.monotonic() - began) * rate) + 1) - done
        if due > 0:
            publish(first + done, due)
            done += due
        time.sleep(max(0.0, began + done / rate - time.monotonic()))
    return first + count - 1


class Load:
    """The load client, as a context: `opened` is what it says once all streams are open."""

    def __init__(self, program: str, peer: Peer, server: Running, connections: int, newest: int) -> None:
        self._command = [program, str(server.port), str(connections), str(peer.at_once), peer.opening, str(newest)]
        head = f"GET {server.path} HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n"
        self._environment = {"REQUEST": head}

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            self._command, env=self._environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.opened = self._read()
        assert not self.opened["refused"], f"{self.opened['refused']} streams were refused"
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()
        time.sleep(0.5)  # for the server to notice

    def until_all_have(self, number: int, *, patience: int = PATIENCE_SECONDS) -> dict[str, Any]:
        """Wait until every stream has had an event; returns what came since the last time."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{number} {patience}\n")
        self._process.stdin.flush()
        return self._read()

    def _read(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        return dict(json.loads(self._process.stdout.readline()))


def percentile(latencies: list[list[int]], share: int) -> float:
    """Return a percentile, in ms, of a histogram of [microseconds, count]."""
    left = sum(count for _, count in latencies) * share / 100
    for microseconds, count in latencies:
        left -= count
        if left <= 0:
            return microseconds / 1000
    return float("inf")


def family(server: Running) -> list[int]:
    """Return the ids of the server's processes and their children."""
    ids = [process.pid for process in server.processes]
    for parent in ids:  # grows on the way
        for task in Path(f"/proc/{parent}/task").iterdir():
            with suppress(FileNotFoundError):  # a thread that has ended meanwhile
                ids += map(int, (task / "children").read_text().split())
    return ids


def cpu_seconds(server: Running) -> float:
    """Return the CPU time that the server's processes have had, user and system."""
    stats = [Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in family(server)]
    return sum(int(fields[11]) + int(fields[12]) for fields in stats) / TICK


def resident_kilobytes(server: Running) -> int:
    """Return the resident memory of the server's processes."""
    pages = sum(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in family(server))
    return pages * os.sysconf("SC_PAGE_SIZE") // 1024


if __name__ == "__main__":
    main()
