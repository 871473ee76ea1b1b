"""Evaluate an analyzer on labelled entities: by group, whole headlines, and positives taken for negatives.

Groups: all; single, the only entity of its headline; agreeing and differing, of headlines with several, by whether
their labels are the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from news.scoring import Entity, EntityText, Score, Scorer
from news.scoring.evaluation import EvaluationResult, LabelledEntity, evaluate

GROUPS = ("all", "single", "agreeing", "differing")


@dataclass(frozen=True, slots=True)
class EntityEvaluation:
    """Quality of an analyzer on labelled entities."""

    groups: dict[str, EvaluationResult]  # by name of GROUPS; empty groups are left out
    differing_headlines: int  # headlines whose entities differ
    whole_right: float  # share of them in which every entity is right; 0 without any
    flips: float  # share of all entities that are positive and taken for negative, or the reverse


def score_labelled(scorer: Scorer, rows: Sequence[LabelledEntity]) -> list[Score]:
    """Return the score of each row, in order. The entities of a title are scored together."""
    by_title: dict[str, dict[str, Entity]] = {}
    for row in rows:
        by_title.setdefault(row.title, {})[row.entity] = Entity((row.entity,))
    texts = [EntityText(title, tuple(entities.values())) for title, entities in by_title.items()]
    scores: dict[tuple[str, str], Score] = {}
    for text, (_, entity_scores) in zip(texts, scorer.score_entities(texts), strict=True):
        for name, score in zip(by_title[text.text], entity_scores, strict=True):
            scores[text.text, name] = score
    return [scores[row.title, row.entity] for row in rows]


def evaluate_entities(scores: Sequence[Score], rows: Sequence[LabelledEntity]) -> EntityEvaluation:
    """Compare scores with true labels, one of each per row; at least one row."""
    labels: dict[str, list[str]] = {}
    for row in rows:
        labels.setdefault(row.title, []).append(row.label)
    members: dict[str, list[int]] = {group: [] for group in GROUPS}
    is_whole: dict[str, bool] = {}
    for index, row in enumerate(rows):
        group = _get_group(labels[row.title])
        members["all"].append(index)
        members[group].append(index)
        if group == "differing":
            is_whole[row.title] = is_whole.get(row.title, True) and scores[index].label == row.label
    opposite = {"positive": "negative", "negative": "positive"}
    flips = sum(opposite.get(row.label) == score.label for row, score in zip(rows, scores, strict=True))
    return EntityEvaluation(
        groups={
            group: evaluate([scores[index] for index in indices], [rows[index].label for index in indices])
            for group, indices in members.items()
            if indices
        },
        differing_headlines=len(is_whole),
        whole_right=sum(is_whole.values()) / len(is_whole) if is_whole else 0.0,
        flips=flips / len(rows),
    )


def _get_group(labels: Sequence[str]) -> str:
    if len(labels) == 1:
        return "single"
    return "differing" if len(set(labels)) > 1 else "agreeing"
