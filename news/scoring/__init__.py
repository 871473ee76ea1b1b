"""Score texts. An analyzer takes a batch of texts and says of each what mood it is in, how sure it is, and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Score:
    """What an analyzer says of one text."""

    label: str  # positive, neutral or negative
    probabilities: dict[str, float]  # of each label, adding up to 1
    evidence: list[str]  # the words that decided, strongest first

    @property
    def score(self) -> float:
        """Probability of the label given, 0..1."""
        return self.probabilities[self.label]


class Scorer(Protocol):
    """An analyzer, loaded and ready."""

    name: str
    version: str

    def score(self, texts: Sequence[str]) -> list[Score]:
        """Return one score per text, in order."""


@cache
def load_scorer(name: str) -> Scorer:
    """Load the analyzer that lives in `news/scoring/<name>.py`, once per process.

    Errors: ModuleNotFoundError for a name without a module; settings refuse such names before.
    """
    scorer: Scorer = import_module(f"news.scoring.{name}").Analyzer()
    return scorer
