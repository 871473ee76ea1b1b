"""The history of an item: its states, from one place in the log to the next, newest first."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from common.sql import in_array
from news.api.schemas import ItemEntity, NextCursor, Probability, Ticker, Value
from news.log.reader import LoggedState
from news.models import Item, ItemChange, ItemRevision, Sentiment
from news.params.items import AsOfText, Seq


class HistoryPage(BaseModel):
    """Which states to list."""

    after: Seq | None = Field(None, description="The next_cursor of the previous page.")
    limit: int = Field(100, ge=1, le=1000, description="States per page.")
    as_of: AsOfText = None


class ItemStateDetail(BaseModel):
    """What an item was from `seq` on."""

    seq: int = Field(description="Its place in the log.")
    revision: int = Field(ge=0, description="0 for the first state.")
    kind: Literal["created", "rescored", "corrected", "labelled", "retagged", "withdrawn"] | None = Field(
        description="Why the state began; null if retention has removed that."
    )
    changed: list[str] = Field(description="What differs from the state before.")
    reason: str = Field(description="Of a correction or withdrawal; empty if none was given.")
    title: str
    summary: str
    url: str
    tickers: list[Ticker]
    sentiment: Sentiment
    score: Probability = Field(description="Confidence: the probability of `sentiment`.")
    value: Value
    probabilities: dict[Sentiment, Probability]
    entities: list[ItemEntity] = Field(description="What the headline said of each ticker, the most relevant first.")
    analyzer: str
    analyzer_version: str
    published_at: datetime = Field(description="When the source published it.")
    timestamp: datetime = Field(description="When the state was appended to the log.")
    scored_at: datetime = Field(description="When the score was computed.")


class ItemHistory(BaseModel):
    """The states of an item, newest first."""

    item_id: str
    withdrawn: bool = Field(description="True if its texts were erased; the first state then tells why.")
    states: list[ItemStateDetail]
    next_cursor: NextCursor


def get_history(item: Item, page: HistoryPage, *, up_to: int | None = None) -> ItemHistory:
    """Return a page of the history of an item, of its states up to seq `up_to`."""
    ends = [item.seq + 1 if up_to is None else up_to + 1, *([] if page.after is None else [page.after])]
    states: list[LoggedState] = [item] if item.seq < min(ends) else []
    # Below the item's place as it was read: it may move on before the next statement.
    revisions = ItemRevision.objects.filter(current=item, seq__lt=min(item.seq, *ends))
    states += revisions.order_by("-seq")[: page.limit + 1 - len(states)]
    page_states = states[: page.limit]
    changes = {
        change.seq: change
        for change in ItemChange.objects.filter(seq__in=in_array([state.seq for state in page_states]))
    }
    return ItemHistory(
        item_id=item.item_id,
        withdrawn=item.is_withdrawn,
        states=[_to_detail(state, changes.get(state.seq)) for state in page_states],
        next_cursor=str(page_states[-1].seq) if len(states) > len(page_states) else None,
    )


def get_kind(state: LoggedState, change: ItemChange | None) -> str | None:
    """Return why a state began."""
    if change is not None:
        return change.kind
    return None if state.revision else "created"


def _to_detail(state: LoggedState, change: ItemChange | None) -> ItemStateDetail:
    return ItemStateDetail.model_validate(
        {
            "seq": state.seq,
            "revision": state.revision,
            "kind": get_kind(state, change),
            "changed": change.fields if change else [],
            "reason": change.reason if change else "",
            "title": state.title,
            "summary": state.summary,
            "url": state.url,
            "tickers": state.tickers,
            "sentiment": state.sentiment,
            "score": state.score,
            "value": state.value,
            "probabilities": state.probabilities,
            "entities": [entity.brief for entity in state.list_entities()],
            "analyzer": state.analyzer,
            "analyzer_version": state.analyzer_version,
            "published_at": state.published_at,
            "timestamp": state.appended_at,
            "scored_at": state.scored_at,
        }
    )
