"""The labels that people gave stored items: they decide the sentiment of every later state."""

from collections.abc import Collection, Mapping

from common.sql import in_array
from news.entity_score import EntityScore
from news.models import Item, Label

LABEL_ANALYZER = "label"  # in place of an analyzer's name, where a person decided
MAX_SCORE_DIFFERENCE = 0.0005  # difference up to which a ticker has the answer of its headline

Labels = Mapping[int, Mapping[str, Label]]  # by primary key of the item, then ticker, "" for the headline


def get_labels(pks: Collection[int]) -> Labels:
    """Return the labels that count of the items with these primary keys."""
    labels: dict[int, dict[str, Label]] = {}
    if pks:
        for label in Label.objects.filter(item__in=in_array([*pks]), ended_at__isnull=True):
            labels.setdefault(label.item_id, {})[label.symbol] = label
    return labels


def apply_labels(item: Item, labels: Mapping[str, Label]) -> None:
    """Set what labels, by ticker, say about an item, which is not saved. A second call changes nothing.

    The label of a headline also holds for its only ticker, and for each of which the model says what it said of the
    headline.
    """
    if not labels:
        return
    of_headline, entities = labels.get(""), item.list_entities()
    followers = {
        entity.ticker
        for entity in entities
        if of_headline and (len(entities) == 1 or entity.sentiment == of_headline.model_sentiment)
    }
    item.entities = []
    for entity in entities:
        label = labels.get(entity.ticker) or (of_headline if entity.ticker in followers else None)
        item.entities.append([*(_label_entity(entity, label) if label else entity)])
    if of_headline is not None:
        _apply_to_headline(item, of_headline)


def unapply_label(item: Item, label: Label) -> None:
    """Give the tickers that follow a label of the headline the sentiment that the model said, so that another holds."""
    item.entities = [
        [*(entity._replace(sentiment=label.model_sentiment) if follows(entity, label) else entity)]
        for entity in item.list_entities()
    ]


def follows(entity: EntityScore, label: Label) -> bool:
    """Return whether what an item says of a ticker is what a label says."""
    return (entity.sentiment, entity.score, entity.value) == (label.sentiment, 1.0, label.value)


def matches_headline_score(item: Item, entity: EntityScore) -> bool:
    """Return whether one of an item's tickers has the sentiment and score of the headline."""
    return (
        entity.sentiment == item.sentiment
        and abs(entity.score - item.score) <= MAX_SCORE_DIFFERENCE
        and abs(entity.value - item.value) <= MAX_SCORE_DIFFERENCE
    )


def _label_entity(entity: EntityScore, label: Label) -> EntityScore:
    return entity._replace(sentiment=label.sentiment, score=1.0, value=label.value, evidence=[])


def _apply_to_headline(item: Item, label: Label) -> None:
    item.sentiment, item.score, item.probabilities = label.sentiment, 1.0, label.probabilities
    item.analyzer, item.analyzer_version, item.evidence = LABEL_ANALYZER, "", []
    item.scored_at = label.created_at
