"""Responses of the API about items, for OpenAPI."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, Field

from news.log.reader import Place
from news.models import Item, Sentiment

Ticker = Annotated[str, Field(examples=["AAPL"])]
Probability = Annotated[float, Field(ge=0, le=1)]
Value = Annotated[float, Field(ge=-1, le=1, description="-1 negative, 1 positive.")]
NextCursor = Annotated[
    str | None, Field(description="Send it as `after` or `cursor` to get the next page; null on the last page.")
]


class ItemBrief(BaseModel):
    """One scored headline."""

    item_id: str
    seq: int = Field(description="Sequence number in the log.")
    title: str
    url: str
    source: str
    ticker: Ticker = Field(description="The most relevant ticker; events carry this one.")
    tickers: list[Ticker]
    sentiment: Sentiment
    score: Probability = Field(description="Confidence: the probability of `sentiment`.")
    value: Value
    probabilities: dict[Sentiment, Probability]
    analyzer: str
    analyzer_version: str
    published_at: datetime = Field(description="When the source published it.")
    timestamp: datetime = Field(description="When it was appended to the log under `seq`.")
    first_appended_at: datetime = Field(description="When it first came.")
    revision: int = Field(ge=0, description="How often its score changed.")
    undated: bool = Field(description="The source's date could not be read; `published_at` is when it came.")
    historical: bool = Field(description="Imported as old news, and not announced.")


class ItemSource(BaseModel):
    """A source that reported the story."""

    source: str
    url: str


class ItemFull(ItemBrief):
    """One scored headline with the evidence for its score."""

    summary: str
    external_id: str | None
    evidence: list[str] = Field(description="The words that decided the score.")
    sources: list[ItemSource] = Field(
        description="The sources that reported the story, that of the item first; at most 100."
    )


class ItemPage(BaseModel):
    """A page of items."""

    items: list[ItemBrief]
    next_cursor: NextCursor
    is_partial: bool = Field(
        description="True if the page is short because one request reads only so many items; go on at `next_cursor`."
    )


def to_brief(item: Place) -> ItemBrief:
    """Return an item as in lists."""
    return ItemBrief(**_brief(item))


def to_full(item: Place) -> ItemFull:
    """Return an item with all its fields and sources."""
    current = item if isinstance(item, Item) else item.current
    return ItemFull(
        **_brief(item),
        summary=item.summary,
        external_id=item.external_id,
        evidence=item.evidence,
        sources=[ItemSource(source=source, url=url) for source, url in current.list_sources()],
    )


def _brief(item: Place) -> dict[str, Any]:
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
        "value": item.value,
        "probabilities": item.probabilities,
        "analyzer": item.analyzer,
        "analyzer_version": item.analyzer_version,
        "published_at": item.published_at,
        "timestamp": item.appended_at,
        "first_appended_at": item.first_appended_at,
        "revision": item.revision,
        "undated": item.is_undated,
        "historical": item.is_historical,
    }
