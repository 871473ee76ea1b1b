"""Parse dates and times as feeds, files and people write them, with time zones by name.

Nothing is guessed: unknown zones, ambiguous orders of day and month, incomplete and relative dates are rejected.
"""

import re
import unicodedata
from contextlib import suppress
from datetime import UTC, datetime, timedelta, tzinfo

from dateutil import parser

from common.parsing import parse_iso_time, to_utc
from common.zones import ZONES, find_military_zone, find_zone, parse_offset

MAX_CHARACTERS = 100
DATE_CURE = "give one such as 2026-01-31T09:30:00Z or Sat, 31 Jan 2026 09:30:00 +0000"

_UNIX_TIME = re.compile(r"(\d{10}|\d{13})(?:\.\d{1,9})?", re.ASCII)
_COMMENT = re.compile(r"[(\[]([^()\[\]]*)[)\]]")
# The longest names first. The optional digit before a name is a clock, as in 10:00GMT.
_ZONE_NAME = re.compile(
    r"(?<![A-Za-z/])(?:[A-Z][A-Za-z]+(?:/[A-Z][A-Za-z_+-]+[A-Za-z]){1,2}|"
    + "|".join(name.replace(" ", r"\s+") for name in sorted(ZONES, key=len, reverse=True))
    + r")(?![A-Za-z/])",
    re.IGNORECASE,
)
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)[Tt ](\d\d):?(\d\d)(?::?(\d\d))?(.*)", re.ASCII)
_RFC5322 = re.compile(
    r"(?:[A-Za-z]{3}, )?(\d{1,2}) ([A-Za-z]{3}) ([1-9]\d{3}) (\d\d:\d\d:\d\d) (?:GMT|([+-]\d{4}))", re.ASCII
)
_ZONE_MARK = "@"  # stands where the name of a zone was
_CLOCK = re.compile(
    r"(?<![\d:.,+-])(?P<hour>\d{1,2})(?::(?P<minute>\d\d)(?::(?P<second>\d\d)(?P<fraction>[.,]\d{1,12})?)?)?"
    r"\s?(?P<half>[ap]m(?![a-z]))?\s?(?P<military>[b-ik-oq-z](?=\s*$))?[\s@]*(?P<offset>[+-]\d{1,2}(?::?\d\d)?)?(?![\d:])",
    re.ASCII,
)
_MONTHS = "january february march april may june july august september october november december"
_MONTH_NAMES = {"sept", *_MONTHS.split(), *(name[:3] for name in _MONTHS.split())}
_MONTH_NUMBERS = {name[:3]: number for number, name in enumerate(_MONTHS.split(), start=1)}
_DAYS = "monday tuesday wednesday thursday friday saturday sunday"
_DAY_NAMES = {"tues", "weds", "thur", "thurs", *_DAYS.split(), *(name[:3] for name in _DAYS.split())}
_FILLERS = {"at", "on", "of", "the", "hrs"}
_SEPARATORS = str.maketrans({"\u2212": "-", "\u2013": "-", "\u2014": "-", "|": " "})  # minus and dashes
_MIDNIGHT = datetime(2000, 1, 1)  # noqa: DTZ001 - the zone is added later


class _RFC5322Years(parser.parserinfo):
    """Years of two digits, independent of today's date (RFC 5322, 4.3)."""

    def convertyear(self, year: int, century_specified: bool = False) -> int:
        if century_specified or year > 99:
            return year
        return year + (2000 if year < 50 else 1900)


_parser = parser.parser(_RFC5322Years())


