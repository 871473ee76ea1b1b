"""The columns of a state of the log that its events are made of, without the cost of a model."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, ClassVar

from django.db.models import TextField, Value
from django.db.models.expressions import Combinable

from news.entity_score import EntityScore, list_entities

HEADLINE_COLUMNS = ("title", "source", "url", "published_at")
ENTITY_COLUMNS = ("probabilities", "entities")


@dataclass(slots=True)
class StateValues:
    """What events tell of a state, under the names that it has in a model. Columns that were not asked for are None."""

    seq: int
    item_id: str
    tickers: list[str]
    sentiment: str
    score: float
    appended_at: datetime
    title: str
    source: str
    url: str
    published_at: datetime
    probabilities: dict[str, float]
    entities: list[list[Any]] | None

    change: ClassVar[None] = None
    revision: ClassVar[int] = 0
    is_withdrawn: ClassVar[bool] = False

    def list_entities(self) -> list[EntityScore]:
        """Return what the headline says of each of its tickers, the most relevant first; without evidence."""
        value = float(self.probabilities["positive"] - self.probabilities["negative"])
        return list_entities(self.entities, self.tickers, sentiment=self.sentiment, score=self.score, value=value)


@cache
def choose_columns(*, with_headline: bool, with_entities: bool) -> Sequence[str | Combinable]:
    """Return the columns of a query for StateValues: NULL in place of those that are not needed."""
    unwanted = {*(() if with_headline else HEADLINE_COLUMNS), *(() if with_entities else ENTITY_COLUMNS)}
    return [Value(None, TextField()) if name in unwanted else name for name in StateValues.__slots__]
