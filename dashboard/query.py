"""Parse the page's query string. Invalid values are ignored, so that the page is always rendered."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from common.parsing import parse_iso_time, parse_tickers
from common.time import utc_now
from news.limits import MAX_SOURCE
from news.metrics.grid import RESOLUTIONS
from news.models import Sentiment
from news.params.items import MAX_SEARCH_TEXT
from news.search.item_query import ItemQuery
from news.search.published_items import ListPosition, parse_position
from news.search.words import Search, parse_search

T = TypeVar("T")

MAX_PAGE_TICKERS = 50  # as in data/filter.js
KINDS = ("company", "market")
UUID = re.compile(r"[0-9a-f-]{36}")
CUSTOM = "custom"


@dataclass(frozen=True, slots=True)
class PeriodChoice:
    """A period of the picker: its name in the address, its label, how texts call it, and its length, None for all."""

    name: str
    label: str
    title: str
    length: timedelta | None


PERIODS = {
    choice.name: choice
    for choice in (
        PeriodChoice("1h", "1 h", "last hour", timedelta(hours=1)),
        PeriodChoice("24h", "24 h", "last 24 hours", timedelta(hours=24)),
        PeriodChoice("7d", "7 d", "last 7 days", timedelta(days=7)),
        PeriodChoice("30d", "30 d", "last 30 days", timedelta(days=30)),
        PeriodChoice("all", "All", "all time", None),
    )
}
DEFAULT_PERIOD = "24h"


@dataclass(frozen=True, slots=True)
class TimeRange:
    """A time from `start` (inclusive) to `end` (exclusive); None: open."""

    start: datetime | None
    end: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PageQuery:
    """What the page shows.

    tickers: for all of it. start, end, or else period: the time of publication. sentiment, source, text, kind,
    confidence (percent, at least): for the rows. item: id of the headline that is open. after: the place after which
    the rows begin.
    """

    tickers: tuple[str, ...] = ()
    watchlist_id: str = ""
    sentiment: str = ""
    source: str = ""
    text: str = ""
    kind: str = ""
    confidence: int = 0
    resolution: str = ""  # chosen by itself
    period: str = DEFAULT_PERIOD
    start: datetime | None = None
    end: datetime | None = None
    item: str = ""
    after: ListPosition | None = None

    @property
    def has_row_filters(self) -> bool:
        """Whether the table shows fewer items than the numbers count."""
        return bool(self.sentiment or self.source or self.search or self.kind or self.confidence)

    @property
    def is_custom(self) -> bool:
        """Whether the period has ends of its own."""
        return self.start is not None

    @property
    def period_name(self) -> str:
        """The period of the picker that is shown, or `custom`."""
        return CUSTOM if self.is_custom else self.period

    @property
    def search(self) -> Search | None:
        """What `text` asks for; None if nothing can be found by it."""
        return _parse_or_none(self.text, parse_search)

    def get_range(self) -> TimeRange:
        """Return the time that is shown. Periods up to now begin with a minute, as the buckets do."""
        length = PERIODS[self.period].length
        if self.is_custom or length is None:
            return TimeRange(self.start, self.end)
        minute = utc_now().replace(second=0, microsecond=0)
        return TimeRange(minute - length + timedelta(minutes=1), None)

    def make_item_query(self, time: TimeRange) -> ItemQuery:
        """Return the query for the rows."""
        return ItemQuery(
            tickers=self.tickers,
            sentiment=self.sentiment or None,
            source=self.source or None,
            search=self.search,
            min_score=self.confidence / 100 if self.confidence else None,
            published_from=time.start,
            published_to=time.end,
        )


def parse_query(query: Mapping[str, str]) -> PageQuery:
    """Return what a query string asks for, `?tickers=AAPL,MSFT&period=7d&sentiment=negative&source=wire&q=apple`."""
    start, end = (_parse_or_none(query.get(name, ""), parse_iso_time) for name in ("start", "end"))
    is_range = start is not None and end is not None and start < end
    return PageQuery(
        tickers=tuple(
            _parse_or_none(query.get("tickers", ""), lambda text: parse_tickers(text, max_count=MAX_PAGE_TICKERS)) or ()
        ),
        watchlist_id=_choose(query.get("configuration", ""), UUID.fullmatch),
        sentiment=_choose(query.get("sentiment", ""), Sentiment.values.__contains__),
        source=_clean(query.get("source", ""), MAX_SOURCE),
        text=_clean(query.get("q", "").strip(), MAX_SEARCH_TEXT),
        kind=_choose(query.get("kind", ""), KINDS.__contains__),
        confidence=_parse_or_none(query.get("confidence", ""), _parse_percent) or 0,
        resolution=_choose(query.get("resolution", ""), RESOLUTIONS.__contains__),
        period=_choose(query.get("period", ""), PERIODS.__contains__) or DEFAULT_PERIOD,
        start=start if is_range else None,
        end=end if is_range else None,
        item=_choose(query.get("item", ""), UUID.fullmatch),
        after=_parse_or_none(query.get("after", ""), parse_position),
    )


def _parse_percent(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,3}", text) or int(text) > 100:
        raise ValueError(f"{text[:20]!r}: must be a percentage from 0 to 100.")
    return int(text)


def _choose(text: str, is_valid: Callable[[str], object]) -> str:
    return text if is_valid(text) else ""


def _parse_or_none(text: str, parse: Callable[[str], T]) -> T | None:
    try:
        return parse(text)
    except ValueError:
        return None


def _clean(text: str, max_chars: int) -> str:
    # PostgreSQL rejects NUL in text, so nothing stored matches it.
    return "" if "\0" in text else text[:max_chars]
