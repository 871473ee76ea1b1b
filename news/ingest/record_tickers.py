"""Parse the tickers that a record gives, in any form; what is no symbol is reported and does not refuse the record."""

import re
from collections.abc import Iterator, Mapping

from common.parsing import TICKER_RULE, is_missing, parse_ticker
from news.ingest.formatting import format_value, type_name

MAX_VALUES = 1_000  # of one field; more than a record may have, so that the error can count them
_SEPARATOR = re.compile(r"[,;|]")
_LIST_CHARACTERS = " \t'\"[]"  # "['AAPL', 'MSFT']": a list that a program wrote into one cell


def parse_record_tickers(fields: list[tuple[str, object]]) -> tuple[list[str], list[str]]:
    """Return the canonical tickers of some fields, each once, and what is wrong with the values that are none.

    fields: names and values; a value is one symbol, several in a text or list, or objects with a `symbol` or `ticker`.
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
        if isinstance(value, str):
            for part in _SEPARATOR.split(value, maxsplit=MAX_VALUES)[:MAX_VALUES]:
                yield name, part.strip(_LIST_CHARACTERS)
        elif isinstance(value, list | tuple):
            for element in value[:MAX_VALUES]:
                yield name, element
        else:
            yield name, value


def _parse_value(value: object) -> str:
    if isinstance(value, Mapping):
        value = value.get("symbol", value.get("ticker"))
    if not isinstance(value, str):
        raise ValueError(f"is {type_name(value)}; {TICKER_RULE}")
    return parse_ticker(value)
