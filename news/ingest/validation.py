"""A headline as it comes in: checked, cleaned, not yet scored.

Every way in (posts, files, feeds) goes through `read_headline`. It refuses wrong types, control characters, half
surrogate pairs, texts that are too long, URLs a browser should not follow and dates that can't be; it never raises
anything but HeadlineError.
"""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from reprlib import Repr

from common.parsing import EARLIEST_TIME, TICKER_RULE, parse_iso_time, parse_ticker, to_utc
from common.time import utc_now
from news.dedup.headline import Headline
from news.instruments.extraction import find_tickers
from news.limits import MAX_EXTERNAL_ID, MAX_ITEM_TICKERS, MAX_SOURCE, MAX_SUMMARY, MAX_TITLE, MAX_URL

CLOCK_SKEW = timedelta(minutes=5)

# Controls other than white space, half surrogate pairs, and the code points Unicode keeps free of characters.
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

_shorten = Repr()
_shorten.maxstring = _shorten.maxother = 60
_shorten.maxlevel, _shorten.maxlist, _shorten.maxdict = 2, 4, 4


class HeadlineError(ValueError):
    """A record that can't become a headline; the text names the field, the value found and the cure."""


def parse_headline(record: object, *, source: str, now: datetime | None = None) -> Headline:
    """Check and clean one record, an object of JSON or a row of CSV, and return it as a Headline.

    Fields: title (required), ticker or tickers (found in the text when not given), summary or text, url, source
    (`source` when not given), published_at (`now` when not given), external_id. Others are ignored.
    Errors: HeadlineError, whatever the record is.
    """
    if not isinstance(record, Mapping):
        raise HeadlineError(f'record={_format_value(record)}: must be an object; give one such as {{"title": "..."}}.')
    get = record.get
    title = _parse_text("title", get("title"), MAX_TITLE)
    if not title:
        found = "title: is missing" if get("title") is None else f"title={_format_value(get('title'))}: is empty"
        raise HeadlineError(f"{found}; give the headline's text, 1 to {MAX_TITLE:,} characters.")
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
    """Return the text with its blanks collapsed, "" for null."""
    if value is None:
        return ""
    if not isinstance(value, str):
        raise _refuse(field, value, f"is {_kind(value)}", "give text")
    # Looked at before cleaning too, so that a text of megabytes costs nothing.
    if len(value) > 10 * limit:
        raise _refuse(field, value, f"has {len(value):,} characters", f"give at most {limit:,}")
    if not value.isprintable() and (forbidden := _FORBIDDEN.search(value)):
        raise _refuse_character(field, value, forbidden.start())
    text = " ".join(value.split()).strip(_INVISIBLE_AT_ENDS)
    if len(text) > limit:
        raise _refuse(field, value, f"has {len(text):,} characters", f"give at most {limit:,}")
    return text


def _parse_tickers(ticker: object, tickers: object) -> tuple[str, ...]:
    """Return the tickers given, in upper case and each once; none at all is ()."""
    if isinstance(ticker, str):
        given = [("ticker", ticker)] if ticker and not ticker.isspace() else []
    elif ticker is None:
        given = []
    else:
        raise _refuse("ticker", ticker, f"is {_kind(ticker)}", "give text; several go into tickers")
    if tickers:
        if isinstance(tickers, str):
            tickers = [part for part in tickers.split(",", maxsplit=1000) if part and not part.isspace()]
        if not isinstance(tickers, list | tuple):
            raise _refuse("tickers", tickers, f"is {_kind(tickers)}", 'give a list such as ["AAPL", "MSFT"]')
        given += [("tickers", part) for part in tickers[:1000]]
    elif tickers not in (None, "", [], ()):
        raise _refuse("tickers", tickers, f"is {_kind(tickers)}", 'give a list such as ["AAPL", "MSFT"]')
    found = tuple(dict.fromkeys([_parse_ticker(field, value) for field, value in given]))
    if len(found) > MAX_ITEM_TICKERS:
        raise _refuse("tickers", list(found), f"names {len(found)} tickers", f"give at most {MAX_ITEM_TICKERS}")
    return found


def _parse_ticker(field: str, value: object) -> str:
    if not isinstance(value, str):
        raise _refuse(field, value, f"is {_kind(value)}", TICKER_RULE)
    try:
        return parse_ticker(value.strip(" \t"))
    except ValueError as error:
        raise _refuse(field, value, "is not a ticker", str(error)) from error


def _parse_url(value: object) -> str:
    if value is None or value == "":
        return ""
    if not isinstance(value, str):
        raise _refuse("url", value, f"is {_kind(value)}", "give text")
    if len(value) > MAX_URL:
        raise _refuse("url", value, f"has {len(value):,} characters", f"give at most {MAX_URL:,}")
    url = value.strip()
    if url and not (url.isprintable() and URL.fullmatch(url)):
        raise _refuse("url", value, "is not a web address", "give one such as https://example.org/news/1")
    return url


def _parse_external_id(value: object) -> str | None:
    if isinstance(value, int) and not isinstance(value, bool):
        if value.bit_length() > 600:  # Python refuses to print numbers of thousands of digits
            raise _refuse("external_id", value, "is too large a number", f"give at most {MAX_EXTERNAL_ID} characters")
        return str(value)
    return _parse_text("external_id", value, MAX_EXTERNAL_ID) or None


def _parse_time(value: object, now: datetime) -> datetime:
    """Return the time in UTC; what names no offset is UTC already."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return now
    try:
        time = _parse_time_value(value)
    except (ValueError, OverflowError) as error:
        raise _refuse("published_at", value, "is not a time", _TIME_CURE) from error
    if time > now + CLOCK_SKEW:
        raise _refuse("published_at", value, "is in the future", "give the time of publication, or leave it out")
    if time < EARLIEST_TIME:
        raise _refuse("published_at", value, "is before 1970", "give the time of publication, or leave it out")
    return time


def _parse_time_value(value: object) -> datetime:
    if isinstance(value, datetime):
        return to_utc(value)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    if isinstance(value, str) and len(value) <= 64:
        return parse_iso_time(value.strip())
    raise ValueError


def _refuse(field: str, value: object, problem: str, cure: str) -> HeadlineError:
    return HeadlineError(f"{field}={_format_value(value)}: {problem}; {cure}.")


def _refuse_character(field: str, value: str, position: int) -> HeadlineError:
    code = ord(value[position])
    kind = "half a surrogate pair" if 0xD800 <= code <= 0xDFFF else "the control character"
    shown = f"{field}={_format_value(value)}"
    return HeadlineError(f"{shown}: holds {kind} U+{code:04X} as character {position + 1}; take it out.")


_KINDS = {bool: "true or false", int: "a number", float: "a number", str: "text", list: "a list", dict: "an object"}


def _kind(value: object) -> str:
    return "null" if value is None else _KINDS.get(type(value), f"of type {type(value).__name__}")


def _format_value(value: object) -> str:
    """Return the value as Python writes it, shortened: printable characters only, whatever it is."""
    if isinstance(value, int) and value.bit_length() > 600:
        return "a number of hundreds of digits"
    try:
        return _shorten.repr(value)
    except Exception:  # whatever the value's own __repr__ raises
        return _kind(value)
