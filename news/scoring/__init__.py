"""Sentiment scoring. An analyzer takes a batch of texts and returns label, probabilities and evidence of each."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from importlib.util import find_spec
from typing import Protocol

EMBEDDED = "composed"  # the analyzer that needs the standard library only
MAX_NAME, MAX_VERSION = 50, 20  # characters of an analyzer's name and version that are stored
ENTRY_POINTS = "sentiment_site.analyzers"  # the group under which other packages name analyzers of their own


@dataclass(frozen=True, slots=True)
class AnalyzerSpec:
    """Where an analyzer is, and what it needs.

    location: of its class, "module:class"; made without arguments.
    packages: optional packages that it imports.
    is_deferred: whether it scores in the ingest process only, because it is too large or too slow for a request.
    """

    location: str
    packages: tuple[str, ...] = ()
    is_deferred: bool = True


ANALYZERS = {
    EMBEDDED: AnalyzerSpec("news.scoring.linear_model:Analyzer", is_deferred=False),
    "minilm": AnalyzerSpec("news.scoring.minilm:Analyzer", ("onnxruntime", "tokenizers")),
    "http": AnalyzerSpec("news.scoring.remote.http:Analyzer"),
    "openai": AnalyzerSpec("news.scoring.remote.openai:Analyzer"),
}


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

    @property
    def value(self) -> float:
        """P(positive) - P(negative), -1 to 1."""
        return self.probabilities["positive"] - self.probabilities["negative"]


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


class AnalyzerError(Exception):
    """An analyzer can't score. The text gives the value and the cure.

    may_be_billed: whether a server that is paid by the token has worked all the same.
    """

    def __init__(self, text: str, *, may_be_billed: bool = False) -> None:
        super().__init__(text)
        self.may_be_billed = may_be_billed


class MissingExtraError(AnalyzerError):
    """The packages of an analyzer are not installed."""


class AnalyzerUnavailable(AnalyzerError):
    """An analyzer can't score anything at present; it is tried again later."""


class BadAnswer(AnalyzerError):
    """An analyzer's answer on these texts is not usable; on others it may be."""


def list_analyzers() -> list[str]:
    """Return the names of all analyzers, those of other packages last."""
    return [*ANALYZERS, *sorted(entry_points(group=ENTRY_POINTS).names - ANALYZERS.keys())]


def find_analyzer(name: str) -> AnalyzerSpec:
    """Return an analyzer of the site or of another package. Errors: KeyError."""
    if name in ANALYZERS:
        return ANALYZERS[name]
    for entry_point in entry_points(group=ENTRY_POINTS, name=name):
        return AnalyzerSpec(entry_point.value)
    raise KeyError(name)


@cache
def load_scorer(name: str) -> Scorer:
    """Load an analyzer by its name, once per process.

    Errors: KeyError if there is none of this name; AnalyzerError if it can't be loaded.
    """
    spec = find_analyzer(name)
    for package in spec.packages:
        if find_spec(package) is None:
            raise MissingExtraError(
                f"analyzer {name}: the package {package} is missing; install the extra 'ml', or use {EMBEDDED}."
            )
    module, _, class_name = spec.location.partition(":")
    try:
        scorer: Scorer = getattr(import_module(module), class_name)()
    except (ImportError, AttributeError) as error:
        raise AnalyzerError(
            f"analyzer {name}: {spec.location} can't be loaded ({error}); mend or reinstall its package, "
            f"or use {EMBEDDED}."
        ) from error
    for field_name, value, limit in (("name", scorer.name, MAX_NAME), ("version", scorer.version, MAX_VERSION)):
        if not 0 < len(value) <= limit:
            raise AnalyzerError(f"analyzer {name}: {field_name}={value[:80]!r}: must have 1 to {limit} characters.")
    return scorer
