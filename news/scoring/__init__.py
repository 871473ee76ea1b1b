"""Sentiment scoring. An analyzer takes a batch of texts and returns label, probabilities and evidence of each."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Protocol

EMBEDDED = "composed"  # the analyzer that needs the standard library only
# By analyzer: the packages it needs, which come with the extra `ml`.
ANALYZERS: dict[str, tuple[str, ...]] = {EMBEDDED: (), "minilm": ("onnxruntime", "tokenizers")}
MODULES = {EMBEDDED: "linear_model"}  # analyzers whose module has another name


@dataclass(frozen=True, slots=True)
class Score:
    """Sentiment of one text."""

    label: str  # positive, neutral or negative: the most probable
    probabilities: dict[str, float]  # by label; their sum is 1
    explain: Callable[[], list[str]] = field(compare=False, repr=False)
    language: str = ""  # ISO 639-1 code of a text that is not English

    @property
    def evidence(self) -> list[str]:
        """Words that contribute most to the label, strongest first. Computed on access; takes as long as the score."""
        return self.explain()

    @property
    def score(self) -> float:
        """Probability of the label, 0 to 1."""
        return self.probabilities[self.label]


@dataclass(frozen=True, slots=True)
class Entity:
    """An instrument as a text names it.

    names: the words that name it, as they stand in the text; none if it is not named there.
    is_secondary: whether it only speaks or decides (a broker, an agency, an exchange, a court).
    """

    names: tuple[str, ...] = ()
    is_secondary: bool = False


@dataclass(frozen=True, slots=True)
class EntityText:
    """A text, and the instruments in it that are scored each for itself."""

    text: str
    entities: tuple[Entity, ...] = ()


class Scorer(Protocol):
    """A loaded analyzer."""

    name: str
    version: str  # changes with the weights

    def score(self, texts: Sequence[str]) -> list[Score]:
        """Return one score per text, in order."""

    def score_entities(self, texts: Sequence[EntityText]) -> list[tuple[Score, list[Score]]]:
        """Return for each text, in order, its score and one for each of its entities, in order.

        An entity without names has the score of the text.
        """


def repeat_for_entities(texts: Sequence[EntityText], scores: Sequence[Score]) -> list[tuple[Score, list[Score]]]:
    """Return what `Scorer.score_entities` does, for an analyzer that only scores whole texts."""
    return [(score, [score] * len(text.entities)) for text, score in zip(texts, scores, strict=True)]


class MissingExtraError(Exception):
    """The packages of an analyzer are not installed. The text gives the cure."""


@cache
def load_scorer(name: str) -> Scorer:
    """Load an analyzer by its name, once per process.

    Errors: KeyError if the name is not in ANALYZERS; MissingExtraError if its packages are not installed.
    """
    for package in ANALYZERS[name]:
        if find_spec(package) is None:
            raise MissingExtraError(
                f"analyzer {name}: the package {package} is missing; install the extra 'ml', or use {EMBEDDED}."
            )
    scorer: Scorer = import_module(f"news.scoring.{MODULES.get(name, name)}").Analyzer()
    return scorer
