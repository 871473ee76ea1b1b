"""Train the model of entities: logistic regression over the groups of news/scoring/entity_features.py.

The same file gives the same weights, byte for byte, with the same versions of scikit-learn and its libraries. Needs the
extra `train`.
"""

import gzip
import hashlib
import json
import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix, diags, hstack
from sklearn.linear_model import LogisticRegression

from news.scoring import Entity
from news.scoring.entity_features import Groups, analyse
from news.scoring.entity_model import OTHER_GROUPS, PAIR_GROUP, WEIGHT_SCALE, WORD_GROUPS
from news.scoring.evaluation import LABELS, LabelledEntity
from news.scoring.ngrams import get_prefix
from news.training.entity_grammar import LabelledTitle, generate_joined, generate_related, join_labelled

SEED = 1
# Synthetic headlines, and their weight; an entity labelled by a human has 1.
JOINED_LABELLED, JOINED_PARAGRAPHS, JOINED_SYNTHETIC, RELATED = 5000, 1500, 5000, 20000
JOINED_LABELLED_WEIGHT, PARAGRAPH_WEIGHT, JOINED_SYNTHETIC_WEIGHT, RELATED_WEIGHT = 0.12, 0.1, 0.06, 0.11
MIN_COUNT = 3  # entities that a feature must occur with
WORD_VALUE = 1.3  # length of the vector of an entity's words and pairs
VALUES = {"t": 0.2, "s": 0.35, "c": 0.25, "h": 0.2, "r": 0.6, "p": 0.3}  # of a feature in the other groups
INVERSE_REGULARIZATION = 2.0  # scikit-learn's C
OWN_VALUE = 0.4  # of a column that only synthetic headlines have, beside the shared one
SHARED_SHARE = 0.6  # of the regression without such columns in the mean
FOLDS = 5  # of the cross-validation in entity_tables.py; no title is in two

Column = tuple[str, str]  # group and name of a feature


@dataclass(frozen=True, slots=True)
class Example:
    """An entity with its features and their values."""

    values: dict[Column, float]
    label: int  # index in LABELS
    weight: float = 1.0


@dataclass(slots=True)
class Model:
    """Fitted logits: `bias` of shape (labels,), `weights` of shape (labels, columns)."""

    columns: list[Column]
    bias: np.ndarray
    weights: np.ndarray


def train(rows: Sequence[LabelledEntity], target: Path) -> None:
    """Train on labelled entities and write the weights to `target`."""
    write_weights(fit(rows), target)


def fit(rows: Sequence[LabelledEntity]) -> Model:
    """Fit on labelled entities, and on synthetic headlines with less weight.

    The model is the mean of two regressions. In the one all headlines share all columns, so that it learns most from
    synthetic ones; in the other these have second columns, but for words, which take up what differs from headlines
    of people.
    """
    examples = [example for title in group_by_title(rows) for example in _extract(title, 1.0)]
    real = len(examples)
    for titles, weight in _generate(rows):
        examples += [example for title in titles for example in _extract(title, weight)]
    counts = Counter(column for example in examples for column in example.values)
    columns = sorted(column for column, count in counts.items() if count >= MIN_COUNT)
    shared = _build_matrix(examples, columns)
    with_own = [index for index, (group, _) in enumerate(columns) if group in VALUES]
    own = diags(np.where(np.arange(len(examples)) < real, 0.0, OWN_VALUE)) @ shared[:, with_own]
    labels = np.array([example.label for example in examples])
    weights = np.array([example.weight for example in examples])
    bias, coefficients = np.zeros(len(LABELS)), np.zeros((len(LABELS), len(columns)))
    for matrix, share in ((shared, SHARED_SHARE), (hstack([shared, own], "csr"), 1 - SHARED_SHARE)):
        regression = LogisticRegression(C=INVERSE_REGULARIZATION, max_iter=300, tol=1e-3)
        regression.fit(matrix, labels, sample_weight=weights)
        bias += share * regression.intercept_
        coefficients += share * regression.coef_[:, : len(columns)]
    return Model(columns, bias, coefficients)


def group_by_title(rows: Sequence[LabelledEntity]) -> list[LabelledTitle]:
    """Return the titles with their entities, in order of the titles' text."""
    ordered = sorted(rows, key=lambda row: row.title)
    return [
        (title, [(row.entity, row.label) for row in same])
        for title, same in groupby(ordered, key=lambda row: row.title)
    ]


