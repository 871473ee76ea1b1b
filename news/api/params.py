"""Query and path parameters of the API about items, metrics and time series."""

import re
from collections.abc import Sequence
from typing import Annotated, Any

from ninja.errors import HttpError
from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, WithJsonSchema

from common.parsing import TICKER_REGEX, parse_ticker, parse_tickers, parse_time
from common.time import utc_now
from news.limits import MAX_SOURCE
from news.metrics.queries import RESOLUTIONS, Resolution
from news.models import Sentiment

MAX_SERIES_TICKERS = 20
MAX_SEARCH_TEXT = 200  # characters
ALL_ITEMS = "*"  # in place of a ticker: all items
MAX_SEQ = 2**63 - 1
DEFAULT_BUCKETS = 500
MAX_UNIX_SECONDS = 253_402_300_799  # 9999-12-31T23:59:59Z, the last second of a four-digit year

CURSOR_CURE = "must be the next_cursor of the previous page; leave it out for the first page"


def _parse_unix_seconds(text: str) -> int:
    return int(parse_time(text).timestamp())


def _parse_seq(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,19}", text) or int(text) > MAX_SEQ:
        raise ValueError(CURSOR_CURE)
    return int(text)


def _parse_start(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,12}", text) or int(text) > MAX_UNIX_SECONDS:
        raise ValueError(CURSOR_CURE)
    return int(text)


def _parse_series_keys(text: str) -> list[str]:
    if text == ALL_ITEMS:
        return [ALL_ITEMS]
    if text.startswith(f"{ALL_ITEMS},"):
        return [ALL_ITEMS, *parse_tickers(text[2:], max_count=MAX_SERIES_TICKERS)]
    return parse_tickers(text, max_count=MAX_SERIES_TICKERS)


def _reject_nul(text: str) -> str:
    # PostgreSQL cannot store NUL in text, so no stored text can match.
    if "\0" in text:
        raise ValueError("contains a NUL character; remove it")
    return text


def _as_string(**schema: Any) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", **schema})


Ticker = Annotated[str, AfterValidator(parse_ticker), _as_string(pattern=f"^{TICKER_REGEX}$")]
Tickers = Annotated[Sequence[str], BeforeValidator(parse_tickers), _as_string(examples=["AAPL,MSFT"])]
SeriesKeys = Annotated[Sequence[str], BeforeValidator(_parse_series_keys), _as_string(examples=["*,AAPL,MSFT"])]
Time = Annotated[int, BeforeValidator(_parse_unix_seconds), _as_string(examples=["2026-01-31T09:30:00Z", "1769851800"])]
Seq = Annotated[int, BeforeValidator(_parse_seq), _as_string()]
Start = Annotated[int, BeforeValidator(_parse_start), _as_string()]


class ItemFilters(BaseModel):
    """Filters and page of a list of items."""

    ticker: Ticker | None = Field(None, description="Only items with this ticker, in any case.")
    sentiment: Sentiment | None = Field(None, description="Only items of this sentiment.")
    source: Annotated[str, Field(min_length=1, max_length=MAX_SOURCE), AfterValidator(_reject_nul)] | None = Field(
        None, description="Only items of this source."
    )
    q: Annotated[str, Field(max_length=MAX_SEARCH_TEXT), AfterValidator(_reject_nul)] | None = Field(
        None, description="Only items whose title contains this text; A to Z match in any case."
    )
    after: Seq | None = Field(None, description="The next_cursor of the previous page.")
    limit: int = Field(50, ge=1, le=1000, description="Items per page.")


class MetricsWindow(BaseModel):
    """Filters of metrics."""

    hours: int | None = Field(
        None, ge=1, le=8760, description="Only items of the last hours, this many. Default: all time."
    )
    ticker: Tickers | None = Field(None, description="Only items with any of these tickers, separated by commas.")


class BucketRange(BaseModel):
    """Range, resolution and page of a time series."""

    resolution: Resolution = Field("1h", description="Width of a bucket.")
    start: Time | None = Field(None, description="Start of the range. Default: 500 buckets before `end`.")
    end: Time | None = Field(None, description="End of the range, exclusive. Default: now.")
    limit: int = Field(DEFAULT_BUCKETS, ge=1, le=1000, description="Buckets per page and ticker.")
    cursor: Start | None = Field(None, description="The next_cursor of the previous page.")

    @property
    def seconds(self) -> int:
        """Width of a bucket in seconds."""
        return RESOLUTIONS[self.resolution]

    @property
    def bounds(self) -> tuple[int, int]:
        """Start and end in Unix seconds; a page cursor replaces the start."""
        end = int(utc_now().timestamp()) if self.end is None else self.end
        start = max(0, end - DEFAULT_BUCKETS * self.seconds) if self.start is None else self.start
        if start >= end:
            raise HttpError(422, "start is not before end: give an earlier start, or leave both out.")
        return start if self.cursor is None else self.cursor, end
