"""Score headlines and each of their tickers, and set on items what the scores say."""

import time
from collections.abc import Iterable, Mapping, Sequence

from django.conf import settings

from common.time import utc_now
from news.entity_score import EntityScore
from news.ingest.analyzer_choice import inline_analyzer
from news.instruments.current import get_matcher
from news.instruments.mentions import FoundInstrument
from news.models import Item, Sentiment
from news.scoring import Entity, EntityText, Score, Scorer, load_scorer

MIN_CHANGE = 0.0005  # smaller differences of a probability do not count as a change

EntityRow = list[object]  # an EntityScore as items store it
FoundInstruments = Sequence[FoundInstrument]
TextScores = tuple[Score, list[Score]]  # of a headline and of each of its tickers


class ScoreCache:
    """The scores of texts by one analyzer, by default the inline one. Each text is scored once."""

    def __init__(self, analyzer: str | None = None) -> None:
        self.scorer = load_scorer(analyzer or inline_analyzer())
        self.count = 0  # of texts scored
        self.seconds = 0.0  # spent on scoring
        self._scores: dict[EntityText, TextScores] = {}

    def __getitem__(self, text: EntityText) -> TextScores:
        """Return the score of a text and those of its entities."""
        if text not in self._scores:
            self.add([text])
        return self._scores[text]

    def add(self, texts: Iterable[EntityText]) -> None:
        """Score a batch of texts."""
        missing = [text for text in dict.fromkeys(texts) if text not in self._scores]
        self._scores.update(zip(missing, self.score_uncached(missing), strict=True))

    def score_uncached(self, texts: Sequence[EntityText]) -> list[TextScores]:
        """Return the scores of texts that are scored once, in order; they are not looked up or kept."""
        if not texts:
            return []
        started = time.perf_counter()
        scored = self.scorer.score_entities(texts)
        self.seconds += time.perf_counter() - started
        self.count += len(texts)
        return scored


def build_entity_text(title: str, instruments: FoundInstruments) -> EntityText:
    """Return the scorer's input: the title, and each instrument's names that occur in it."""
    return EntityText(
        title,
        tuple(
            Entity(tuple(name for name in instrument.names if name in title), instrument.is_secondary)
            for instrument in instruments
        ),
    )


def get_found_instruments(item: Item) -> FoundInstruments:
    """Return what is known of each ticker of a stored item; names are searched where none were stored with it."""
    if item.entities is not None:
        entities = item.list_entities()
        return [
            FoundInstrument(entity.ticker, entity.relevance, tuple(entity.names), entity.is_secondary)
            for entity in entities
        ]
    matches = get_matcher().tag(item.title, item.summary, own_tickers=item.tickers, source=item.source)
    by_symbol = {match.symbol: match for match in matches}
    return [
        FoundInstrument(
            entity.ticker, entity.relevance, by_symbol[entity.ticker].names, by_symbol[entity.ticker].is_secondary
        )
        if entity.ticker in by_symbol
        else FoundInstrument(entity.ticker, entity.relevance)
        for entity in item.list_entities()
    ]


def rescore_item(item: Item, instruments: FoundInstruments, scores: ScoreCache) -> None:
    """Set what the scores say about an item, which is not saved.

    Sentiment and score of the headline, and of each ticker, stay if they hardly differ.
    """
    former = {entity.ticker: entity for entity in item.list_entities()} if item.probabilities else {}
    apply_scores(item, instruments, scores[build_entity_text(item.title, instruments)], scores.scorer, former)


def apply_scores(
    item: Item, instruments: FoundInstruments, scored: TextScores, scorer: Scorer, former: Mapping[str, EntityScore]
) -> None:
    """Set known scores on an item, as `rescore_item` does. former: previous scores by ticker."""
    score, entity_scores = scored
    evidence = score.evidence
    item.analyzer, item.analyzer_version = scorer.name, scorer.version
    item.evidence, item.language = evidence, score.language
    item.scored_at = utc_now()
    if not item.probabilities or has_changed(item.sentiment, item.probabilities, score):
        item.sentiment, item.score, item.probabilities = score.label, score.score, score.probabilities
    item.entities = [
        _make_row(instrument, entity_score, evidence if entity_score == score else None, former)
        for instrument, entity_score in zip(instruments, entity_scores, strict=True)
    ]


def set_tickers(item: Item, instruments: FoundInstruments, scores: ScoreCache) -> None:
    """Replace the tickers of an item whose title is unchanged. Tickers with unchanged names keep their score.

    The others are scored; if that is not by the analyzer that scored the item, this will score it again.
    """
    former = {entity.ticker: entity for entity in item.list_entities()}
    item.tickers = [instrument.symbol for instrument in instruments]
    score, entity_scores = scores[build_entity_text(item.title, instruments)]
    item.entities = []
    for instrument, entity_score in zip(instruments, entity_scores, strict=True):
        entity = former.get(instrument.symbol)
        if entity is None or (tuple(entity.names), entity.is_secondary) != (instrument.names, instrument.is_secondary):
            if entity_score != score:
                item.entities.append(_make_row(instrument, entity_score, None, former))
                mark_for_upgrade(item, scores)
                continue
            entity = EntityScore(instrument.symbol, 0, item.sentiment, item.score, item.value, [], item.evidence)
        entity = entity._replace(
            relevance=instrument.relevance, names=[*instrument.names], is_secondary=instrument.is_secondary
        )
        item.entities.append([*entity])


def mark_for_upgrade(item: Item, scores: ScoreCache) -> None:
    """Have an item scored again by ANALYZER if a part of it was now scored by the inline analyzer in its place."""
    if item.analyzer == settings.ANALYZER != scores.scorer.name:
        item.analyzer, item.analyzer_version = scores.scorer.name, scores.scorer.version


def has_changed(sentiment: str, probabilities: Mapping[str, float], score: Score) -> bool:
    """Return whether a score differs from an earlier one by more than MIN_CHANGE."""
    return sentiment != score.label or any(
        abs(probabilities[name] - score.probabilities[name]) > MIN_CHANGE for name in Sentiment.values
    )


def _make_row(
    instrument: FoundInstrument, score: Score, evidence: list[str] | None, former: Mapping[str, EntityScore]
) -> EntityRow:
    """Return what an item stores of one ticker. evidence: None to compute it, which takes as long as the score."""
    result: tuple[str, float, float]
    entity = former.get(instrument.symbol)
    if entity is not None and not has_changed(entity.sentiment, entity.probabilities, score):
        result = entity.sentiment, entity.score, entity.value
    else:
        result = score.label, score.score, score.value
    evidence = score.evidence if evidence is None else evidence
    return [instrument.symbol, instrument.relevance, *result, [*instrument.names], evidence, instrument.is_secondary]
