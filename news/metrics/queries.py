"""Read metrics and time series, from the buckets that `news.metrics.buckets` keeps and from nothing else.

What a reading costs depends on the number of tickers and on the time asked for, never on the number of items.
"""

import time
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import groupby
from typing import Any

from django.db import connection

from common.time import format_time, utc_now
from news.log.cursor import Cursor
from news.metrics.buckets import ALL_TIME, HOUR, MINUTE, BucketValue, bucket_value_from_row, floor_time
from news.models import Axis, Bucket

DAY = 86_400
MAX_TICKER_COUNTS = 100
COUNTS = ("total", "positive", "neutral", "negative", "by_tag", "rate_last_hour", "rate_last_24h")


@dataclass(frozen=True, slots=True)
class Metrics:
    """Counts of items as they stood when the log's head was `head`."""

    generation: str
    head_seq: int
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
        return Cursor(self.generation, self.head_seq)

    def payload(self) -> dict[str, Any]:
        """Return what a `metrics` event carries."""
        counts = {name: getattr(self, name) for name in COUNTS}
        return {**counts, "timestamp": format_time(utc_now())}


def get_metrics(tickers: Collection[str] = (), *, hours: int | None = None) -> Metrics:
    """Read the counts over all items, or over those with any of `tickers`.

    With `hours` the counts cover the last so many hours, to the minute; the rates always cover 1 and 24 hours.
    An item with several of the tickers counts once in the totals and once per ticker in `by_tag`.
    """
    times = _times(current_minute(), hours)
    keys = [*tickers]
    given: dict[str, str | int] = {f"key{n}": key for n, key in enumerate(keys)}
    statement = _statement(len(keys), is_all_time=hours is None)
    with connection.cursor() as cursor:
        cursor.execute(statement, {**given, **times})
        (_, generation, _, head_seq, _, _), *rows = sorted(cursor.fetchall(), key=lambda row: row[0] != "head")
    return _sum_rows(rows, {*keys}, generation=generation, head_seq=head_seq)


def get_timeseries(ticker: str, *, seconds: int, start: int, end: int, limit: int) -> list[BucketValue]:
    """Read the buckets of a ticker ("" for all items) by time of publication, oldest first, at most `limit`.

    `seconds` is the width of a bucket, a multiple of 60; `start` and `end` (exclusive) are Unix seconds. The buckets in
    which they lie are included whole. Buckets without items are left out.
    """
    width = HOUR if seconds % HOUR == 0 else MINUTE
    rows = Bucket.objects.filter(
        axis=Axis.PUBLISHED,
        seconds=width,
        key=ticker,
        start__gte=floor_time(start, seconds),
        start__lt=floor_time(end + seconds - 1, seconds),
    ).order_by("start")
    points: list[BucketValue] = []
    for begin, members in groupby(rows.iterator(), key=lambda row: floor_time(row.start, seconds)):
        if len(points) == limit:
            break
        points.append(_merged(begin, members))
    return points


def current_minute() -> int:
    """Return the minute up to which rates count now, in Unix seconds."""
    return floor_time(time.time(), MINUTE)


def limit_tickers(tags: Mapping[str, int]) -> dict[str, int]:
    """Return the tags with the most items, largest first, as many as metrics show."""
    return dict(sorted(tags.items(), key=lambda tag: (-tag[1], tag[0]))[:MAX_TICKER_COUNTS])


def _times(minute: int, hours: int | None) -> dict[str, int]:
    """Return where the stretches of time begin that end with `minute`, and where their whole hours do."""
    spans = {"hour": HOUR, "day": DAY, "window": (hours or 0) * HOUR}
    begins = {name: minute - span + MINUTE for name, span in spans.items()}
    return begins | {f"{name}_hours": floor_time(begin + HOUR - 1, HOUR) for name, begin in begins.items()}


@cache
def _statement(keys: int, *, is_all_time: bool) -> str:
    """Return the statement that reads metrics over so many tickers, 0 for all.

    Raw SQL, because the ORM takes ten times as long to put it together as the database to answer it, and streams ask
    for it all the time. One statement, hence one snapshot for the counts and the head that they stand for. A union,
    because each part is then a walk along the index; conditions joined by OR would read every bucket there is.
    """
    named = ", ".join(f"%(key{n})s" for n in range(keys))
    # A rate over all items is the rate of the key that counts them all.
    parts = _parts(Axis.APPENDED, f"IN ({named})" if keys else "= ''", f"IN ({named})" if keys else "", is_all_time)
    if keys > 1:
        shared = f"IN (SELECT key FROM news_combination WHERE ticker IN ({named}) GROUP BY key HAVING COUNT(*) > 1)"
        parts += _parts(Axis.TOGETHER, shared, shared, is_all_time)
    head = "SELECT 'head', generation, '', seq, 0, 0 FROM news_loghead WHERE id = 1"
    return " UNION ALL ".join([head, *parts])


def _parts(axis: Axis, rated: str, keys: str, is_all_time: bool) -> list[str]:
    """Return the reads that make up the rates of the keys `rated`, and the counts of `keys`, "" for every key."""
    parts = [_part("hour", axis, MINUTE, rated, "start >= %(hour)s"), *_since("day", axis, rated)]
    if is_all_time:
        return [*parts, _part("window", axis, ALL_TIME, keys, "start = 0")]
    # Names every key, so that the index is entered at each key's first minute instead of walked from end to end.
    every = f"IN (SELECT key FROM news_bucket WHERE axis = '{axis.value}' AND seconds = {ALL_TIME})"
    return [*parts, *_since("window", axis, keys or every)]


def _since(name: str, axis: Axis, keys: str) -> list[str]:
    """Return the reads of a stretch of time: its first minutes, and from there whole hours."""
    return [
        _part(name, axis, MINUTE, keys, f"start >= %({name})s AND start < %({name}_hours)s"),
        _part(name, axis, HOUR, keys, f"start >= %({name}_hours)s"),
    ]


def _part(name: str, axis: Axis, seconds: int, keys: str, time: str) -> str:
    """Return the read of the counts by key of the buckets of one length in one stretch of time."""
    which = f"axis = '{axis.value}' AND seconds = {seconds} AND {time}" + (f" AND key {keys}" if keys else "")
    sums = ", ".join(f"CAST(SUM({mood}) AS BIGINT)" for mood in ("positive", "neutral", "negative"))
    return f"SELECT '{name}', '{axis.value}', key, {sums} FROM news_bucket WHERE {which} GROUP BY key"


def _sum_rows(rows: Iterable[tuple[Any, ...]], tickers: set[str], *, generation: str, head_seq: int) -> Metrics:
    moods: Counter[str] = Counter()
    tags: Counter[str] = Counter()
    rates: Counter[str] = Counter()
    for part, axis, key, positive, neutral, negative in rows:
        count = positive + neutral + negative
        weight = _weight(axis, key, tickers)
        if part != "window":
            rates[part] += weight * count
            continue
        moods.update(positive=weight * positive, neutral=weight * neutral, negative=weight * negative)
        if count and key and axis == Axis.APPENDED:
            tags[key] += count
    return Metrics(
        generation,
        head_seq,
        total=moods.total(),
        positive=moods["positive"],
        neutral=moods["neutral"],
        negative=moods["negative"],
        by_tag=limit_tickers(tags),
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


def _merged(begin: int, members: Iterator[Bucket]) -> BucketValue:
    merged: BucketValue | None = None
    for row in members:
        point = bucket_value_from_row(row)
        point.start = begin
        if merged is None:
            merged = point
        else:
            merged.merge(point)
    assert merged is not None, "groupby gives no empty group"
    return merged
