"""What the headline of an item says of one of its tickers."""

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple


class EntityScore(NamedTuple):
    """What one state of an item says of one of its tickers, as in the API's `entities`."""

    ticker: str
    relevance: float  # how much the headline is about it, 0..1
    sentiment: str
    score: float  # probability of the sentiment, 0..1
    value: float  # P(positive) - P(negative), -1..1
    names: list[str]  # the words in the text that name it; none if the sender gave the ticker
    evidence: list[str]  # the words that decided its sentiment
    is_secondary: bool = False  # it only speaks or decides: a broker, an agency, a court

    @property
    def item_fields(self) -> dict[str, Any]:
        """The fields that an item has from it in lists filtered by ticker, in place of those of its headline."""
        return {
            "ticker": self.ticker,
            "sentiment": self.sentiment,
            "score": self.score,
            "value": self.value,
            "probabilities": self.probabilities,
        }

    @property
    def brief(self) -> dict[str, str | float]:
        """Its element of `entities` in lists and events."""
        return {
            "ticker": self.ticker,
            "sentiment": self.sentiment,
            "score": self.score,
            "value": self.value,
            "relevance": self.relevance,
        }

    @property
    def probabilities(self) -> dict[str, float]:
        """Probability of each sentiment; score and value leave one solution, because their sum is 1."""
        if self.sentiment == "neutral":
            positive = (1 - self.score + self.value) / 2
        else:
            positive = self.score if self.sentiment == "positive" else self.score + self.value
        negative = positive - self.value
        probabilities = {"positive": positive, "neutral": 1 - positive - negative, "negative": negative}
        # Without what the subtractions leave in the last digits, which could be beyond 0 and 1.
        rounded = {sentiment: min(1.0, max(0.0, round(each, 12))) for sentiment, each in probabilities.items()}
        return rounded | {self.sentiment: self.score}


def list_entities(
    stored: list[list[Any]] | None,
    tickers: Sequence[str],
    *,
    sentiment: str,
    score: float,
    value: float,
    evidence: Sequence[str] = (),
) -> list[EntityScore]:
    """Return what a headline says of each ticker, as it is stored; where it is not, all is as of the headline."""
    if stored is not None:
        return [EntityScore(*entity) for entity in stored]
    return [
        EntityScore(ticker, 1 / position, sentiment, score, value, [], [*evidence])
        for position, ticker in enumerate(tickers, start=1)
    ]


def choose_entity(
    entities: Sequence[EntityScore],
    tickers: Collection[str],
    *,
    sentiment: str | None = None,
    min_score: float | None = None,
) -> EntityScore | None:
    """Return the most relevant of some tickers, of those of a sentiment and with a confidence, or None."""
    for entity in entities:
        passes = sentiment in (None, entity.sentiment) and (min_score is None or entity.score >= min_score)
        if passes and entity.ticker in tickers:
            return entity
    return None
