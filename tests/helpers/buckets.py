"""Time series, and a naive calculation of the same from the items themselves."""

from collections.abc import Sequence

import pytest

from news.metrics.bucket_value import BucketValue
from news.metrics.grid import Grid
from news.metrics.timeseries import SeriesRange, get_timeseries
from news.models import Axis, Item

SENTIMENTS = ["positive", "neutral", "negative"]


def rebucket(items: Sequence[Item], ticker: str, seconds: int) -> list[dict[str, float]]:
    """Return the buckets by publication, computed item by item; at equal times, the order of the log decides."""
    buckets: dict[int, list[Item]] = {}
    for item in sorted(items, key=lambda item: (item.published_at, item.seq)):
        if not ticker or ticker in item.tickers:
            buckets.setdefault(int(item.published_at.timestamp()) // seconds * seconds, []).append(item)
    return [
        {
            "start": start,
            **{sentiment: sum(item.sentiment == sentiment for item in members) for sentiment in SENTIMENTS},
            "count": len(members),
            "sum": pytest.approx(sum(item.value for item in members)),
            "avg": pytest.approx(sum(item.value for item in members) / len(members)),
            "open": next(item.value for item in sorted(members, key=lambda item: (item.published_at, item.seq))),
            "high": max(item.value for item in members),
            "low": min(item.value for item in members),
            "close": members[-1].value,
        }
        for start, members in sorted(buckets.items())
    ]


def to_dicts(values: Sequence[BucketValue]) -> list[dict[str, float]]:
    names = ["start", *SENTIMENTS, "count", "sum", "avg", "open", "high", "low", "close"]
    return [{name: getattr(value, name) for name in names} for value in values]


def series(
    ticker: str, seconds: int, *, start: int = 0, end: int = 2**33, limit: int = 10**6, axis: Axis = Axis.PUBLISHED
) -> list[BucketValue]:
    """Return the whole buckets of a series, and at the end the one that is cut."""
    page = get_timeseries([ticker], SeriesRange(Grid(seconds), start, end, axis=axis, limit=limit))
    line = page.series[ticker]
    return [*line.buckets, *([line.partial_bucket] if line.partial_bucket else [])]
