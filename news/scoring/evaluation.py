"""Measure an analyzer on labelled headlines: how often it is right, where it errs, and whether it knows when.

Reads CSV with the columns title and label. A line that can't be used is reported by its number, and the rest is taken.
"""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from news.scoring import Score

LABELS = ("positive", "neutral", "negative")
BINS = 10


class LabelledError(Exception):
    """A file without a labelled headline. The text says what is wrong, and the cure."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """Headlines with their labels, and what could not be read."""

    titles: list[str] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Bin:
    """Scores of about the same probability, and how often they were right."""

    count: int
    probability: float  # mean of what was claimed
    accuracy: float


@dataclass(frozen=True, slots=True)
class Report:
    """How an analyzer did."""

    accuracy: float
    macro_f1: float  # over the labels that occur, true or given
    calibration_error: float  # ECE: mean distance of a bin's accuracy from its probability
    confusion: dict[str, dict[str, int]]  # true label, then the one given
    bins: list[Bin]


def read_labelled(path: Path) -> Labelled:
    """Read a CSV file of title,label. Errors: OSError; LabelledError for a file that has nothing to measure by."""
    found = Labelled()
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            for line, title, label in _rows(csv.DictReader(file, strict=True), path):
                if not title:
                    found.problems.append(f"line {line}: has no title; give one, or drop the line.")
                elif label not in LABELS:
                    rule = f"must be {', '.join(LABELS[:2])} or {LABELS[2]}"
                    found.problems.append(f"line {line}: label {label[:40]!r} {rule}; correct it or drop the line.")
                else:
                    found.titles.append(title)
                    found.labels.append(label)
    except (UnicodeDecodeError, csv.Error) as error:
        raise LabelledError(f"{path}: is no CSV in UTF-8 ({error}); save it as such.") from error
    if not found.titles:
        first = f" The first problem: {found.problems[0]}" if found.problems else ""
        raise LabelledError(f"{path}: holds no labelled headline; give lines of title,label.{first}")
    return found


def _rows(reader: "csv.DictReader[str]", path: Path) -> Iterator[tuple[int, str, str]]:
    missing = [name for name in ("title", "label") if name not in (reader.fieldnames or [])]
    if missing:
        columns = ", ".join(repr(name[:40]) for name in reader.fieldnames or []) or "none"
        raise LabelledError(
            f"{path}: lacks the column {missing[0]}; its columns are {columns}; begin with title,label."
        )
    for row in reader:
        yield reader.line_num, (row["title"] or "").strip(), (row["label"] or "").strip().lower()


def evaluate(scores: Sequence[Score], labels: Sequence[str]) -> Report:
    """Compare what was said with what is true; one score and one label per headline, at least one."""
    said = {score.label for score in scores}
    met = [label for label in LABELS if label in said or label in labels]  # of others F1 says nothing
    confusion = {truth: dict.fromkeys(LABELS, 0) for truth in LABELS}
    for score, label in zip(scores, labels, strict=True):
        confusion[label][score.label] += 1
    right = [score.label == label for score, label in zip(scores, labels, strict=True)]
    bins = list(_bins([score.score for score in scores], right))
    return Report(
        accuracy=sum(right) / len(right),
        macro_f1=sum(_f1(confusion, label) for label in met) / len(met),
        calibration_error=sum(b.count * abs(b.accuracy - b.probability) for b in bins) / len(right),
        confusion=confusion,
        bins=bins,
    )


def _bins(claims: Sequence[float], right: Sequence[bool]) -> Iterator[Bin]:
    """Yield the bins that are not empty, from unsure to sure, BINS of the same width from 0 to 1."""
    filled: dict[int, list[tuple[float, bool]]] = {}
    for claim, is_right in zip(claims, right, strict=True):
        filled.setdefault(min(int(claim * BINS), BINS - 1), []).append((claim, is_right))
    for _, members in sorted(filled.items()):
        count = len(members)
        yield Bin(count, sum(claim for claim, _ in members) / count, sum(ok for _, ok in members) / count)


def _f1(confusion: dict[str, dict[str, int]], label: str) -> float:
    hits = confusion[label][label]
    given = sum(row[label] for row in confusion.values())
    true = sum(confusion[label].values())
    return 2 * hits / (given + true)
