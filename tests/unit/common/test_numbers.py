"""Numbers as page and admin show them."""

import pytest

from common.numbers import format_number, format_share, format_signed, is_unsure


@pytest.mark.parametrize(
    ("value", "text"), [(None, "\u2013"), (0.174, "+0.17"), (-0.5, "\u22120.50"), (0.004, "0.00"), (-0.004, "0.00")]
)
def test_format_signed_has_a_true_minus_and_no_sign_of_zero(value: float | None, text: str) -> None:
    assert format_signed(value) == text


def test_format_number_groups_thousands() -> None:
    assert format_number(-1234.567) == "\u22121,234.57"


@pytest.mark.parametrize(
    ("share", "text"), [(0.0, "0%"), (0.504, "50%"), (0.994, "99%"), (0.997, "100%"), (1.0, "100%")]
)
def test_format_share_is_whole_percent(share: float, text: str) -> None:
    assert format_share(share) == text


def test_is_unsure_compares_the_percent_that_is_shown() -> None:
    assert is_unsure(0.494)
    assert not is_unsure(0.496)
