"""What a check has found, as the page "Add real news" shows it."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NamedTuple

from common.numbers import format_signed
from common.time import utc_now
from dashboard.formatting import format_mark_classes
from dashboard.marked_words import list_deciding_words
from dashboard.tickers import format_ticker
from news.ingest.plain_problems import describe_problem
from news.instruments.current import get_instrument_name
from news.models import Item, Source
from news.sources.check import FetchedFeed
from news.sources.entries import SkippedEntry
from news.sources.feed_address import FeedAddress, get_feed_key
from news.sources.opml import FeedList
from news.sources.preview import FeedPreview, preview_feed
from news.sources.suggested_feeds import SUGGESTED

MAX_SKIPPED = 10
SUGGESTED_KEYS = {get_feed_key(feed.url) for feed in SUGGESTED}
NOT_FOUND = "{} could not be found; check the address and the network."
LOCAL = (
    "{} is in the local network, which is not allowed; give a public address, or allow it in SOURCE_ALLOWED_NETWORKS."
)
SENTENCES = {  # by what the reasons of news/sources/http say, with what they are about
    r"(.+?): .*the name can't be resolved": NOT_FOUND,
    r"(?:.+?: )?(\S+) resolves to no address": NOT_FOUND,
    r"(?:.+?: )?(.+) is not a public address": LOCAL,
}
OLD_DAYS = 14  # a feed without a newer entry is probably given up


class Segment(NamedTuple):
    """A part of a headline. tone: of a word that decided, "" for others."""

    text: str
    tone: str = ""


class Chip(NamedTuple):
    """An instrument of a headline with its own sentiment."""

    symbol: str
    name: str
    value: str
    classes: str


class PreviewHeadline(NamedTuple):
    """A headline as it would be on the page."""

    segments: list[Segment]
    published_at: datetime | None
    age: str
    chips: list[Chip]
    more: int


@dataclass(frozen=True, slots=True)
class FeedResult:
    """What a check says of one feed.

    status: "" for a feed that is not a source yet.
    notice: what a reader should know before they follow it.
    """

    address: FeedAddress
    error: str = ""
    seconds: float = 0.0
    status: str = ""
    linked_from: str = ""
    other_feeds: tuple[str, ...] = ()
    headlines: list[PreviewHeadline] = field(default_factory=list)
    entries: int = 0
    more: int = 0
    per_day: str = ""
    notice: str = ""
    skipped: list[SkippedEntry] = field(default_factory=list)
    skipped_count: int = 0
    notes: list[SkippedEntry] = field(default_factory=list)

    @property
    def is_suggested(self) -> bool:
        """Whether it is chosen by the box of a suggested feed."""
        return get_feed_key(self.address.url) in SUGGESTED_KEYS

    @property
    def skipped_title(self) -> str:
        """How many entries would be skipped."""
        return f"{self.skipped_count:,} of {self.entries:,} would be skipped"

    @property
    def more_skipped(self) -> int:
        """Number of skipped entries that are not shown."""
        return self.skipped_count - sum(entry.count for entry in self.skipped)


@dataclass(frozen=True, slots=True)
class ListResult:
    """What a check says of a list of feeds: its address or file name, its number of feeds, and what is no feed."""

    name: str
    count: int
    skipped: list[SkippedEntry]
    more_skipped: int


def build_list_result(name: str, feeds: FeedList) -> ListResult:
    """Return what is shown of a list."""
    skipped = _describe_entries(feeds.skipped[:MAX_SKIPPED])
    return ListResult(name, len(feeds.feeds), skipped, len(feeds.skipped) - len(skipped))


def build_feed_result(fetched: FetchedFeed, source: Source | None) -> FeedResult:
    """Return what is shown of a feed. source: the one that reads it already."""
    status = "" if source is None else "followed" if source.is_enabled else "disabled"
    if fetched.document is None:
        error = describe_error(fetched.error)
        return FeedResult(fetched.address, error, fetched.seconds, status, fetched.linked_from, fetched.other_feeds)
    preview = preview_feed(fetched.document, source=source.name if source else fetched.address.name)
    now = utc_now()
    return FeedResult(
        fetched.address,
        seconds=fetched.seconds,
        status=status,
        linked_from=fetched.linked_from,
        other_feeds=fetched.other_feeds,
        headlines=[_build_headline(item, now) for item in preview.items],
        entries=preview.entries,
        more=preview.more,
        per_day=_format_rate(preview.per_day),
        notice=_find_notice(preview, now),
        skipped=_describe_entries(preview.skipped[:MAX_SKIPPED]),
        skipped_count=preview.skipped_count,
        notes=_describe_entries(preview.notes),
    )


def describe_error(text: str) -> str:
    """Return why a feed can't be read, in a plain sentence where the reason is technical."""
    matches = ((re.match(reason, text), sentence) for reason, sentence in SENTENCES.items())
    return next((sentence.format(match[1]) for match, sentence in matches if match), text)


def _describe_entries(entries: Iterable[SkippedEntry]) -> list[SkippedEntry]:
    return [replace(entry, reason=describe_problem(entry.reason)) for entry in entries]


def _build_headline(item: Item, now: datetime) -> PreviewHeadline:
    entities = item.list_entities()
    evidence = [(mark.words, mark.tone) for mark in list_deciding_words(item)]
    chips = [
        Chip(
            format_ticker(entity.ticker),
            get_instrument_name(entity.ticker) or entity.ticker,
            format_signed(entity.value),
            format_mark_classes(entity.sentiment, entity.score, entity.value),
        )
        for entity in entities
    ]
    published_at = None if item.is_undated else item.published_at
    age = format_age(published_at, now) if published_at else "no date"
    return PreviewHeadline(
        [*highlight_words(item.title, evidence)], published_at, age, chips[:2], max(0, len(chips) - 2)
    )


def highlight_words(title: str, evidence: Iterable[tuple[str, str]]) -> Iterator[Segment]:
    """Yield the parts of a title, those that decided with their tone. evidence: words in any case, with the tone."""
    tones = {word.lower(): tone for word, tone in reversed([*evidence]) if tone != "neutral" and word.strip(" %")}
    if not tones:
        yield Segment(title)
        return
    words = "|".join(re.escape(word) for word in sorted(tones, key=len, reverse=True))
    end = 0
    for match in re.finditer(rf"(?<!\w)(?:{words})(?!\w)", title, re.IGNORECASE):
        if match.start() > end:
            yield Segment(title[end : match.start()])
        yield Segment(match[0], tones.get(match[0].lower(), ""))
        end = match.end()
    if end < len(title):
        yield Segment(title[end:])


def format_age(moment: datetime, now: datetime) -> str:
    """Return how long ago something was: "now", "18 min", "2 h", then days."""
    minutes = int((now - moment).total_seconds() // 60)
    if minutes < 1:
        return "now"
    if minutes < 60:
        return f"{minutes} min"
    hours = minutes // 60
    return f"{hours} h" if hours < 24 else f"{hours // 24} d"


def _format_rate(per_day: float | None) -> str:
    if per_day is None:
        return ""
    if per_day >= 1:
        return f"about {per_day:,.0f} a day"
    return f"about {max(1, round(per_day * 7))} a week"


def _find_notice(preview: FeedPreview, now: datetime) -> str:
    if not preview.entries:
        return "The feed is empty at the moment."
    if preview.newest_at is not None and (days := (now - preview.newest_at).days) >= OLD_DAYS:
        return f"Its newest entry is {days} days old: the feed may be given up."
    if not preview.usable:
        return "All of its entries are here already, or would be skipped."
    return ""
