"""Write the results of `benchmarks.fanout` to docs/: a table of medians, plots, and the values of every run."""

import json
import re
import statistics
from collections.abc import Sequence
from pathlib import Path

DOCS = Path(__file__).resolve().parent.parent / "docs"
RESULTS = DOCS / "performance" / "fanout.json"
PAGE = DOCS / "performance.md"
COST, MEMORY = "CPU us per event delivered", "RSS KB per stream"

BenchmarkResult = dict[str, float]  # value by the name of what was measured, which has the unit
Results = dict[int, dict[str, list[BenchmarkResult]]]  # by number of streams, then server: one for each run


def load() -> Results:
    """Return the results that docs/ has."""
    return {int(connections): servers for connections, servers in json.loads(RESULTS.read_text()).items()}


def merge(results: Results, more: Results) -> Results:
    """Return the runs of both, by number of streams and server."""
    merged: Results = {}
    for connections in sorted({*results, *more}):
        old, new = results.get(connections, {}), more.get(connections, {})
        merged[connections] = {server: old.get(server, []) + new.get(server, []) for server in {**old, **new}}
    return merged


def write(results: Results) -> None:
    """Write the values, the plots and the table of docs/performance.md."""
    folder = RESULTS.parent
    folder.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(results, indent=1) + "\n")
    plot_cost(results, folder / "cost.svg")
    plot_bars(results, MEMORY, "resident KB of a stream", folder / "memory.svg")
    plot_latency(results, folder / "latency.svg")
    write_section("fanout", "".join(table(connections, servers) for connections, servers in results.items()))


def write_section(name: str, text: str, *, page: Path = PAGE) -> None:
    """Replace what stands between the comments `name` and `end of name` of a page."""
    section = re.compile(rf"(?<=<!-- {name} -->\n).*(?=<!-- end of {name} -->)", re.DOTALL)
    content, count = section.subn(lambda _: text, page.read_text())
    assert count == 1, f"{page}: has {count} sections {name!r}; keep one <!-- {name} --> with <!-- end of {name} -->"
    page.write_text(content)


def table(connections: int, servers: dict[str, list[BenchmarkResult]]) -> str:
    """Return a table with a row of medians for each server."""
    names = list(dict.fromkeys(name for runs in servers.values() for result in runs for name in result))
    run_count = max(map(len, servers.values()))
    lines = [f"\n{connections:,} streams, medians of {run_count}:\n", f"| server | {' | '.join(names)} |"]
    lines.append("|---" * (len(names) + 1) + "|")
    for server, runs in servers.items():
        measured_names = {name for result in runs for name in result}
        cells = [f"{median(runs, name):,.4g}" if name in measured_names else "" for name in names]
        lines.append(f"| {server} | {' | '.join(cells)} |")
    return "\n".join([*lines, ""])


def median(runs: Sequence[BenchmarkResult], name: str) -> float:
    """Return the median of one value over the runs that have it."""
    return statistics.median(run[name] for run in runs if name in run)


def plot_cost(results: Results, path: Path) -> None:
    """Plot the CPU time of a delivered event over the number of streams, a line for each server."""
    figure, axes = make_plot("streams", "CPU µs of an event delivered")
    for server in dict.fromkeys(name for servers in results.values() for name in servers):
        counts = [count for count, servers in results.items() if server in servers]
        axes.plot(counts, [median(results[count][server], COST) for count in counts], marker="o", label=server)
    axes.set_ylim(bottom=0)
    save_plot(figure, axes, path)


def plot_bars(results: Results, name: str, label: str, path: Path) -> None:
    """Plot one value at the number of streams with which most servers were measured."""
    count = max(results, key=lambda count: len(results[count]))
    figure, axes = make_plot(label, "")
    servers = [*results[count]][::-1]
    axes.barh(servers, [median(results[count][server], name) for server in servers])
    axes.set_title(f"{count:,} streams")
    save_plot(figure, axes, path)


def plot_latency(results: Results, path: Path) -> None:
    """Plot the median and 99th percentile latency of each server, at the largest number of streams."""
    count = max(results)
    figure, axes = make_plot("ms from before publishing to the client", "")
    for y, (server, runs) in enumerate(results[count].items()):
        low, high = (median(runs, f"p{share}, ms") for share in (50, 99))
        axes.plot([low, high], [y, y], marker="o")
        axes.annotate(server, (low, y), xytext=(0, 6), textcoords="offset points", fontsize=8)
    axes.set_yticks([])
    axes.set_title(f"p50 to p99, {count:,} streams")
    save_plot(figure, axes, path)


def make_plot(x_label: str, y_label: str):
    """Return an empty figure and its axes."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 4), layout="constrained")
    axes = figure.subplots()
    axes.set_xlabel(x_label)
    axes.set_ylabel(y_label)
    axes.grid(alpha=0.3)
    return figure, axes


def save_plot(figure, axes, path: Path) -> None:
    """Write a plot as SVG, with a legend if its lines have names."""
    if axes.get_legend_handles_labels()[0]:
        axes.legend(fontsize=7)
    figure.savefig(path, metadata={"Date": None})
