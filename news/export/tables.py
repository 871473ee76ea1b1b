"""The columns of exported tables. A row is a dict; formats without nesting have a column for each inner value."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, Protocol

from news.models import Sentiment

Row = dict[str, Any]  # values are str, int, float, bool, datetime (aware, in UTC), lists and dicts of these, or None


class Kind(Enum):
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
    kind: Kind
    get: Callable[[Row], Any]


class Table(Protocol):
    """Reads the rows of a table, a bounded page at a time."""

    @property
    def columns(self) -> Sequence[Column]:
        """The columns of a row in flat formats."""

    def select_page(self) -> list[Row] | None:
        """Return the next rows, which may be none, or None at the end. Can be called again after an error."""


def _column(name: str, kind: Kind) -> Column:
    return Column(name, kind, lambda row: row[name])


def _probability(sentiment: str) -> Column:
    return Column(f"probability_{sentiment}", Kind.NUMBER, lambda row: row["probabilities"][sentiment])


def _of_tickers(name: str, kind: Kind) -> Column:
    """Return the column of what is said of each ticker, in the order of `tickers`."""
    return Column(f"ticker_{name}s", kind, lambda row: [entity[name] for entity in row["entities"]])


ITEM_COLUMNS = (
    _column("item_id", Kind.TEXT),
    _column("seq", Kind.INTEGER),
    _column("title", Kind.TEXT),
    _column("url", Kind.TEXT),
    _column("source", Kind.TEXT),
    _column("ticker", Kind.TEXT),
    _column("tickers", Kind.TEXTS),
    _column("sentiment", Kind.TEXT),
    _column("score", Kind.NUMBER),
    _column("value", Kind.NUMBER),
    *(_probability(sentiment) for sentiment in Sentiment.values),
    _of_tickers("sentiment", Kind.TEXTS),
    _of_tickers("score", Kind.NUMBERS),
    _of_tickers("value", Kind.NUMBERS),
    _column("analyzer", Kind.TEXT),
    _column("analyzer_version", Kind.TEXT),
    _column("published_at", Kind.TIME),
    _column("timestamp", Kind.TIME),
    _column("first_appended_at", Kind.TIME),
    _column("revision", Kind.INTEGER),
    _column("undated", Kind.FLAG),
    _column("historical", Kind.FLAG),
    _column("summary", Kind.TEXT),
    _column("external_id", Kind.TEXT),
    _column("cursor", Kind.TEXT),
)
SERIES_COLUMNS = (
    _column("ticker", Kind.TEXT),
    _column("start", Kind.TIME),
    *(_column(name, Kind.INTEGER) for name in ("count", *Sentiment.values)),
    *(_column(name, Kind.NUMBER) for name in ("sum", "avg", "open", "high", "low", "close")),
    _column("partial", Kind.FLAG),
    _column("complete", Kind.FLAG),
)
