"""Query parameters of the API about metrics and time series."""

import re
from collections.abc import Sequence
from typing import Annotated

from ninja.errors import HttpError
from pydantic import BaseModel, BeforeValidator, Field

from common.parsing import parse_tickers
from common.time import utc_now
from news.api.params import CURSOR_CURE, Tickers, Time, as_string
from news.metrics.queries import RESOLUTIONS, Resolution

MAX_SERIES_TICKERS = 20
ALL_ITEMS = "*"  # in place of a ticker: all items
DEFAULT_BUCKETS = 500
MAX_UNIX_SECONDS = 253_402_300_799  # 9999-12-31T23:59:59Z, the last second of a four-digit year


def _parse_series_keys(text: str) -> list[str]:
    if text == ALL_ITEMS:
        return [ALL_ITEMS]
    if text.startswith(f"{ALL_ITEMS},"):
        return [ALL_ITEMS, *parse_tickers(text[2:], max_count=MAX_SERIES_TICKERS)]
    return parse_tickers(text, max_count=MAX_SERIES_TICKERS)


def _parse_start(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,12}", text) or int(text) > MAX_UNIX_SECONDS:
        raise ValueError(CURSOR_CURE)
    return int(text)


SeriesKeys = Annotated[Sequence[str], BeforeValidator(_parse_series_keys), as_string(examples=["*,AAPL,MSFT"])]
Start = Annotated[int, BeforeValidator(_parse_start), as_string()]


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
