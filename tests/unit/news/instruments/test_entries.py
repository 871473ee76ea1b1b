"""Entries of the book as people write them: one form, and errors with value and cure."""

import pytest

from news.instruments.book import InstrumentRecord
from news.instruments.entries import (
    EntryError,
    check_names,
    find_warnings,
    list_names,
    parse_kind,
    parse_name,
    parse_phrases,
    parse_symbol,
)

APPLE = InstrumentRecord("AAPL", "Apple Inc.", "company", ("Apple",))


@pytest.mark.parametrize(
    ("text", "symbol"), [(" nasdaq:aapl ", "AAPL"), ("BRK/B", "BRK.B"), ("BTC/USD", "BTC-USD"), ("^gspc", "^GSPC")]
)
def test_parse_symbol_returns_the_canonical_form(text: str, symbol: str) -> None:
    assert parse_symbol(text) == symbol


@pytest.mark.parametrize("text", ["", "nan", "APPLE INC", "MOON:AAPL", "A" * 21, "AA$PL"])
def test_parse_symbol_of_another_text_says_value_and_cure(text: str) -> None:
    with pytest.raises(EntryError, match="symbol") as error:
        parse_symbol(text)
    assert error.value.field == "symbol"


@pytest.mark.parametrize(
    ("text", "kind"), [("company", "company"), ("Central Bank", "central_bank"), (" CRYPTO ", "crypto")]
)
def test_parse_kind_takes_any_case(text: str, kind: str) -> None:
    assert parse_kind(text) == kind


def test_parse_kind_unknown_lists_the_kinds() -> None:
    with pytest.raises(EntryError, match="kind='stock': must be one of company, index, commodity"):
        parse_kind("stock")


def test_parse_phrases_returns_each_once_in_one_form() -> None:
    phrases = parse_phrases(
        "aliases", [" Apple  Computer ", "", "Apple\u200b Computer", "APPLE", "Société\u00a0Générale"]
    )

    assert phrases == ("Apple Computer", "APPLE", "Société Générale")


@pytest.mark.parametrize(
    ("text", "problem"),
    [("a|b", "separates names"), ("x" * 201, "201 characters"), ("&&", "no letter or digit"), ("a\ue000b", "U\\+E000")],
)
def test_parse_phrases_refuses_what_no_text_has(text: str, problem: str) -> None:
    with pytest.raises(EntryError, match=f"aliases=.*{problem}"):
        parse_phrases("aliases", [text])


def test_parse_name_empty_is_refused() -> None:
    with pytest.raises(EntryError, match="name is empty"):
        parse_name(" \u200b ")


@pytest.mark.parametrize("alias", ["Apple", "APPLE", " apple", "Apple Inc."])
def test_check_names_refuses_a_name_that_another_has(alias: str) -> None:
    record = InstrumentRecord("ZRBX", "Zorblax", "company", (alias.strip(),))

    with pytest.raises(EntryError, match=r"is a name of AAPL \(Apple Inc\.\); take it from there"):
        check_names(record, dict.fromkeys(list_names(APPLE), APPLE), before=None)


def test_check_names_leaves_what_the_entry_had_before() -> None:
    before = InstrumentRecord("ZRBX", "Zorblax", "company", ("Apple",))
    record = InstrumentRecord("ZRBX", "Zorblax", "company", ("Apple", "Zorb"))

    check_names(record, dict.fromkeys(list_names(APPLE), APPLE), before=before)


@pytest.mark.parametrize(
    ("alias", "problem"),
    [
        *((alias, "quarter or year") for alias in ("Q2", "h1", "FY", "FY 2026", "2026", "3Q", "Q2 2026")),
        *((alias, "unit") for alias in ("bn", "KG", "bps", "USD")),
        *((alias, "ordinary word") for alias in ("market", "Target", "apple")),
        ("ZX", "short"),
        ("360", "number"),
    ],
)
def test_find_warnings_names_aliases_that_mean_something_else(alias: str, problem: str) -> None:
    record = InstrumentRecord("ZRBX", "Zorblax", "company", (alias,))

    (warning,) = find_warnings(record)

    assert repr(alias) in warning.text
    assert problem in warning.text
    assert find_warnings(record, before=record) == []


def test_find_warnings_names_exclusions_without_effect() -> None:
    record = InstrumentRecord("AAPL", "Apple Inc.", "company", ("Apple",), ("apple pie", "banana bread", "APPLE"))

    texts = [warning.text for warning in find_warnings(record, before=APPLE)]

    assert len(texts) == 2
    assert "'banana bread': holds none" in texts[0]
    assert "'APPLE': is a name of the instrument" in texts[1]


@pytest.mark.parametrize("alias", ["Zorblax Industries", "ZRB", "東京", "Société Générale", "7-Eleven"])
def test_find_warnings_of_a_name_is_empty(alias: str) -> None:
    assert find_warnings(InstrumentRecord("ZRBX", "Zorblax", "company", (alias,))) == []
