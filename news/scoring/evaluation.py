"""Evaluate an analyzer on labelled headlines: accuracy, macro-F1, confusion matrix and calibration.

The headlines come from a CSV file with the columns title and label, or title, entity and label. A row with an entity is
the label of one instrument of the headline. A row that cannot be used is reported by its line number, and the others
are used.
"""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from news.scoring import Score

LABELS = ("positive", "neutral", "negative")
BINS = 10


class LabelledFileError(Exception):
    """The file has no labelled headline. The text gives the reason and the cure."""


@dataclass(frozen=True, slots=True)
class LabelledEntity:
    """The label of one entity of a headline. entity: its name as the title writes it."""

    title: str
    entity: str
    label: str


@dataclass(frozen=True, slots=True)
class LabelledHeadlines:
    """Headlines with their labels, one label per title, labels of entities, and the problems of rows left out."""

    titles: list[str] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    entities: list[LabelledEntity] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class CalibrationBin:
    """Scores of similar probability, and the share of them that were right."""

    count: int
    probability: float  # mean probability of the predicted label
    accuracy: float


@dataclass(frozen=True, slots=True)
class EvaluationResult:
    """Quality of an analyzer on labelled headlines."""

    accuracy: float
    macro_f1: float  # over the labels that occur, true or predicted
    calibration_error: float  # expected calibration error: mean of |accuracy - probability|, bins weighted by count
    confusion: dict[str, dict[str, int]]  # counts by true label, then predicted label
    bins: list[CalibrationBin]


def load_labelled(path: Path) -> LabelledHeadlines:
    """Load a CSV file with the columns title and label, and optionally entity.

    Errors: OSError; LabelledFileError if the file is no CSV in UTF-8 or has no labelled headline.
    """
    headlines = LabelledHeadlines()
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            for line, title, entity, label in _iterate_rows(csv.DictReader(file, strict=True), path):
                if not title:
                    headlines.problems.append(f"line {line}: has no title; give one, or drop the line.")
                elif label not in LABELS:
                    rule = f"must be {', '.join(LABELS[:2])} or {LABELS[2]}"
                    headlines.problems.append(f"line {line}: label {label[:40]!r} {rule}; correct it or drop the line.")
                elif entity:
                    headlines.entities.append(LabelledEntity(title, entity, label))
                else:
                    headlines.titles.append(title)
                    headlines.labels.append(label)
    except (UnicodeDecodeError, csv.Error) as error:
        raise LabelledFileError(f"{path}: is no CSV in UTF-8 ({error}); save it as such.") from error
    if not headlines.titles and not headlines.entities:
        first_problem = f" The first problem: {headlines.problems[0]}" if headlines.problems else ""
        raise LabelledFileError(f"{path}: holds no labelled headline; give lines of title,label.{first_problem}")
    return headlines


def _iterate_rows(reader: "csv.DictReader[str]", path: Path) -> Iterator[tuple[int, str, str, str]]:
    """Yield line number, title, entity and label of each row. Errors: LabelledFileError if a column is missing."""
    missing = [name for name in ("title", "label") if name not in (reader.fieldnames or [])]
    if missing:
        columns = ", ".join(repr(name[:40]) for name in reader.fieldnames or []) or "none"
        raise LabelledFileError(
            f"{path}: lacks the column {missing[0]}; its columns are {columns}; begin with title,label."
        )
    for row in reader:
        title, entity, label = ((row.get(name) or "").strip() for name in ("title", "entity", "label"))
        yield reader.line_num, title, entity, label.lower()


def evaluate(scores: Sequence[Score], labels: Sequence[str]) -> EvaluationResult:
    """Compare scores with true labels, one of each per headline; at least one headline."""
    predicted = {score.label for score in scores}
    occurring = [label for label in LABELS if label in predicted or label in labels]  # F1 is undefined for the others
    confusion = {true_label: dict.fromkeys(LABELS, 0) for true_label in LABELS}
    for score, label in zip(scores, labels, strict=True):
        confusion[label][score.label] += 1
    is_right = [score.label == label for score, label in zip(scores, labels, strict=True)]
    bins = list(_calibrate([score.score for score in scores], is_right))
    return EvaluationResult(
        accuracy=sum(is_right) / len(is_right),
        macro_f1=sum(_compute_f1(confusion, label) for label in occurring) / len(occurring),
        calibration_error=_compute_error(bins),
        confusion=confusion,
        bins=bins,
    )


def compute_calibration_error(probabilities: Sequence[float], is_right: Sequence[bool]) -> float:
    """Return the expected calibration error of answers, 0 to 1; at least one answer."""
    return _compute_error(list(_calibrate(probabilities, is_right)))


def _compute_error(bins: Sequence[CalibrationBin]) -> float:
    return sum(b.count * abs(b.accuracy - b.probability) for b in bins) / sum(b.count for b in bins)


def _calibrate(probabilities: Sequence[float], is_right: Sequence[bool]) -> Iterator[CalibrationBin]:
    """Yield the non-empty bins in rising order of probability, of BINS bins of equal width from 0 to 1."""
    members: dict[int, list[tuple[float, bool]]] = {}
    for probability, right in zip(probabilities, is_right, strict=True):
        members.setdefault(min(int(probability * BINS), BINS - 1), []).append((probability, right))
    for _, pairs in sorted(members.items()):
        count = len(pairs)
        yield CalibrationBin(count, sum(p for p, _ in pairs) / count, sum(right for _, right in pairs) / count)


def _compute_f1(confusion: dict[str, dict[str, int]], label: str) -> float:
    true_positives = confusion[label][label]
    predicted = sum(row[label] for row in confusion.values())
    actual = sum(confusion[label].values())
    return 2 * true_positives / (predicted + actual)
