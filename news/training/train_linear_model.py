"""Train the `composed` analyzer: multinomial logistic regression over n-grams and features of the tagged text.

The same file gives the same weights, byte for byte, with the same versions of scikit-learn and its libraries. Needs the
extra `train`.
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
from news.scoring.extraction import extract_features
from news.scoring.lexicon_tagger import tokenize
from news.scoring.linear_model import WEIGHT_SCALE
from news.scoring.ngrams import list_ngrams
from news.training.grammar import generate_headlines
from news.training.sign_templates import SIGN_TEMPLATES

SEED = 1
SYNTHETIC_HEADLINES = 8000  # from the grammar
SIGN_HEADLINES = 1700  # from its templates of signs, courts, ratings, …
SYNTHETIC_SAMPLE_WEIGHT = 0.15  # a headline labelled by a human has 1
MIN_NGRAM_HEADLINES = 2  # labelled headlines that an n-gram must occur in,
MIN_NGRAM_SYNTHETIC_HEADLINES = 20  # or synthetic ones
MIN_FEATURE_HEADLINES = 3
FEATURE_VALUE = 0.2  # of a text feature; the n-grams of a headline have length 1 together
INVERSE_REGULARIZATION = 2.0  # scikit-learn's C
FOLDS = 5  # of the cross-validation that finds the temperature

Example = tuple[list[str], list[str]]  # n-grams and text features of a headline


@dataclass(slots=True)
class Model:
    """A fitted regression and the names of its columns: first `ngrams`, then `features`."""

    ngrams: list[str]
    idf: list[float]  # one per n-gram
    features: list[str]
    regression: LogisticRegression

    def compute_logits(self, examples: Sequence[Example]) -> np.ndarray:
        """Return the logits, of shape (examples, labels)."""
        matrix = _build_matrix(examples, self.ngrams, self.idf, self.features)
        logits: np.ndarray = self.regression.decision_function(matrix)
        return logits


def train(titles: Sequence[str], labels: Sequence[str], target: Path) -> None:
    """Train on labelled headlines and write the calibrated weights to `target`."""
    examples = [extract_example(title) for title in titles]
    label_indices = np.array([LABELS.index(label) for label in labels])
    temperature = _find_temperature(examples, label_indices)
    write_weights(fit(examples, label_indices), temperature, target)


def extract_example(text: str) -> Example:
    """Return the names of a text's n-grams and features."""
    tokens = tokenize(text)
    return list_ngrams(tokens), [name for name, _ in extract_features(tokens).locate()]


def fit(examples: Sequence[Example], label_indices: np.ndarray) -> Model:
    """Fit on labelled headlines and, at SYNTHETIC_SAMPLE_WEIGHT, on headlines of the grammar.

    `label_indices` has shape (examples,); each is an index of LABELS.
    """
    synthetic = generate_headlines(SYNTHETIC_HEADLINES, seed=SEED)
    synthetic += generate_headlines(SIGN_HEADLINES, seed=SEED, templates_by_label=SIGN_TEMPLATES)
    synthetic_examples = [extract_example(title) for title, _ in synthetic]
    counts = Counter(ngram for ngrams, _ in examples for ngram in set(ngrams))
    synthetic_counts = Counter(ngram for ngrams, _ in synthetic_examples for ngram in set(ngrams))
    feature_counts = Counter(name for _, names in [*examples, *synthetic_examples] for name in set(names))
    ngrams = sorted(
        ngram
        for ngram in counts | synthetic_counts
        if counts[ngram] >= MIN_NGRAM_HEADLINES or synthetic_counts[ngram] >= MIN_NGRAM_SYNTHETIC_HEADLINES
    )
    features = sorted(name for name, count in feature_counts.items() if count >= MIN_FEATURE_HEADLINES)
    idf = [math.log((1 + len(examples)) / (1 + counts[ngram])) + 1 for ngram in ngrams]  # smoothed, as scikit-learn's
    matrix = _build_matrix([*examples, *synthetic_examples], ngrams, idf, features)
    all_label_indices = np.concatenate([label_indices, [LABELS.index(label) for _, label in synthetic]])
    sample_weights = np.concatenate([np.ones(len(examples)), np.full(len(synthetic), SYNTHETIC_SAMPLE_WEIGHT)])
    regression = LogisticRegression(C=INVERSE_REGULARIZATION, max_iter=1000, tol=1e-4)
    regression.fit(matrix, all_label_indices, sample_weight=sample_weights)
    return Model(ngrams, idf, features, regression)


