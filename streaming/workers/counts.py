"""Metrics of workers as plain data: those of several become those of one server, and counts outlive their worker."""

from collections.abc import Iterable, Sequence
from typing import Any

from streaming.workers.board import Board

# What is not the sum of the workers: what each of them knows for all, and what is the largest of theirs.
FOR_ALL = {"sentiment_streams_open", "sentiment_streams_limit"}
LARGEST = {
    "sentiment_stream_topics", "sentiment_stream_ring_frames", "sentiment_stream_ring_limit_frames",
    "sentiment_stream_lag_frames", "process_max_fds", "process_start_time_seconds",
}  # fmt: skip
ADDITIVE_TYPES = ("counter", "histogram")  # which must not go back when a worker ends

Encoded = Sequence[Sequence[Any]]  # metrics as JSON: name, documentation, type, samples of name, labels and value


def add_up(workers: Iterable[Encoded]) -> Encoded:
    """Return the metrics of several workers as those of one; the first knows what holds for all."""
    families: dict[str, tuple[str, str]] = {}
    values: dict[str, dict[tuple[str, tuple[tuple[str, str], ...]], float]] = {}
    for metrics in workers:
        for name, text, kind, samples in metrics:
            families.setdefault(name, (text, kind))
            sums = values.setdefault(name, {})
            for sample_name, labels, value in samples:
                key = sample_name, tuple(map(tuple, labels))
                if name in LARGEST:
                    sums[key] = max(sums.get(key, value), value)
                elif name not in FOR_ALL or key not in sums:
                    sums[key] = sums.get(key, 0) + value
    return [(name, *families[name], [(*key, value) for key, value in sums.items()]) for name, sums in values.items()]


def keep_counts(board: Board, index: int) -> None:
    """Add the counts of a worker that has ended to those kept of others, and erase its section."""
    section = board.section(index)
    counted = [metric for metric in section.load_stats().get("metrics", ()) if metric[2] in ADDITIVE_TYPES]
    section.erase()  # first of all: its slots are free, whatever becomes of its counts
    kept = board.ended.load_stats().get("metrics", ())
    board.ended.write_stats({"metrics": add_up([kept, counted])})
