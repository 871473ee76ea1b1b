"""The labels that people gave stored items: they decide the sentiment of every later state."""

from collections.abc import Collection, Mapping

from common.sql import in_array
from news.models import Item, Label

LABEL_ANALYZER = "label"  # in place of an analyzer's name, where a person decided

Labels = Mapping[int, Mapping[str, Label]]  # by primary key of the item, then ticker, "" for the headline


def get_labels(pks: Collection[int]) -> Labels:
    """Return the labels that count of the items with these primary keys."""
    labels: dict[int, dict[str, Label]] = {}
    if pks:
        for label in Label.objects.filter(item__in=in_array([*pks]), ended_at__isnull=True):
            labels.setdefault(label.item_id, {})[label.symbol] = label
    return labels


def find_labelled(pks: Collection[int]) -> set[int]:
    """Return those of the primary keys whose headline has a label."""
    return {pk for pk, labels in get_labels(pks).items() if "" in labels}


def apply_label(item: Item, label: Label) -> None:
    """Set what a label of the headline says about an item, which is not saved."""
    item.sentiment, item.score, item.probabilities = label.sentiment, 1.0, label.probabilities
    item.analyzer, item.analyzer_version, item.evidence = LABEL_ANALYZER, "", []
    item.scored_at = label.created_at
