"""The table of `benchmarks.quick`: paired ratios, bounds, and what was not measured."""

import pytest

from benchmarks.cells import C_LOOP, LOST, NCHAN, OURS, STOCK
from benchmarks.quick import SHORT
from benchmarks.quick_table import HEAD, Row, format_number, make_line, make_table


def test_line_ratio_is_the_median_of_the_ratios_of_rounds() -> None:
    rounds = [{OURS: 10.0, NCHAN.name: 20.0}, {OURS: 40.0, NCHAN.name: 50.0}, {OURS: 30.0, NCHAN.name: 40.0}]

    line = make_line(Row("cost", "cost", NCHAN.name, 0.8), rounds)

    assert line == "| cost | 30 | nchan 40 | 0.75 (0.5 to 0.8) | ≤ 0.8 | yes |"


@pytest.mark.parametrize(
    ("bound", "is_least", "met"), [(1.0, False, "yes"), (0.9, False, "no"), (1.0, True, "yes"), (1.1, True, "no")]
)
def test_line_bound_is_the_least_or_the_most_that_is_wanted(bound: float, is_least: bool, met: str) -> None:
    line = make_line(Row("cost", "cost", STOCK, bound, is_least=is_least), [{OURS: 7.0, STOCK: 7.0}])

    assert line.endswith(f"| {met} |")


def test_line_without_a_peer_compares_our_value() -> None:
    line = make_line(Row("memory", "idle", "", 10), [{OURS: 9.5}, {OURS: 12.5}, {OURS: 10.25}])

    assert line == "| memory | 10.2 (9.5 to 12.5) |  |  | ≤ 10 | no |"


def test_line_with_a_peer_that_reaches_nothing_is_not_met() -> None:
    line = make_line(Row("most", "greatest", NCHAN.name, 40, is_least=True), [{OURS: 5.0, NCHAN.name: 0.0}])

    assert line == "| most | 5 | nchan 0 | inf | ≥ 40 | no |"


def test_table_has_the_rows_that_were_measured_and_adds_up_what_was_lost() -> None:
    rounds = {
        "CPU of an event": [{OURS: 14.8, NCHAN.name: 15.6, C_LOOP.name: 9.4}],
        LOST: [{OURS: 0, NCHAN.name: 7}, {OURS: 2}, {OURS: 1}],
    }

    head, _, *lines = make_table(SHORT, rounds).splitlines()

    assert head == HEAD.partition("\n")[0]
    assert [line.split(" | ")[1:] for line in lines] == [
        ["14.8", "nchan 15.6", "0.949", "≤ 0.8", "no |"],
        ["14.8", "C loop 9.4", "1.57", "≤ 1.3", "no |"],
        ["3", "", "", "≤ 0", "no |"],
    ]


@pytest.mark.parametrize(
    ("value", "text"), [(1_430_211.4, "1,430,211"), (705.2, "705"), (14.82, "14.8"), (0.954, "0.954"), (0, "0")]
)
def test_number_has_three_digits_or_all_before_the_point(value: float, text: str) -> None:
    assert format_number(value) == text
