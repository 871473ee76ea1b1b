"""Analyzers of other packages, by their entry points."""

from pathlib import Path

import pytest

from news.scoring import AnalyzerError, find_analyzer, list_analyzers, load_scorer
from tests.helpers import slow_analyzer

ENTRY_POINTS = """
[sentiment_site.analyzers]
far-model = tests.helpers.slow_analyzer:Analyzer
broken = no_such_module:Analyzer
"""


def test_load_scorer_entry_point_of_another_package_is_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    metadata = tmp_path / "far_model-1.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: far-model\nVersion: 1\n")
    (metadata / "entry_points.txt").write_text(ENTRY_POINTS)
    monkeypatch.syspath_prepend(tmp_path)

    assert load_scorer("far-model").name == "heavy"
    assert find_analyzer("far-model").is_deferred
    assert list_analyzers() == ["composed", "minilm", "http", "openai", "broken", "far-model"]
    with pytest.raises(AnalyzerError, match=r"no_such_module:Analyzer can't be loaded .*; mend or reinstall its"):
        load_scorer("broken")
    with pytest.raises(KeyError):
        load_scorer("unheard-of")
    load_scorer.cache_clear()


def test_load_scorer_version_that_is_too_long_raises(monkeypatch: pytest.MonkeyPatch) -> None:
    slow_analyzer.register(monkeypatch)
    monkeypatch.setattr(slow_analyzer.Analyzer, "version", "2026-01-31-experiment")
    load_scorer.cache_clear()

    with pytest.raises(AnalyzerError, match="version='2026-01-31-experiment': must have 1 to 20 characters"):
        load_scorer("heavy")
