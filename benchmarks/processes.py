"""Measure what a second process costs, and check a small simulation of a cluster by it.

`python -m benchmarks.processes [--connections 1000] [--seconds 10] [--runs 3]`

One process of `serve`, then two on one port, have one core (with SQLite and Valkey); the load client and whoever
publishes have the other, as with every server of `benchmarks.fanout`. So what is compared is what a second process
costs, not what a second core gains. The simulation knows what the one process costs, and tells what two come to.
"""

from argparse import ArgumentParser
from functools import partial
from statistics import median

from benchmarks.fanout import RATE, measure
from benchmarks.report import Figures
from benchmarks.servers import OPENING, Peer, ours

STEP_SECONDS = 0.0001


def main() -> None:
    """Measure, simulate, and print both side by side."""
    parser = ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--connections", type=int, default=1000, help="streams (default: %(default)s)")
    parser.add_argument("--seconds", type=int, default=10, help="of publishing (default: %(default)s)")
    parser.add_argument("--runs", type=int, default=3, help="of which medians are taken (default: %(default)s)")
    options = parser.parse_args()
    measured: dict[int, list[Figures]] = {1: [], 2: []}
    for _ in range(options.runs):
        for processes, runs in measured.items():
            peer = Peer(f"{processes} processes", partial(ours, processes=processes), OPENING, options.connections)
            runs.append(measure(peer, options.connections, options.seconds))
    found = {
        processes: {name: median(run[name] for run in runs) for name in runs[0]} for processes, runs in measured.items()
    }
    print("| processes | | CPU ms per event, all streams | p50, ms | p99, ms | connects/s | lost | doubled |")
    print("|---|---|---|---|---|---|---|---|")
    for processes, figures in found.items():
        cost = figures["CPU us per event"] + figures["CPU us per event delivered"] * (options.connections - 1)
        print(
            f"| {processes} | measured | {cost / 1000:.1f} | {figures['p50, ms']:.1f} | {figures['p99, ms']:.1f} "
            f"| {figures['connects/s']:,.0f} | {figures['lost']:.0f} | {figures['doubled']:.0f} |"
        )
        cost, p50, p99 = simulate(found[1], streams=options.connections, processes=processes, cores=1)
        print(f"| {processes} | simulated | {cost:.1f} | {p50:.1f} | {p99:.1f} | | | |")


def simulate(
    unit: Figures, *, streams: int, processes: int, cores: int, rate: float = RATE, seconds: float = 4.0
) -> tuple[float, float, float]:
    """Return CPU ms per event, and p50 and p99 of the latency in ms, of processes that share streams and cores.

    `unit` are the figures of one process. Each process reads and encodes each event, then writes it to its streams
    one by one; those that have work share the cores evenly.
    """
    once = unit["CPU us per event"] / 1e6
    each = unit["CPU us per event delivered"] / 1e6
    before = unit["p50 of one stream, ms"] / 1e3  # scoring, commit, doorbell and reading, of an idle process
    sizes = [streams // processes + (number < streams % processes) for number in range(processes)]
    due = [before + number / rate for number in range(int(rate * seconds))]
    begun, work = [0] * processes, [0.0] * processes  # events taken up, and CPU time left of the one at hand
    latencies: list[float] = []
    now = 0.0
    while min(begun) < len(due) or max(work) > 0:
        now += STEP_SECONDS
        for process, size in enumerate(sizes):
            if work[process] <= 0 and begun[process] < len(due) and due[begun[process]] <= now:
                begun[process] += 1
                work[process] = size * each
        busy = [process for process in range(processes) if work[process] > 0]
        for process in busy:
            share = STEP_SECONDS * min(1.0, cores / len(busy))
            sent = min(work[process], share) / each
            work[process] -= share
            published = due[begun[process] - 1] - before
            latencies += [now - published] * round(sent)
    latencies.sort()
    p50, p99 = (latencies[int(len(latencies) * share)] * 1e3 for share in (0.5, 0.99))
    return (processes * once + streams * each) * 1e3, p50, p99


if __name__ == "__main__":
    main()
