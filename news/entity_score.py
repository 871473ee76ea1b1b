"""What a headline says of one of its tickers."""

from typing import NamedTuple


class EntityScore(NamedTuple):
    """What one state of an item says of one of its tickers, as in the API's `entities`."""

    ticker: str
    relevance: float  # how much the headline is about it, 0..1
    sentiment: str
    score: float  # probability of the sentiment, 0..1
    value: float  # P(positive) - P(negative), -1..1
    names: list[str]  # the words in the text that name it; none if the sender gave the ticker
    evidence: list[str]  # the words that decided its sentiment

    @property
    def probabilities(self) -> dict[str, float]:
        """Probability of each sentiment; score and value leave one solution, because their sum is 1."""
        if self.sentiment == "neutral":
            positive = (1 - self.score + self.value) / 2
        else:
            positive = self.score if self.sentiment == "positive" else self.score + self.value
        negative = positive - self.value
        return {"positive": positive, "neutral": 1 - positive - negative, "negative": negative}
