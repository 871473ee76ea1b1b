"""Responses of the API about metrics and time series."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, Field

from common.kept_answers import Answer
from common.time import format_time
from news.api.schemas import ItemBrief, NextCursor, Ticker, encode_json, to_brief
from news.entity_score import choose_entity
from news.log.reader import LoggedState
from news.metrics.bucket_value import BucketValue
from news.metrics.counted_items import to_datetime
from news.metrics.queries import Metrics
from news.metrics.timeseries import SeriesPage

Value = Annotated[float, Field(ge=-1, le=1, description="-1 negative, 1 positive.")]


class MetricsNow(BaseModel):
    """Counts of items, or with tickers of their mentions by their own sentiment, and the newest of the items."""

    total: int
    positive: int
    neutral: int
    negative: int
    by_tag: dict[Ticker, int] = Field(description="Mentions per ticker, the largest first, at most 100.")
    rate_last_hour: int = Field(description="Arrivals in 60 minutes, whatever the period.")
    rate_last_24h: int
    timestamp: datetime
    recent_items: list[ItemBrief] = Field(description="At most 20, newest first.")
    cursor: str = Field(description="Position in the log up to which items are counted; a stream can resume there.")
    complete_from: datetime | None = Field(
        None,
        exclude_if=lambda time: time is None,
        description="Only if the period cuts an hour or minute of which parts were deleted: its end, of the last one.",
    )


class SentimentBucket(BaseModel):
    """Sentiment in one time interval."""

    start: datetime
    count: int
    positive: int
    neutral: int
    negative: int
    sum: float
    avg: Value
    open: Value
    high: Value
    low: Value
    close: Value


class Series(BaseModel):
    """Buckets of one ticker, oldest first; buckets without items are omitted unless `fill=zero` is given."""

    buckets: list[SentimentBucket] = Field(description="Whole buckets; nothing in them is from after `end`.")
    partial_bucket: SentimentBucket | None = Field(
        description="The bucket that `end` cuts, or that is not over yet: up to `end`, and from `start` if that lies "
        "in it. On the last page only; null before."
    )


class SeriesPaging(BaseModel):
    """How a page of time series continues."""

    next_cursor: NextCursor
    complete_from: datetime | None = Field(
        description="Null, or from when on every bucket counts all items; before, minutes were deleted."
    )


class TickerSeries(Series, SeriesPaging):
    """Buckets of one ticker, with the ticker and the resolution."""

    ticker: Ticker
    resolution: str


class SeriesByTicker(SeriesPaging):
    """Buckets of several tickers over the same time; one cursor continues all."""

    resolution: str
    series: dict[Ticker, Series]


def to_metrics(
    metrics: Metrics, recent: Sequence[LoggedState], *, tickers: Collection[str] = (), complete_from: int | None = None
) -> Answer:
    """Return metrics of some tickers, or of all, with the newest items that they count: a MetricsNow as JSON."""
    payload = {
        **metrics.payload(),
        "recent_items": [to_brief(item, choose_entity(item.list_entities(), tickers)) for item in recent],
        "cursor": str(metrics.cursor),
    }
    if complete_from is not None:
        payload["complete_from"] = to_datetime(complete_from)
    return Answer.cut(encode_json(payload), datetime.fromisoformat(payload["timestamp"]), _format_read_at)


def _format_read_at(time: datetime) -> str:
    return f'"timestamp":"{format_time(time)}","recent_items":'


def to_series(key: str, page: SeriesPage) -> Series:
    """Return the buckets of one key on a page; the partial bucket belongs behind those of the last page."""
    series = page.series[key]
    partial = series.partial_bucket if page.next_start is None else None
    return Series(
        buckets=[to_bucket(value) for value in series.buckets],
        partial_bucket=None if partial is None else to_bucket(partial),
    )


def paging(page: SeriesPage) -> dict[str, Any]:
    """Return the fields of SeriesPaging."""
    return {
        "next_cursor": None if page.next_start is None else str(page.next_start),
        "complete_from": None if page.complete_from is None else to_datetime(page.complete_from),
    }


def to_bucket(value: BucketValue) -> SentimentBucket:
    """Return a bucket of a time series."""
    return SentimentBucket(
        start=to_datetime(value.start),
        count=value.count,
        positive=value.positive,
        neutral=value.neutral,
        negative=value.negative,
        sum=value.sum,
        avg=value.avg,
        open=value.open,
        high=value.high,
        low=value.low,
        close=value.close,
    )
