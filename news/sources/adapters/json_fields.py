"""Parse the fields of articles in JSON, whose values may be of any type, into entries."""

from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from typing import Any

from common.parsing import TICKER_RULE, is_missing, parse_ticker, split_symbols
from common.time import utc_now
from news.limits import MAX_ITEM_TICKERS, MAX_SUMMARY, MAX_TITLE
from news.sources.adapters.json_api import UnexpectedJSONError
from news.sources.entries import Entry, ParsedDocument, SkippedEntry, make_records
from news.sources.sanitize import parse_link, to_text

MAX_SYMBOLS = 1_000  # of one article
SYMBOL_FIELDS = ("tickers", "symbols", "ticker", "symbol", "entities")


class ArticleError(ValueError):
    """An article that is not usable as a record."""


def parse_articles(
    articles: object, parse: Callable[[Mapping[str, Any]], Entry], *, own_links: Iterable[str] = ()
) -> ParsedDocument:
    """Return the records of a JSON list.

    parse: returns the entry of an article, or raises ArticleError.
    own_links: as for `make_records`.
    Errors: UnexpectedJSONError for anything but a list.
    """
    if not isinstance(articles, list):
        raise UnexpectedJSONError(articles, expected="a list of news")
    entries: list[Entry] = []
    skipped: list[SkippedEntry] = []
    for article in articles:
        try:
            if not isinstance(article, dict):
                raise ArticleError("is not an object with the fields of an article; it is skipped.")
            entries.append(parse(article))
        except ArticleError as error:
            skipped.append(SkippedEntry(_describe(article), str(error)))
    return make_records(entries, now=utc_now(), own_links=own_links, skipped=skipped)


def parse_title(value: object) -> str:
    """Return a title as plain text. Errors: ArticleError if there is none."""
    title = to_text(value, MAX_TITLE) if isinstance(value, str) else ""
    if is_missing(title):
        raise ArticleError(f"title={str(value)[:60]!r}: is no text; articles without a title are skipped.")
    return title


def parse_summary(*values: object) -> str:
    """Return the first value that is a text, as plain text."""
    texts = (to_text(value, MAX_SUMMARY) for value in values if isinstance(value, str))
    return next((text for text in texts if not is_missing(text)), "")


def parse_url(value: object) -> str:
    """Return an http or https URL, "" for anything else."""
    return parse_link(value) if isinstance(value, str) and not is_missing(value) else ""


def parse_symbols(values: object) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the tickers of a provider's symbols, each once, and what is wrong with those that are none.

    values: a text with one symbol or several, an object with a `symbol` or `ticker`, or a list of these.
    """
    tickers: dict[str, None] = {}
    problems = []
    for value in _list_symbols(values):
        if is_missing(value):
            continue
        try:
            tickers[_parse_symbol(value)] = None
        except ValueError as error:
            problems.append(f"symbol {str(value)[:40]!r} {error}; it is ignored.")
    if len(tickers) > MAX_ITEM_TICKERS:
        dropped = ", ".join([*tickers][MAX_ITEM_TICKERS:])[:200]
        problems.append(f"names {len(tickers)} symbols: an item has {MAX_ITEM_TICKERS} at most; ignored {dropped}.")
    return tuple(tickers)[:MAX_ITEM_TICKERS], tuple(problems)


def parse_id(number: object, *texts: object) -> tuple[str, ...]:
    """Return the ids of an article by preference: the provider's number, then texts."""
    has_number = isinstance(number, int) and not isinstance(number, bool) and 0 < number < 2**63
    return (*([str(number)] if has_number else []), *(text for text in (number, *texts) if isinstance(text, str)))


def _list_symbols(values: object) -> Iterable[object]:
    parts = (
        part
        for value in (values if isinstance(values, list) else [values])
        for part in (split_symbols(value) if isinstance(value, str) else [value])
    )
    return islice(parts, MAX_SYMBOLS)


def _parse_symbol(value: object) -> str:
    if isinstance(value, dict):
        value = value.get("symbol", value.get("ticker"))
    if not isinstance(value, str):
        raise ValueError(TICKER_RULE)
    return parse_ticker(value.strip())


def _describe(article: object) -> str:
    """Return title or address of an article for the list of skipped entries."""
    if not isinstance(article, dict):
        return str(article)[:100]
    texts = (article.get(name) for name in ("title", "headline", "url"))
    return next((text for text in texts if isinstance(text, str) and text.strip()), "")
