"""Tickers and times in the notations that clients send."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.parsing import is_missing, parse_ticker, parse_tickers, parse_time

tickers = st.from_regex(r"[A-Za-z0-9^][A-Za-z0-9.^=&_-]{0,19}", fullmatch=True)


@given(st.lists(tickers, min_size=1, max_size=30))
def test_parse_tickers_canonical_in_order_without_duplicates(texts: list[str]) -> None:
    assert parse_tickers(" , ".join(texts)) == list(dict.fromkeys(parse_ticker(ticker) for ticker in texts))


@pytest.mark.parametrize(
    "text", ["", "-A", ".B", "=A", "&A", "_A", "AA!", "A" * 21, "A\n", "Ä", "٣", "\uff21", "\u0131bm", "\u017f"]
)
def test_parse_ticker_malformed_raises_with_rule(text: str) -> None:
    with pytest.raises(ValueError, match="1 to 20 of A-Z"):
        parse_ticker(text)
    with pytest.raises(ValueError, match="1 to 20 of A-Z"):
        parse_tickers(f"AAPL,{text},")


def test_parse_tickers_too_many_raises_and_duplicates_count_once() -> None:
    many = [f"T{number}" for number in range(100)]

    assert len(parse_tickers(",".join(many * 2))) == 100
    with pytest.raises(ValueError, match="has 101 tickers: must be 100 or fewer"):
        parse_tickers(",".join([*many, "ONE"]))
    with pytest.raises(ValueError, match="must be 2 or fewer"):
        parse_tickers("A,B,C", max_count=2)


@pytest.mark.parametrize("value", [None, "", " \t", "nan", "NaN", "None", "NULL", " n/a ", "N/A", "<NA>", "#N/A"])
def test_is_missing_words_for_nothing_are_missing(value: object) -> None:
    assert is_missing(value)


@pytest.mark.parametrize("value", [0, False, [], "0", "-", "NA", "NAT", "nano", "None of it"])
def test_is_missing_other_values_are_not_missing(value: object) -> None:
    assert not is_missing(value)


@given(st.integers(0, 250_000_000_000_000_000))
def test_parse_time_formatted_time_round_trips(microseconds: int) -> None:
    time = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds)

    assert parse_time(time.isoformat()) == time
    assert parse_time(time.isoformat().replace("+00:00", "Z")) == time
    assert parse_time(time.isoformat().replace("+00:00", "")) == time
    assert parse_time(time.astimezone(timezone(timedelta(hours=-9, minutes=-30))).isoformat()) == time


@pytest.mark.parametrize(
    ("text", "hour"),
    [
        ("2026-01-31T09:30:00Z", 9),
        ("2026-01-31T09:30:00", 9),
        ("2026-01-31T09:30:00+02:00", 7),
        ("2026-01-31T09:30:00 02:00", 7),  # a plus sign that was not encoded
        ("2026-01-31T09:30:00-02:00", 11),
        ("1769851800", 9),
    ],
)
def test_parse_time_accepted_forms(text: str, hour: int) -> None:
    assert parse_time(text) == datetime(2026, 1, 31, hour, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    ["", "yesterday", "2026-13-01", "2026-01-31T25:00", "0001-01-01T00:00:00+14:00", "1969-12-31T23:59:59Z",
     "9999-12-31T23:59:59-14:00", "999999999999", "1e9", "-5", "٣"],
)  # fmt: skip
def test_parse_time_invalid_text_raises_with_rule(text: str) -> None:
    with pytest.raises(ValueError, match="ISO-8601 such as"):
        parse_time(text)


@given(st.text())
def test_parse_time_any_text_returns_time_since_1970_or_raises(text: str) -> None:
    try:
        time = parse_time(text)
    except ValueError:
        return
    assert time.tzinfo is UTC
    assert time.year >= 1970
