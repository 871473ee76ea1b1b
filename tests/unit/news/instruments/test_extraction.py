from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.parsing import TICKER_PATTERN
from news.instruments.extraction import find_tickers

SAMPLE = Path(__file__).with_name("ticker_headlines.tsv")


def test_find_tickers_labelled_sample_reaches_precision_and_recall() -> None:
    rows = [line.split("\t") for line in SAMPLE.read_text().splitlines()]
    labels = [set(label.split(",")) - {""} for label, _ in rows]
    results = [set(find_tickers(text)) for _, text in rows]
    correct = sum(len(label & result) for label, result in zip(labels, results, strict=True))

    assert len(rows) >= 200
    assert correct / sum(map(len, results)) >= 0.96
    assert correct / sum(map(len, labels)) >= 0.94


@pytest.mark.parametrize(
    ("text", "tickers"),
    [
        ("$AAPL and $BRK.B rise", ["AAPL", "BRK.B"]),
        ("Raises $100 million, $2B and US$A", []),
        ("Alphabet Inc. (NASDAQ: GOOGL, GOOG) beats", ["GOOGL", "GOOG"]),
        ("NYSE:F and (Nasdaq:MSFT) gain", ["F", "MSFT"]),
        ("Shares of (NYSE American: IMO) fall", ["IMO"]),
    ],
)
def test_find_tickers_cashtags_and_exchange_symbols_are_found(text, tickers):
    assert find_tickers(text) == tickers


@pytest.mark.parametrize(
    ("name", "ticker"),
    [
        ("Ford", "F"),
        ("Meta", "META"),
        ("JPMorgan", "JPM"),
        ("Google", "GOOGL"),
        ("Alphabet", "GOOGL"),
        ("BP", "BP"),
        ("Gap", "GAP"),
        ("Apple", "AAPL"),
        ("Tesla", "TSLA"),
        ("Microsoft", "MSFT"),
        ("Amazon", "AMZN"),
        ("Nvidia", "NVDA"),
        ("Netflix", "NFLX"),
        ("Boeing", "BA"),
        ("Intel", "INTC"),
        ("Disney", "DIS"),
        ("Walmart", "WMT"),
        ("AT&T", "T"),
        ("McDonald’s", "MCD"),  # noqa: RUF001 - as newspapers print it
        ("Estée Lauder", "EL"),
        ("Toyota", "TM"),
    ],
)
def test_find_tickers_company_name_returns_us_symbol(name, ticker):
    assert find_tickers(f"{name} shares rise after results") == [ticker]
    assert find_tickers(f"Analysts like {name}'s plan") == [ticker]


def test_find_tickers_repeated_company_is_returned_once_in_order():
    assert find_tickers("Tesla, $F and Apple: Tesla leads Ford") == ["TSLA", "F", "AAPL"]


@pytest.mark.parametrize(
    "text", ["Nasdaq falls 2%", "NASDAQ: trading halts", "Dow Jones rises", "Dow slides 300 points"]
)
def test_find_tickers_exchange_or_index_is_ignored(text):
    assert find_tickers(text) == []


def test_find_tickers_exchange_symbol_is_not_the_exchange_company():
    assert find_tickers("Sirius (NASDAQ: SIRI) rises") == ["SIRI"]
    assert find_tickers("Nasdaq Inc. raises its dividend") == ["NDAQ"]


def test_find_tickers_symbol_after_name_overrides_it():
    assert find_tickers("Alphabet Inc. (NASDAQ: GOOG) beats; Apple follows") == ["GOOG", "AAPL"]


def test_find_tickers_overlapping_names_returns_longest():
    assert find_tickers("Apple Hospitality REIT pays") == ["APLE"]
    assert find_tickers("Siemens Energy gains") != find_tickers("Siemens gains")


@pytest.mark.parametrize("text", ["Fordham students march", "Pineapples rot", "Intelligence report", "Metaverse fades"])
def test_find_tickers_name_inside_word_is_ignored(text):
    assert find_tickers(text) == []


@pytest.mark.parametrize(
    "text",
    ["an apple a day", "the gap widens", "on target", "best buy of the week", "Harrison Ford stars", "Gender Gap"],
)
def test_find_tickers_ordinary_word_is_ignored(text):
    assert find_tickers(text) == []


def test_find_tickers_bare_symbol_is_found_in_capitals_only():
    assert find_tickers("NVDA jumps, TSLA slips") == ["NVDA", "TSLA"]
    assert find_tickers("schw and sbux") == []


def test_find_tickers_letters_longer_in_lower_case_keep_offsets():
    assert find_tickers("İİİ Apple İ Ford") == ["AAPL", "F"]


@given(st.text() | st.from_regex(r"(\(?(NASDAQ|NYSE) ?: ?\$?[A-Z.,]{1,12}\)? |\$[A-Z.-]{1,9} |Apple |Ford,? )*"))
def test_find_tickers_any_text_returns_valid_tickers_once(text):
    tickers = find_tickers(text)

    assert all(TICKER_PATTERN.fullmatch(ticker) and ticker == ticker.upper() for ticker in tickers)
    assert len(set(tickers)) == len(tickers)
