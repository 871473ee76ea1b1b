"""Select the fields of a record by the names that senders use for them, and report what is ignored.

Tickers are parsed in any form; what is no symbol is reported and does not reject the record.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from itertools import islice
from typing import Any

from common.parsing import TICKER_RULE, is_missing, parse_ticker, split_symbols
from news.ingest.formatting import format_value, type_name

# The names of each field; of several in one record the first that holds something counts.
NAMES_BY_FIELD = {
    "title": ("title", "headline"),
    "summary": ("summary", "text", "description"),
    "url": ("url", "link"),
    "source": ("source",),
    "published_at": ("published_at", "publishedAt", "published", "date", "datetime"),
    "external_id": ("external_id", "id"),
    "historical": ("historical",),
}
TICKER_NAMES = ("ticker", "tickers", "symbol", "symbols")  # all of them count
ALL_NAMES = frozenset(name for names in NAMES_BY_FIELD.values() for name in names) | {*TICKER_NAMES}
MAX_VALUES = 1_000  # of one ticker field; more than a record may have, so that the error can count them
MAX_NAMED_FIELDS = 10  # unknown fields that one warning names


class RecordFields:
    """The fields of one record.

    warnings: gets the fields that are ignored.
    """

    def __init__(self, record: Mapping[Any, object], warnings: list[str]) -> None:
        self._record = record
        self._warnings = warnings
        self._present = {name for name, value in record.items() if not is_missing(value)}
        if not ALL_NAMES.issuperset(record):
            unknown = [name for name in record if name not in ALL_NAMES]
            warnings.append(describe_unknown(unknown, ALL_NAMES, fields=(*NAMES_BY_FIELD, "tickers"), is_ignored=True))

    def select(self, field: str) -> tuple[str, object]:
        """Return the name under which a field is given, and its value; the value is None if it is missing."""
        names = NAMES_BY_FIELD[field]
        present = [name for name in names if name in self._present]
        if not present:
            return next((name for name in names if name in self._record), field), None
        first, *others = present
        for name in others:
            if self._record[name] != self._record[first]:
                value_text, rule = format_value(self._record[name]), f"of {', '.join(names)} the first counts"
                self._warnings.append(f"{name}={value_text}: ignored, because {first} is given, too; {rule}.")
        return first, self._record[first]

    def select_tickers(self) -> list[tuple[str, object]]:
        """Return the names of ticker fields that are not missing, and their values."""
        return [(name, self._record[name]) for name in TICKER_NAMES if name in self._present]


def describe_unknown(
    names: Sequence[object], allowed: Collection[str], *, fields: Sequence[str], is_ignored: bool = False
) -> str:
    """Return a sentence about unknown names, with the one of `allowed` that was probably meant, or all `fields`."""
    name_texts = ", ".join(format_value(name) for name in names[:MAX_NAMED_FIELDS])
    more = f" and {len(names) - MAX_NAMED_FIELDS} more" if len(names) > MAX_NAMED_FIELDS else ""
    meant = get_close_matches(str(names[0])[:40].lower(), sorted(allowed), n=1, cutoff=0.75)
    hint = f"; did you mean {meant[0]}?" if meant else f"; the fields are {', '.join(fields)}."
    consequence = ", ignored" if is_ignored else ""
    return f"{name_texts}{more}: unknown {'fields' if len(names) > 1 else 'field'}{consequence}{hint}"


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
