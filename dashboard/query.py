"""Parse the filters in the query string of the page. Invalid values are ignored, so that the page always loads."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from common.parsing import parse_tickers
from news.metrics.queries import RESOLUTIONS
from news.models import Sentiment

T = TypeVar("T")

DEFAULT_RESOLUTION = "1m"
MAX_TICKERS = 20
MAX_SOURCE = 100  # characters, as in `news.ingest.validation`
MAX_TEXT = 200  # characters


@dataclass(frozen=True, slots=True)
class PageQuery:
    """The filters: `tickers` of counts and rows; `sentiment`, `source`, `text` of rows; `resolution` of the chart."""

    tickers: tuple[str, ...] = ()
    sentiment: str = ""
    source: str = ""
    text: str = ""
    resolution: str = DEFAULT_RESOLUTION

    @property
    def has_row_filters(self) -> bool:
        """Whether the table shows fewer items than the counts include."""
        return bool(self.sentiment or self.source or self.text)


def parse_query(query: Mapping[str, str]) -> PageQuery:
    """Return the filters of a query string, `?tickers=AAPL,MSFT&sentiment=negative&source=wire&q=apple`."""
    resolution = query.get("resolution", "")
    return PageQuery(
        tickers=tuple(_parse(query.get("tickers", ""), lambda text: parse_tickers(text, most=MAX_TICKERS)) or ()),
        sentiment=_parse(query.get("sentiment", ""), lambda text: Sentiment(text).value) or "",
        source=_limit(query.get("source", ""), MAX_SOURCE),
        text=_limit(query.get("q", "").strip(), MAX_TEXT),
        resolution=resolution if resolution in RESOLUTIONS else DEFAULT_RESOLUTION,
    )


def _parse(text: str, parse: Callable[[str], T]) -> T | None:
    try:
        return parse(text)
    except ValueError:
        return None


def _limit(text: str, max_length: int) -> str:
    # PostgreSQL cannot store NUL in text, so no stored text can match.
    return "" if "\0" in text else text[:max_length]
