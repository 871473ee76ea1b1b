"""Read time series as one long table: the buckets of one ticker after the other, a page at a time."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from django.db import connection

from news.export.tables import SERIES_COLUMNS, Row
from news.log.as_of import LogPoint
from news.metrics.as_of import find_first_change, get_timeseries_as_of
from news.metrics.bucket_value import BucketValue
from news.metrics.counted_items import choose_axis
from news.metrics.grid import Grid
from news.metrics.periods import ALL_KEYS, get_visible_axis
from news.metrics.timeseries import SeriesPage, SeriesRange, get_timeseries
from news.models import Axis, Bucket
from news.params.metrics import ALL_ITEMS

PAGE_BUCKETS = 1_000


class SeriesTable:
    """Reads pages of rows.

    tickers: those to read, `*` for all items; none for `*` and then every ticker.
    start, end: Unix seconds; without them, everything.
    as_of: the place as of which series are read.
    """

    columns = SERIES_COLUMNS

    def __init__(
        self,
        grid: Grid,
        *,
        axis: Axis = Axis.PUBLISHED,
        tickers: Sequence[str] = (),
        start: float | None = None,
        end: float | None = None,
        page_buckets: int = PAGE_BUCKETS,
        as_of: LogPoint | None = None,
    ) -> None:
        self.row_count = 0
        self._range = SeriesRange(grid, 0, end, axis=axis, limit=page_buckets)
        self._start = start
        self._as_of = as_of
        self._tickers: list[str] | None = list(tickers) or None  # that are still to be read; None before the first page
        self._after: int | None = None  # start of the next page of the first of them

    def select_page(self) -> list[Row] | None:
        """Return the rows of the next page, which may be none, or None at the end."""
        if self.row_count == 0 and self._after is None:  # nothing was read before
            self._range = replace(self._range, axis=self._choose_axis())
        if self._tickers is None:
            self._tickers = _list_tickers(shows_samples=self._range.axis.is_of_samples)
        if not self._tickers:
            return None
        ticker = self._tickers[0]
        key = "" if ticker == ALL_ITEMS else ticker
        rows: list[Row] = []
        start = self._find_start(key)
        if start is not None:
            range_ = replace(self._range, start=start, after=self._after)
            page = get_timeseries_as_of(self._as_of, [key], range_) if self._as_of else get_timeseries([key], range_)
            rows = build_rows(ticker, key, page)
            self._after = page.next_start
        if self._after is None:
            del self._tickers[0]
        self.row_count += len(rows)
        return rows

    def _choose_axis(self) -> Axis:
        """Return the axis of what is shown, now or as of the place."""
        if self._as_of is None:
            return get_visible_axis(self._range.axis)
        return choose_axis(self._range.axis, shows_samples=self._as_of.shows_samples)

    def _find_start(self, key: str) -> float | None:
        """Return where the series of a key starts; None if there is none."""
        if self._start is not None:
            return self._start
        buckets = Bucket.objects.filter(axis=self._range.axis, key=key, seconds=self._range.grid.stored_seconds)
        starts: list[float | None] = [buckets.order_by("start").values_list("start", flat=True).first()]
        if self._as_of is not None:
            starts.append(find_first_change(self._as_of, self._range.axis))
        return min((start for start in starts if start is not None), default=None)


def build_rows(ticker: str, key: str, page: SeriesPage) -> list[Row]:
    """Return the rows of a page of one series; the partial bucket follows the last whole one."""
    series = page.series[key]
    rows = [_build_row(ticker, value, page.complete_from, is_partial=False) for value in series.buckets]
    if page.next_start is None and series.partial_bucket is not None:
        rows.append(_build_row(ticker, series.partial_bucket, page.complete_from, is_partial=True))
    return rows


def _build_row(ticker: str, value: BucketValue, complete_from: int | None, *, is_partial: bool) -> Row:
    return {
        "ticker": ticker,
        "start": datetime.fromtimestamp(value.start, UTC),
        "count": value.count,
        "positive": value.positive,
        "neutral": value.neutral,
        "negative": value.negative,
        "sum": value.sum,
        "avg": value.avg,
        "open": value.open,
        "high": value.high,
        "low": value.low,
        "close": value.close,
        "partial": is_partial,
        "complete": complete_from is None or value.start >= complete_from,
    }


def _list_tickers(*, shows_samples: bool) -> list[str]:
    axis = choose_axis(Axis.APPENDED, shows_samples=shows_samples)
    with connection.cursor() as cursor:
        cursor.execute(f"{ALL_KEYS.format(axis='%s')} ORDER BY key", [axis.value])
        return [key or ALL_ITEMS for (key,) in cursor.fetchall()]
