"""Validate and clean incoming headlines.

Posts, files and feeds all go through `parse_headline`. It rejects wrong types, control characters, lone surrogates,
texts that are too long, impossible dates and URLs that are not web addresses. It raises nothing but HeadlineError.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from reprlib import Repr

from common.parsing import EARLIEST_TIME, TICKER_RULE, parse_iso_time, parse_ticker, to_utc
from common.text import normalize_text
from common.time import utc_now
from news.dedup.headline import Headline
from news.instruments.extraction import find_tickers
from news.limits import MAX_EXTERNAL_ID, MAX_ITEM_TICKERS, MAX_SOURCE, MAX_SUMMARY, MAX_TITLE, MAX_URL

CLOCK_SKEW = timedelta(minutes=5)

# Control characters other than white space, lone surrogates, and noncharacters (Unicode standard, section 23.7).
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef"
    + "".join(f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0, 0x110000, 0x10000))
    + "]"
)
_INVISIBLE_AT_ENDS = " \ufeff\u00ad\u180e\u200b\u200c\u200d\u200e\u200f\u2060"
URL = re.compile(
    r"https?://(?:[^\W_][^\s/?#@:\\<>\"'\[\]]*|\[[0-9a-f:.]+\])(?::\d{0,5})?(?:[/?#][^\s<>\"]*)?", re.IGNORECASE
)
_TIME_CURE = "give ISO-8601 such as 2025-01-31T09:30:00Z"

_short_repr = Repr()
_short_repr.maxstring = _short_repr.maxother = 60
_short_repr.maxlevel, _short_repr.maxlist, _short_repr.maxdict = 2, 4, 4


class HeadlineError(ValueError):
    """An invalid record. The message has the field, the value found and the cure."""


def parse_headline(record: object, *, source: str, now: datetime | None = None) -> Headline:
    """Return the headline in one record, a JSON object or a CSV row.

    Fields: title (required), ticker or tickers (default: those found in the text), summary or text, url, source
    (default: `source`), published_at (default: `now`), external_id. Others are ignored.
    Errors: HeadlineError for any invalid record.
    """
    if not isinstance(record, Mapping):
        raise HeadlineError(f'record={_format_value(record)}: must be an object; give one such as {{"title": "..."}}.')
    get = record.get
    title = _parse_text("title", get("title"), MAX_TITLE)
    if not title:
        problem = "title: is missing" if get("title") is None else f"title={_format_value(get('title'))}: is empty"
        raise HeadlineError(f"{problem}; give the headline's text, 1 to {MAX_TITLE:,} characters.")
    summary = _parse_text("summary", get("summary"), MAX_SUMMARY) or _parse_text("text", get("text"), MAX_SUMMARY)
    tickers = _parse_tickers(get("ticker"), get("tickers")) or tuple(
        find_tickers(f"{title} {summary}")[:MAX_ITEM_TICKERS]
    )
    if not tickers:
        raise HeadlineError("ticker: none given and none found in title and summary; name it as ticker or tickers.")
    return Headline(
        title=title,
        tickers=tickers,
        source=_parse_text("source", get("source"), MAX_SOURCE) or _parse_text("source", source, MAX_SOURCE),
        published_at=_parse_time(get("published_at"), now or utc_now()),
        summary=summary,
        url=_parse_url(get("url")),
        external_id=_parse_external_id(get("external_id")),
    )


def _parse_text(field: str, value: object, limit: int) -> str:
    """Return the text in one form, "" for null. An id keeps its characters, except white space."""
    if value is None:
        return ""
    if not isinstance(value, str):
        raise _error(field, value, f"is {_type_name(value)}", "give text")
    # Checked before cleaning, too, so that a text of megabytes costs nothing.
    if len(value) > 10 * limit:
        raise _error(field, value, f"has {len(value):,} characters", f"give at most {limit:,}")
    if not value.isprintable() and (forbidden := _FORBIDDEN.search(value)):
        raise _character_error(field, value, forbidden.start())
    text = _collapse(value) if field == "external_id" else normalize_text(value)
    if len(text) > limit:
        raise _error(field, value, f"has {len(text):,} characters", f"give at most {limit:,}")
    return text


def _collapse(text: str) -> str:
    return " ".join(text.split()).strip(_INVISIBLE_AT_ENDS)


def _parse_tickers(ticker: object, tickers: object) -> tuple[str, ...]:
    """Return the tickers of both fields in upper case, each once; () if there are none."""
    if ticker is None or (isinstance(ticker, str) and (not ticker or ticker.isspace())):
        values: list[tuple[str, object]] = []
    elif isinstance(ticker, str):
        values = [("ticker", ticker)]
    else:
        raise _error("ticker", ticker, f"is {_type_name(ticker)}", "give text; several go into tickers")
    values += [("tickers", value) for value in _split_tickers(tickers)]
    parsed = tuple(dict.fromkeys([_parse_ticker(field, value) for field, value in values]))
    if len(parsed) > MAX_ITEM_TICKERS:
        raise _error("tickers", list(parsed), f"names {len(parsed)} tickers", f"give at most {MAX_ITEM_TICKERS}")
    return parsed


def _split_tickers(tickers: object) -> Sequence[object]:
    """Return the parts of a list or a comma-separated text, at most the first 1,000 of a list."""
    if tickers in (None, "", [], ()):
        return ()
    if isinstance(tickers, str):
        return [part for part in tickers.split(",", maxsplit=1000) if part and not part.isspace()][:1000]
    if not isinstance(tickers, list | tuple):
        raise _error("tickers", tickers, f"is {_type_name(tickers)}", 'give a list such as ["AAPL", "MSFT"]')
    return tickers[:1000]


def _parse_ticker(field: str, value: object) -> str:
    if not isinstance(value, str):
        raise _error(field, value, f"is {_type_name(value)}", TICKER_RULE)
    try:
        return parse_ticker(value.strip(" \t"))
    except ValueError as error:
        raise _error(field, value, "is not a ticker", str(error)) from error


def _parse_url(value: object) -> str:
    if value is None or value == "":
        return ""
    if not isinstance(value, str):
        raise _error("url", value, f"is {_type_name(value)}", "give text")
    if len(value) > MAX_URL:
        raise _error("url", value, f"has {len(value):,} characters", f"give at most {MAX_URL:,}")
    url = value.strip()
    if url and not (url.isprintable() and URL.fullmatch(url)):
        raise _error("url", value, "is not a web address", "give one such as https://example.org/news/1")
    return url


def _parse_external_id(value: object) -> str | None:
    if isinstance(value, int) and not isinstance(value, bool):
        if value.bit_length() > 600:  # Python refuses to print numbers of thousands of digits
            raise _error("external_id", value, "is too large a number", f"give at most {MAX_EXTERNAL_ID} characters")
        return str(value)
    return _parse_text("external_id", value, MAX_EXTERNAL_ID) or None


def _parse_time(value: object, now: datetime) -> datetime:
    """Return the time in UTC; a time without an offset is in UTC."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return now
    try:
        time = _parse_time_value(value)
    except (ValueError, OverflowError) as error:
        raise _error("published_at", value, "is not a time", _TIME_CURE) from error
    if time > now + CLOCK_SKEW:
        raise _error("published_at", value, "is in the future", "give the time of publication, or leave it out")
    if time < EARLIEST_TIME:
        raise _error("published_at", value, "is before 1970", "give the time of publication, or leave it out")
    return time


