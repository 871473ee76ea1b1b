"""An analyzer that scores an entity by the word after its name: "Ford rises as Tesla falls"."""

from collections.abc import Sequence

import pytest
from django.conf import LazySettings

from news.scoring import ANALYZERS, AnalyzerSpec, Entity, EntityText, Score

NAME = "clause"
WORDS = {"rises": "positive", "falls": "negative"}
PROBABILITIES = {
    "positive": {"positive": 0.8, "neutral": 0.15, "negative": 0.05},
    "neutral": {"positive": 0.1, "neutral": 0.8, "negative": 0.1},
    "negative": {"positive": 0.05, "neutral": 0.15, "negative": 0.8},
}
VALUES = {"positive": 0.75, "neutral": 0.0, "negative": -0.75}


class Analyzer:
    """Scores a headline by the first word that it knows."""

    name = NAME
    version = "1"

    def score(self, texts: Sequence[str]) -> list[Score]:
        return [make_score(text.split()) for text in texts]

    def score_entities(self, texts: Sequence[EntityText]) -> list[tuple[Score, list[Score]]]:
        return [
            (make_score(text.text.split()), [self._score_entity(text.text, entity) for entity in text.entities])
            for text in texts
        ]

    def _score_entity(self, text: str, entity: Entity) -> Score:
        if not entity.names:
            return make_score(text.split())
        return make_score(text.partition(entity.names[0])[2].split()[:1] if not entity.is_secondary else [])


def make_score(words: Sequence[str]) -> Score:
    matches = [word for word in words if word in WORDS]
    label = WORDS[matches[0]] if matches else "neutral"
    return Score(label, PROBABILITIES[label], lambda: matches[:1])


def install(monkeypatch: pytest.MonkeyPatch, settings: LazySettings) -> None:
    """Register and configure this analyzer."""
    monkeypatch.setitem(ANALYZERS, NAME, AnalyzerSpec(f"{__name__}:Analyzer", is_deferred=False))
    settings.ANALYZER = NAME
