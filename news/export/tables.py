"""The columns of exported tables. A row is a dict; formats without nesting have a column for each inner value."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, Protocol

from news.models import Sentiment

Row = dict[str, Any]  # values are str, int, float, bool, datetime (aware, in UTC), lists and dicts of these, or None


class ColumnType(Enum):
    """The type of the values of a column."""

    TEXT = auto()
    INTEGER = auto()
    NUMBER = auto()
    FLAG = auto()
    TIME = auto()
    TEXTS = auto()
    NUMBERS = auto()


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a flat format; `get` returns its value in a row."""

    name: str
    type: ColumnType
    get: Callable[[Row], Any]


class Table(Protocol):
    """Reads the rows of a table, a bounded page at a time."""

    @property
    def columns(self) -> Sequence[Column]:
        """The columns of a row in flat formats."""

    def select_page(self) -> list[Row] | None:
        """Return the next rows, which may be none, or None at the end. Can be called again after an error."""


def _column(name: str, column_type: ColumnType) -> Column:
    return Column(name, column_type, lambda row: row[name])


def _probability(sentiment: str) -> Column:
    return Column(f"probability_{sentiment}", ColumnType.NUMBER, lambda row: row["probabilities"][sentiment])


def _of_tickers(name: str, column_type: ColumnType) -> Column:
    """Return the column of what is said of each ticker, in the order of `tickers`."""
    return Column(f"ticker_{name}s", column_type, lambda row: [entity[name] for entity in row["entities"]])


ITEM_COLUMNS = (
    _column("item_id", ColumnType.TEXT),
    _column("seq", ColumnType.INTEGER),
    _column("title", ColumnType.TEXT),
    _column("url", ColumnType.TEXT),
    _column("source", ColumnType.TEXT),
    _column("ticker", ColumnType.TEXT),
    _column("tickers", ColumnType.TEXTS),
    _column("sentiment", ColumnType.TEXT),
    _column("score", ColumnType.NUMBER),
    _column("value", ColumnType.NUMBER),
    *(_probability(sentiment) for sentiment in Sentiment.values),
    _of_tickers("sentiment", ColumnType.TEXTS),
    _of_tickers("score", ColumnType.NUMBERS),
    _of_tickers("value", ColumnType.NUMBERS),
    _column("analyzer", ColumnType.TEXT),
    _column("analyzer_version", ColumnType.TEXT),
    _column("published_at", ColumnType.TIME),
    _column("timestamp", ColumnType.TIME),
    _column("first_appended_at", ColumnType.TIME),
    _column("revision", ColumnType.INTEGER),
    _column("undated", ColumnType.FLAG),
    _column("historical", ColumnType.FLAG),
    _column("summary", ColumnType.TEXT),
    _column("external_id", ColumnType.TEXT),
    _column("cursor", ColumnType.TEXT),
)
SERIES_COLUMNS = (
    _column("ticker", ColumnType.TEXT),
    _column("start", ColumnType.TIME),
    *(_column(name, ColumnType.INTEGER) for name in ("count", *Sentiment.values)),
    *(_column(name, ColumnType.NUMBER) for name in ("sum", "avg", "open", "high", "low", "close")),
    _column("partial", ColumnType.FLAG),
    _column("complete", ColumnType.FLAG),
)
