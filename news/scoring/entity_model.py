"""Sentiment of an entity within a text: logistic regression over the groups of entity_features.py.

Uses the standard library and one weight file, which news/training writes.
"""

import gzip
import json
import math
from pathlib import Path

from news.scoring.entity_features import Groups
from news.scoring.ngrams import get_prefix

WEIGHTS = Path(__file__).with_name("entities.json.gz")
WEIGHT_SCALE = 1000  # weights are stored as integers, in thousandths
WORD_GROUPS = ("b", "a", "x")  # words, each with its prefix
PAIR_GROUP = "A"
CLAUSE_GROUP, TEXT_GROUP = "c", "h"
OTHER_GROUPS = ("t", "s", CLAUSE_GROUP, TEXT_GROUP, "r", "p")
MAX_CACHED_WORDS = 30_000  # in each group


class EntityModel:
    """Logits of an entity."""

    def __init__(self, weights: Path = WEIGHTS) -> None:
        stored = json.loads(gzip.decompress(weights.read_bytes()))
        self.version: str = stored["version"]
        # The logits of positive and negative, against neutral, are one complex number: a single addition for both.
        self._bias = complex(*stored["bias"]) / WEIGHT_SCALE
        groups = {}
        for name, group in stored["groups"].items():
            pairs = zip(group["positive"], group["negative"], strict=True)
            logits = [complex(*pair) / WEIGHT_SCALE for pair in pairs]
            groups[name] = dict(zip(group["names"].split("\n"), logits, strict=True))
        self._words = [(group, _WordWeights(groups.get(group, {}))) for group in WORD_GROUPS]
        self._pairs = groups.get(PAIR_GROUP, {})
        self._others = [(group, groups.get(group, {})) for group in OTHER_GROUPS]
        of_clause, of_text = groups.get(CLAUSE_GROUP, {}), groups.get(TEXT_GROUP, {})
        both = {name: of_clause.get(name, 0j) + of_text.get(name, 0j) for name in of_clause | of_text}
        # For a text of one clause, whose features are the text's.
        self._others_of_one = [(group, of) for group, of in self._others if group not in (CLAUSE_GROUP, TEXT_GROUP)]
        self._others_of_one.append((TEXT_GROUP, both))

    def compute_logits(self, groups: Groups) -> tuple[float, float, float]:
        """Return the logits of positive, neutral and negative; that of neutral is 0."""
        total, count = 0j, 0
        for group, words in self._words:
            weights = [words[word] for word in groups[group]]
            count += sum([number for number, _ in weights])
            total += sum([weight for _, weight in weights])
        pairs = groups[PAIR_GROUP]
        weights_of_pairs = self._pairs
        total += sum([weights_of_pairs[pair] for pair in pairs if pair in weights_of_pairs])
        count += len(pairs)
        logits = self._bias + (total / math.sqrt(count) if count else 0j)
        for group, features in self._others_of_one if groups[CLAUSE_GROUP] is groups[TEXT_GROUP] else self._others:
            logits += sum([features[name] for name in groups[group] if name in features])
        return logits.real, 0.0, logits.imag


class _WordWeights(dict[str, tuple[int, complex]]):
    """Cache of the number and the joint weight of a word and its prefix, for the first MAX_CACHED_WORDS."""

    def __init__(self, weights: dict[str, complex]) -> None:
        super().__init__()
        self._weights = weights

    def __missing__(self, word: str) -> tuple[int, complex]:
        prefix = get_prefix(word)
        weight = self._weights.get(word, 0j) + (self._weights.get(prefix, 0j) if prefix else 0j)
        entry = (2 if prefix else 1, weight)
        if len(self) < MAX_CACHED_WORDS:
            self[word] = entry
        return entry
