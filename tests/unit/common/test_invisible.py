"""Characters that can't be seen."""

import pytest

from common.invisible import find_hidden


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Plain",
        "Ünïcode ✓ 日本",
        "👨\u200d👩\u200d👧",
        "\u0645\u06cc\u200c\u062e",
        "1\ufe0f\u20e3",
        "❤\ufe0f",
        "Cafe\u0301",
        "a\u00a0b",
    ],
)
def test_find_hidden_visible_text_has_none(text: str) -> None:
    assert find_hidden(text) is None


@pytest.mark.parametrize(
    ("text", "index"),
    [("\u200ba", 0), ("a\u202eb", 1), ("ab\u2066", 2), ("a\u200db", 1), ("👨\u200d", 1), ("a\ufe0f", 1), ("\u3164", 0)],
)
def test_find_hidden_returns_index_of_first(text: str, index: int) -> None:
    assert find_hidden(text) == index
