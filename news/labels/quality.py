"""What labels say about the analyzer: how often it was right, and examples to train and measure it by."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import F

from news.instruments.current import get_instrument_name
from news.models import Label

LAST_LABELS = 100
PAGE = 2_000


@dataclass(frozen=True, slots=True)
class RightAnswers:
    """How many answers of the model were right, of how many labelled."""

    right: int
    labelled: int

    def __str__(self) -> str:
        return f"right in {self.right} of the last {self.labelled} labelled"


@dataclass(frozen=True, slots=True)
class LabelledText:
    """A headline and its label. entity: the instrument that the label is about, "" for the whole headline."""

    title: str
    entity: str
    label: str
    model_sentiment: str


def count_right(*, last: int = LAST_LABELS) -> RightAnswers:
    """Count how often the model's answer was that of the label, among the newest labels that count."""
    newest = Label.objects.filter(ended_at__isnull=True).order_by("-pk").values_list("sentiment", "model_sentiment")
    pairs = list(newest[:last])
    return RightAnswers(sum(label == answer for label, answer in pairs), len(pairs))


def iterate_labelled() -> Iterator[LabelledText]:
    """Yield the labels that count with the present titles, oldest first. Withdrawn headlines have no title."""
    labels = Label.objects.filter(ended_at__isnull=True, item__is_withdrawn=False).order_by("pk")
    rows = labels.annotate(title=F("item__title")).values_list("title", "symbol", "sentiment", "model_sentiment")
    for title, symbol, label, answer in rows.iterator(chunk_size=PAGE):
        yield LabelledText(title, _name_in(title, symbol), label, answer)


def _name_in(title: str, symbol: str) -> str:
    """Return the name of an instrument if it stands in a title, otherwise its symbol."""
    name = get_instrument_name(symbol) if symbol else ""
    return name if name and name.casefold() in title.casefold() else symbol
