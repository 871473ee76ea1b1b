"""Measure the cost of a second process and compare it with a simulation.

`python -m benchmarks.processes [--connections 1000] [--seconds 10] [--runs 3]`

One process of `serve`, then two on one port, run on one core (with SQLite and Valkey); the load client and the
publisher run on the other, as in `benchmarks.fanout`. So this measures what a second process costs, not what a second
core gains. The simulation takes the cost of one process and computes that of two.
"""

from argparse import ArgumentParser
from functools import partial
from statistics import median

from benchmarks.fanout import RATE, measure
from benchmarks.report import BenchmarkResult
from benchmarks.servers import OPENING, Peer
from benchmarks.sites import this_site

STEP_SECONDS = 0.0001


def main() -> None:
    """Measure and simulate one and two processes, and print both."""
    parser = ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--connections", type=int, default=1000, help="number of streams (default: %(default)s)")
    parser.add_argument("--seconds", type=int, default=10, help="of publishing (default: %(default)s)")
    parser.add_argument("--runs", type=int, default=3, help="of which medians are taken (default: %(default)s)")
    options = parser.parse_args()
    measured: dict[int, list[BenchmarkResult]] = {1: [], 2: []}
    for _ in range(options.runs):
        for processes, runs in measured.items():
            peer = Peer(f"{processes} processes", partial(this_site, processes=processes), OPENING, options.connections)
            runs.append(measure(peer, options.connections, options.seconds))
    medians = {
        processes: {name: median(run[name] for run in runs) for name in runs[0]} for processes, runs in measured.items()
    }
    print("| processes | | CPU ms per event, all streams | p50, ms | p99, ms | connects/s | lost | doubled |")
    print("|---|---|---|---|---|---|---|---|")
    for processes, result in medians.items():
        cost = result["CPU us per event"] + result["CPU us per event delivered"] * (options.connections - 1)
        print(
            f"| {processes} | measured | {cost / 1000:.1f} | {result['p50, ms']:.1f} | {result['p99, ms']:.1f} "
            f"| {result['connects/s']:,.0f} | {result['lost']:.0f} | {result['doubled']:.0f} |"
        )
        cost, p50, p99 = simulate(medians[1], streams=options.connections, processes=processes, cores=1)
        print(f"| {processes} | simulated | {cost:.1f} | {p50:.1f} | {p99:.1f} | | | |")


def simulate(
    unit: BenchmarkResult, *, streams: int, processes: int, cores: int, rate: float = RATE, seconds: float = 4.0
) -> tuple[float, float, float]:
    """Return CPU ms per event, and p50 and p99 of the latency in ms, of processes that share streams and cores.

    `unit` is the result of one process. Each process reads and encodes each event, then writes it to its streams one by
    one; busy processes share the cores evenly.
    """
    encode_seconds = unit["CPU us per event"] / 1e6
    write_seconds = unit["CPU us per event delivered"] / 1e6
    commit_seconds = unit["p50 of one stream, ms"] / 1e3  # scoring, commit, notification and reading in an idle process
    sizes = [streams // processes + (number < streams % processes) for number in range(processes)]
    due = [commit_seconds + number / rate for number in range(int(rate * seconds))]
    started, work = [0] * processes, [0.0] * processes  # number of events started, and CPU time left of the current one
    latencies: list[float] = []
    now = 0.0
    while min(started) < len(due) or max(work) > 0:
        now += STEP_SECONDS
        for process, size in enumerate(sizes):
            if work[process] <= 0 and started[process] < len(due) and due[started[process]] <= now:
                started[process] += 1
                work[process] = size * write_seconds
        busy = [process for process in range(processes) if work[process] > 0]
        for process in busy:
            share = STEP_SECONDS * min(1.0, cores / len(busy))
            sent = min(work[process], share) / write_seconds
            work[process] -= share
            published = due[started[process] - 1] - commit_seconds
            latencies += [now - published] * round(sent)
    latencies.sort()
    p50, p99 = (latencies[int(len(latencies) * quantile)] * 1e3 for quantile in (0.5, 0.99))
    return (processes * encode_seconds + streams * write_seconds) * 1e3, p50, p99


if __name__ == "__main__":
    main()
