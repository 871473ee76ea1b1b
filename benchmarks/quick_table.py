"""The table of `benchmarks.quick`: medians of rounds, paired ratios, and what is wanted of them."""

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from benchmarks.cells import AFTER_POST, C_LOOP, EVENTSTREAM, LOST, NCHAN, OURS, STOCK, STREAMS, UNFILTERED, Sizes

Rounds = Mapping[str, Sequence[Mapping[str, float]]]  # what was measured: for each round the values by server
HEAD = "| | ours | peer | ratio | wanted | met? |\n|---|---|---|---|---|---|"


@dataclass(frozen=True, slots=True)
class Row:
    """A row: `bound` is that of the ratio to the peer or, without one, of our own value."""

    label: str
    key: str
    peer: str
    bound: float
    is_least: bool = False  # whether the bound is the least that is wanted, otherwise the most


def list_rows(sizes: Sizes) -> list[Row]:
    """Return the rows of the table."""
    cpu, latency = (f"{streams:,} streams, 10 events/s" for streams in (STREAMS, sizes.latency_streams))
    matching = f"CPU µs of an event to one of 10 matching of {STREAMS:,} filtered streams"
    return [
        Row(f"CPU µs per delivered event, {cpu}, net of publishing", "CPU of an event", NCHAN.name, 0.8),
        Row("the same", "CPU of an event", C_LOOP.name, 1.3),
        Row(f"p50, ms, {latency}", "p50", NCHAN.name, 1.0),
        Row(f"p99, ms, {latency}", "p99", NCHAN.name, 1.0),
        Row(f"connects/s, {STREAMS:,} streams", "connects", EVENTSTREAM.name, 3.5, is_least=True),
        Row(f"most delivered events/s without loss, {STREAMS:,} streams", "greatest", NCHAN.name, 40, is_least=True),
        Row("POST of one item, CPU ms", "POST", STOCK, 1.2),
        Row("GET health, CPU ms", "health", STOCK, 0.3),
        Row("GET metrics, CPU ms", "metrics", STOCK, 0.8),
        Row("GET 50 items, CPU ms", "items", STOCK, 0.7),
        Row("GET the page, CPU ms", "page", STOCK, 1.5),
        Row("GET metrics after a POST, CPU ms", "metrics" + AFTER_POST, STOCK, 0.8),
        Row("GET 50 items after a POST, CPU ms", "items" + AFTER_POST, STOCK, 0.7),
        Row("GET the page after a POST, CPU ms", "page" + AFTER_POST, STOCK, 1.5),
        Row(matching, "filtered", UNFILTERED, 3),
        Row(f"replay of {sizes.replayed_items:,} items to one client, CPU µs an item", "replay", "", 20),
        Row(f"KB per idle stream, {sizes.idle_streams:,} streams", "idle", "", 10),
        Row(f"RSS growth, MB, 20 stopped readers, {sizes.megabytes} MB sent to each", "stopped", "", 10),
        Row("events lost or doubled, all rows", LOST, "", 0),
    ]


def make_table(sizes: Sizes, rounds: Rounds) -> str:
    """Return the rows that were measured."""
    totals = {LOST: [{OURS: count_lost(rounds)}]} if LOST in rounds else {}
    measured = {**rounds, **totals}
    lines = [make_line(row, measured[row.key]) for row in list_rows(sizes) if row.key in measured]
    return "\n".join([HEAD, *lines, ""])


def count_lost(rounds: Rounds) -> float:
    """Return how many events this site has lost or doubled."""
    return sum(values.get(OURS, 0) for values in rounds.get(LOST, []))


def make_line(row: Row, rounds: Sequence[Mapping[str, float]]) -> str:
    """Return a row with medians and, in parentheses, the least and the greatest of several rounds."""
    ours = [values[OURS] for values in rounds]
    peers = [values[row.peer] for values in rounds if row.peer]
    ratios = [mine / theirs if theirs else math.inf for mine, theirs in zip(ours, peers, strict=False)]
    result = statistics.median(ratios or ours)
    is_met = math.isfinite(result) and (result >= row.bound if row.is_least else result <= row.bound)
    cells = (
        row.label,
        format_number(statistics.median(ours)) if ratios else format_spread(ours),
        f"{row.peer} {format_number(statistics.median(peers))}" if peers else "",
        format_spread(ratios) if ratios else "",
        f"{'≥' if row.is_least else '≤'} {format_number(row.bound)}",
        "yes" if is_met else "no",
    )
    return f"| {' | '.join(cells)} |"


def format_spread(values: Sequence[float]) -> str:
    """Return the median; of several values also the least and the greatest."""
    median = format_number(statistics.median(values))
    if len(values) == 1:
        return median
    return f"{median} ({format_number(min(values))} to {format_number(max(values))})"


def format_number(value: float) -> str:
    """Return a number with three digits, or all of its digits before the point."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
