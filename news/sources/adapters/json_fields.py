"""Read the values of JSON entries, which may be anything, into what records hold."""

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import Any

from common.parsing import TICKER_PATTERN, parse_time
from common.time import utc_now
from news.limits import MAX_ITEM_TICKERS, MAX_SUMMARY, MAX_TITLE
from news.sources.adapters.json_api import explain_answer
from news.sources.http.client import SourceError
from news.sources.result import Record
from news.sources.sanitize import parse_external_id, parse_link, parse_unix_time, to_text

MAX_ENTRIES = 1_000  # of one answer


class EntryError(ValueError):
    """An entry that holds no record."""


def parse_each(entries: object, read: Callable[[Mapping[str, Any]], Record], *, host: str) -> tuple[list[Record], int]:
    """Return a record for each entry, MAX_ENTRIES at most, and how many hold none. Errors: SourceError for no list."""
    if not isinstance(entries, list):
        raise SourceError(
            f"{host}: {explain_answer(entries)} where a list of news is due; check the source's URL and kind."
        )
    records: list[Record] = []
    for entry in entries[:MAX_ENTRIES]:
        try:
            if isinstance(entry, dict):
                records.append(read(entry))
        except EntryError:
            continue
    return records, min(len(entries), MAX_ENTRIES) - len(records)


def parse_title(value: object) -> str:
    """Return a title as plain text. Errors: EntryError for none."""
    title = to_text(value, MAX_TITLE) if isinstance(value, str) else ""
    if not title:
        raise EntryError("no title")
    return title


def parse_summary(*values: object) -> str:
    """Return the first that is text, as plain text."""
    return next((text for value in values if isinstance(value, str) and (text := to_text(value, MAX_SUMMARY))), "")


def parse_url(value: object) -> str:
    """Return a link of the web, "" for anything else."""
    return parse_link(value) if isinstance(value, str) else ""


def parse_symbols(values: Iterable[object]) -> list[str]:
    """Return the tickers among a vendor's symbols, each once; others (pairs of currencies, indices) are left out."""
    symbols = [value.strip().upper() for value in values if isinstance(value, str)]
    return list(dict.fromkeys(symbol for symbol in symbols if TICKER_PATTERN.fullmatch(symbol)))[:MAX_ITEM_TICKERS]


def parse_name(number: object, otherwise: object) -> str | None:
    """Return an id: the vendor's number, or else a text."""
    if isinstance(number, int) and not isinstance(number, bool) and 0 < number < 2**63:
        return str(number)
    return parse_external_id(otherwise) if isinstance(otherwise, str) else None


def parse_time_text(*values: object) -> str | None:
    """Return the first that is a time in ISO-8601, in UTC where it says nothing else; now for one in the future."""
    for value in values:
        with suppress(ValueError, OverflowError):
            if isinstance(value, str):
                return parse_unix_time(parse_time(value).timestamp(), utc_now())
    return None
