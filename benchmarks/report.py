"""Put what was measured into words and pictures: a table of medians, plots, and the figures themselves, in docs/."""

import json
import re
import statistics
from collections.abc import Sequence
from pathlib import Path

DOCS = Path(__file__).resolve().parent.parent / "docs"
FIGURES = DOCS / "performance" / "fanout.json"
SECTION = re.compile(r"(?<=<!-- fanout -->\n).*(?=<!-- end of fanout -->)", re.DOTALL)
COST, MEMORY = "CPU us per event delivered", "RSS KB per stream"

Figures = dict[str, float]
Results = dict[int, dict[str, list[Figures]]]  # by number of streams, then server: the figures of each run


def read() -> Results:
    """Return what was written last."""
    return {int(connections): measured for connections, measured in json.loads(FIGURES.read_text()).items()}


def add(results: Results, more: Results) -> Results:
    """Return the runs of both."""
    joined: Results = {}
    for connections in sorted({*results, *more}):
        known, new = results.get(connections, {}), more.get(connections, {})
        joined[connections] = {server: known.get(server, []) + new.get(server, []) for server in {**known, **new}}
    return joined


def write(results: Results) -> None:
    """Write everything about a comparison into docs/."""
    folder = FIGURES.parent
    folder.mkdir(exist_ok=True)
    FIGURES.write_text(json.dumps(results, indent=1) + "\n")
    plot_cost(results, folder / "cost.svg")
    plot_bars(results, MEMORY, "resident KB of a stream", folder / "memory.svg")
    plot_latency(results, folder / "latency.svg")
    page = DOCS / "performance.md"
    text = "".join(table(connections, measured) for connections, measured in results.items())
    page.write_text(SECTION.sub(lambda _: text, page.read_text()))


def table(connections: int, measured: dict[str, list[Figures]]) -> str:
    """Return a table with a row of medians for each server."""
    names = list(dict.fromkeys(name for runs in measured.values() for figures in runs for name in figures))
    runs = max(map(len, measured.values()))
    lines = [f"\n{connections:,} streams, medians of {runs}:\n", f"| server | {' | '.join(names)} |"]
    lines.append("|---" * (len(names) + 1) + "|")
    for server, of_server in measured.items():
        known = {name for figures in of_server for name in figures}
        cells = [f"{median(of_server, name):,.4g}" if name in known else "" for name in names]
        lines.append(f"| {server} | {' | '.join(cells)} |")
    return "\n".join([*lines, ""])


def median(runs: Sequence[Figures], name: str) -> float:
    """Return the median of one figure over the runs that have it."""
    return statistics.median(run[name] for run in runs if name in run)


def plot_cost(results: Results, path: Path) -> None:
    """Draw the cost of an event over the number of streams, a line for each server."""
    figure, axes = draw("streams", "CPU µs of an event delivered")
    for server in dict.fromkeys(name for measured in results.values() for name in measured):
        counts = [count for count, measured in results.items() if server in measured]
        axes.plot(counts, [median(results[count][server], COST) for count in counts], marker="o", label=server)
    axes.set_ylim(bottom=0)
    save(figure, axes, path)


def plot_bars(results: Results, name: str, label: str, path: Path) -> None:
    """Draw one figure at the greatest number of streams at which most servers were measured."""
    count = max(results, key=lambda count: len(results[count]))
    figure, axes = draw(label, "")
    servers = [*results[count]][::-1]
    axes.barh(servers, [median(results[count][server], name) for server in servers])
    axes.set_title(f"{count:,} streams")
    save(figure, axes, path)


def plot_latency(results: Results, path: Path) -> None:
    """Draw, for the greatest number of streams, the median and the 99th percentile of each server."""
    count = max(results)
    figure, axes = draw("ms from before publishing to the client", "")
    for height, (server, runs) in enumerate(results[count].items()):
        low, high = (median(runs, f"p{share}, ms") for share in (50, 99))
        axes.plot([low, high], [height, height], marker="o")
        axes.annotate(server, (low, height), xytext=(0, 6), textcoords="offset points", fontsize=8)
    axes.set_yticks([])
    axes.set_title(f"p50 to p99, {count:,} streams")
    save(figure, axes, path)


def draw(horizontal: str, vertical: str):
    """Return an empty figure and its axes."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 4), layout="constrained")
    axes = figure.subplots()
    axes.set_xlabel(horizontal)
    axes.set_ylabel(vertical)
    axes.grid(alpha=0.3)
    return figure, axes


def save(figure, axes, path: Path) -> None:
    """Write a figure, with a legend if its lines have names."""
    if axes.get_legend_handles_labels()[0]:
        axes.legend(fontsize=7)
    figure.savefig(path, metadata={"Date": None})