def get_fold(title: str) -> int:
    """Return the fold of a title in cross-validation, by a hash of its text, the same on every machine."""
    return int(hashlib.sha256(f"fold:{title}".encode()).hexdigest()[:8], 16) % FOLDS


def write_weights(model: Model, target: Path) -> None:
    """Write the weights of positive and negative against neutral as gzipped JSON.

    They are not scaled by a temperature: in cross-validation the probabilities are calibrated as they are.
    """
    neutral = LABELS.index("neutral")
    sides = [LABELS.index("positive"), LABELS.index("negative")]
    scale = np.array([VALUES.get(group, WORD_VALUE) for group, _ in model.columns])
    weights = (model.weights[sides] - model.weights[neutral]) * scale
    bias = model.bias[sides] - model.bias[neutral]
    groups = {}
    for group in (*WORD_GROUPS, PAIR_GROUP, *OTHER_GROUPS):
        indices = [index for index, column in enumerate(model.columns) if column[0] == group]
        groups[group] = {
            "names": "\n".join(model.columns[index][1] for index in indices),
            "positive": _scale_to_integers(weights[0, indices]),
            "negative": _scale_to_integers(weights[1, indices]),
        }
    fields = {"bias": _scale_to_integers(bias), "groups": groups}
    version = hashlib.sha256(json.dumps(fields).encode()).hexdigest()[:8]
    text = json.dumps({"version": version, **fields}, ensure_ascii=False, separators=(",", ":"))
    target.write_bytes(gzip.compress(text.encode(), mtime=0))


def _generate(rows: Sequence[LabelledEntity]) -> list[tuple[list[LabelledTitle], float]]:
    """Return synthetic titles of each kind with their weight."""
    single = [(title, *entities[0]) for title, entities in group_by_title(rows) if len(entities) == 1]
    return [
        (join_labelled(single, JOINED_LABELLED, seed=SEED, sentences=False), JOINED_LABELLED_WEIGHT),
        (join_labelled(single, JOINED_PARAGRAPHS, seed=SEED, sentences=True), PARAGRAPH_WEIGHT),
        (generate_joined(JOINED_SYNTHETIC, seed=SEED), JOINED_SYNTHETIC_WEIGHT),
        (generate_related(RELATED, seed=SEED), RELATED_WEIGHT),
    ]


def _extract(title: LabelledTitle, weight: float) -> list[Example]:
    """Return the examples of a title's entities; those that it does not name are left out."""
    text, entities = title
    analysed = analyse(text, [Entity((name,)) for name, _ in entities])
    located = {mention.entity for mention in analysed.located.mentions}
    return [
        Example(_compute_values(analysed.extract_groups(index)), LABELS.index(label), weight)
        for index, (_, label) in enumerate(entities)
        if index in located
    ]


def _compute_values(groups: Groups) -> dict[Column, float]:
    """Return the values of an entity's features. Words and pairs have length WORD_VALUE together."""
    columns = [(group, word) for group in WORD_GROUPS for word in groups[group]]
    columns += [(group, prefix) for group, word in columns if (prefix := get_prefix(word))]
    columns += [(PAIR_GROUP, pair) for pair in groups[PAIR_GROUP]]
    value = WORD_VALUE / math.sqrt(len(columns) or 1)
    values: defaultdict[Column, float] = defaultdict(float)
    for column in columns:
        values[column] += value
    for group in OTHER_GROUPS:
        for name in groups[group]:
            values[group, name] += VALUES[group]
    return dict(values)


def _build_matrix(examples: Sequence[Example], columns: Sequence[Column]) -> csr_matrix:
    """Return a sparse matrix of shape (examples, columns)."""
    places = {column: place for place, column in enumerate(columns)}
    row_starts, indices, values = [0], [], []
    for example in examples:
        for column, value in example.values.items():
            place = places.get(column)
            if place is not None:
                indices.append(place)
                values.append(value)
        row_starts.append(len(indices))
    return csr_matrix((values, indices, row_starts), shape=(len(examples), len(columns)))


def _scale_to_integers(values: Sequence[float]) -> list[int]:
    return [round(float(value) * WEIGHT_SCALE) for value in values]