def parse_date(text: str, *, date_format: str = "") -> datetime:
    """Return the instant that a text names, aware, in UTC. A time without zone is in UTC, a date alone is midnight.

    Takes RFC 5322, ISO-8601, asctime, English month names, 12-hour clocks, Unix seconds (10 digits) and milliseconds
    (13 digits), with offsets and the zones of `common.zones`. A weekday is not compared with the date.
    date_format: as in `datetime.strptime`, with which alone the text is parsed.
    Errors: ValueError that states the problem and the cure, without the text.
    """
    if len(text) > MAX_CHARACTERS:
        raise ValueError(f"has {len(text):,} characters; {DATE_CURE}")
    text = " ".join(unicodedata.normalize("NFKC", text).translate(_SEPARATORS).split())
    try:
        if date_format:
            return _parse_format(text, date_format)
        if _UNIX_TIME.fullmatch(text):
            return datetime.fromtimestamp(float(text) / (1000 if len(text.partition(".")[0]) == 13 else 1), UTC)
        if text.isdecimal():
            raise ValueError(f"is neither Unix seconds (10 digits) nor milliseconds (13 digits); {DATE_CURE}")
        return _parse_iso(text) or _parse_free(text)
    except OverflowError as error:
        raise ValueError(f"is outside the years 1 to 9999; {DATE_CURE}") from error


def _parse_format(text: str, date_format: str) -> datetime:
    if "%Z" in date_format:
        raise ValueError(f"can't be parsed with {date_format!r}: %Z differs between machines; use %z for an offset")
    try:
        return to_utc(datetime.strptime(text, date_format))  # noqa: DTZ007 - made aware at once
    except ValueError as error:
        raise ValueError(f"does not have the form {date_format!r}; correct the date or the format") from error


def _parse_iso(text: str) -> datetime | None:
    """Return an ISO-8601 time, or the time of most feeds, which is rewritten as one; None for any other form."""
    if compact := _COMPACT.fullmatch(text):
        year, month, day, hour, minute, second, rest = compact.groups()
        text = f"{year}-{month}-{day}T{hour}:{minute}:{second or '00'}{rest}"
    elif match := _RFC5322.fullmatch(text):  # ten times as fast as any form
        day, month, year, clock, offset = match.groups()
        text = f"{year}-{_MONTH_NUMBERS.get(month.lower(), 0):02}-{day:0>2}T{clock}{offset or 'Z'}"
    try:
        return parse_iso_time(text)
    except ValueError:
        return _parse_free(text) if compact else None


def _parse_free(text: str) -> datetime:
    """Return the instant of any form but bare digits and ISO-8601 as `parse_iso_time` takes it."""
    text, zone = _take_zone(text)
    text = re.sub(r"(?<=\d)t(?=\d)", " ", text.lower())
    text = re.sub(r"\b([ap])\.\s?m\b\.?", r"\1m", text)
    text = re.sub(r"(?<!\d)(\d{1,2})\.(\d\d)\s?([ap]m)\b", r"\1:\2 \3", text)  # 9.30am
    text = re.sub(r"(?<=\d)(?:st|nd|rd|th)\b", "", text)
    clocks = [match for match in _CLOCK.finditer(text) if match["minute"] or match["half"]]
    if len(clocks) > 1:
        raise ValueError(f"names more than one time of day; {DATE_CURE}")
    time, shift = "", timedelta()
    if clocks:
        clock = clocks[0]
        text = f"{text[: clock.start()]} {text[clock.end() :]}"
        time, shift = _normalise_clock(clock)
        zone = _choose_zone(zone, clock)
    moment = _parse_day(text.replace(_ZONE_MARK, " "), time)
    return to_utc(moment.replace(tzinfo=zone or UTC)) + shift


def _take_zone(text: str) -> tuple[str, tzinfo | None]:
    """Return the text without comments, with a mark for the name of its zone, and the zone if it is named.

    A zone in parentheses counts if there is none outside; an offset outside is preferred to it.
    """
    comments = _COMMENT.findall(text)
    text = _COMMENT.sub(" ", text)
    names = {name: find_zone(name) for name in _ZONE_NAME.findall(text)}
    unknown = [name for name, zone in names.items() if zone is None]
    if unknown:
        raise ValueError(f"names the time zone {unknown[0]!r}, which is unknown; give an offset such as +05:30")
    if len(set(names.values())) > 1:
        raise ValueError(f"names several time zones ({', '.join(names)}); {DATE_CURE}")
    text = _ZONE_NAME.sub(_ZONE_MARK, text)
    zone = next(iter(names.values()), None)
    if zone is None and comments and not re.search(r":\d\d(?:[.,]\d+)?\s?[+-]\d", text):
        zone = find_zone(comments[0])
        if zone is None:
            raise ValueError(f"names {comments[0]!r}, which is no known time zone; give an offset such as +05:30")
    return text, zone


