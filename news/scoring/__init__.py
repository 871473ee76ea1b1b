"""Score texts. An analyzer takes a batch of texts and says of each what mood it is in, how sure it is, and why."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Protocol

EMBEDDED = "composed"  # the analyzer that needs nothing but this package
# Each analyzer, and the packages it needs, which come with the extra `ml`.
ANALYZERS: dict[str, tuple[str, ...]] = {EMBEDDED: (), "minilm": ("onnxruntime", "tokenizers")}
_MODULES = {EMBEDDED: "linear_model"}  # modules of this package whose name is not their analyzer's


@dataclass(frozen=True, slots=True)
class Score:
    """What an analyzer says of one text."""

    label: str  # positive, neutral or negative
    probabilities: dict[str, float]  # of each label, adding up to 1
    explain: Callable[[], list[str]] = field(compare=False, repr=False)

    @property
    def evidence(self) -> list[str]:
        """The words that decided, strongest first; found when asked for, because it takes as long as the score."""
        return self.explain()

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


class MissingExtraError(Exception):
    """An analyzer whose packages are not installed. The text names the cure."""


@cache
def load_scorer(name: str) -> Scorer:
    """Load an analyzer by its name, once per process.

    Errors: KeyError for a name that is not in ANALYZERS; MissingExtraError where its packages are not installed.
    """
    for package in ANALYZERS[name]:
        if find_spec(package) is None:
            raise MissingExtraError(
                f"analyzer {name}: the package {package} is missing; install the extra 'ml', or use {EMBEDDED}."
            )
    scorer: Scorer = import_module(f"news.scoring.{_MODULES.get(name, name)}").Analyzer()
    return scorer
