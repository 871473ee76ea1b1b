"""Compare what this site and other servers spend on sending events to many streams.

`python -m benchmarks.fanout [--connections 1000] [--seconds 10] [--rate 10] [--runs 5] [--only C …] [--docs] …`

Each server runs alone on the first core. `load.c`, which opens the streams and checks every event, shares the second
core with the publisher. Each run measures all servers in turn.

- CPU time counts the server's processes, at ten events a second. "Per event" is measured with one stream; "per event
  delivered" is what the other streams add, for each stream.
- Latency is measured from before an event is published (on this site: before it is scored and committed) until a client
  has read it.
- The greatest rate is found in steps of a third: the last step at which no event was lost and 99 % of the events
  arrived within a second.
"""

import json
import subprocess
import sys
import tempfile
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any, Self

from benchmarks import report
from benchmarks.report import BenchmarkResult, Results, table
from benchmarks.running import Publish, RunningServer, build, cpu_seconds, resident_kilobytes, use_load_core
from benchmarks.servers import IN_MEMORY, PEERS, Peer

RATE = 10  # events a second
DELIVERY_TIMEOUT_SECONDS = 30
RATE_STEP_SECONDS = 3
LEAST_RATE = 20.0  # events a second, at which the search for the greatest begins
MOST_AT_ONCE = 1000  # events that are published at once if they are due, the most items of a POST to this site


def main() -> None:
    """Measure every server, print a table of medians, and write docs/ if `--docs` is given."""
    parser = ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--connections", type=int, nargs="+", default=[1000], help="streams (default: 1000)")
    parser.add_argument("--seconds", type=int, default=10, help="of publishing, in each phase (default: %(default)s)")
    parser.add_argument("--rate", type=int, default=RATE, help="events a second (default: %(default)s)")
    parser.add_argument("--runs", type=int, default=5, help="of which medians are taken (default: %(default)s)")
    parser.add_argument("--only", default=[""], nargs="+", help="measure servers with one of these in their name")
    parser.add_argument("--greatest", action="store_true", help="also find the greatest rate")
    parser.add_argument("--docs", action="store_true", help="write tables, plots and all values to docs/")
    parser.add_argument("--add", action="store_true", help="with --docs: keep the runs that docs/ has")
    options = parser.parse_args()
    use_load_core()
    peers = [peer for peer in [*PEERS, IN_MEMORY] if any(text in peer.name for text in options.only)]
    results: Results = {n: {peer.name: [] for peer in peers if n <= peer.max_streams} for n in options.connections}
    for connections, servers in results.items():
        for _ in range(options.runs):
            for peer in peers:
                if peer.name not in servers:
                    continue
                result = measure(peer, connections, options.seconds, options.rate, with_greatest=options.greatest)
                servers[peer.name].append(result)
                print(connections, peer.name, json.dumps(result), file=sys.stderr, flush=True)
        print(table(connections, servers), flush=True)
    if options.docs:
        report.write(report.merge(report.load(), results) if options.add else results)


def measure(
    peer: Peer, connections: int, seconds: int, rate: int = RATE, *, with_greatest: bool = False
) -> BenchmarkResult:
    """Start one server and measure it with one stream, then with `connections` streams.

    Events are published one by one, except where the greatest rate is searched.
    """
    with tempfile.TemporaryDirectory() as folder, peer.start(Path(folder)) as server:
        program = build("load", Path(folder))
        newest = publish_at(rate, 1, 1, server.publish)  # warm-up: imports and caches are not the cost of an event
        with Load(program, peer, server, 1, newest) as load:
            cpu_before = cpu_seconds(server)
            newest = publish_at(rate, newest + 1, seconds, server.publish, at_once=1)
            one_stream_latencies = load.wait_until_all_have(newest)["latencies"]
            one_stream_cpu = cpu_seconds(server) - cpu_before
        kilobytes_before, cpu_before = resident_kilobytes(server), cpu_seconds(server)
        with Load(program, peer, server, connections, newest) as load:
            connect_cpu = cpu_seconds(server) - cpu_before
            time.sleep(1)
            growth_kilobytes = resident_kilobytes(server) - kilobytes_before
            cpu_before, first = cpu_seconds(server), newest + 1
            newest = publish_at(rate, first, seconds, server.publish, at_once=1)
            delivery = load.wait_until_all_have(newest)
            added_cpu = cpu_seconds(server) - cpu_before - one_stream_cpu
            event_count = newest - first + 1
            result = {
                "connects/s": connections / load.opened["seconds"],
                "CPU us per connect": connect_cpu * 1e6 / connections,
                "RSS KB per stream": growth_kilobytes / connections,
                "CPU us per event": one_stream_cpu * 1e6 / (rate * seconds),
                "CPU us per event delivered": added_cpu * 1e6 / event_count / (connections - 1),
                **{f"p{percent}, ms": percentile(delivery["latencies"], percent) for percent in (50, 99)},
                "p50 of one stream, ms": percentile(one_stream_latencies, 50),
                "lost": delivery["lost"] + (connections - delivery["open"]) * event_count,
                "doubled": delivery["doubled"],
            }
            if with_greatest:
                result["greatest, events/s"] = find_greatest_rate(load, server.publish, newest)
    return result


