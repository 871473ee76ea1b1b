"""Select the items that the buckets of an axis count, by the time that the axis counts by."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, TypeVar

from django.db.models import QuerySet

from news.entity_score import EntityScore
from news.metrics.bucket_value import Counted
from news.models import Axis, Item, ItemRevision, ItemState

AnyItem = TypeVar("AnyItem", bound=Item | ItemRevision)

SCORE_COLUMNS = ("tickers", "sentiment", "probabilities", "entities")  # what `list_scores` reads of an item
LAST_SECOND = 253_402_300_799  # 9999-12-31T23:59:59Z
TIME_FIELDS = {axis: "published_at" if axis.is_by_publication else "first_appended_at" for axis in Axis}
BY_PUBLICATION = frozenset(axis for axis in Axis if axis.is_by_publication)
COUNTING_ALL = frozenset([Axis.PUBLISHED, Axis.SAMPLE_APPENDED, Axis.SAMPLE_PUBLISHED])  # old and new items alike
AXES_OF_SAMPLES = {Axis.APPENDED: Axis.SAMPLE_APPENDED, Axis.PUBLISHED: Axis.SAMPLE_PUBLISHED}


def choose_axis(axis: Axis, *, shows_samples: bool) -> Axis:
    """Return the axis that counts what is shown: the one of samples in place of an axis, where these are shown."""
    return AXES_OF_SAMPLES.get(axis, axis) if shows_samples else axis


def get_time(item: ItemState, axis: Axis) -> float:
    """Return the Unix time by which an axis counts an item."""
    return (item.published_at if axis in BY_PUBLICATION else item.first_appended_at).timestamp()


def list_scores(item: ItemState) -> list[tuple[str, Counted]]:
    """Return the keys under which an item counts, each with its score there: "" with the headline's, and the tickers.

    Reads the columns of SCORE_COLUMNS alone.
    """
    if item.entities is None:
        return [(key, item) for key in ("", *item.tickers)]
    # Not `item.list_entities`, which reads columns that are deferred: a query for each item.
    return [("", item), *((row[0], EntityScore(*row)) for row in item.entities)]


def select_scores(item: ItemState, key: str) -> list[Counted]:
    """Return the score of an item under a key, or none if it does not count there."""
    if not key:
        return [item]
    return [score for ticker, score in list_scores(item) if ticker == key]


def is_counted(item: Item | ItemRevision, axis: Axis) -> bool:
    """Return whether the minutes and hours of an axis count an item: old news is no arrival."""
    return bool(list_counted((item,), axis))


def list_counted(items: Iterable[AnyItem], axis: Axis) -> list[AnyItem]:
    """Return the items that the minutes and hours of an axis count, in order: those of which `is_counted` is true."""
    is_of_samples, counts_all, is_of_history = axis.is_of_samples, axis in COUNTING_ALL, axis is Axis.HISTORICAL
    return [
        item
        for item in items
        if not item.is_withdrawn
        and item.is_sample is is_of_samples
        and (counts_all or item.is_historical is is_of_history)
    ]


def select_counted(axis: Axis, start: float, end: float | None = None) -> QuerySet[Item]:
    """Return the items that the minutes and hours of an axis count from `start` to `end` (exclusive, Unix seconds)."""
    field = TIME_FIELDS[axis]
    items = Item.objects.filter(**{f"{field}__gte": to_datetime(start)}, is_sample=axis.is_of_samples)
    if end is not None:
        items = items.filter(**{f"{field}__lt": to_datetime(end)})
    if axis in COUNTING_ALL:
        return items
    return items.filter(is_historical=axis is Axis.HISTORICAL)


def build_time_conditions(axis: Axis, start: float, end: float) -> dict[str, Any]:
    """Return the conditions on the time of an axis, from `start` to `end` (exclusive, Unix seconds)."""
    field = TIME_FIELDS[axis]
    return {f"{field}__gte": to_datetime(start), f"{field}__lt": to_datetime(end)}


def to_datetime(seconds: float) -> datetime:
    """Return a Unix time as an aware time in UTC; after the year 9999, its last second."""
    return datetime.fromtimestamp(min(seconds, LAST_SECOND), tz=UTC)
