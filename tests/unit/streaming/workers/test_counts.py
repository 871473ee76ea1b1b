"""What is kept of the metrics of workers that have ended."""

from typing import Any

from streaming.workers.board import Board
from streaming.workers.counts import keep_counts


def make_metrics(number: int) -> list[list[Any]]:
    return [
        ["closed", "Closed.", "counter", [["closed_total", [["reason", "client"]], number]]],
        ["delays", "Delays.", "histogram", [["delays_bucket", [["le", "+Inf"]], number], ["delays_count", [], number]]],
        ["sentiment_streams_open", "Open.", "gauge", [["sentiment_streams_open", [], 7]]],
    ]  # fmt: skip


def test_keep_counts_of_workers_that_end_keeps_counters_and_drops_gauges() -> None:
    board = Board.create(2)
    for number in (3, 4):
        board.section(1).write_stats({"lag": 2, "metrics": make_metrics(number)})
        board.section(1).is_serving = True

        keep_counts(board, 1)

    assert board.ended.load_stats() == {"metrics": make_metrics(7)[:2]}
    assert (board.section(1).is_serving, board.section(1).load_stats()) == (False, {})
