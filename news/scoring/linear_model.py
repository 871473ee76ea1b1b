"""The embedded analyzer: words, and what they do to one another, weighed by a logistic regression.

Small, offline and fast: the standard library and one file of weights, made by news/training. Refuses nothing.
"""

import gzip
import json
import math
from collections.abc import Sequence
from functools import partial
from itertools import pairwise
from pathlib import Path

from news.scoring import Score
from news.scoring.features import WHOLE, Composition
from news.scoring.lexicon_tagger import split_words
from news.scoring.ngrams import Span, name_stem, name_words, place_grams

WEIGHTS = Path(__file__).with_name("composed.json.gz")
UNIT = 1000  # weights are kept as whole thousandths
MAX_EVIDENCE = 5
MAX_WORDS = 30_000  # whose weights are kept at hand
SHOWN_WORDS = 5  # of a piece of evidence; of a longer one the ends are shown
LEAST_SHARE = 0.15  # of what the strongest piece of evidence says

# What a piece says for each label against the others, from what it says for positive and for negative.
SIDES = {"positive": (1.0, -0.5), "negative": (-0.5, 1.0), "neutral": (-0.5, -0.5)}

Gram = tuple[float, complex]  # the square of its idf, and what it says
NOTHING: Gram = (0.0, 0j)


class Analyzer:
    """The composed analyzer. Holds its weights and no other state; the same text always gets the same score."""

    name = "composed"

    def __init__(self, weights: Path = WEIGHTS) -> None:
        kept = json.loads(gzip.decompress(weights.read_bytes()))
        self.version: str = kept["version"]
        # What a feature says for positive and for negative, against neutral, is one complex number: quick to add.
        self._bias = complex(*kept["bias"]) / UNIT
        said = [complex(*pair) / UNIT for pair in zip(kept["positive"], kept["negative"], strict=True)]
        grams, marks = kept["grams"].split("\n"), kept["marks"].split("\n")
        squares = [(idf / UNIT) ** 2 for idf in kept["idf"]]
        self._grams = dict(zip(grams, zip(squares, said, strict=False), strict=False))
        self._marks = dict(zip(marks, said[len(grams) :], strict=True))
        self._words = _Words(self._grams)
        self._windows = _Windows(self._marks)

    def score(self, texts: Sequence[str]) -> list[Score]:
        """Return one score per text, in order."""
        return [self._score(text) for text in texts]

    def _score(self, text: str) -> Score:
        reading = self.read(text)
        probabilities = _normalise(*self.logits(reading))
        label = max(probabilities, key=probabilities.__getitem__)
        return Score(label, probabilities, partial(self.explain, reading, label))

    def read(self, text: str) -> Composition:
        """Take a text apart; the rest is told from that."""
        return Composition(split_words(text))

    def logits(self, reading: Composition) -> tuple[float, float, float]:
        """Return the logits of positive, neutral and negative; of neutral it is 0."""
        names = name_words(reading.words)
        singles, grams = self._words, self._grams
        known = [singles[name] for name in dict.fromkeys(names)]
        known += [grams[pair] for pair in dict.fromkeys(map(" ".join, pairwise(names))) if pair in grams]
        said = sum([weight for _, weight in known]) * _scale(known)
        marked, marks = self._windows, self._marks
        said += sum([marked[window] for window in reading.windows])
        said += sum([marks[name] for name in reading.features if name in marks])
        said += self._bias
        return said.real, 0.0, said.imag

    def explain(self, reading: Composition, label: str) -> list[str]:
        """Return the words that spoke most for `label` against the others, strongest first, none twice."""
        words = reading.words
        singles, pairs = place_grams(words)
        known = [(self._words[name], span) for name, span in singles.items()]
        known += [(self._grams[pair], span) for pair, span in pairs.items() if pair in self._grams]
        scale = _scale([gram for gram, _ in known])
        pieces = [(weight * scale, span) for (_, weight), span in known]
        pieces += [(self._marks[name], span) for name, span in reading.places() if name in self._marks]
        for_positive, for_negative = SIDES[label]
        shares: dict[Span, float] = {}
        for weight, span in pieces:
            if span != WHOLE:  # it sums up, and names no words
                shares[span] = shares.get(span, 0.0) + for_positive * weight.real + for_negative * weight.imag
        return _choose(words, shares)


class _Words(dict[str, Gram]):
    """What a word and its beginning say together, found when first asked for; the first MAX_WORDS are kept."""

    def __init__(self, grams: dict[str, Gram]) -> None:
        super().__init__()
        self._grams = grams

    def __missing__(self, name: str) -> Gram:
        square, weight = self._grams.get(name, NOTHING)
        other_square, other_weight = self._grams.get(name_stem(name), NOTHING)
        gram = square + other_square, weight + other_weight
        if len(self) < MAX_WORDS:
            self[name] = gram
        return gram


class _Windows(dict[str, complex]):
    """What the beginnings of a window say together, found when first asked for; there are as many as triples."""

    def __init__(self, marks: dict[str, complex]) -> None:
        super().__init__()
        self._marks = marks

    def __missing__(self, window: str) -> complex:
        said = self[window] = sum((self._marks.get(window[:end], 0j) for end in range(1, len(window) + 1)), 0j)
        return said


def _scale(known: Sequence[Gram]) -> float:
    """Return what makes the length of the known grams 1."""
    length = sum([square for square, _ in known])
    return 1 / math.sqrt(length) if length else 0.0


def _normalise(positive: float, neutral: float, negative: float) -> dict[str, float]:
    """Turn logits into probabilities that add up to 1."""
    ceiling = max(positive, neutral, negative)
    up, flat, down = math.exp(positive - ceiling), math.exp(neutral - ceiling), math.exp(negative - ceiling)
    total = up + flat + down
    return {"positive": up / total, "neutral": flat / total, "negative": down / total}


def _choose(words: list[str], shares: dict[Span, float]) -> list[str]:
    shown: list[str] = []
    taken: set[int] = set()
    ranked = sorted(((share, span) for span, share in shares.items() if share > 0), reverse=True)
    for share, (first, last) in ranked:
        if len(shown) == MAX_EVIDENCE or share < LEAST_SHARE * ranked[0][0]:
            break
        places = range(first, last + 1)
        if taken.isdisjoint(places):
            taken.update(places)
            shown.append(_show(words[first : last + 1]))
    return shown


def _show(words: list[str]) -> str:
    return " ".join(words) if len(words) <= SHOWN_WORDS else f"{words[0]} … {words[-1]}"
