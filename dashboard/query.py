"""Parse the filters in the page's query string. Invalid values are ignored, so that the page is always rendered."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from common.parsing import parse_tickers
from news.limits import MAX_SOURCE
from news.metrics.grid import RESOLUTIONS
from news.models import Sentiment
from news.params.items import MAX_SEARCH_TEXT
from news.search.words import Search, parse_search

T = TypeVar("T")

DEFAULT_RESOLUTION = "1m"
MAX_PAGE_TICKERS = 50  # as in data/filter.js


@dataclass(frozen=True, slots=True)
class PageQuery:
    """The filters of the page: `tickers` for all of it, `sentiment`, `source` and `text` for the table's rows."""

    tickers: tuple[str, ...] = ()
    sentiment: str = ""
    source: str = ""
    text: str = ""
    resolution: str = DEFAULT_RESOLUTION

    @property
    def has_row_filters(self) -> bool:
        """Whether the table shows fewer items than the numbers count."""
        return bool(self.sentiment or self.source or self.search)

    @property
    def search(self) -> Search | None:
        """What `text` asks for; None if nothing can be found by it."""
        return _parse_or_none(self.text, parse_search)


def parse_query(query: Mapping[str, str]) -> PageQuery:
    """Return the filters of a query string, `?tickers=AAPL,MSFT&sentiment=negative&source=wire&q=apple`."""
    resolution = query.get("resolution", "")
    return PageQuery(
        tickers=tuple(
            _parse_or_none(query.get("tickers", ""), lambda text: parse_tickers(text, max_count=MAX_PAGE_TICKERS)) or ()
        ),
        sentiment=_parse_or_none(query.get("sentiment", ""), lambda text: Sentiment(text).value) or "",
        source=_clean(query.get("source", ""), MAX_SOURCE),
        text=_clean(query.get("q", "").strip(), MAX_SEARCH_TEXT),
        resolution=resolution if resolution in RESOLUTIONS else DEFAULT_RESOLUTION,
    )


def _parse_or_none(text: str, parse: Callable[[str], T]) -> T | None:
    try:
        return parse(text)
    except ValueError:
        return None


def _clean(text: str, max_chars: int) -> str:
    # PostgreSQL rejects NUL in text, so nothing stored matches it.
    return "" if "\0" in text else text[:max_chars]
