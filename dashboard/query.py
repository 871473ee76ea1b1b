"""Read what the page is asked to show from its address. What can't be read is left out: a page has to be shown."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from common.parsing import parse_tickers
from news.api.params import MAX_SEARCH_TEXT
from news.limits import MAX_SOURCE
from news.models import Sentiment

T = TypeVar("T")

RESOLUTIONS = ("1m", "5m", "15m", "30m", "1h", "24h")
MAX_PAGE_TICKERS = 20  # as in data/filter.js


@dataclass(frozen=True, slots=True)
class PageQuery:
    """What to show: numbers over `tickers`, rows by `sentiment`, `source` and `text`, a chart by `resolution`."""

    tickers: tuple[str, ...] = ()
    sentiment: str = ""
    source: str = ""
    text: str = ""
    resolution: str = RESOLUTIONS[0]

    @property
    def has_row_filters(self) -> bool:
        """Whether the table shows fewer items than the numbers count."""
        return bool(self.sentiment or self.source or self.text)


def parse_query(query: Mapping[str, str]) -> PageQuery:
    """Return the filters of a query string, `?tickers=AAPL,MSFT&sentiment=negative&source=wire&q=apple`."""
    return PageQuery(
        tickers=tuple(
            _readable(query.get("tickers", ""), lambda text: parse_tickers(text, max_count=MAX_PAGE_TICKERS)) or ()
        ),
        sentiment=_readable(query.get("sentiment", ""), lambda text: Sentiment(text).value) or "",
        source=_shown(query.get("source", ""), MAX_SOURCE),
        text=_shown(query.get("q", "").strip(), MAX_SEARCH_TEXT),
        resolution=asked if (asked := query.get("resolution", "")) in RESOLUTIONS else RESOLUTIONS[0],
    )


def _readable(text: str, read: Callable[[str], T]) -> T | None:
    try:
        return read(text)
    except ValueError:
        return None


def _shown(text: str, most: int) -> str:
    # PostgreSQL's text can't hold NUL, so nothing stored matches it.
    return "" if "\0" in text else text[:most]
