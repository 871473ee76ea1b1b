"""The `minilm` analyzer: three pruned layers of MiniLM, fine-tuned on headlines, averaged with the linear model.

Needs the extra `ml` (onnxruntime, tokenizers) and about 100 MB of memory, so the web process does not load it.
"""

import hashlib
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from onnxruntime import InferenceSession, SessionOptions
from tokenizers import Tokenizer

from news.scoring import EntityText, Score, repeat_for_entities
from news.scoring.features import TextFeatures
from news.scoring.language import detect_language
from news.scoring.lexicon_tagger import LEXICON, tokenize
from news.scoring.linear_model import Analyzer as LinearModel
from news.scoring.linear_model import make_unread_score
from news.scoring.ngrams import normalize_tokens

WEIGHTS = Path(__file__).with_name("minilm.onnx")
LABELS = ("positive", "neutral", "negative")  # order of the network's logits
BATCH_TEXTS = 32  # texts of similar length per call of the network, which keeps padding short
MAX_PIECES = 48
MAX_CACHED_WORDS = 30_000
NETWORK_SHARE = 0.2  # weight of the network's logits in the average; docs/sentiment.md says how it was chosen


class WordPieceEncoder:
    """Encode texts as word pieces, from the words and numbers that the linear model tokenizes.

    Of a word outside the lexicon, such as a company name, only the first piece is kept: the rest takes time and does
    not improve accuracy.
    """

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        self._unknown_id: int = tokenizer.token_to_id("[UNK]") or 0
        self._cache: dict[str, list[int]] = {}

    def encode(self, text: str) -> list[int]:
        """Return the ids of the word pieces of a text: 1 to MAX_PIECES."""
        ids = [piece for word in normalize_tokens(tokenize(text)) for piece in self._encode_word(word)]
        return ids[:MAX_PIECES] or [self._unknown_id]

    def _encode_word(self, word: str) -> list[int]:
        ids = self._cache.get(word)
        if ids is None:
            ids = self._tokenizer.encode(word, add_special_tokens=False).ids
            ids = ids if word in LEXICON else ids[:1]
            if len(self._cache) < MAX_CACHED_WORDS:
                self._cache[word] = ids
        return ids


def pad(rows: Sequence[Sequence[int]]) -> tuple[Any, Any]:
    """Return ids and attention mask, both int64 of shape (texts, longest row); the mask is 1 for a piece, else 0."""
    width = max(len(row) for row in rows)
    ids, mask = np.zeros((len(rows), width), np.int64), np.zeros((len(rows), width), np.int64)
    for index, row in enumerate(rows):
        ids[index, : len(row)] = row
        mask[index, : len(row)] = 1
    return ids, mask


class Analyzer:
    """Average of network and linear model, in logits. The evidence is the linear model's."""

    name = "minilm"

    def __init__(self, weights: Path = WEIGHTS, linear_model: LinearModel | None = None) -> None:
        options = SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1  # leave the other cores to the site
        self._network = InferenceSession(weights, options, providers=["CPUExecutionProvider"])
        self._encoder = WordPieceEncoder(Tokenizer.from_file(str(weights.with_suffix(".json"))))
        self._linear_model = linear_model or LinearModel()
        self.version = hashlib.sha256(weights.read_bytes() + self._linear_model.version.encode()).hexdigest()[:8]

    def score(self, texts: Sequence[str]) -> list[Score]:
        """Return one score per text, in order."""
        rows = [self._encoder.encode(text) for text in texts]
        network_logits = np.empty((len(texts), len(LABELS)))
        by_length = sorted(range(len(texts)), key=lambda index: len(rows[index]))
        for start in range(0, len(by_length), BATCH_TEXTS):
            batch = by_length[start : start + BATCH_TEXTS]
            ids, mask = pad([rows[index] for index in batch])
            (network_logits[batch],) = self._network.run(None, {"tokens": ids, "mask": mask})
        features = [self._linear_model.extract(text) for text in texts]
        linear_logits = np.array([self._linear_model.compute_logits(text) for text in features])
        logits = NETWORK_SHARE * network_logits + (1 - NETWORK_SHARE) * linear_logits.reshape(network_logits.shape)
        powers = np.exp(logits - logits.max(axis=1, initial=0.0, keepdims=True))
        probabilities = powers / powers.sum(axis=1, keepdims=True)
        rows_of_labels = zip(texts, features, probabilities.tolist(), strict=True)
        return [self._score(text, tagged, row) for text, tagged, row in rows_of_labels]

    def score_entities(self, texts: Sequence[EntityText]) -> list[tuple[Score, list[Score]]]:
        """Return for each text its score, and the same for each of its entities."""
        return repeat_for_entities(texts, self.score([text.text for text in texts]))

    def _score(self, raw: str, text: TextFeatures, row: list[float]) -> Score:
        language = detect_language(raw, text.tokens)
        if language or not self._linear_model.knows_words(text):
            return make_unread_score(language)
        probabilities = dict(zip(LABELS, row, strict=True))
        label = max(probabilities, key=probabilities.__getitem__)
        return Score(label, probabilities, partial(self._linear_model.explain, text, label))
