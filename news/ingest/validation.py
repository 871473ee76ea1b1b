"""Validate and clean incoming headlines.

Posts, files and feeds all go through `parse_headline`. It rejects wrong types, control characters, lone surrogates,
texts that are too long, impossible dates and URLs that are not web addresses. It raises nothing but HeadlineError.
"""

import math
import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any

from common.dates import DATE_CURE, parse_date
from common.parsing import EARLIEST_TIME, to_utc
from common.text import normalize_text
from common.time import utc_now
from news.dedup.headline import Headline, HeadlineChanges
from news.ingest.formatting import format_value, type_name
from news.ingest.record_fields import (
    NAMES_BY_FIELD,
    TICKER_NAMES,
    RecordFields,
    describe_unknown,
    parse_record_tickers,
)
from news.ingest.tagging import NO_RULES, NotTaggedError, TaggingRules, tag
from news.instruments.mentions import FoundInstrument
from news.limits import (
    CLOCK_SKEW,
    MAX_EXTERNAL_ID,
    MAX_ITEM_TICKERS,
    MAX_REASON,
    MAX_SOURCE,
    MAX_SUMMARY,
    MAX_TITLE,
    MAX_URL,
    URL,
)

CHANGEABLE = {field: NAMES_BY_FIELD[field] for field in ("title", "summary", "url", "published_at")} | {
    "tickers": TICKER_NAMES
}

# Control characters other than white space, lone surrogates, and noncharacters (Unicode standard, section 23.7).
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef"
    + "".join(f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0, 0x110000, 0x10000))
    + "]"
)
_INVISIBLE_AT_ENDS = " \ufeff\u00ad\u180e\u200b\u200c\u200d\u200e\u200f\u2060"


class HeadlineError(ValueError):
    """An invalid record. The message has the field, the value found and the cure."""


def parse_headline(
    record: object,
    *,
    source: str,
    now: datetime | None = None,
    warnings: list[str] | None = None,
    rules: TaggingRules = NO_RULES,
) -> Headline:
    """Return the headline in one record, a JSON object or a CSV row.

    Fields: title (required), tickers (default: those found in the text), summary, url, source (default: `source`),
    published_at (default: `now`), external_id, historical, under the names in `record_fields`. Others are ignored.
    rules: what the source's entries are tagged with.
    warnings: a list to which what was ignored or guessed is appended, with the value found and the cure.
    Errors: HeadlineError for any invalid record. A record that is a HeadlineError, as it could not be read, is raised.
    """
    if isinstance(record, HeadlineError):
        raise record
    if not isinstance(record, Mapping):
        raise HeadlineError(f'record={format_value(record)}: must be an object; give one such as {{"title": "..."}}.')
    _reject_non_finite(record)
    warnings = [] if warnings is None else warnings
    fields = RecordFields(record, warnings)
    title = _parse_title(record, *fields.select("title"))
    summary = _parse_text(*fields.select("summary"), MAX_SUMMARY)
    publisher = _parse_publisher(*fields.select("source")) or _parse_text("source", source, MAX_SOURCE)
    own_tickers, problems = _parse_tickers(fields.select_tickers(), warnings)
    instruments = _tag(title, summary, own_tickers, problems, source=publisher, rules=rules)
    time_field, time = fields.select("published_at")
    return Headline(
        title=title,
        tickers=tuple(instrument.symbol for instrument in instruments),
        source=publisher,
        published_at=_parse_time(time_field, time, now or utc_now()),
        summary=summary,
        url=_parse_url(*fields.select("url")),
        external_id=_parse_external_id(*fields.select("external_id")),
        is_historical=_parse_boolean(*fields.select("historical")),
        has_own_tickers=bool(own_tickers),
        has_own_date=time is not None,
        found_instruments=instruments,
    )


