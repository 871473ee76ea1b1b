"""Parse the tickers that a record gives, in any form; what is no symbol is reported and does not refuse the record."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice

from common.parsing import TICKER_RULE, is_missing, parse_ticker, split_symbols
from news.ingest.formatting import format_value, type_name

MAX_VALUES = 1_000  # of one field; more than a record may have, so that the error can count them


def parse_record_tickers(fields: list[tuple[str, object]]) -> tuple[list[str], list[str]]:
    """Return the canonical tickers of some fields, each once, and what is wrong with the values that are none.

    fields: names and values; a value is a text with one symbol or several, an object with a `symbol` or `ticker`, or a
    list of these.
    """
    tickers: dict[str, None] = {}
    problems = []
    for name, value in _list_values(fields):
        if is_missing(value):
            continue
        try:
            tickers[_parse_value(value)] = None
        except ValueError as error:
            problems.append(f"{name}={format_value(value)}: {error}.")
    return list(tickers), problems


def _list_values(fields: list[tuple[str, object]]) -> Iterator[tuple[str, object]]:
    """Yield each single value with the name of its field."""
    for name, value in fields:
        values = value if isinstance(value, list | tuple) else [value]
        for part in islice(_split_texts(values), MAX_VALUES):
            yield name, part


def _split_texts(values: Iterable[object]) -> Iterator[object]:
    for value in values:
        yield from split_symbols(value) if isinstance(value, str) else [value]


def _parse_value(value: object) -> str:
    if isinstance(value, Mapping):
        value = value.get("symbol", value.get("ticker"))
    if not isinstance(value, str):
        raise ValueError(f"is {type_name(value)}; {TICKER_RULE}")
    return parse_ticker(value)
