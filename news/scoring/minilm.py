"""The stronger analyzer: three narrowed layers of MiniLM, tuned on headlines, averaged with the embedded one.

Needs the extra `ml` (onnxruntime, tokenizers) and some 100 MB, so it stays out of the web process.
"""

import hashlib
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from onnxruntime import InferenceSession, SessionOptions
from tokenizers import Tokenizer

from news.scoring import Score
from news.scoring.features import Composition
from news.scoring.lexicon_tagger import KNOWN, split_words
from news.scoring.linear_model import Analyzer as Composed
from news.scoring.ngrams import name_words

WEIGHTS = Path(__file__).with_name("minilm.onnx")
LABELS = ("positive", "neutral", "negative")  # the network's order
BATCH = 32  # texts in one call of the network, of like length so that little of it is padding
MAX_TOKENS = 48
MAX_WORDS = 30_000  # whose tokens are kept at hand
SHARE = 0.2  # of the network in the average; docs/sentiment.md says how it was chosen


class Tokens:
    """Cut texts into the network's tokens: of the words that the embedded analyzer reads, and nothing else.

    Of a word that it doesn't know, such as a company's name, only the first token is taken: the rest costs time and
    says nothing.
    """

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        self._unknown: int = tokenizer.token_to_id("[UNK]") or 0
        self._words: dict[str, list[int]] = {}

    def read(self, text: str) -> list[int]:
        """Return the tokens of a text, by their numbers; at least one, MAX_TOKENS at most."""
        tokens = [token for name in name_words(split_words(text)) for token in self._cut(name)]
        return tokens[:MAX_TOKENS] or [self._unknown]

    def _cut(self, name: str) -> list[int]:
        tokens = self._words.get(name)
        if tokens is None:
            tokens = self._tokenizer.encode(name, add_special_tokens=False).ids
            tokens = tokens if name in KNOWN else tokens[:1]
            if len(self._words) < MAX_WORDS:
                self._words[name] = tokens
        return tokens


def pad(rows: Sequence[Sequence[int]]) -> tuple[Any, Any]:
    """Return tokens and mask of texts, as wide as the longest; the mask is 1 for a token, else 0."""
    width = max(len(row) for row in rows)
    tokens, mask = np.zeros((len(rows), width), np.int64), np.zeros((len(rows), width), np.int64)
    for number, row in enumerate(rows):
        tokens[number, : len(row)] = row
        mask[number, : len(row)] = 1
    return tokens, mask


class Analyzer:
    """The neural analyzer. Its evidence is the embedded analyzer's: the words that speak for the label."""

    name = "minilm"

    def __init__(self, weights: Path = WEIGHTS, composed: Composed | None = None) -> None:
        options = SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1  # one core: the site has other work
        self._network = InferenceSession(weights, options, providers=["CPUExecutionProvider"])
        self._tokens = Tokens(Tokenizer.from_file(str(weights.with_suffix(".json"))))
        self._composed = composed or Composed()
        self.version = hashlib.sha256(weights.read_bytes() + self._composed.version.encode()).hexdigest()[:8]

    def score(self, texts: Sequence[str]) -> list[Score]:
        """Return one score per text, in order."""
        rows = [self._tokens.read(text) for text in texts]
        logits = np.empty((len(texts), len(LABELS)))
        order = sorted(range(len(texts)), key=lambda place: len(rows[place]))
        for start in range(0, len(order), BATCH):
            places = order[start : start + BATCH]
            tokens, mask = pad([rows[place] for place in places])
            (logits[places],) = self._network.run(None, {"tokens": tokens, "mask": mask})
        readings = [self._composed.read(text) for text in texts]
        others = np.array([self._composed.logits(reading) for reading in readings]).reshape(logits.shape)
        averaged = SHARE * logits + (1 - SHARE) * others
        powers = np.exp(averaged - averaged.max(axis=1, initial=0.0, keepdims=True))
        chances = powers / powers.sum(axis=1, keepdims=True)
        return [self._score(reading, row) for reading, row in zip(readings, chances.tolist(), strict=True)]

    def _score(self, reading: Composition, chances: list[float]) -> Score:
        probabilities = dict(zip(LABELS, chances, strict=True))
        label = max(probabilities, key=probabilities.__getitem__)
        return Score(label, probabilities, partial(self._composed.explain, reading, label))
