"""An analyzer that requires the worker of `ingest`: it scores by the length of the title."""

from collections.abc import Sequence

import pytest

from news.scoring import ANALYZERS, AnalyzerSpec, EntityText, Score, repeat_for_entities


class Analyzer:
    name = "heavy"
    version = "1"

    def score(self, texts: Sequence[str]) -> list[Score]:
        return [self._score(text) for text in texts]

    def score_entities(self, texts: Sequence[EntityText]) -> list[tuple[Score, list[Score]]]:
        return repeat_for_entities(texts, self.score([text.text for text in texts]))

    def _score(self, text: str) -> Score:
        label = "positive" if len(text) % 2 else "negative"
        probabilities = {"positive": 0.05, "neutral": 0.05, "negative": 0.05} | {label: 0.9}
        return Score(label, probabilities, lambda: [text.split(maxsplit=1)[0]])


def register(monkeypatch: pytest.MonkeyPatch) -> None:
    """Register it as the analyzer "heavy"."""
    monkeypatch.setitem(ANALYZERS, "heavy", AnalyzerSpec(f"{__name__}:Analyzer"))