def parse_changes(
    record: Mapping[str, object],
    *,
    title: str,
    summary: str,
    source: str = "",
    rules: TaggingRules = NO_RULES,
    now: datetime | None = None,
    warnings: list[str],
) -> HeadlineChanges:
    """Return what a record changes of a stored headline: the fields that it has, by the rules of `parse_headline`.

    title, summary, source: of the stored headline. Tickers that are given as empty are searched in title and summary,
    or in the new ones, by the `rules` of the source.
    warnings: as of `parse_headline`.
    Errors: HeadlineError for any invalid field, and for one that is unknown or can't be changed.
    """
    _reject_non_finite(record)
    _reject_unchangeable(record)
    fields = RecordFields(record, warnings)
    changed = {field for field, names in CHANGEABLE.items() if not record.keys().isdisjoint(names)}
    new_title = _parse_title(record, *fields.select("title")) if "title" in changed else None
    new_summary = _parse_text(*fields.select("summary"), MAX_SUMMARY) if "summary" in changed else None
    own_tickers, problems = _parse_tickers(fields.select_tickers(), warnings)
    tickers = tuple(own_tickers) if own_tickers else None
    if "tickers" in changed and not own_tickers:
        text = (title if new_title is None else new_title, summary if new_summary is None else new_summary)
        tickers = tuple(
            instrument.symbol for instrument in _tag(*text, own_tickers, problems, source=source, rules=rules)
        )
    return HeadlineChanges(
        title=new_title,
        summary=new_summary,
        url=_parse_url(*fields.select("url")) if "url" in changed else None,
        tickers=tickers,
        has_own_tickers=bool(own_tickers) if "tickers" in changed else None,
        published_at=_parse_new_time(record, *fields.select("published_at"), now)
        if "published_at" in changed
        else None,
    )


def parse_reason(value: object) -> str:
    """Return why an item is changed, "" for null. Errors: HeadlineError."""
    return _parse_text("reason", value, MAX_REASON)


def _reject_unchangeable(record: Mapping[str, object]) -> None:
    """Check that a record has no other fields than those that can be changed: a correction applies as a whole."""
    names = [name for field_names in CHANGEABLE.values() for name in field_names]
    unknown = [name for name in record if name not in names]
    fixed = [name for names in NAMES_BY_FIELD.values() for name in names if name in unknown]
    if fixed:
        raise HeadlineError(
            f"{fixed[0]}: can't be changed; leave it out, or withdraw the item and post it again. "
            f"{', '.join(CHANGEABLE)} can."
        )
    if unknown:
        raise HeadlineError(f"{describe_unknown(unknown, names, fields=(*CHANGEABLE, 'reason'))}")


def _parse_new_time(record: Mapping[str, object], field: str, value: object, now: datetime | None) -> datetime:
    if value is None:
        raise _error(field, record[field], "is no time", "give the time of publication, or leave it out")
    return _parse_time(field, value, now or utc_now())


def _parse_publisher(field: str, value: object) -> str:
    """Return the name of a source, which vendors of news write as an object with a name."""
    return _parse_text(field, value.get("name") if isinstance(value, Mapping) else value, MAX_SOURCE)


def _reject_non_finite(record: Mapping[Any, object]) -> None:
    """Check that no number in a record is NaN or infinite, which JSON does not have (RFC 8259, section 6)."""
    stack = [(name, value) for name, value in record.items() if isinstance(value, float | list | dict)]
    while stack:
        name, value = stack.pop()
        if isinstance(value, float) and not math.isfinite(value):
            raise HeadlineError(f"{format_value(name)}: holds {value}, which is no number; leave it out or give null.")
        if isinstance(value, list):
            stack += [(name, element) for element in value]
        elif isinstance(value, dict):
            stack += [(name, element) for element in value.values()]


def _parse_title(record: Mapping[Any, object], field: str, value: object) -> str:
    title = _parse_text(field, value, MAX_TITLE)
    if title:
        return title
    raw = record.get(field)
    problem = f"{field}: is missing" if raw is None else f"{field}={format_value(raw)}: is empty"
    raise HeadlineError(f"{problem}; give the headline's text, 1 to {MAX_TITLE:,} characters.")


def _parse_text(field: str, value: object, limit: int, *, clean: Callable[[str], str] = normalize_text) -> str:
    """Return the text in one form, "" for null."""
    if value is None:
        return ""
    if not isinstance(value, str):
        raise _error(field, value, f"is {type_name(value)}", "give text")
    # Checked before cleaning, too, so that a text of megabytes costs nothing.
    if len(value) > 10 * limit:
        raise _error(field, value, f"has {len(value):,} characters", f"give at most {limit:,}")
    if not value.isprintable() and (forbidden := _FORBIDDEN.search(value)):
        raise _character_error(field, value, forbidden.start())
    text = clean(value)
    if len(text) > limit:
        raise _error(field, value, f"has {len(text):,} characters", f"give at most {limit:,}")
    return text


