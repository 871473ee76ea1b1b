"""The `composed` analyzer: multinomial logistic regression over word n-grams and the features of a tagged text.

Uses the standard library and one weight file, which news/training writes. Accepts any text.
"""

import gzip
import hashlib
import json
import math
from collections.abc import Callable, Sequence
from functools import partial
from itertools import pairwise
from pathlib import Path

from news.scoring import EntityText, Score
from news.scoring.entity_model import EntityModel
from news.scoring.entity_scoring import EntityReading, extract_entities, keeps_score_of_text
from news.scoring.extraction import extract_features
from news.scoring.features import WHOLE_TEXT, Span, TextFeatures
from news.scoring.language import detect_language
from news.scoring.lexicon_tagger import tokenize
from news.scoring.ngrams import get_prefix, locate_ngrams, normalize_tokens
from news.scoring.tagged_text import AMOUNT_TAGS

WEIGHTS = Path(__file__).with_name("composed.json.gz")
WEIGHT_SCALE = 1000  # weights are stored as integers, in thousandths
MAX_EVIDENCE = 5
MAX_CACHED_UNIGRAMS = 30_000
MAX_EVIDENCE_TOKENS = 5  # a longer piece of evidence is shortened to its first and last token
MIN_EVIDENCE_SHARE = 0.15  # of the contribution of the strongest piece

UNREAD_PROBABILITIES = {"positive": 0.25, "neutral": 0.5, "negative": 0.25}

# Contribution of a feature to a label against the mean of the others, from its logits of positive and negative.
CONTRASTS = {"positive": (1.0, -0.5), "negative": (-0.5, 1.0), "neutral": (-0.5, -0.5)}

# Squared inverse document frequency of an n-gram, and its weight: logit of positive + i * logit of negative.
NgramWeight = tuple[float, complex]
ZERO_WEIGHT: NgramWeight = (0.0, 0j)


