"""The columns of a state of the log that its events are made of, without the cost of a model."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, ClassVar

import orjson
from django.db.models import TextField, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce

from common.time import format_time
from news.entity_score import EntityScore, list_entities

HEADLINE_COLUMNS = ("title", "source", "url", "published_at")
ENTITY_COLUMNS = ("probabilities", "entities")
CONVERTED_COLUMNS = ("tickers", "appended_at", "published_at", *ENTITY_COLUMNS)


@dataclass(slots=True)
class StateValues:
    """What events tell of a state, under the names that it has in a model. Columns that were not asked for are None."""

    seq: int
    item_id: str
    tickers: list[str]
    sentiment: str
    score: float
    appended_text: str
    title: str
    source: str
    url: str
    published_text: str
    probabilities: dict[str, float]
    entities: list[list[Any]] | None

    change: ClassVar[None] = None
    revision: ClassVar[int] = 0
    is_withdrawn: ClassVar[bool] = False

    def __post_init__(self) -> None:
        """Parse the columns of `choose_columns`, as the database gives them: Django takes ten times as long."""
        self.tickers = orjson.loads(self.tickers)  # type: ignore[arg-type]  # a str until here
        self.appended_text = _format_column(self.appended_text)
        if self.published_text is not None:
            self.published_text = _format_column(self.published_text)
        if self.probabilities is not None:
            self.probabilities = orjson.loads(self.probabilities)  # type: ignore[arg-type]  # likewise
        if self.entities is not None:
            self.entities = orjson.loads(self.entities)  # type: ignore[arg-type]  # likewise

    @property
    def appended_at(self) -> datetime:
        """When it was appended, to the millisecond."""
        return datetime.fromisoformat(self.appended_text)

    def list_entities(self) -> list[EntityScore]:
        """Return what the headline says of each of its tickers, the most relevant first; without evidence."""
        value = float(self.probabilities["positive"] - self.probabilities["negative"])
        return list_entities(self.entities, self.tickers, sentiment=self.sentiment, score=self.score, value=value)


COLUMNS = [
    {"appended_text": "appended_at", "published_text": "published_at"}.get(name, name) for name in StateValues.__slots__
]


@cache
def choose_columns(*, with_headline: bool, with_entities: bool) -> Sequence[str | Combinable]:
    """Return the columns of a query for StateValues: NULL in place of those that are not needed."""
    unwanted = {*(() if with_headline else HEADLINE_COLUMNS), *(() if with_entities else ENTITY_COLUMNS)}
    columns: dict[str, str | Combinable] = {name: name for name in COLUMNS}
    # Of an expression, neither Django nor Python's sqlite3 converts the values, as they do those of a column.
    columns |= {name: Coalesce(name, None, output_field=TextField()) for name in CONVERTED_COLUMNS}
    columns |= {name: Value(None, TextField()) for name in unwanted}
    return [*columns.values()]


def _format_column(column: datetime | str) -> str:
    """Return a time as `format_time` does. PostgreSQL gives it as such, SQLite as text in UTC."""
    if not isinstance(column, str):
        return format_time(column)
    # Without a fraction if that is 0; 19 characters up to the seconds, 23 to the milliseconds.
    return f"{column[:10]}T{column[11:23]}{'' if len(column) > 19 else '.000'}Z"
