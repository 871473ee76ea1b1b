"""Read tickers and times as callers write them. Refuses with the rule, never guesses."""

import re
from datetime import UTC, datetime

MAX_FILTER_TICKERS = 100

TICKER = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,9}")
TICKER_CURE = "must be 1 to 10 letters, digits, '.' or '-', the first a letter or digit, such as AAPL"
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
ISO_TIME = re.compile(
    r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?(?:Z|[+-]\d\d(?::?\d\d)?)?)?", re.ASCII | re.IGNORECASE
)
TIME_CURE = "must be ISO-8601 such as 2026-01-31T09:30:00Z (without an offset it is UTC), or Unix seconds"


def parse_ticker(text: str) -> str:
    """Return a ticker in upper case. Errors: ValueError for what is none."""
    if not TICKER.fullmatch(text):
        raise ValueError(TICKER_CURE)
    return text.upper()


def parse_tickers(text: str, *, max_count: int = MAX_FILTER_TICKERS) -> list[str]:
    """Return the tickers of a comma-separated list in upper case, each once.

    Errors: ValueError for a malformed one or for more than `most`.
    """
    tickers = list(dict.fromkeys(parse_ticker(part.strip(" ")) for part in text.split(",")))
    if len(tickers) > max_count:
        raise ValueError(f"holds {len(tickers)} tickers: must be {max_count} or fewer; ask in several calls")
    return tickers


def parse_time(text: str) -> datetime:
    """Return a time from 1970 on, aware, in UTC, given as ISO-8601 or Unix seconds.

    Errors: ValueError for what is none.
    """
    if re.fullmatch(r"[0-9]{1,12}", text):
        try:
            return datetime.fromtimestamp(int(text), tz=UTC)
        except (ValueError, OverflowError, OSError) as error:
            raise ValueError(TIME_CURE) from error
    # A "+" that was not percent-encoded arrives as a space.
    moment = parse_iso_time(re.sub(r"(T.*) (?=\d\d:?\d\d$)", r"\1+", text))
    if moment < EARLIEST:
        raise ValueError(TIME_CURE)
    return moment


def parse_iso_time(text: str) -> datetime:
    """Return a time in ISO-8601, aware, in UTC; it is that already where no offset is named.

    Errors: ValueError for what is none, or lies outside the years that there are.
    """
    try:
        if ISO_TIME.fullmatch(text):
            return to_utc(datetime.fromisoformat(text.upper()))
    except (ValueError, OverflowError) as error:
        raise ValueError(TIME_CURE) from error
    raise ValueError(TIME_CURE)


def to_utc(moment: datetime) -> datetime:
    """Return a time in UTC; one without an offset is that already. Errors: OverflowError at the ends of time."""
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