class Analyzer:
    """Logistic regression with calibrated probabilities; the calibration temperature is part of the weights."""

    name = "composed"

    def __init__(self, weights: Path = WEIGHTS, entity_model: EntityModel | None = None) -> None:
        stored = json.loads(gzip.decompress(weights.read_bytes()))
        self._entity_model = entity_model or EntityModel()
        self.version: str = hashlib.sha256(f"{stored['version']} {self._entity_model.version}".encode()).hexdigest()[:8]
        # The logits of positive and negative, against neutral, are one complex number: a single addition for both.
        self._bias = complex(*stored["bias"]) / WEIGHT_SCALE
        logits = [complex(*pair) / WEIGHT_SCALE for pair in zip(stored["positive"], stored["negative"], strict=True)]
        # The file's "grams" are word n-grams, its "marks" the features of the tagged text.
        ngrams, features = stored["grams"].split("\n"), stored["marks"].split("\n")
        squared_idf = [(idf / WEIGHT_SCALE) ** 2 for idf in stored["idf"]]
        self._ngrams = dict(zip(ngrams, zip(squared_idf, logits, strict=False), strict=False))
        self._features = dict(zip(features, logits[len(ngrams) :], strict=True))
        self._seconds: dict[str, dict[str, NgramWeight]] = {}  # by first word: the bigrams by their second
        for ngram, weight in self._ngrams.items():
            first, _, second = ngram.partition(" ")
            if second:
                self._seconds.setdefault(first, {})[second] = weight
        self._unigrams = _UnigramWeights(self._ngrams)
        self._tag_trigrams = _TagTrigramWeights(self._features)
        # What was read last, by the identity of its text: the evidence is mostly asked right after the score.
        self._last_text: tuple[str, TextFeatures] | None = None
        self._last_entities: tuple[EntityText, list[EntityReading | None]] | None = None

    def score(self, texts: Sequence[str]) -> list[Score]:
        """Return one score per text, in order."""
        return [self._score(text) for text in texts]

    def score_entities(self, texts: Sequence[EntityText]) -> list[tuple[Score, list[Score]]]:
        """Return for each text its score and those of its entities, of which each is scored by its own clause."""
        return [self._score_entities(text) for text in texts]

    def _score_entities(self, text: EntityText) -> tuple[Score, list[Score]]:
        if keeps_score_of_text(text):
            score = self._score(text.text)
            return score, [score] * len(text.entities)
        features, entities = self.extract_entities(text)
        score = self._score_features(text.text, features)
        if score.language or not self.knows_words(features):
            return score, [score] * len(entities)
        return score, [
            score if entity is None else self._score_entity(entity, partial(self.explain_entity, text, index))
            for index, entity in enumerate(entities)
        ]

    def _score_entity(self, entity: EntityReading, explain: Callable[[str], list[str]]) -> Score:
        probabilities = entity.calibrate(softmax(*entity.logits))
        label = max(probabilities, key=probabilities.__getitem__)
        return Score(label, probabilities, partial(explain, label))

    def _score(self, text: str) -> Score:
        return self._score_features(text, self.extract(text))

    def _score_features(self, text: str, features: TextFeatures) -> Score:
        language = detect_language(text, features.tokens)
        if language or not self.knows_words(features):
            return make_unread_score(language)
        probabilities = softmax(*self.compute_logits(features))
        label = max(probabilities, key=probabilities.__getitem__)
        # It holds the text only: what it is computed from, for a whole batch, would burden the garbage collector.
        return Score(label, probabilities, partial(self._explain_text, text, label))

    def _explain_text(self, text: str, label: str) -> list[str]:
        return self.explain(self.extract(text), label)

    def explain_entity(self, text: EntityText, index: int, label: str) -> list[str]:
        """Return the words that decided on the entity at `index`, strongest first; none if it is not named."""
        entity = self.extract_entities(text)[1][index]
        return entity.explain(label, self.explain) if entity is not None else []

    def extract_entities(self, text: EntityText) -> tuple[TextFeatures, list[EntityReading | None]]:
        """Return the features of a text and its entities; None for one without a mention."""
        last_text, last_entities = self._last_text, self._last_entities
        if last_text and last_entities and last_entities[0] is text and last_text[0] is text.text:
            return last_text[1], last_entities[1]
        features, entities = extract_entities(self._entity_model, text)
        self._last_text, self._last_entities = (text.text, features), (text, entities)
        return features, entities

    def extract(self, text: str) -> TextFeatures:
        """Return the features of a text, from which logits and evidence are computed."""
        last = self._last_text
        if last is None or last[0] is not text:
            last = self._last_text = (text, extract_features(tokenize(text)))
        return last[1]

    def knows_words(self, text: TextFeatures) -> bool:
        """Return whether a text has a word of the lexicon or of the training data; without one it is not scored."""
        if not AMOUNT_TAGS.issuperset(text.tags):
            return True
        return any(self._unigrams[name][0] for name in normalize_tokens(text.tokens) if name[0].isalpha())

    def compute_logits(self, text: TextFeatures) -> tuple[float, float, float]:
        """Return the logits of positive, neutral and negative; that of neutral is 0."""
        names = normalize_tokens(text.tokens)
        unigrams, seconds = self._unigrams, self._seconds
        distinct = dict.fromkeys(names)
        weights = [unigrams[name] for name in distinct]
        pairs = pairwise(names) if len(distinct) == len(names) else dict.fromkeys(pairwise(names))
        weights += [
            weight for first, second in pairs if first in seconds and (weight := seconds[first].get(second)) is not None
        ]
        squared_idf, word_logits = zip(*weights, strict=True) if weights else ((), ())
        logits = sum(word_logits) * _get_norm_factor(squared_idf)
        trigrams, features = self._tag_trigrams, self._features
        logits += sum([trigrams[trigram] for trigram in text.tag_trigrams])
        logits += sum([features[name] for name in text.features if name in features])
        logits += self._bias
        return logits.real, 0.0, logits.imag

    def explain(self, text: TextFeatures, label: str) -> list[str]:
        """Return the parts of a text that contribute most to `label`, strongest first, without overlap."""
        unigrams, bigrams = locate_ngrams(text.tokens)
        located = [(self._unigrams[name], span) for name, span in unigrams.items()]
        located += [(self._ngrams[bigram], span) for bigram, span in bigrams.items() if bigram in self._ngrams]
        factor = _get_norm_factor([squared_idf for (squared_idf, _), _ in located])
        weights = [(weight * factor, span) for (_, weight), span in located]
        weights += [(self._features[name], span) for name, span in text.locate(self._features)]
        for_positive, for_negative = CONTRASTS[label]
        contributions: dict[Span, float] = {}
        for weight, span in weights:
            if span != WHOLE_TEXT:  # it refers to no words in particular
                contribution = for_positive * weight.real + for_negative * weight.imag
                contributions[span] = contributions.get(span, 0.0) + contribution
        return _select_evidence(text.tokens, contributions)