def find_greatest_rate(load: "Load", publish: Publish, newest: int, *, rate: float = LEAST_RATE) -> float:
    """Raise the rate until events are lost or late; returns the most delivered per second, over all streams.

    If they are at the first rate, it is halved until they are not. 0 if that does not help, or the server ends streams.
    """
    greatest = 0.0
    while rate >= 1:
        started = time.monotonic()
        newest = publish_at(rate, newest + 1, RATE_STEP_SECONDS, publish)
        delivery = load.wait_until_all_have(newest)
        seconds = time.monotonic() - started
        is_in_time = percentile(delivery["latencies"], 99) < 1000 and seconds < RATE_STEP_SECONDS + 2
        if delivery["broken"]:
            break
        if is_in_time and not delivery["lost"]:
            greatest = max(greatest, delivery["events"] / seconds)
            rate *= 4 / 3
        elif greatest:
            break
        else:
            rate /= 2
    return greatest


def publish_at(rate: float, first: int, seconds: float, publish: Publish, *, at_once: int = MOST_AT_ONCE) -> int:
    """Publish events `first`, `first + 1`, … at a steady rate (per second); returns the number of the last.

    Events that are due are published together, at most `at_once`.
    """
    count = max(1, int(rate * seconds))
    started, published = time.monotonic(), 0
    while published < count:
        due = min(count, int((time.monotonic() - started) * rate) + 1) - published
        if due > 0:
            publish(first + published, min(due, at_once))
            published += min(due, at_once)
        time.sleep(max(0.0, started + published / rate - time.monotonic()))
    return first + count - 1


class Load:
    """Runs `load.c` as a context manager; `opened` is its report once all streams are open."""

    def __init__(self, program: str, peer: Peer, server: RunningServer, connections: int, newest: int) -> None:
        self._command = [
            program,
            str(server.port),
            str(connections),
            str(peer.concurrent_connects),
            peer.opening,
            str(newest),
        ]
        request = f"GET {server.path} HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n"
        self._environment = {"REQUEST": request}

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            self._command, env=self._environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.opened = self._load_report()
        assert not self.opened["refused"], f"{self.opened['refused']} streams were refused"
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()
        time.sleep(0.5)  # until the server has closed the streams

    def wait_until_all_have(self, number: int, *, timeout_seconds: int = DELIVERY_TIMEOUT_SECONDS) -> dict[str, Any]:
        """Wait until every stream has received event `number`; returns the report since the last call."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{number} {timeout_seconds}\n")
        self._process.stdin.flush()
        return self._load_report()

    def _load_report(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        return dict(json.loads(self._process.stdout.readline()))


def percentile(latencies: list[list[int]], percent: int) -> float:
    """Return a percentile, in ms, of a histogram of [microseconds, count]."""
    remaining = sum(count for _, count in latencies) * percent / 100
    for microseconds, count in latencies:
        remaining -= count
        if remaining <= 0:
            return microseconds / 1000
    return float("inf")


if __name__ == "__main__":
    main()
