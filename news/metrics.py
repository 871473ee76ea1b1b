"""Read metrics and time series, from the buckets that `news.rollup` keeps and from nothing else.

What a reading costs depends on the number of tickers and on the time asked for, never on the number of items.
"""

import time
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import groupby
from typing import Any

from django.db.models import Count, Q, QuerySet, Subquery, Sum, Value

from news.clock import format_time, utc_now
from news.cursor import Cursor
from news.models import Axis, Bucket, Combination, LogHead
from news.rollup import ALL_TIME, HOUR, MINUTE, Point, floor, point_of_row

DAY = 86_400
LARGEST_TAGS = 100


@dataclass(frozen=True, slots=True)
class Metrics:
    """Counts of items as they stood when the log's head was `head`."""

    epoch: str
    head: int
    total: int = 0
    positive: int = 0
    neutral: int = 0
    negative: int = 0
    by_tag: dict[str, int] = field(default_factory=dict)
    rate_last_hour: int = 0
    rate_last_24h: int = 0

    @property
    def cursor(self) -> Cursor:
        """The place in the log that the counts stand for."""
        return Cursor(self.epoch, self.head)

    def payload(self) -> dict[str, Any]:
        """Return what a `metrics` event carries."""
        counts = asdict(self)
        del counts["epoch"], counts["head"]
        return {**counts, "timestamp": format_time(utc_now())}


def read_metrics(tickers: Collection[str] = (), *, hours: int | None = None) -> Metrics:
    """Read the counts over all items, or over those with any of `tickers`.

    With `hours` the counts cover the last so many hours, to the minute; the rates always cover 1 and 24 hours.
    An item with several of the tickers counts once in the totals and once per ticker in `by_tag`.
    """
    # Read before the counts: where no bucket matches there was none at this head either, so zero is exact.
    head = LogHead.objects.get(pk=1)
    minute = floor(time.time(), MINUTE)
    parts = _parts(Axis.APPENDED, Q(key__in=tickers) if tickers else Q(), minute, hours)
    if len(tickers) > 1:
        parts += _parts(Axis.TOGETHER, Q(key__in=_shared_by(tickers)), minute, hours)
    # One statement, hence one snapshot for all the counts and the head that they stand for. A union, because each
    # part is then a walk along the index; conditions joined by OR would read every bucket there is.
    rows = list(parts[0].union(*parts[1:], all=True))
    return _add_up(rows, set(tickers), epoch=head.epoch, head=rows[0]["head"] if rows else head.seq)


def read_timeseries(ticker: str, *, seconds: int, start: int, end: int, limit: int) -> list[Point]:
    """Read the buckets of a ticker ("" for all items) by time of publication, oldest first, at most `limit`.

    `seconds` is the width of a bucket, a multiple of 60; `start` and `end` (exclusive) are Unix seconds. The buckets in
    which they lie are included whole. Buckets without items are left out.
    """
    width = HOUR if seconds % HOUR == 0 else MINUTE
    rows = Bucket.objects.filter(
        axis=Axis.PUBLISHED,
        seconds=width,
        key=ticker,
        start__gte=floor(start, seconds),
        start__lt=floor(end + seconds - 1, seconds),
    ).order_by("start")
    points: list[Point] = []
    for begin, members in groupby(rows.iterator(), key=lambda row: floor(row.start, seconds)):
        if len(points) == limit:
            break
        points.append(_merged(begin, members))
    return points


def _shared_by(tickers: Collection[str]) -> QuerySet[Combination, Any]:
    """Return the keys of the combinations that hold several of `tickers`."""
    held = Combination.objects.filter(ticker__in=tickers).values("key").annotate(count=Count("ticker"))
    return held.filter(count__gt=1).values("key")


def _parts(axis: Axis, keys: Q, minute: int, hours: int | None) -> list[QuerySet[Bucket, Any]]:
    """Return the reads whose rows make up the counts and the rates on one axis, over the buckets with `keys`."""
    # A rate over all items is the rate of the key that counts them all.
    rated = keys or Q(key="")
    rates = [
        _part("hour", axis, MINUTE, rated, start__gt=minute - HOUR),
        _part("day", axis, MINUTE, rated, start__gt=minute - DAY),
    ]
    if hours is None:
        return [*rates, _part("window", axis, ALL_TIME, keys)]
    begin = minute - hours * HOUR + MINUTE
    whole_hours = floor(begin + HOUR - 1, HOUR)
    if not keys:
        # Names every key, so that the index is entered at each key's first minute instead of walked from end to end.
        keys = Q(key__in=Bucket.objects.filter(axis=axis, seconds=ALL_TIME).values("key"))
    return [
        *rates,
        _part("window", axis, MINUTE, keys, start__gte=begin, start__lt=whole_hours),
        _part("window", axis, HOUR, keys, start__gte=whole_hours),
    ]


def _part(name: str, axis: Axis, seconds: int, keys: Q, **time: int) -> QuerySet[Bucket, Any]:
    """Return the counts by key of the buckets of one length in one stretch of time, each row marked with `name`."""
    rows = Bucket.objects.filter(keys, axis=axis, seconds=seconds, **time)
    return rows.values("axis", "key").annotate(
        part=Value(name),
        positives=Sum("positive"),
        neutrals=Sum("neutral"),
        negatives=Sum("negative"),
        head=Subquery(LogHead.objects.filter(pk=1).values("seq")[:1]),
    )


def _add_up(rows: Sequence[Mapping[str, Any]], tickers: set[str], *, epoch: str, head: int) -> Metrics:
    moods: Counter[str] = Counter()
    tags: Counter[str] = Counter()
    rates: Counter[str] = Counter()
    for row in rows:
        key, count = row["key"], row["positives"] + row["neutrals"] + row["negatives"]
        weight = _weight(row["axis"], key, tickers)
        if row["part"] != "window":
            rates[row["part"]] += weight * count
            continue
        for mood in ("positives", "neutrals", "negatives"):
            moods[mood] += weight * row[mood]
        if count and key and row["axis"] == Axis.APPENDED:
            tags[key] += count
    largest = sorted(tags.items(), key=lambda tag: (-tag[1], tag[0]))[:LARGEST_TAGS]
    return Metrics(
        epoch=epoch,
        head=head,
        total=moods.total(),
        positive=moods["positives"],
        neutral=moods["neutrals"],
        negative=moods["negatives"],
        by_tag=dict(largest),
        rate_last_hour=rates["hour"],
        rate_last_24h=rates["day"],
    )


def _weight(axis: str, key: str, tickers: set[str]) -> int:
    """Return how often the items of `key` must be added so that each item with any of `tickers` counts once."""
    if not tickers:
        return 1 if key == "" else 0
    if axis == Axis.APPENDED:
        return 1
    # An item with n of the tickers was counted n times by theirs: take it back n - 1 times.
    return 1 - len(tickers.intersection(key.split(",")))


def _merged(begin: int, members: Iterator[Bucket]) -> Point:
    merged: Point | None = None
    for row in members:
        point = point_of_row(row)
        point.start = begin
        if merged is None:
            merged = point
        else:
            merged.merge(point)
    assert merged is not None, "groupby gives no empty group"
    return merged
