"""Parameters of exports, which the REST call and the command share."""

import re
from collections.abc import Sequence
from functools import partial
from typing import Annotated

from ninja.errors import HttpError
from pydantic import AfterValidator, BaseModel, BeforeValidator, Field

from common.parsing import MAX_FILTER_TICKERS
from news.export.formats import FormatName
from news.export.items import CursorRejected, ItemTable, resolve_start
from news.export.series import SeriesTable
from news.log.cursor import CursorError, parse_cursor
from news.log.reader import get_head
from news.params.items import AsOfText, ItemFilters, as_string, parse_as_of
from news.params.metrics import ORDER_RULE, Seconds, SeriesBounds, parse_series_keys

SEQ = re.compile(r"[0-9]{1,18}")


def _check_after(text: str) -> str:
    try:
        return text if SEQ.fullmatch(text) else str(parse_cursor(text))
    except CursorError as error:
        raise ValueError(
            "must be the `cursor` of a row, its seq, or the id of an event; leave it out to export from the beginning"
        ) from error


After = Annotated[str, AfterValidator(_check_after), as_string(examples=["evt_01ab9f-4711", "4711"])]
Keys = Annotated[
    Sequence[str],
    BeforeValidator(partial(parse_series_keys, max_count=MAX_FILTER_TICKERS)),
    as_string(examples=["*,AAPL,MSFT"]),
]


class ExportFormat(BaseModel):
    """The format of an export."""

    format: FormatName = Field("ndjson", description="One JSON object per line, CSV, or Parquet.")


class ItemExportParams(ItemFilters):
    """Filters and bounds of an export of items."""

    after: After | None = Field(
        None, description="Only items after this place: the `cursor` of the last row, or the id of an event."
    )
    limit: int | None = Field(None, ge=1, description="Number of rows to stop at. Default: all.")

    def make_table(self) -> ItemTable:
        """Return what reads the rows. Errors: HttpError for contradictory times, or a place that can't be resumed."""
        query = self.build_query(oldest_first=True)
        as_of = self.get_as_of()
        try:
            return ItemTable(query, after=resolve_start(self.after, get_head()), limit=self.limit, as_of=as_of)
        except CursorRejected as error:
            raise HttpError(400, str(error)) from error


class SeriesExportParams(SeriesBounds):
    """Range, resolution and tickers of an export of time series."""

    start: Seconds | None = Field(
        None, description="The first bucket is the one that contains it. Default: the first bucket."
    )
    tickers: Keys | None = Field(
        None, description="Up to 100 tickers; `*` as the first stands for all items. Default: `*`, then all tickers."
    )
    ticker: Keys | None = Field(None, description="Another name for `tickers`.")
    as_of: AsOfText = None

    def make_table(self) -> SeriesTable:
        """Return what reads the rows. Errors: HttpError for contradictory parameters."""
        if self.start is not None and self.end is not None and self.start >= self.end:
            raise HttpError(422, ORDER_RULE)
        tickers = list(dict.fromkeys([*(self.tickers or ()), *(self.ticker or ())]))
        as_of = parse_as_of(self.as_of)
        return SeriesTable(
            self.get_grid(), axis=self.axis, tickers=tickers, start=self.start, end=self.end, as_of=as_of
        )
