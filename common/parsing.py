"""Parse tickers and times in query strings, records and command lines. Errors state the rule that a text breaks."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from common.symbols import canonicalize

MAX_FILTER_TICKERS = 100  # of one stream or request

# Without anchors, and in the syntax of Python and JavaScript: OpenAPI schemas use it, too.
TICKER_REGEX = r"[A-Za-z0-9^][A-Za-z0-9.^=&_\-]{0,19}"
TICKER_PATTERN = re.compile(TICKER_REGEX)
TICKER_RULE = (
    "must be 1 to 20 of A-Z 0-9 . ^ = & - _, the first a letter, a digit or ^, such as AAPL, BRK.B, INFY.NS or BTC-USD"
)
EARLIEST_TIME = datetime(1970, 1, 1, tzinfo=UTC)
ISO_TIME_PATTERN = re.compile(
    r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?(?:Z|[+-]\d\d(?::?\d\d)?)?)?", re.ASCII | re.IGNORECASE
)
TIME_RULE = (
    "must be ISO-8601 such as 2026-01-31T09:30:00Z (without an offset it is UTC), or Unix time of 10 digits (seconds) "
    "or 13 (milliseconds)"
)


MISSING_WORDS = frozenset({"", "nan", "none", "null", "n/a", "<na>", "#n/a"})
LONGEST_MISSING = max(map(len, MISSING_WORDS))


def is_missing(value: object) -> bool:
    """Return whether a value of a record stands for nothing: null, blank, or a word such as nan, None, null or N/A.

    Programs that export tables write these words into empty cells.
    """
    if isinstance(value, str):
        text = value.strip()
        return len(text) <= LONGEST_MISSING and text.lower() in MISSING_WORDS
    return value is None


def split_symbols(text: str) -> Iterator[str]:
    """Yield the symbols of a text with several, separated by commas, semicolons or bars, also "['AAPL', 'MSFT']".

    Programs write such a list into one cell. Empty parts are yielded, too.
    """
    return (part.strip(" \t'\"[]") for part in re.split(r"[,;|]", text))


def parse_ticker(text: str) -> str:
    """Return the canonical form of a symbol: NASDAQ:AAPL is AAPL, BRK/B is BRK.B (docs/symbols.md lists the forms).

    Errors: ValueError for a malformed one.
    """
    symbol = canonicalize(text)
    if not TICKER_PATTERN.fullmatch(symbol):
        raise ValueError(TICKER_RULE)
    return symbol


def parse_tickers(text: str, *, max_count: int = MAX_FILTER_TICKERS) -> list[str]:
    """Return the tickers of a comma-separated list in canonical form, without duplicates.

    Errors: ValueError for a malformed ticker, or for more than `max_count`.
    """
    tickers = list(dict.fromkeys(parse_ticker(part) for part in text.split(",")))
    if len(tickers) > max_count:
        raise ValueError(f"has {len(tickers)} tickers: must be {max_count} or fewer; send several requests")
    return tickers


def parse_time(text: str) -> datetime:
    """Return a time since 1970, aware, in UTC, from ISO-8601 or Unix time.

    Errors: ValueError for any other text.
    """
    if re.fullmatch(r"[0-9]+", text):
        return parse_unix_time(text)
    # A "+" that was not percent-encoded arrives as a space.
    time = parse_iso_time(re.sub(r"(T.*) (?=\d\d:?\d\d$)", r"\1+", text))
    if time < EARLIEST_TIME:
        raise ValueError(TIME_RULE)
    return time


def parse_unix_time(value: str | float) -> datetime:
    """Return Unix time as a time in UTC: 10 digits before the decimal point are seconds, 13 milliseconds.

    Other numbers are rejected, because 2024 or 20240310 are meant as dates.
    Errors: ValueError for any other number or text.
    """
    match = re.fullmatch(r"([0-9]{10}|[0-9]{13})(\.[0-9]+)?", str(value))
    if not match:
        raise ValueError(TIME_RULE)
    seconds = float(value) if len(match[1]) == 10 else float(value) / 1000
    return EARLIEST_TIME + timedelta(seconds=seconds)


def parse_iso_time(text: str) -> datetime:
    """Return an ISO-8601 time, aware, in UTC; a text without an offset is in UTC.

    Errors: ValueError for any other text, and for years outside 1 to 9999.
    """
    try:
        if ISO_TIME_PATTERN.fullmatch(text):
            return to_utc(datetime.fromisoformat(text.upper()))
    except (ValueError, OverflowError) as error:
        raise ValueError(TIME_RULE) from error
    raise ValueError(TIME_RULE)


def to_utc(time: datetime) -> datetime:
    """Return a time in UTC; a naive one is in UTC already. Errors: OverflowError outside the years 1 to 9999."""
    return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)
