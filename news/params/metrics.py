"""Query parameters of the API about metrics and time series."""

import re
from collections.abc import Sequence
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ninja.errors import HttpError
from pydantic import BaseModel, BeforeValidator, Field

from common.parsing import parse_tickers, parse_time
from common.time import utc_now
from news.log.as_of import LogPoint
from news.metrics.counted_items import choose_axis
from news.metrics.grid import DAY, RESOLUTIONS, Grid, Resolution
from news.metrics.periods import OPEN_END, Period
from news.metrics.queries import get_last_hours
from news.metrics.timeseries import SeriesRange
from news.models import Axis
from news.params.items import CURSOR_CURE, AsOfText, Tickers, as_string

MAX_SERIES_TICKERS = 20
ALL_ITEMS = "*"  # in place of a ticker: all items
DEFAULT_BUCKETS = 500
MAX_UNIX_SECONDS = 253_402_300_799  # 9999-12-31T23:59:59Z, the last second of a four-digit year
ORDER_RULE = "start is not before end: give an earlier start, or leave both out."

By = Literal["published", "appended"]
AXES: dict[By, Axis] = {"published": Axis.PUBLISHED, "appended": Axis.APPENDED}


def _parse_seconds(text: str) -> float:
    return parse_time(text).timestamp()


def parse_series_keys(text: str, *, max_count: int = MAX_SERIES_TICKERS) -> list[str]:
    """Return the tickers of a comma-separated list, of which the first may be ALL_ITEMS. Errors: ValueError."""
    if text == ALL_ITEMS:
        return [ALL_ITEMS]
    if text.startswith(f"{ALL_ITEMS},"):
        return [ALL_ITEMS, *parse_tickers(text[2:], max_count=max_count)]
    return parse_tickers(text, max_count=max_count)


def _parse_start(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,12}", text) or int(text) > MAX_UNIX_SECONDS:
        raise ValueError(CURSOR_CURE)
    return int(text)


def _parse_zone(text: str) -> ZoneInfo:
    try:
        return ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:  # OSError: a folder of zones, such as America
        raise ValueError("must be the name of an IANA time zone, such as Europe/Berlin or UTC") from error


SeriesKeys = Annotated[Sequence[str], BeforeValidator(parse_series_keys), as_string(examples=["*,AAPL,MSFT"])]
Seconds = Annotated[float, BeforeValidator(_parse_seconds), as_string(examples=["2026-01-31T09:30:00Z", "1769851800"])]
Start = Annotated[int, BeforeValidator(_parse_start), as_string()]
Zone = Annotated[ZoneInfo, BeforeValidator(_parse_zone), as_string(examples=["America/New_York"])]


def _get_axis(by: By, as_of: LogPoint | None) -> Axis:
    """Return the axis of what is asked for; where samples were shown then, the one of samples."""
    return choose_axis(AXES[by], shows_samples=as_of is not None and as_of.shows_samples)


class MetricsWindow(BaseModel):
    """Filters and period of metrics."""

    hours: int | None = Field(
        None, ge=1, le=8760, description="Only items of the last hours, this many. Default: all time."
    )
    start: Seconds | None = Field(None, description="Only items from this time on.")
    end: Seconds | None = Field(None, description="Only items before this time.")
    by: By = Field(
        "appended", description="The time that `hours`, `start` and `end` apply to: of arrival or of publication."
    )
    ticker: Tickers | None = Field(None, description="Only mentions of these tickers, separated by commas.")
    tickers: Tickers | None = Field(None, description="Another name for `ticker`.")
    as_of: AsOfText = None

    @property
    def keys(self) -> list[str]:
        """The tickers of both parameters."""
        return list(dict.fromkeys([*(self.ticker or []), *(self.tickers or [])]))

    def get_period(self, as_of: LogPoint | None = None) -> Period | None:
        """Return the period that is counted, None for all time; `hours` end as of a place.

        Errors: HttpError for one that is contradictory.
        """
        if self.hours is not None:
            if self.start is not None or self.end is not None:
                raise HttpError(
                    400, f"hours={self.hours} together with start or end: give either hours, or start and end."
                )
            return get_last_hours(self.hours, _get_axis(self.by, as_of), now=as_of.time.timestamp() if as_of else None)
        if self.start is None and self.end is None:
            return None
        period = Period(_get_axis(self.by, as_of), self.start or 0, OPEN_END if self.end is None else self.end)
        if period.start >= period.end:
            raise HttpError(422, ORDER_RULE)
        return period


class SeriesBounds(BaseModel):
    """Range and resolution of a time series."""

    resolution: Resolution = Field("1h", description="Width of a bucket.")
    start: Seconds | None = Field(
        None, description="The first bucket is the one that contains it. Default: 500 buckets before `end`."
    )
    end: Seconds | None = Field(None, description="Nothing from this time on is counted. Default: now.")
    by: By = Field("published", description="The time of items that counts: of publication or of arrival.")
    tz: Zone | None = Field(
        None,
        description="Time zone of the days, with resolution=24h; days of 23 or 25 hours are one bucket. Default: UTC.",
    )

    @property
    def axis(self) -> Axis:
        """The time by which items are counted."""
        return AXES[self.by]

    def get_grid(self) -> Grid:
        """Return the buckets. Errors: HttpError for a time zone with other buckets than days."""
        seconds = RESOLUTIONS[self.resolution]
        if self.tz is not None and seconds != DAY:
            raise HttpError(
                400, f"tz={self.tz.key!r} with resolution={self.resolution}: give tz with resolution=24h only."
            )
        return Grid(seconds, None if self.tz is None or self.tz.key == "UTC" else self.tz)


class BucketRange(SeriesBounds):
    """Range, resolution and page of a time series."""

    fill: Literal["zero"] | None = Field(None, description="`zero`: buckets without items are included.")
    limit: int = Field(DEFAULT_BUCKETS, ge=1, le=1000, description="Buckets per page and ticker.")
    cursor: Start | None = Field(None, description="The next_cursor of the previous page.")
    as_of: AsOfText = None

    def get_range(self, as_of: LogPoint | None = None) -> SeriesRange:
        """Return the page that is asked for, by default up to now or to a place.

        Errors: HttpError for a range that is contradictory.
        """
        grid = self.get_grid()
        now = utc_now() if as_of is None else as_of.time
        end = now.timestamp() if self.end is None else self.end
        # The default is a whole number of buckets before the end.
        start = max(0, grid.floor(max(0, end - DEFAULT_BUCKETS * grid.seconds))) if self.start is None else self.start
        if start >= end:
            raise HttpError(422, ORDER_RULE)
        return SeriesRange(
            grid,
            start,
            self.end,
            axis=_get_axis(self.by, as_of),
            limit=self.limit,
            after=self.cursor,
            is_filled=self.fill == "zero",
        )


class SeveralTickers(BaseModel):
    """The tickers of several time series."""

    tickers: SeriesKeys | None = Field(None, description="Up to 20 tickers; `*` as the first stands for all items.")
    ticker: SeriesKeys | None = Field(None, description="Another name for `tickers`.")

    def get_names(self) -> list[str]:
        """Return the tickers of both parameters. Errors: HttpError without any, or for too many."""
        names = list(dict.fromkeys([*(self.tickers or []), *(self.ticker or [])]))
        if not names:
            raise HttpError(422, "tickers is missing: give it as a parameter.")
        if len(names) > MAX_SERIES_TICKERS + 1:
            raise HttpError(422, f"{len(names)} tickers: give {MAX_SERIES_TICKERS} or fewer at a time.")
        return names
