"""What the REST calls answer, and what a posted item looks like: the shapes of the OpenAPI document."""

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import BaseModel, Field

from common.errors import ErrorDetail
from news.limits import MAX_TITLE
from news.metrics.buckets import BucketValue
from news.metrics.queries import Metrics
from news.models import Item, Sentiment

MAX_POST_RECORDS = 1000

Ticker = Annotated[str, Field(examples=["AAPL"])]
Share = Annotated[float, Field(ge=0, le=1)]
Value = Annotated[float, Field(ge=-1, le=1, description="-1 negative, 1 positive.")]
NextCursor = Annotated[
    str | None, Field(description="Give it as `after` or `cursor` for the next page; null: no more.")
]


class RejectedRecord(BaseModel):
    """A record that was not taken, by its place in the batch."""

    index: int
    detail: str


class RejectedPost(ErrorDetail):
    """Nothing of a post was taken."""

    rejected: list[RejectedRecord] | None = Field(default=None, description="For a batch, the reason of each record.")


class PostResult(BaseModel):
    """What became of a post."""

    created: list[str] = Field(description="Ids of the new items, in log order.")
    duplicates: int
    rejected: list[RejectedRecord]


class ItemBrief(BaseModel):
    """One scored headline."""

    item_id: str
    seq: int = Field(description="Its place in the log.")
    title: str
    url: str
    source: str
    ticker: Ticker = Field(description="The one it is announced under.")
    tickers: list[Ticker]
    sentiment: Sentiment
    score: Share = Field(description="Probability of the sentiment given.")
    timestamp: datetime = Field(description="When it was analysed.")
    published_at: datetime


class ItemSource(BaseModel):
    """A source that reported a story."""

    source: str
    url: str


class ItemFull(ItemBrief):
    """One scored headline, and why it was scored so."""

    summary: str
    external_id: str | None
    analyzer: str
    analyzer_version: str
    probabilities: dict[Sentiment, Share]
    evidence: list[str] = Field(description="The words that decided.")
    sources: list[ItemSource] = Field(
        description="Those that reported it, the one it was taken from first; at most 100."
    )


class ItemPage(BaseModel):
    """A page of items, newest first."""

    items: list[ItemBrief]
    next_cursor: NextCursor


class MetricsNow(BaseModel):
    """Counts of items, and the newest of those counted."""

    total: int
    positive: int
    neutral: int
    negative: int
    by_tag: dict[Ticker, int] = Field(description="Items per ticker, the largest first, at most 100.")
    rate_last_hour: int
    rate_last_24h: int
    timestamp: datetime
    recent_items: list[ItemBrief] = Field(description="At most 20, newest first.")
    cursor: str = Field(description="Where in the log the numbers stand: the stream goes on after it.")


class SentimentBucket(BaseModel):
    """Sentiment over one stretch of time, by time of publication."""

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
    """Buckets of one ticker, oldest first; those without items are left out."""

    buckets: list[SentimentBucket]
    partial_bucket: SentimentBucket | None = Field(description="The one still filling; not among `buckets`.")
    next_cursor: NextCursor


class TickerSeries(Series):
    """Buckets of one ticker, with what was asked for."""

    ticker: Ticker
    resolution: str


class SeriesByTicker(BaseModel):
    """Buckets of several tickers."""

    resolution: str
    series: dict[Ticker, Series]


def to_brief(item: Item) -> ItemBrief:
    """Return an item as lists show it."""
    return ItemBrief(**_brief(item))


def to_full(item: Item) -> ItemFull:
    """Return an item with everything that is known of it."""
    return ItemFull(
        **_brief(item),
        summary=item.summary,
        external_id=item.external_id,
        analyzer=item.analyzer,
        analyzer_version=item.analyzer_version,
        probabilities=item.probabilities,
        evidence=item.evidence,
        sources=[ItemSource(source=source, url=url) for source, url in item.list_sources()],
    )


def to_metrics(metrics: Metrics, recent: list[Item]) -> MetricsNow:
    """Return metrics with the newest items they count."""
    return MetricsNow(
        **metrics.payload(),
        recent_items=[to_brief(item) for item in recent],
        cursor=str(metrics.cursor),
    )


def to_bucket(point: BucketValue) -> SentimentBucket:
    """Return a point of a time series."""
    return SentimentBucket(
        start=datetime.fromtimestamp(point.start, UTC),
        count=point.count,
        positive=point.positive,
        neutral=point.neutral,
        negative=point.negative,
        sum=point.sum,
        avg=point.avg,
        open=point.open,
        high=point.high,
        low=point.low,
        close=point.close,
    )


def _brief(item: Item) -> dict[str, Any]:
    return {
        "item_id": item.item_id,
        "seq": item.seq,
        "title": item.title,
        "url": item.url,
        "source": item.source,
        "ticker": item.tickers[0],
        "tickers": item.tickers,
        "sentiment": item.sentiment,
        "score": item.score,
        "timestamp": item.appended_at,
        "published_at": item.published_at,
    }


# Shown in the OpenAPI document only: posted records are checked one by one, so that a bad one holds up no other.
_RECORD = {
    "type": "object",
    "required": ["title"],
    "properties": {
        "title": {"type": "string", "maxLength": MAX_TITLE},
        "ticker": {"type": "string", "description": "Without it and `tickers`, they are found in the text."},
        "tickers": {"type": "array", "items": {"type": "string"}},
        "summary": {"type": "string"},
        "text": {"type": "string", "description": "Another name for `summary`."},
        "url": {"type": "string"},
        "source": {"type": "string", "default": "api"},
        "published_at": {"type": "string", "format": "date-time", "description": "Left out: now."},
        "external_id": {"type": "string", "description": "The source's own id; sent again it is a duplicate."},
    },
    "examples": [{"title": "Apple beats estimates as iPhone sales surge", "ticker": "AAPL"}],
}
POST_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "anyOf": [
                        _RECORD,
                        {
                            "type": "object",
                            "required": ["items"],
                            "properties": {
                                "items": {
                                    "type": "array",
                                    "minItems": 1,
                                    "maxItems": MAX_POST_RECORDS,
                                    "items": _RECORD,
                                }
                            },
                        },
                    ]
                }
            }
        },
    }
}
