"""Parse tickers and times in query strings, records and command lines. Errors state the rule that a text breaks."""

import re
from datetime import UTC, datetime

MAX_FILTER_TICKERS = 100  # of one stream or request

# Without anchors, and in the syntax of Python and JavaScript: OpenAPI schemas use it, too.
TICKER_REGEX = r"[A-Za-z0-9][A-Za-z0-9.\-]{0,9}"
TICKER_PATTERN = re.compile(TICKER_REGEX)
TICKER_RULE = "must be 1 to 10 letters, digits, '.' or '-', the first a letter or digit, such as AAPL"
EARLIEST_TIME = datetime(1970, 1, 1, tzinfo=UTC)
ISO_TIME_PATTERN = re.compile(
    r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?(?:Z|[+-]\d\d(?::?\d\d)?)?)?", re.ASCII | re.IGNORECASE
)
TIME_RULE = "must be ISO-8601 such as 2026-01-31T09:30:00Z (without an offset it is UTC), or Unix seconds"


MISSING_WORDS = frozenset({"", "nan", "none", "null", "n/a", "<na>", "#n/a"})


def is_missing(value: object) -> bool:
    """Return whether a value of a record stands for nothing: null, blank, or a word such as nan, None, null or N/A.

    Programs that export tables write these words into empty cells.
    """
    return value is None or (isinstance(value, str) and value.strip().lower() in MISSING_WORDS)


def parse_ticker(text: str) -> str:
    """Return a ticker in upper case. Errors: ValueError for a malformed one."""
    if not TICKER_PATTERN.fullmatch(text):
        raise ValueError(TICKER_RULE)
    return text.upper()


def parse_tickers(text: str, *, max_count: int = MAX_FILTER_TICKERS) -> list[str]:
    """Return the tickers of a comma-separated list in upper case, without duplicates.

    Errors: ValueError for a malformed ticker, or for more than `max_count`.
    """
    tickers = list(dict.fromkeys(parse_ticker(part.strip(" ")) for part in text.split(",")))
    if len(tickers) > max_count:
        raise ValueError(f"has {len(tickers)} tickers: must be {max_count} or fewer; send several requests")
    return tickers


def parse_time(text: str) -> datetime:
    """Return a time since 1970, aware, in UTC, from ISO-8601 or Unix seconds.

    Errors: ValueError for any other text.
    """
    if re.fullmatch(r"[0-9]{1,12}", text):
        try:
            return datetime.fromtimestamp(int(text), tz=UTC)
        except (ValueError, OverflowError, OSError) as error:
            raise ValueError(TIME_RULE) from error
    # A "+" that was not percent-encoded arrives as a space.
    time = parse_iso_time(re.sub(r"(T.*) (?=\d\d:?\d\d$)", r"\1+", text))
    if time < EARLIEST_TIME:
        raise ValueError(TIME_RULE)
    return time


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
