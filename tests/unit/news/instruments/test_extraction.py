from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.parsing import TICKER_PATTERN
from news.instruments.extraction import find_tickers

SAMPLE = Path(__file__).with_name("ticker_headlines.tsv")


def test_tickers_of_the_labelled_sample_are_found_and_few_others() -> None:
    rows = [line.split("\t") for line in SAMPLE.read_text().splitlines()]
    labels = [set(label.split(",")) - {""} for label, _ in rows]
    found = [set(find_tickers(text)) for _, text in rows]
    right = sum(len(wanted & got) for wanted, got in zip(labels, found, strict=True))

    assert len(rows) >= 200
    assert right / sum(map(len, found)) >= 0.96
    assert right / sum(map(len, labels)) >= 0.94


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
def test_cashtags_and_exchange_marks_are_read(text, tickers):
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
def test_company_names_are_read_as_their_us_symbols(name, ticker):
    assert find_tickers(f"{name} shares rise after results") == [ticker]
    assert find_tickers(f"Analysts like {name}'s plan") == [ticker]


def test_tickers_come_in_order_of_appearance_each_once():
    assert find_tickers("Tesla, $F and Apple: Tesla leads Ford") == ["TSLA", "F", "AAPL"]


@pytest.mark.parametrize(
    "text", ["Nasdaq falls 2%", "NASDAQ: trading halts", "Dow Jones rises", "Dow slides 300 points"]
)
def test_exchanges_and_indices_are_no_companies(text):
    assert find_tickers(text) == []


def test_exchange_mark_does_not_read_as_the_exchange_company():
    assert find_tickers("Sirius (NASDAQ: SIRI) rises") == ["SIRI"]
    assert find_tickers("Nasdaq Inc. raises its dividend") == ["NDAQ"]


def test_mark_after_a_name_decides_for_it():
    assert find_tickers("Alphabet Inc. (NASDAQ: GOOG) beats; Apple follows") == ["GOOG", "AAPL"]


def test_longest_name_wins():
    assert find_tickers("Apple Hospitality REIT pays") == ["APLE"]
    assert find_tickers("Siemens Energy gains") != find_tickers("Siemens gains")


@pytest.mark.parametrize("text", ["Fordham students march", "Pineapples rot", "Intelligence report", "Metaverse fades"])
def test_names_inside_words_are_not_read(text):
    assert find_tickers(text) == []


@pytest.mark.parametrize(
    "text",
    ["an apple a day", "the gap widens", "on target", "best buy of the week", "Harrison Ford stars", "Gender Gap"],
)
def test_ordinary_words_are_not_read_as_companies(text):
    assert find_tickers(text) == []


def test_known_symbols_stand_for_themselves_in_capitals_only():
    assert find_tickers("NVDA jumps, TSLA slips") == ["NVDA", "TSLA"]
    assert find_tickers("schw and sbux") == []


def test_places_are_right_after_letters_that_grow_in_lower_case():
    assert find_tickers("İİİ Apple İ Ford") == ["AAPL", "F"]


@given(st.text() | st.from_regex(r"(\(?(NASDAQ|NYSE) ?: ?\$?[A-Z.,]{1,12}\)? |\$[A-Z.-]{1,9} |Apple |Ford,? )*"))
def test_whatever_is_found_is_a_ticker_once(text):
    tickers = find_tickers(text)

    assert all(TICKER_PATTERN.fullmatch(ticker) and ticker == ticker.upper() for ticker in tickers)
    assert len(set(tickers)) == len(tickers)
