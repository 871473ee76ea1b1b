"""Parse the fields of articles in JSON, whose values may be of any type, into record fields."""

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import Any

from common.parsing import TICKER_PATTERN, parse_time
from common.time import utc_now
from news.limits import MAX_ITEM_TICKERS, MAX_SUMMARY, MAX_TITLE
from news.sources.adapters.json_api import UnexpectedJSONError
from news.sources.result import RecordFields
from news.sources.sanitize import parse_external_id, parse_link, parse_unix_time, to_text

MAX_ARTICLES = 1_000  # of one document


class ArticleError(ValueError):
    """An article that is not usable as a record."""


def parse_articles(
    articles: object, parse: Callable[[Mapping[str, Any]], RecordFields]
) -> tuple[list[RecordFields], int]:
    """Return the records of a JSON list, of MAX_ARTICLES at most, and the number of articles without one.

    parse: returns the record of an article, or raises ArticleError.
    Errors: UnexpectedJSONError for anything but a list.
    """
    if not isinstance(articles, list):
        raise UnexpectedJSONError(articles, expected="a list of news")
    records: list[RecordFields] = []
    for article in articles[:MAX_ARTICLES]:
        try:
            if isinstance(article, dict):
                records.append(parse(article))
        except ArticleError:
            continue
    return records, min(len(articles), MAX_ARTICLES) - len(records)


def parse_title(value: object) -> str:
    """Return a title as plain text. Errors: ArticleError if there is none."""
    title = to_text(value, MAX_TITLE) if isinstance(value, str) else ""
    if not title:
        raise ArticleError("no title")
    return title


def parse_summary(*values: object) -> str:
    """Return the first value that is a text, as plain text."""
    return next((text for value in values if isinstance(value, str) and (text := to_text(value, MAX_SUMMARY))), "")


def parse_url(value: object) -> str:
    """Return an http or https URL, "" for anything else."""
    return parse_link(value) if isinstance(value, str) else ""


def parse_symbols(values: Iterable[object]) -> list[str]:
    """Return the tickers among a provider's symbols, each once, without others (currency pairs, indices)."""
    symbols = [value.strip().upper() for value in values if isinstance(value, str)]
    return list(dict.fromkeys(symbol for symbol in symbols if TICKER_PATTERN.fullmatch(symbol)))[:MAX_ITEM_TICKERS]


def parse_id(number: object, fallback: object) -> str | None:
    """Return an external id: the provider's number or, if there is none, a text."""
    if isinstance(number, int) and not isinstance(number, bool) and 0 < number < 2**63:
        return str(number)
    return parse_external_id(fallback) if isinstance(fallback, str) else None


def parse_time_text(*values: object) -> str | None:
    """Return the first value that is an ISO-8601 time, in UTC; future times become the current one."""
    for value in values:
        with suppress(ValueError, OverflowError):
            if isinstance(value, str):
                return parse_unix_time(parse_time(value).timestamp(), utc_now())
    return None
