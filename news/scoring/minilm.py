"""The `minilm` analyzer: three pruned layers of MiniLM, fine-tuned on headlines, averaged with the linear model.

For entities there is a second network of this kind, fine-tuned on headlines in which one entity is marked. Needs the
extra `ml` (onnxruntime, tokenizers) and about 100 MB of memory, so the web process does not load it.
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
from news.scoring.entity_features import OTHER, TARGET
from news.scoring.entity_scoring import EntityReading, Logits, keeps_score_of_text
from news.scoring.features import TextFeatures
from news.scoring.language import detect_language
from news.scoring.lexicon_tagger import LEXICON
from news.scoring.linear_model import Analyzer as LinearModel
from news.scoring.linear_model import make_unread_score, softmax
from news.scoring.ngrams import normalize_tokens

WEIGHTS = Path(__file__).with_name("minilm.onnx")  # both networks read the table of word pieces in minilm.words
ENTITY_WEIGHTS = WEIGHTS.with_name("minilm_entities.onnx")
LABELS = ("positive", "neutral", "negative")  # order of the network's logits
BATCH_TEXTS = 32  # texts of similar length per call of the network, which keeps padding short
MAX_PIECES = 48
MAX_CACHED_WORDS = 30_000
ENTITY_PIECES = {TARGET: "[MASK]", OTHER: "[UNK]"}  # what the names of a text are encoded as, for an entity
NETWORK_SHARE = 0.2  # weight of the network's logits in the average; docs/sentiment.md says how it was chosen
ENTITY_NETWORK_SHARE = 0.2  # the same for entities
LONE_TEXT_SHARE = 0.3  # weight of the linear model's logits of the text, if it is about an entity alone


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
        return self._encode_words(normalize_tokens(tokens))

    def encode_entity(self, words: list[str]) -> list[int]:
        """Return the ids of the word pieces of a text marked for an entity (see `EntityTexts.list_network_words`)."""
        return self._encode_words([ENTITY_PIECES.get(word, word) for word in words])

    def _encode_words(self, words: list[str]) -> list[int]:
        ids = [piece for word in words for piece in self._encode_word(word)]
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


def compute_logits(network: InferenceSession, rows: Sequence[Sequence[int]]) -> list[list[float]]:
    """Return a network's logits for each row of word pieces, in order."""
    logits = np.empty((len(rows), len(LABELS)))
    by_length = sorted(range(len(rows)), key=lambda index: len(rows[index]))
    for start in range(0, len(by_length), BATCH_TEXTS):
        batch = by_length[start : start + BATCH_TEXTS]
        ids, mask = pad([rows[index] for index in batch])
        (logits[batch],) = network.run(None, {"tokens": ids, "mask": mask})
    rows_of_logits: list[list[float]] = logits.tolist()
    return rows_of_logits


def _load_network(weights: Path) -> InferenceSession:
    options = SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1  # leave the other cores to the site
    return InferenceSession(weights, options, providers=["CPUExecutionProvider"])


class Analyzer:
    """Averages of networks and linear models, in logits. The evidence is the linear models'."""

    name = "minilm"

    def __init__(
        self,
        weights: Path = WEIGHTS,
        linear_model: LinearModel | None = None,
        *,
        entity_weights: Path = ENTITY_WEIGHTS,
    ) -> None:
        self._network, self._entity_network = (_load_network(path) for path in (weights, entity_weights))
        self._encoder = WordPieceEncoder(Tokenizer.from_file(str(weights.with_suffix(".json"))))
        self._linear_model = linear_model or LinearModel()
        loaded = weights.read_bytes() + entity_weights.read_bytes() + self._linear_model.version.encode()
        self.version = hashlib.sha256(loaded).hexdigest()[:8]

    def score(self, texts: Sequence[str]) -> list[Score]:
        """Return one score per text, in order."""
        features = [self._linear_model.extract(text) for text in texts]
        network_logits = self._compute_text_logits(features)
        return [self._score(*row) for row in zip(texts, features, network_logits, strict=True)]

    def score_entities(self, texts: Sequence[EntityText]) -> list[tuple[Score, list[Score]]]:
        """Return for each text its score and those of its entities, which are marked in it for their network."""
        extracted = [self._linear_model.extract_entities(text) for text in texts]
        text_logits = self._compute_text_logits([features for features, _ in extracted])
        marked = [
            self._encoder.encode_entity(reading.analysed.list_network_words(reading.index))
            for _, readings in extracted
            for reading in readings
            if reading
        ]
        entity_logits = iter(compute_logits(self._entity_network, marked))
        results = []
        for text, (features, readings), logits in zip(texts, extracted, text_logits, strict=True):
            score = self._score(text.text, features, logits)
            entity_scores = [
                self._score_entity(text, features, reading, next(entity_logits)) if reading else score
                for reading in readings
            ]
            is_read = not score.language and self._linear_model.knows_words(features)
            results.append((score, entity_scores if is_read else [score] * len(readings)))
        return results

    def _compute_text_logits(self, texts: Sequence[TextFeatures]) -> list[list[float]]:
        return compute_logits(self._network, [self._encoder.encode(text.tokens) for text in texts])

    def _score(self, raw: str, text: TextFeatures, network_logits: list[float]) -> Score:
        language = detect_language(raw, text.tokens)
        if language or not self._linear_model.knows_words(text):
            return make_unread_score(language)
        probabilities = softmax(*_average(NETWORK_SHARE, network_logits, self._linear_model.compute_logits(text)))
        label = max(probabilities, key=probabilities.__getitem__)
        return Score(label, probabilities, partial(self._linear_model.explain, text, label))

    def _score_entity(
        self, text: EntityText, features: TextFeatures, reading: EntityReading, network_logits: list[float]
    ) -> Score:
        linear_logits = reading.logits
        if keeps_score_of_text(text):
            share = LONE_TEXT_SHARE / (1 - ENTITY_NETWORK_SHARE)
            linear_logits = _average(share, self._linear_model.compute_logits(features), linear_logits)
        probabilities = reading.calibrate(softmax(*_average(ENTITY_NETWORK_SHARE, network_logits, linear_logits)))
        label = max(probabilities, key=probabilities.__getitem__)
        return Score(label, probabilities, partial(self._linear_model.explain_entity, text, reading.index, label))


def _average(share: float, some: Sequence[float], others: Sequence[float]) -> Logits:
    """Return the average of two triples of logits, of which the first have `share`."""
    positive, neutral, negative = [share * one + (1 - share) * other for one, other in zip(some, others, strict=True)]
    return positive, neutral, negative
