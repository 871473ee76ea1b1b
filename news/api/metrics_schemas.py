"""Responses of the API about metrics and time series."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import BaseModel, Field

from news.api.schemas import ItemBrief, NextCursor, Ticker, to_brief
from news.metrics.bucket_value import BucketValue
from news.metrics.queries import Metrics
from news.models import Item

Value = Annotated[float, Field(ge=-1, le=1, description="-1 negative, 1 positive.")]


class MetricsNow(BaseModel):
    """Counts of items, and the newest of them."""

    total: int
    positive: int
    neutral: int
    negative: int
    by_tag: dict[Ticker, int] = Field(description="Items per ticker, the largest first, at most 100.")
    rate_last_hour: int
    rate_last_24h: int
    timestamp: datetime
    recent_items: list[ItemBrief] = Field(description="At most 20, newest first.")
    cursor: str = Field(description="Position in the log up to which items are counted; a stream can resume there.")


class SentimentBucket(BaseModel):
    """Sentiment in one time interval, by time of publication."""

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
    """Buckets of one ticker, oldest first; buckets without items are omitted."""

    buckets: list[SentimentBucket]
    partial_bucket: SentimentBucket | None = Field(description="The current, incomplete bucket; not in `buckets`.")
    next_cursor: NextCursor


class TickerSeries(Series):
    """Buckets of one ticker, with the ticker and the resolution."""

    ticker: Ticker
    resolution: str


class SeriesByTicker(BaseModel):
    """Buckets of several tickers."""

    resolution: str
    series: dict[Ticker, Series]


def to_metrics(metrics: Metrics, recent: list[Item]) -> MetricsNow:
    """Return metrics with the newest items that they count."""
    return MetricsNow(
        **metrics.payload(),
        recent_items=[to_brief(item) for item in recent],
        cursor=str(metrics.cursor),
    )


def to_bucket(value: BucketValue) -> SentimentBucket:
    """Return a bucket of a time series."""
    return SentimentBucket(
        start=datetime.fromtimestamp(value.start, UTC),
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
