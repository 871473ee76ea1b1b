"""Responses of the API about items, for OpenAPI."""

from datetime import datetime
from typing import Annotated, Any

import orjson
from django.core.serializers.json import DjangoJSONEncoder
from pydantic import BaseModel, Field

from news.entity_score import EntityScore
from news.log.reader import LoggedState
from news.models import Item, Sentiment

Ticker = Annotated[str, Field(examples=["AAPL"])]
Probability = Annotated[float, Field(ge=0, le=1)]
Value = Annotated[float, Field(ge=-1, le=1, description="-1 negative, 1 positive.")]
NextCursor = Annotated[
    str | None, Field(description="Send it as `after` or `cursor` to get the next page; null on the last page.")
]


_django_encoder = DjangoJSONEncoder()


class ItemEntity(BaseModel):
    """What a headline says of one of its tickers."""

    ticker: Ticker
    sentiment: Sentiment
    score: Probability = Field(description="Confidence: the probability of `sentiment`.")
    value: Value
    relevance: float = Field(ge=0, le=1, description="How much the headline is about it.")


class ItemEntityFull(ItemEntity):
    """What a headline says of one of its tickers, and why."""

    names: list[str] = Field(description="The words that name it; none if the sender gave the ticker.")
    evidence: list[str] = Field(description="The words that decided its sentiment.")


class ItemBrief(BaseModel):
    """One scored headline."""

    item_id: str
    seq: int = Field(description="Sequence number in the log.")
    title: str
    url: str
    source: str
    ticker: Ticker = Field(
        description="The most relevant ticker; in lists that are filtered by tickers, of those that pass the filters."
    )
    tickers: list[Ticker] = Field(description="The most relevant first.")
    sentiment: Sentiment = Field(
        description="Of the headline as a whole; in lists that are filtered by tickers, that of `ticker`, as are "
        "`score`, `value` and `probabilities`."
    )
    score: Probability = Field(description="Confidence: the probability of `sentiment`.")
    value: Value
    probabilities: dict[Sentiment, Probability]
    entities: list[ItemEntity] = Field(description="What the headline says of each ticker, the most relevant first.")
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
    language: str = Field(description="ISO 639-1 code of a headline that is not in English; empty otherwise.")
    evidence: list[str] = Field(description="The words that decided the score of the headline.")
    entities: list[ItemEntityFull] = Field(  # type: ignore[assignment]  # lists are never changed
        description="What the headline says of each ticker, the most relevant first."
    )
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


def encode_json(value: object) -> bytes:
    """Return a value as JSON. Times have the form that they have in all answers of the API."""
    return orjson.dumps(value, _encode_other, orjson.OPT_PASSTHROUGH_DATETIME)


def _encode_other(value: Any) -> Any:
    return value.model_dump() if isinstance(value, BaseModel) else _django_encoder.default(value)


def to_brief(item: LoggedState, entity: EntityScore | None = None) -> dict[str, Any]:
    """Return the fields of ItemBrief; with an entity, ticker and score are those of this one, not of the headline.

    No model: to validate 50 items takes longer than to select them.
    """
    return _brief(item) | (entity.item_fields if entity else {})


def to_full(item: LoggedState) -> ItemFull:
    """Return an item with all its fields and sources."""
    current = item if isinstance(item, Item) else item.current
    return ItemFull(
        **_brief(item) | {"entities": [entity._asdict() for entity in item.list_entities()]},
        summary=item.summary,
        external_id=item.external_id,
        evidence=item.evidence,
        language=item.language or "",
        sources=[ItemSource(source=source, url=url) for source, url in current.list_sources()],
    )


def _brief(item: LoggedState) -> dict[str, Any]:
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
        "entities": [entity.brief for entity in item.list_entities()],
        "analyzer": item.analyzer,
        "analyzer_version": item.analyzer_version,
        "published_at": item.published_at,
        "timestamp": item.appended_at,
        "first_appended_at": item.first_appended_at,
        "revision": item.revision,
        "undated": item.is_undated,
        "historical": item.is_historical,
    }