def _choose_zone(text_zone: tzinfo | None, clock: re.Match[str]) -> tzinfo | None:
    """Return the zone of a clock: its offset, its military letter, or the zone named beside it."""
    military = find_military_zone(clock["military"]) if clock["military"] else None
    if not clock["offset"]:
        return text_zone or military
    offset = parse_offset(clock["offset"])
    # GMT+5:30 is an offset from GMT; -0500 EST says the same twice.
    fixed = (text_zone or UTC).utcoffset(None)
    if military or fixed not in (None, timedelta(), offset.utcoffset(None)):
        raise ValueError(f"names a time zone and another offset ({clock['offset']}); leave one out")
    return offset


def _normalise_clock(clock: re.Match[str]) -> tuple[str, timedelta]:
    """Return a time of day for `dateutil`, and what to add to it: of 24:00 a day, of a leap second a second."""
    hour, minute, second = clock["hour"], clock["minute"] or "00", clock["second"] or "00"
    fraction = (clock["fraction"] or "").replace(",", ".")[:7]
    shift = timedelta()
    if (hour, minute, second) == ("24", "00", "00"):
        hour, shift = "00", timedelta(days=1)
    elif second == "60":
        second, fraction, shift = "59", "", timedelta(seconds=1)
    return f"{hour}:{minute}:{second}{fraction} {clock['half'] or ''}", shift


def _parse_day(text: str, time: str) -> datetime:
    """Return day and time of day, without a zone.

    text: a date, with or without weekday, in English.
    time: a time of day, or "".
    """
    words = _split_day(text)
    is_ordered = len(words[0]) == 4 or not all(word.isdecimal() for word in words)
    orders = [(False, False)] if is_ordered else [(False, False), (True, False), (False, True)]
    text = f"{'-'.join(words)} {time}"
    days: set[datetime] = set()
    for day_first, year_first in orders:
        with suppress(ValueError, OverflowError):
            days.add(_parser.parse(text, default=_MIDNIGHT, dayfirst=day_first, yearfirst=year_first))
    if not days:
        raise ValueError(f"is not a possible date and time; {DATE_CURE}")
    if len(days) > 1:
        readings = " or ".join(sorted(f"{day:%Y-%m-%d}" for day in days))
        raise ValueError(f"may be {readings}; give the year first, such as {min(days):%Y-%m-%d}")
    return days.pop()


def _split_day(text: str) -> list[str]:
    """Return the three parts of a date in their order: numbers, or two numbers and the name of a month."""
    # A word and a comma before the first digit is a weekday, in other languages, too.
    text = re.sub(r"^[\s,]*[^\W\d_]+\.?\s*,(?=\s*[0-9])", " ", text)
    words = [word for word in re.findall(r"[0-9]+|[^\W\d_]+", text) if word not in _DAY_NAMES | _FILLERS]
    numbers = [word for word in words if word.isdecimal()]
    unknown = [word for word in words if word not in numbers and word not in _MONTH_NAMES]
    if unknown:
        raise ValueError(f"holds {unknown[0][:30]!r}, which is no month, weekday or known time zone; {DATE_CURE}")
    has_odd_number = any(not re.fullmatch(r"\d\d?|[1-9]\d{3}", number) for number in numbers)
    if len(words) != 3 or len(numbers) < 2 or has_odd_number or re.search(r"[^a-z0-9\s,./'-]", text):
        raise ValueError(f"is not a date of day, month and year; {DATE_CURE}")
    return words
