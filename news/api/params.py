"""Read what callers put into the query string and the path. Refuses whatever the log could not hold anyway."""

import re
from collections.abc import Sequence
from typing import Annotated, Any, Literal

from ninja.errors import HttpError
from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, WithJsonSchema

from common.parsing import TICKER_REGEX, parse_ticker, parse_tickers, parse_time
from common.time import utc_now
from news.limits import MAX_SOURCE
from news.models import Sentiment

MAX_SERIES_TICKERS = 20
MAX_SEARCH_TEXT = 200  # characters
ALL_ITEMS = "*"  # stands for all items where tickers are listed; no ticker begins so
LARGEST_SEQ = 2**63 - 1
RESOLUTIONS = {"1m": 60, "5m": 300, "15m": 900, "30m": 1800, "1h": 3600, "24h": 86_400}  # seconds
DEFAULT_BUCKETS = 500
LATEST = 253_402_300_799  # 9999-12-31T23:59:59Z, the last second that ISO-8601 dates can write

CURSOR_CURE = "must be the next_cursor of the page before; leave it out for the first page"


def _parse_resolution(text: str) -> int:
    return int(parse_time(text).timestamp())


def _parse_seq(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,19}", text) or int(text) > LARGEST_SEQ:
        raise ValueError(CURSOR_CURE)
    return int(text)


def _parse_start(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,12}", text) or int(text) > LATEST:
        raise ValueError(CURSOR_CURE)
    return int(text)


def _parse_series_keys(text: str) -> list[str]:
    if text == ALL_ITEMS:
        return [ALL_ITEMS]
    if text.startswith(f"{ALL_ITEMS},"):
        return [ALL_ITEMS, *parse_tickers(text[2:], max_count=MAX_SERIES_TICKERS)]
    return parse_tickers(text, max_count=MAX_SERIES_TICKERS)


def _refuse_nul(text: str) -> str:
    # PostgreSQL's text can't hold it, so nothing stored matches either.
    if "\0" in text:
        raise ValueError("holds a NUL character; leave that out")
    return text


def _given_as_text(**schema: Any) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", **schema})


Ticker = Annotated[str, AfterValidator(parse_ticker), _given_as_text(pattern=f"^{TICKER_REGEX}$")]
Tickers = Annotated[Sequence[str], BeforeValidator(parse_tickers), _given_as_text(examples=["AAPL,MSFT"])]
SeriesKeys = Annotated[Sequence[str], BeforeValidator(_parse_series_keys), _given_as_text(examples=["*,AAPL,MSFT"])]
Time = Annotated[
    int, BeforeValidator(_parse_resolution), _given_as_text(examples=["2026-01-31T09:30:00Z", "1769851800"])
]
Seq = Annotated[int, BeforeValidator(_parse_seq), _given_as_text()]
Start = Annotated[int, BeforeValidator(_parse_start), _given_as_text()]


class ItemFilters(BaseModel):
    """Which items, and which page of them."""

    ticker: Ticker | None = Field(None, description="Only items with this ticker, in any case.")
    sentiment: Sentiment | None = Field(None, description="Only items of this sentiment.")
    source: Annotated[str, Field(min_length=1, max_length=MAX_SOURCE), AfterValidator(_refuse_nul)] | None = Field(
        None, description="Only items of this source."
    )
    q: Annotated[str, Field(max_length=MAX_SEARCH_TEXT), AfterValidator(_refuse_nul)] | None = Field(
        None, description="Only items whose title holds this text; the case of A to Z does not matter."
    )
    after: Seq | None = Field(None, description="The next_cursor of the page before.")
    limit: int = Field(50, ge=1, le=1000, description="Items per page.")


class MetricsWindow(BaseModel):
    """Which items to count."""

    hours: int | None = Field(None, ge=1, le=8760, description="Only the last so many hours; left out: all time.")
    ticker: Tickers | None = Field(None, description="Only items with any of these tickers, separated by commas.")


class BucketRange(BaseModel):
    """Which buckets, and which page of them."""

    resolution: Literal["1m", "5m", "15m", "30m", "1h", "24h"] = Field("1h", description="Width of a bucket.")
    start: Time | None = Field(None, description="First moment; left out: 500 buckets before `end`.")
    end: Time | None = Field(None, description="Moment after the last; left out: now.")
    limit: int = Field(DEFAULT_BUCKETS, ge=1, le=1000, description="Buckets per page and ticker.")
    cursor: Start | None = Field(None, description="The next_cursor of the page before.")

    @property
    def seconds(self) -> int:
        """Width of a bucket."""
        return RESOLUTIONS[self.resolution]

    @property
    def bounds(self) -> tuple[int, int]:
        """Start and end in Unix seconds, the page taken into account."""
        end = int(utc_now().timestamp()) if self.end is None else self.end
        start = max(0, end - DEFAULT_BUCKETS * self.seconds) if self.start is None else self.start
        if start >= end:
            raise HttpError(422, "start is not before end: give an earlier start, or leave both out.")
        return start if self.cursor is None else self.cursor, end