def write_weights(model: Model, temperature: float, target: Path) -> None:
    """Write the weights of positive and negative against neutral, divided by the temperature, as gzipped JSON."""
    neutral = LABELS.index("neutral")
    sides = [LABELS.index("positive"), LABELS.index("negative")]
    scale = np.array([*model.idf, *[FEATURE_VALUE] * len(model.features)])
    weights = (model.regression.coef_[sides] - model.regression.coef_[neutral]) * scale / temperature
    bias = (model.regression.intercept_[sides] - model.regression.intercept_[neutral]) / temperature
    # The names of the fields are the file format: "grams" are n-grams, "marks" text features.
    fields = {
        "bias": _scale_to_integers(bias),
        "grams": "\n".join(model.ngrams),
        "marks": "\n".join(model.features),
        "idf": _scale_to_integers(model.idf),
        "positive": _scale_to_integers(weights[0]),
        "negative": _scale_to_integers(weights[1]),
    }
    version = hashlib.sha256(json.dumps(fields).encode()).hexdigest()[:8]
    text = json.dumps({"version": version, **fields}, ensure_ascii=False, separators=(",", ":"))
    target.write_bytes(gzip.compress(text.encode(), mtime=0))


def _find_temperature(examples: Sequence[Example], label_indices: np.ndarray) -> float:
    """Return the temperature with the least log loss on held-out folds (Guo et al. 2017, temperature scaling)."""
    logits = np.empty((len(examples), len(LABELS)))
    folds = np.arange(len(examples)) % FOLDS
    np.random.default_rng(SEED).shuffle(folds)
    for fold in range(FOLDS):
        training, held_out = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        model = fit([examples[int(row)] for row in training], label_indices[training])
        logits[held_out] = model.compute_logits([examples[int(row)] for row in held_out])

    def compute_log_loss(temperature: float) -> float:
        scaled = logits / temperature
        true_logits = scaled[np.arange(len(label_indices)), label_indices]
        return float(np.mean(np.logaddexp.reduce(scaled, axis=1) - true_logits))

    return float(minimize_scalar(compute_log_loss, bounds=(0.3, 3), method="bounded").x)


def _build_matrix(examples: Sequence[Example], ngrams: list[str], idf: list[float], features: list[str]) -> csr_matrix:
    """Return a sparse matrix of shape (examples, n-grams + features).

    The n-grams of a row have their idf, scaled to length 1 together; features have FEATURE_VALUE per occurrence.
    """
    ngram_columns = {ngram: column for column, ngram in enumerate(ngrams)}
    feature_columns = {name: column for column, name in enumerate(features, start=len(ngrams))}
    row_starts, columns, values = [0], [], []
    for example_ngrams, example_features in examples:
        row_ngrams = sorted(ngram_columns[ngram] for ngram in example_ngrams if ngram in ngram_columns)
        length = math.sqrt(sum(idf[column] ** 2 for column in row_ngrams))
        columns += row_ngrams
        values += [idf[column] / length for column in row_ngrams]
        row_features = sorted(feature_columns[name] for name in example_features if name in feature_columns)
        columns += row_features
        values += [FEATURE_VALUE] * len(row_features)
        row_starts.append(len(columns))
    return csr_matrix((values, columns, row_starts), shape=(len(examples), len(ngrams) + len(features)))


def _scale_to_integers(values: Sequence[float]) -> list[int]:
    return [round(float(value) * WEIGHT_SCALE) for value in values]
