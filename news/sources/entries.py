"""Turn the entries of one fetched document into records, oldest first, with ids that tell them apart.

Without Django, so that the RSS sandbox can import it.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from itertools import accumulate, pairwise
from typing import Any
from urllib.parse import urlsplit

from common.dates import DATE_CURE, parse_date
from common.parsing import EARLIEST_TIME, is_missing
from common.time import format_time
from news.limits import CLOCK_SKEW
from news.sources.sanitize import parse_external_id

MAX_ENTRIES = 500  # of one document, the newest
MAX_FEED_TITLE = 100  # characters, as many as the name of a source has

RecordFields = dict[str, Any]  # what `ingest_records` takes


@dataclass(frozen=True, slots=True)
class SkippedEntry:
    """Entries that did not become a record, or something in an entry that was ignored.

    title: of the entry, or its address.
    reason: what is wrong, the value found and the cure.
    file, line: where it stands, "" and 0 for documents without lines.
    count: number of entries of this kind in the poll.
    """

    title: str
    reason: str
    file: str = ""
    line: int = 0
    count: int = 1


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a feed or of a provider's JSON. Texts are cleaned; ids and dates are as they were sent.

    ids: by preference, for example the guid and the link.
    dates: by preference, for example of publication and of the last update.
    tickers: None if this kind of source never names them.
    problems: what was ignored in the entry.
    """

    title: str
    summary: str = ""
    url: str = ""
    ids: tuple[str, ...] = ()
    dates: tuple[object, ...] = ()
    tickers: tuple[str, ...] | None = None
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ParsedDocument:
    """The records of one document, in order of publication.

    skipped: entries without a record.
    undated: what is wrong with the date, by index of the record; its time of publication is that of arrival.
    warnings: what was ignored in entries that are records all the same.
    title: the name that the document gives itself.
    """

    records: list[RecordFields] = field(default_factory=list)
    skipped: list[SkippedEntry] = field(default_factory=list)
    undated: dict[int, str] = field(default_factory=dict)
    warnings: list[SkippedEntry] = field(default_factory=list)
    title: str = ""


def choose_newest(dates: Sequence[Sequence[object]], *, now: datetime) -> list[int]:
    """Return the indices of the newest MAX_ENTRIES entries, oldest first; `dates` are those of each, as sent."""
    return _sort_by_date([_parse_dates(values, now)[0] for values in dates])[-MAX_ENTRIES:]


def make_records(
    entries: Sequence[Entry],
    *,
    now: datetime,
    own_links: Iterable[str] = (),
    skipped: Iterable[SkippedEntry] = (),
    older: int = 0,
) -> ParsedDocument:
    """Return the records of the newest MAX_ENTRIES entries, oldest first.

    own_links: addresses of the document and its home page, which are no ids of entries.
    skipped: entries that were dropped before.
    older: number of entries that were dropped before because they are older than these.
    """
    dates = [_parse_dates(entry.dates, now) for entry in entries]
    external_ids = _choose_ids(entries, own_links)
    document = ParsedDocument(skipped=list(skipped))
    order = _sort_by_date([moment for moment, _ in dates])
    older += max(0, len(order) - MAX_ENTRIES)
    if older:
        reason = f"older than the newest {MAX_ENTRIES} entries, which alone are taken from a document."
        document.skipped.append(SkippedEntry("", reason, count=older))
    for index in order[-MAX_ENTRIES:]:
        entry, (moment, problem) = entries[index], dates[index]
        if problem and moment is None:
            document.undated[len(document.records)] = problem
        problems = (*entry.problems, problem) if problem and moment else entry.problems
        document.warnings.extend(SkippedEntry(entry.title, text) for text in problems)
        document.records.append(_make_record(entry, external_ids[index], moment))
    return document


def _make_record(entry: Entry, external_id: str | None, moment: datetime | None) -> RecordFields:
    record: RecordFields = {
        "title": entry.title,
        "summary": entry.summary,
        "url": entry.url,
        "external_id": external_id,
        "published_at": format_time(moment) if moment else None,
    }
    return record if entry.tickers is None else record | {"tickers": list(entry.tickers)}


def _parse_dates(values: Iterable[object], now: datetime) -> tuple[datetime | None, str]:
    """Return the first date that can be read, None if there is none, and what is wrong with a date before it."""
    problem = ""
    for value in values:
        if is_missing(value):
            continue
        try:
            return _parse_past_date(value, now), problem
        except ValueError as error:
            problem = problem or f"date {str(value)[:60]!r} {error}."
    return None, problem


def _parse_past_date(value: object, now: datetime) -> datetime:
    """Return a date since 1970; within the clock skew a future one becomes `now`. Errors: ValueError."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError(f"is no text or number; {DATE_CURE}")
    moment = parse_date(str(value))
    if moment > now + CLOCK_SKEW:
        raise ValueError("is in the future; its clock or time zone must be corrected")
    if moment <= EARLIEST_TIME:  # zero, which stands for no date
        raise ValueError(f"is not after 1970; {DATE_CURE}")
    return min(moment, now)


def _sort_by_date(dates: Sequence[datetime | None]) -> list[int]:
    """Return the indices of entries, oldest first.

    Entries without date stay beside the entry before them. Entries of the same date, and all of a document without
    dates, keep the order of the document, reversed if that is newest first.
    """
    moments = [date for date in dates if date is not None]
    if not moments:
        return list(range(len(dates)))
    pairs = list(pairwise(moments))
    is_newest_first = sum(a > b for a, b in pairs) > sum(a < b for a, b in pairs)
    keys = list(accumulate(dates, lambda before, date: date or before, initial=moments[0]))[1:]
    indices = range(len(dates))
    return sorted(reversed(indices) if is_newest_first else indices, key=keys.__getitem__)


def _choose_ids(entries: Sequence[Entry], own_links: Iterable[str]) -> list[str | None]:
    """Return an id for each entry: the first of its own that no other entry has, or else its link and title."""
    own = {"".join(_split_link(link)) for link in own_links if link}
    stories_by_id: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
    for entry in entries:
        for text in set(entry.ids):
            # An entry that is listed twice is one story.
            stories_by_id[text].add((entry.title, entry.url))
    return [
        next(
            (parse_external_id(text) for text in entry.ids if _is_id(text, own) and len(stories_by_id[text]) == 1),
            _make_id(entry),
        )
        for entry in entries
    ]


def _is_id(text: str, own_links: set[str]) -> bool:
    """Return whether a text can be the id of one entry: no word for nothing, no home page, not the feed's own link."""
    if is_missing(text) or not any(letter.isalnum() for letter in text):
        return False
    host, rest = _split_link(text)
    return host + rest not in own_links and (not host or bool(rest))


def _split_link(link: str) -> tuple[str, str]:
    """Return host and rest of a link without what differs between addresses of one page: scheme, www, last slash.

    The host of what is no link is "".
    """
    try:
        parts = urlsplit(link.strip())
    except ValueError:
        return "", link
    if not parts.netloc:
        return "", link.strip()
    rest = parts._replace(scheme="", netloc="", path=parts.path.rstrip("/")).geturl()
    return parts.netloc.lower().removeprefix("www."), rest


def _make_id(entry: Entry) -> str | None:
    """Return an id of an entry without one: its link and title, or its title alone."""
    if not entry.url:
        return parse_external_id(entry.title)
    return sha256(f"{entry.url}\n{entry.title}".encode("utf-8", "replace")).hexdigest()
