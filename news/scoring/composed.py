"""The embedded analyzer: words, and what they do to one another, weighed by a logistic regression.

Small, offline and fast: the standard library and one file of weights, made by news/scoring/training. Refuses nothing.
"""

import gzip
import json
import math
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path

from news.scoring import Score
from news.scoring.composition import WHOLE, compose
from news.scoring.grams import name_grams, place_grams
from news.scoring.marks import split_words

WEIGHTS = Path(__file__).with_name("composed.json.gz")
UNIT = 1000  # weights are kept as whole thousandths
MAX_EVIDENCE = 5
SHOWN_WORDS = 5  # of a piece of evidence; of a longer one the ends are shown
LEAST_SHARE = 0.15  # of what the strongest piece of evidence says

# What a piece says for each label against the others, from what it says for positive and for negative.
SIDES = {"positive": (1.0, -0.5), "negative": (-0.5, 1.0), "neutral": (-0.5, -0.5)}

Span = tuple[int, int]


class Analyzer:
    """The composed analyzer. Holds its weights and no other state; the same text always gets the same score."""

    name = "composed"

    def __init__(self, weights: Path = WEIGHTS) -> None:
        kept = json.loads(gzip.decompress(weights.read_bytes()))
        self.version: str = kept["version"]
        self._bias = kept["bias"][0] / UNIT, kept["bias"][1] / UNIT
        positive, negative = _thousandths(kept["positive"]), _thousandths(kept["negative"])
        squares = [idf * idf for idf in _thousandths(kept["idf"])]
        grams, marks = kept["grams"].split("\n"), kept["marks"].split("\n")
        # What a feature says for positive and for negative, against neutral; of grams before it the square of its idf.
        self._grams = dict(zip(grams, zip(squares, positive, negative, strict=False), strict=False))
        self._marks = dict(zip(marks, zip(positive[len(grams) :], negative[len(grams) :], strict=True), strict=True))

    def score(self, texts: Sequence[str]) -> list[Score]:
        """Return one score per text, in order."""
        return [self._score(text) for text in texts]

    def _score(self, text: str) -> Score:
        probabilities = self.probabilities(text)
        label = max(probabilities, key=probabilities.__getitem__)
        return Score(label, probabilities, partial(self.explain, text, label))

    def probabilities(self, text: str) -> dict[str, float]:
        """Return the probability of each label."""
        words = split_words(text)
        weights = self._grams
        known = [weights[name] for name in name_grams(words) if name in weights]
        scale = _scale(known)
        positive, negative = self._bias
        for _, for_positive, for_negative in known:
            positive += for_positive * scale
            negative += for_negative * scale
        marks = self._marks
        for name in compose(words):
            if name in marks:
                for_positive, for_negative = marks[name]
                positive += for_positive
                negative += for_negative
        return _normalise(positive, negative)

    def explain(self, text: str, label: str) -> list[str]:
        """Return the words that spoke most for `label` against the others, strongest first, none twice."""
        words = split_words(text)
        placed = place_grams(words)
        known = {name: self._grams[name] for name in name_grams(words) if name in self._grams}
        scale = _scale(known.values())
        pieces = [(placed[name], (up * scale, down * scale)) for name, (_, up, down) in known.items()]
        pieces += [(span, self._marks[name]) for name, span in compose(words).items() if name in self._marks]
        for_positive, for_negative = SIDES[label]
        shares: dict[Span, float] = {}
        for span, (positive, negative) in pieces:
            if span != WHOLE:  # it sums up, and names no words
                shares[span] = shares.get(span, 0.0) + for_positive * positive + for_negative * negative
        return _choose(words, shares)


def _scale(known: Iterable[tuple[float, float, float]]) -> float:
    """Return what makes the length of the known grams 1."""
    length = sum([square for square, _, _ in known])
    return 1 / math.sqrt(length) if length else 0.0


def _normalise(positive: float, negative: float) -> dict[str, float]:
    """Turn logits against neutral into probabilities that add up to 1."""
    ceiling = max(positive, negative, 0.0)
    up, flat, down = math.exp(positive - ceiling), math.exp(-ceiling), math.exp(negative - ceiling)
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


def _thousandths(values: list[int]) -> list[float]:
    return [value / UNIT for value in values]