def _parse_time_value(value: object) -> datetime:
    if isinstance(value, datetime):
        return to_utc(value)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    if isinstance(value, str) and len(value) <= 64:
        return parse_iso_time(value.strip())
    raise ValueError


def _error(field: str, value: object, problem: str, cure: str) -> HeadlineError:
    return HeadlineError(f"{field}={_format_value(value)}: {problem}; {cure}.")


def _character_error(field: str, value: str, index: int) -> HeadlineError:
    code = ord(value[index])
    kind = "half a surrogate pair" if 0xD800 <= code <= 0xDFFF else "the control character"
    return _error(field, value, f"holds {kind} U+{code:04X} as character {index + 1}", "take it out")


_TYPE_NAMES = {
    bool: "true or false",
    int: "a number",
    float: "a number",
    str: "text",
    list: "a list",
    dict: "an object",
}


def _type_name(value: object) -> str:
    return "null" if value is None else _TYPE_NAMES.get(type(value), f"of type {type(value).__name__}")


def _format_value(value: object) -> str:
    """Return a shortened repr of any value; all its characters are printable."""
    if isinstance(value, int) and value.bit_length() > 600:
        return "a number of hundreds of digits"
    try:
        return _short_repr.repr(value)
    except Exception:  # the value's own __repr__ may raise anything
        return _type_name(value)
