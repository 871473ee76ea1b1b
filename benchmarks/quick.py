"""Measure what users feel beside other servers in the same run, and print how far each goal is met.

`python -m benchmarks.quick [--only CELL …] [--docs]`: short, four minutes on two cores without other work: three rounds
of the fan-out and of requests, one of what takes longer.
`python -m benchmarks.quick --rounds 5 --docs`: five rounds of everything with more streams, items and seconds, for
docs/performance.md; takes about half an hour.

In each round this site and its peers take turns, the order changes from round to round, and ratios are those of one
round. Servers run on the first core, all else on the second. Exits with 1 if an event was lost or doubled.
"""

import json
import os
import platform
import sys
import time
from argparse import ArgumentParser, Namespace
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import cells, report
from benchmarks.cells import Sizes, Values
from benchmarks.quick_table import Rounds, count_lost, make_table
from benchmarks.running import use_load_core
from benchmarks.servers import NCHAN_MODULE

CELLS: dict[str, Callable[[Sizes, int], Values]] = {
    "fan-out": cells.fan_out,
    "requests": cells.requests,
    "greatest": cells.greatest,
    "filters": cells.filtered,
    "replay": cells.replayed,
    "memory": cells.memory,
    "stopped": cells.stopped,
}
SHORT = Sizes(1000, seconds=2, requests=20, replayed_items=20_000, idle_streams=1000, megabytes=10)
LONG = Sizes(5000, seconds=5, requests=50, replayed_items=100_000, idle_streams=5000, megabytes=40)
SHORT_ROUNDS = 3
REPEATED_IN_SHORT = {"fan-out", "requests"}
MAX_LOAD = 1.0


def main() -> None:
    """Measure, print the table, and write it to docs/ if that is wanted."""
    options = parse_arguments()
    load_before = os.getloadavg()[0]
    if load_before > MAX_LOAD and not options.anyway:
        sys.exit(f"load average {load_before:.1f}: must be {MAX_LOAD:g} or less, or other work is measured, too; "
                 "wait, or add --anyway")  # fmt: skip
    if not NCHAN_MODULE.exists():
        sys.exit(f"{NCHAN_MODULE}: is missing; install libnginx-mod-nchan, as `make bench-quick` does")
    use_load_core()
    sizes = LONG if options.rounds else SHORT
    rounds = run_rounds(sizes, options.rounds, options.only)
    text = f"\n{describe_run(options.rounds, load_before)}\n\n{make_table(sizes, rounds)}"
    print(text)
    if options.docs:
        report.write_section("quick", text)
    if lost := count_lost(rounds):
        sys.exit(f"{lost:.0f} events were lost or doubled")


def parse_arguments() -> Namespace:
    """Return the options of the command line."""
    parser = ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=0, metavar="N", help="the long form, in so many rounds")
    parser.add_argument("--only", choices=CELLS, default=[*CELLS], nargs="+", metavar="CELL", help=", ".join(CELLS))
    parser.add_argument("--docs", action="store_true", help="write the table to docs/performance.md")
    parser.add_argument("--anyway", action="store_true", help=f"despite a load average above {MAX_LOAD:g}")
    options = parser.parse_args()
    if options.docs and len(options.only) < len(CELLS):
        parser.error("--docs with --only: docs/ has a table of all cells; leave one of them out")
    return options


def run_rounds(sizes: Sizes, count: int, names: list[str]) -> Rounds:
    """Run the named cells `count` times, or those of the short form if that is 0; prints each to stderr."""
    rounds: dict[str, list[dict[str, float]]] = defaultdict(list)
    for number in range(count or SHORT_ROUNDS):
        for name in names:
            if not count and number and name not in REPEATED_IN_SHORT:
                continue
            started = time.monotonic()
            values = CELLS[name](sizes, number)
            for key, by_server in values.items():
                rounds[key].append(by_server)
            seconds = time.monotonic() - started
            print(f"round {number + 1}, {name}, {seconds:.0f} s:", json.dumps(values), file=sys.stderr, flush=True)
    return rounds


def describe_run(rounds: int, load_before: float) -> str:
    """Return when, how and on what machine the table was made."""
    command = "python -m benchmarks.quick" + (f" --rounds {rounds}" if rounds else "")
    models = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    model = models[0].partition(":")[2].strip() if models else platform.machine()
    return (
        f"Made on {datetime.now(UTC):%Y-%m-%d} with `{command}`: {model}, {os.cpu_count()} cores, "
        f"{platform.system()} {platform.release().partition('-')[0]}, Python {platform.python_version()}; "
        f"load average {load_before:.1f} before, {os.getloadavg()[0]:.1f} after."
    )


if __name__ == "__main__":
    main()
