"""Durations as text."""

import pytest

from common.time import format_duration


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (59, "59 s"),
        (60, "1 min 00 s"),
        (3599, "59 min 59 s"),
        (3600, "1 h 00 min"),
        (90_000, "25 h 00 min"),
    ],
)
def test_format_age_has_two_units(seconds: int, text: str) -> None:
    assert format_duration(seconds) == text
