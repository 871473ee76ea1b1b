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
Mentions = Sequence[FoundInstrument]
Scored = tuple[Score, list[Score]]  # of a headline and of each of its tickers


class Scores:
    """The scores of texts by one analyzer, by default the inline one. Each text is scored once."""

    def __init__(self, analyzer: str | None = None) -> None:
        self.scorer = load_scorer(analyzer or inline_analyzer())
        self.count = 0  # of texts scored
        self.seconds = 0.0  # spent on scoring
        self._scores: dict[EntityText, Scored] = {}

    def __getitem__(self, text: EntityText) -> Scored:
        """Return the score of a text and those of its entities."""
        if text not in self._scores:
            self.add([text])
        return self._scores[text]

    def add(self, texts: Iterable[EntityText]) -> None:
        """Score a batch of texts."""
        missing = [text for text in dict.fromkeys(texts) if text not in self._scores]
        self._scores.update(zip(missing, self.score(missing), strict=True))

    def score(self, texts: Sequence[EntityText]) -> list[Scored]:
        """Return the scores of texts that are scored once, in order; they are not looked up or kept."""
        if not texts:
            return []
        started = time.perf_counter()
        scored = self.scorer.score_entities(texts)
        self.seconds += time.perf_counter() - started
        self.count += len(texts)
        return scored


def make_text(title: str, mentions: Mentions) -> EntityText:
    """Return the scorer's input: the title, and each instrument's names that occur in it."""
    return EntityText(
        title,
        tuple(
            Entity(tuple(name for name in mention.names if name in title), mention.is_secondary) for mention in mentions
        ),
    )


def get_mentions(item: Item) -> Mentions:
    """Return what is known of each ticker of a stored item; names are searched where none were stored with it."""
    if item.entities is not None:
        entities = item.list_entities()
        return [FoundInstrument(e.ticker, e.relevance, tuple(e.names), e.is_secondary) for e in entities]
    matches = get_matcher().tag(item.title, item.summary, own_tickers=item.tickers, source=item.source)
    by_symbol = {match.symbol: match for match in matches}
    return [
        FoundInstrument(e.ticker, e.relevance, by_symbol[e.ticker].names, by_symbol[e.ticker].is_secondary)
        if e.ticker in by_symbol
        else FoundInstrument(e.ticker, e.relevance)
        for e in item.list_entities()
    ]


def set_scores(item: Item, mentions: Mentions, scores: Scores) -> None:
    """Set what the scores say about an item, which is not saved.

    Sentiment and score of the headline, and of each ticker, stay if they hardly differ.
    """
    former = {entity.ticker: entity for entity in item.list_entities()} if item.probabilities else {}
    apply_scores(item, mentions, scores[make_text(item.title, mentions)], scores.scorer, former)


def apply_scores(
    item: Item, mentions: Mentions, scored: Scored, scorer: Scorer, former: Mapping[str, EntityScore]
) -> None:
    """Set known scores on an item, as `set_scores` does. former: previous scores by ticker."""
    score, entity_scores = scored
    evidence = score.evidence
    item.analyzer, item.analyzer_version = scorer.name, scorer.version
    item.evidence, item.language = evidence, score.language
    item.scored_at = utc_now()
    if not item.probabilities or has_changed(item.sentiment, item.probabilities, score):
        item.sentiment, item.score, item.probabilities = score.label, score.score, score.probabilities
    item.entities = [
        _make_row(mention, entity_score, evidence if entity_score == score else None, former)
        for mention, entity_score in zip(mentions, entity_scores, strict=True)
    ]


def set_tickers(item: Item, mentions: Mentions, scores: Scores) -> None:
    """Replace the tickers of an item whose title is unchanged. Tickers with unchanged names keep their score.

    The others are scored; if that is not by the analyzer that scored the item, this will score it again.
    """
    former = {entity.ticker: entity for entity in item.list_entities()}
    item.tickers = [mention.symbol for mention in mentions]
    score, entity_scores = scores[make_text(item.title, mentions)]
    item.entities = []
    for mention, entity_score in zip(mentions, entity_scores, strict=True):
        entity = former.get(mention.symbol)
        if entity is None or (tuple(entity.names), entity.is_secondary) != (mention.names, mention.is_secondary):
            if entity_score != score:
                item.entities.append(_make_row(mention, entity_score, None, former))
                mark_for_upgrade(item, scores)
                continue
            entity = EntityScore(mention.symbol, 0, item.sentiment, item.score, item.value, [], item.evidence)
        entity = entity._replace(relevance=mention.relevance, names=[*mention.names], is_secondary=mention.is_secondary)
        item.entities.append([*entity])


def mark_for_upgrade(item: Item, scores: Scores) -> None:
    """Have an item scored again by ANALYZER if a part of it was now scored by the inline analyzer in its place."""
    if item.analyzer == settings.ANALYZER != scores.scorer.name:
        item.analyzer, item.analyzer_version = scores.scorer.name, scores.scorer.version


def has_changed(sentiment: str, probabilities: Mapping[str, float], score: Score) -> bool:
    """Return whether a score differs from an earlier one by more than MIN_CHANGE."""
    return sentiment != score.label or any(
        abs(probabilities[name] - score.probabilities[name]) > MIN_CHANGE for name in Sentiment.values
    )


def _make_row(
    mention: FoundInstrument, score: Score, evidence: list[str] | None, former: Mapping[str, EntityScore]
) -> EntityRow:
    """Return what an item stores of one ticker. evidence: None to compute it, which takes as long as the score."""
    answer: tuple[str, float, float]
    entity = former.get(mention.symbol)
    if entity is not None and not has_changed(entity.sentiment, entity.probabilities, score):
        answer = entity.sentiment, entity.score, entity.value
    else:
        answer = score.label, score.score, score.value
    evidence = score.evidence if evidence is None else evidence
    return [mention.symbol, mention.relevance, *answer, [*mention.names], evidence, mention.is_secondary]
