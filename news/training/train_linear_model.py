"""Train the composed analyzer: a multinomial logistic regression over grams and composed features.

The same file gives the same weights, byte for byte. Needs the extra `train`.
"""

import gzip
import hashlib
import json
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from news.scoring.evaluation import LABELS
from news.scoring.features import Composition
from news.scoring.lexicon_tagger import split_words
from news.scoring.linear_model import UNIT
from news.scoring.ngrams import name_grams
from news.training.grammar import make_headlines

SEED = 1
MADE = 8000  # headlines from the grammar
MADE_WEIGHT = 0.15  # of one of them, against one that a human labelled
LEAST_GRAM = 2  # headlines that a gram must stand in; made ones count for less
LEAST_MADE_GRAM = 20
LEAST_MARK = 3
MARK_SCALE = 0.2  # value of a composed feature; a headline's grams have length 1 together
PENALTY = 2.0  # scikit-learn's C
FOLDS = 5  # for the temperature

Features = tuple[list[str], list[str]]  # grams, composed features


@dataclass(slots=True)
class Model:
    """A trained regression, and the names of its columns."""

    grams: list[str]
    idf: list[float]
    marks: list[str]
    regression: LogisticRegression

    def logits(self, texts: Sequence[Features]) -> np.ndarray:
        """Return the logit of each label for each text."""
        logits: np.ndarray = self.regression.decision_function(_matrix(texts, self.grams, self.idf, self.marks))
        return logits


def train(titles: Sequence[str], labels: Sequence[str], target: Path) -> None:
    """Train on labelled headlines and write the weights to `target`."""
    texts = [read_features(title) for title in titles]
    truth = np.array([LABELS.index(label) for label in labels])
    temperature = _temperature(texts, truth)
    write(fit(texts, truth), temperature, target)


def read_features(text: str) -> Features:
    """Return the names of a text's features."""
    words = split_words(text)
    return name_grams(words), [name for name, _ in Composition(words).places()]


def fit(texts: Sequence[Features], truth: np.ndarray) -> Model:
    """Fit on texts that humans labelled and, at a small weight, on made ones."""
    made = make_headlines(MADE, seed=SEED)
    made_texts = [read_features(title) for title, _ in made]
    counts = Counter(gram for grams, _ in texts for gram in set(grams))
    made_counts = Counter(gram for grams, _ in made_texts for gram in set(grams))
    mark_counts = Counter(mark for _, marks in [*texts, *made_texts] for mark in set(marks))
    grams = sorted(
        gram for gram in counts | made_counts if counts[gram] >= LEAST_GRAM or made_counts[gram] >= LEAST_MADE_GRAM
    )
    marks = sorted(mark for mark, count in mark_counts.items() if count >= LEAST_MARK)
    idf = [math.log((1 + len(texts)) / (1 + counts[gram])) + 1 for gram in grams]
    matrix = _matrix([*texts, *made_texts], grams, idf, marks)
    all_truth = np.concatenate([truth, [LABELS.index(label) for _, label in made]])
    weights = np.concatenate([np.ones(len(texts)), np.full(len(made), MADE_WEIGHT)])
    regression = LogisticRegression(C=PENALTY, max_iter=1000, tol=1e-4)
    regression.fit(matrix, all_truth, sample_weight=weights)
    return Model(grams, idf, marks, regression)


def write(model: Model, temperature: float, target: Path) -> None:
    """Write a model as whole thousandths, against neutral, so that only two logits are left."""
    neutral = LABELS.index("neutral")
    sides = [LABELS.index("positive"), LABELS.index("negative")]
    scale = np.array([*model.idf, *[MARK_SCALE] * len(model.marks)])
    weights = (model.regression.coef_[sides] - model.regression.coef_[neutral]) * scale / temperature
    bias = (model.regression.intercept_[sides] - model.regression.intercept_[neutral]) / temperature
    kept = {
        "bias": _thousandths(bias),
        "grams": "\n".join(model.grams),
        "marks": "\n".join(model.marks),
        "idf": _thousandths(model.idf),
        "positive": _thousandths(weights[0]),
        "negative": _thousandths(weights[1]),
    }
    version = hashlib.sha256(json.dumps(kept).encode()).hexdigest()[:8]
    text = json.dumps({"version": version, **kept}, ensure_ascii=False, separators=(",", ":"))
    target.write_bytes(gzip.compress(text.encode(), mtime=0))


def _temperature(texts: Sequence[Features], truth: np.ndarray) -> float:
    """Return what logits must be divided by to be as sure as they are right, on folds that were not trained on."""
    logits = np.empty((len(texts), len(LABELS)))
    fold_of = np.arange(len(texts)) % FOLDS
    np.random.default_rng(SEED).shuffle(fold_of)
    for fold in range(FOLDS):
        inside, outside = np.flatnonzero(fold_of != fold), np.flatnonzero(fold_of == fold)
        model = fit([texts[int(row)] for row in inside], truth[inside])
        logits[outside] = model.logits([texts[int(row)] for row in outside])

    def loss(temperature: float) -> float:
        scaled = logits / temperature
        return float(np.mean(np.logaddexp.reduce(scaled, axis=1) - scaled[np.arange(len(truth)), truth]))

    return float(minimize_scalar(loss, bounds=(0.3, 3), method="bounded").x)


def _matrix(texts: Sequence[Features], grams: list[str], idf: list[float], marks: list[str]) -> csr_matrix:
    """Return one row per text: grams by idf, of length 1 together, then composed features."""
    gram_columns = {gram: column for column, gram in enumerate(grams)}
    mark_columns = {mark: column for column, mark in enumerate(marks, start=len(grams))}
    starts, columns, values = [0], [], []
    for text_grams, text_marks in texts:
        known = sorted(gram_columns[gram] for gram in text_grams if gram in gram_columns)
        length = math.sqrt(sum(idf[column] ** 2 for column in known))
        columns += known
        values += [idf[column] / length for column in known]
        marked = sorted(mark_columns[mark] for mark in text_marks if mark in mark_columns)
        columns += marked
        values += [MARK_SCALE] * len(marked)
        starts.append(len(columns))
    return csr_matrix((values, columns, starts), shape=(len(texts), len(grams) + len(marks)))


def _thousandths(values: Sequence[float]) -> list[int]:
    return [round(float(value) * UNIT) for value in values]