def _collapse(text: str) -> str:
    return " ".join(text.split()).strip(_INVISIBLE_AT_ENDS)


def _parse_tickers(fields: list[tuple[str, object]], warnings: list[str]) -> tuple[list[str], list[str]]:
    """Return the well-formed tickers that a record gives, and what is wrong with the others, which are warned of.

    Errors: HeadlineError for more than MAX_ITEM_TICKERS.
    """
    tickers, problems = parse_record_tickers(fields)
    if len(tickers) > MAX_ITEM_TICKERS:
        raise _error("tickers", tickers, f"names {len(tickers)} tickers", f"give at most {MAX_ITEM_TICKERS}")
    warnings += problems if tickers else [f"{problem} The text is searched instead." for problem in problems]
    return tickers, problems


def _tag(
    title: str,
    summary: str,
    own_tickers: list[str],
    problems: list[str],
    *,
    source: str,
    rules: TaggingRules = NO_RULES,
) -> tuple[FoundInstrument, ...]:
    """Return the instruments of a headline. problems: with the tickers that were given and are none."""
    try:
        return tag(title, summary, own_tickers=own_tickers, source=source, rules=rules)
    except NotTaggedError as error:
        if problems and not own_tickers:
            problem = problems[0].removesuffix(".")
            raise HeadlineError(f"{problem}; none is left, and none is found in title and summary.") from error
        raise HeadlineError(str(error)) from error


def _parse_url(field: str, value: object) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise _error(field, value, f"is {type_name(value)}", "give text")
    if len(value) > MAX_URL:
        raise _error(field, value, f"has {len(value):,} characters", f"give at most {MAX_URL:,}")
    url = value.strip()
    if url and not (url.isprintable() and URL.fullmatch(url)):
        raise _error(field, value, "is not a web address", "give one such as https://example.org/news/1")
    return url


def _parse_external_id(field: str, value: object) -> str | None:
    if isinstance(value, int) and not isinstance(value, bool):
        if value.bit_length() > 600:  # Python does not print numbers of thousands of digits
            raise _error(field, value, "is too large a number", f"give at most {MAX_EXTERNAL_ID} characters")
        return str(value)
    return _parse_text(field, value, MAX_EXTERNAL_ID, clean=_collapse) or None  # ids are compared as they are


def _parse_boolean(field: str, value: object) -> bool:
    if value is not None and not isinstance(value, bool):
        raise _error(field, value, f"is {type_name(value)}", "give true or false, or leave it out")
    return bool(value)


def _parse_time(field: str, value: object, now: datetime) -> datetime:
    """Return the time in UTC; a time without an offset is in UTC."""
    if value is None:
        return now
    try:
        time = _parse_time_value(value)
    except (ValueError, OverflowError) as error:
        raise HeadlineError(f"{field}={format_value(value)}: {error}.") from error
    if time > now + CLOCK_SKEW:
        raise _error(field, value, "is in the future", "give the time of publication, or leave it out")
    if time < EARLIEST_TIME:
        raise _error(field, value, "is before 1970", "give the time of publication, or leave it out")
    return time


def _parse_time_value(value: object) -> datetime:
    if isinstance(value, datetime):
        return to_utc(value)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    if isinstance(value, str):
        return parse_date(value)
    if isinstance(value, float) or (type(value) is int and value.bit_length() < 64):
        return parse_date(str(value))
    raise ValueError(f"is {type_name(value)}; {DATE_CURE}")


def _error(field: str, value: object, problem: str, cure: str) -> HeadlineError:
    return HeadlineError(f"{field}={format_value(value)}: {problem}; {cure}.")


def _character_error(field: str, value: str, index: int) -> HeadlineError:
    code = ord(value[index])
    kind = "half a surrogate pair" if 0xD800 <= code <= 0xDFFF else "the control character"
    return _error(field, value, f"holds {kind} U+{code:04X} as character {index + 1}", "take it out")