def make_unread_score(language: str) -> Score:
    """Return the score of a text that is not read: neutral, with little confidence and no evidence."""
    return Score("neutral", dict(UNREAD_PROBABILITIES), list, language)


class _UnigramWeights(dict[str, NgramWeight]):
    """Cache of the joint weight of a unigram and its prefix, for the first MAX_CACHED_UNIGRAMS."""

    def __init__(self, ngrams: dict[str, NgramWeight]) -> None:
        super().__init__()
        self._ngrams = ngrams

    def __missing__(self, unigram: str) -> NgramWeight:
        squared_idf, logits = self._ngrams.get(unigram, ZERO_WEIGHT)
        prefix_squared_idf, prefix_logits = self._ngrams.get(get_prefix(unigram), ZERO_WEIGHT)
        weight = squared_idf + prefix_squared_idf, logits + prefix_logits
        if len(self) < MAX_CACHED_UNIGRAMS:
            self[unigram] = weight
        return weight


class _TagTrigramWeights(dict[str, complex]):
    """Cache of the sum of the weights of a tag trigram's one to three prefixes; bounded by the number of trigrams."""

    def __init__(self, features: dict[str, complex]) -> None:
        super().__init__()
        self._features = features

    def __missing__(self, trigram: str) -> complex:
        prefixes = [trigram[:end] for end in range(1, len(trigram) + 1)]
        weight = self[trigram] = sum((self._features.get(prefix, 0j) for prefix in prefixes), 0j)
        return weight


def _get_norm_factor(squared_idf: Sequence[float]) -> float:
    """Return the factor that scales the idf vector of the n-grams to length 1."""
    squared_length = sum(squared_idf)
    return 1 / math.sqrt(squared_length) if squared_length else 0.0


def softmax(positive: float, neutral: float, negative: float) -> dict[str, float]:
    """Return the probabilities of three logits."""
    maximum = max(positive, neutral, negative)  # subtracted, so that exp does not overflow
    up, flat, down = math.exp(positive - maximum), math.exp(neutral - maximum), math.exp(negative - maximum)
    total = up + flat + down
    return {"positive": up / total, "neutral": flat / total, "negative": down / total}


def _select_evidence(tokens: list[str], contributions: dict[Span, float]) -> list[str]:
    """Return the texts of the spans with the largest contributions, without overlap."""
    evidence: list[str] = []
    covered: set[int] = set()
    ranked = sorted(((value, span) for span, value in contributions.items() if value > 0), reverse=True)
    for contribution, (first, last) in ranked:
        if len(evidence) == MAX_EVIDENCE or contribution < MIN_EVIDENCE_SHARE * ranked[0][0]:
            break
        indices = range(first, last + 1)
        if covered.isdisjoint(indices):
            covered.update(indices)
            evidence.append(_join_tokens(tokens[first : last + 1]))
    return evidence


def _join_tokens(tokens: list[str]) -> str:
    return " ".join(tokens) if len(tokens) <= MAX_EVIDENCE_TOKENS else f"{tokens[0]} … {tokens[-1]}"
