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

from news.scoring import EntityText, Score
from news.scoring.entity_scoring import EntityReading
from news.scoring.features import TextFeatures
from news.scoring.language import detect_language
from news.scoring.lexicon_tagger import LEXICON
from news.scoring.linear_model import Analyzer as LinearModel
from news.scoring.linear_model import make_unread_score, softmax
from news.scoring.ngrams import normalize_tokens

WEIGHTS = Path(__file__).with_name("minilm.onnx")
LABELS = ("positive", "neutral", "negative")  # order of the network's logits
BATCH_TEXTS = 32  # texts of similar length per call of the network, which keeps padding short
MAX_PIECES = 48
MAX_CACHED_WORDS = 30_000
ENTITY_NETWORK_SHARE = 0.15  # the same for entities, whose clause the network sees
NETWORK_SHARE = 0.2  # weight of the network's logits in the average; docs/sentiment.md says how it was chosen


class WordPieceEncoder:
    """Encode texts as word pieces, from the words and numbers of the linear model.

    Of a word outside the lexicon, such as a company name, only the first piece is kept: the rest takes time and does
    not improve accuracy.
    """

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        self._unknown_id: int = tokenizer.token_to_id("[UNK]") or 0
        self._cache: dict[str, list[int]] = {}

    def encode(self, tokens: list[str]) -> list[int]:
        """Return the ids of the word pieces of a tokenized text: 1 to MAX_PIECES."""
        ids = [piece for word in normalize_tokens(tokens) for piece in self._encode_word(word)]
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
        features = [self._linear_model.extract(text) for text in texts]
        network_logits = self._compute_network_logits([text.tokens for text in features])
        return [self._score(*row) for row in zip(texts, features, network_logits, strict=True)]

    def score_entities(self, texts: Sequence[EntityText]) -> list[tuple[Score, list[Score]]]:
        """Return for each text its score and those of its entities. For these the network sees their clauses."""
        extracted = [self._linear_model.extract_entities(text) for text in texts]
        clauses = [features.tokens for features, _ in extracted]
        places: dict[tuple[int, int], int] = {}  # of an entity, by the indices of its text and its own, in `clauses`
        for row, (features, readings) in enumerate(extracted):
            for index, reading in enumerate(readings):
                tokens = reading.tokens if reading else features.tokens
                places[row, index] = row if len(tokens) == len(features.tokens) else len(clauses)
                if places[row, index] != row:
                    clauses.append(tokens)
        network_logits = self._compute_network_logits(clauses)
        results = []
        for row, (text, (features, readings)) in enumerate(zip(texts, extracted, strict=True)):
            score = self._score(text.text, features, network_logits[row])
            is_read = not score.language and self._linear_model.knows_words(features)
            results.append((score, [
                self._score_entity(text, index, reading, network_logits[places[row, index]])
                if reading and is_read
                else score
                for index, reading in enumerate(readings)
            ]))  # fmt: skip
        return results

    def _compute_network_logits(self, texts: Sequence[list[str]]) -> list[list[float]]:
        """Return the network's logits for each list of tokens, in order."""
        rows = [self._encoder.encode(tokens) for tokens in texts]
        logits = np.empty((len(texts), len(LABELS)))
        by_length = sorted(range(len(texts)), key=lambda index: len(rows[index]))
        for start in range(0, len(by_length), BATCH_TEXTS):
            batch = by_length[start : start + BATCH_TEXTS]
            ids, mask = pad([rows[index] for index in batch])
            (logits[batch],) = self._network.run(None, {"tokens": ids, "mask": mask})
        rows_of_logits: list[list[float]] = logits.tolist()
        return rows_of_logits

    def _score(self, raw: str, text: TextFeatures, network_logits: list[float]) -> Score:
        language = detect_language(raw, text.tokens)
        if language or not self._linear_model.knows_words(text):
            return make_unread_score(language)
        probabilities = _average(NETWORK_SHARE, network_logits, self._linear_model.compute_logits(text))
        label = max(probabilities, key=probabilities.__getitem__)
        return Score(label, probabilities, partial(self._linear_model.explain, text, label))

    def _score_entity(self, text: EntityText, index: int, reading: EntityReading, network_logits: list[float]) -> Score:
        probabilities = reading.calibrate(_average(ENTITY_NETWORK_SHARE, network_logits, reading.logits))
        label = max(probabilities, key=probabilities.__getitem__)
        return Score(label, probabilities, partial(self._linear_model.explain_entity, text, index, label))


def _average(share: float, network_logits: Sequence[float], linear_logits: Sequence[float]) -> dict[str, float]:
    """Return the probabilities of the average of both logits, of which the network's have `share`."""
    positive, neutral, negative = [
        share * network + (1 - share) * linear for network, linear in zip(network_logits, linear_logits, strict=True)
    ]
    return softmax(positive, neutral, negative)
