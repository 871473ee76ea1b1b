"""Query metrics and time series from the buckets that `news.metrics.buckets` maintains.

The cost of a query depends on the number of tickers and the length of the period, never on the number of items.
"""

import time
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import groupby
from typing import Any, Literal

from django.db import connection

from common.time import format_time, utc_now
from news.log.cursor import Cursor
from news.metrics.bucket_value import ALL_TIME, HOUR, MINUTE, BucketValue, floor_time
from news.models import Axis, Bucket

DAY = 86_400
Resolution = Literal["1m", "5m", "15m", "30m", "1h", "24h"]
# Widths of the buckets of a time series, in seconds.
RESOLUTIONS: dict[Resolution, int] = {"1m": 60, "5m": 300, "15m": 900, "30m": 1800, "1h": 3600, "24h": DAY}
MAX_TICKER_COUNTS = 100
COUNTS = ("total", "positive", "neutral", "negative", "by_tag", "rate_last_hour", "rate_last_24h")


@dataclass(frozen=True, slots=True)
class Metrics:
    """Counts of items up to `head_seq`."""

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
        """The position in the log up to which items are counted."""
        return Cursor(self.generation, self.head_seq)

    def payload(self) -> dict[str, Any]:
        """Return the data of a `metrics` event."""
        counts = {name: getattr(self, name) for name in COUNTS}
        return {**counts, "timestamp": format_time(utc_now())}


def get_metrics(tickers: Collection[str] = (), *, hours: int | None = None) -> Metrics:
    """Query the counts of all items, or of those with any of `tickers`.

    With `hours` the counts cover that many hours up to now, to the minute; the rates always cover 1 and 24 hours.
    An item with several of the tickers counts once in the totals and once per ticker in `by_tag`.
    """
    times = _get_start_times(current_minute(), hours)
    keys = [*tickers]
    key_parameters: dict[str, str | int] = {f"key{n}": key for n, key in enumerate(keys)}
    statement = _make_statement(len(keys), is_all_time=hours is None)
    with connection.cursor() as cursor:
        cursor.execute(statement, {**key_parameters, **times})
        (_, generation, _, head_seq, _, _), *rows = sorted(cursor.fetchall(), key=lambda row: row[0] != "head")
    return _sum_rows(rows, {*keys}, generation=generation, head_seq=head_seq)


def get_timeseries(ticker: str, *, seconds: int, start: int, end: int, limit: int) -> list[BucketValue]:
    """Query the buckets of a ticker ("" for all items) by time of publication, oldest first, at most `limit`.

    `seconds` is the width of a bucket, a multiple of 60; `start` and `end` (exclusive) are Unix seconds. The buckets
    that contain them are included in full. Buckets without items are omitted.
    """
    stored_seconds = HOUR if seconds % HOUR == 0 else MINUTE
    rows = Bucket.objects.filter(
        axis=Axis.PUBLISHED,
        seconds=stored_seconds,
        key=ticker,
        start__gte=floor_time(start, seconds),
        start__lt=floor_time(end + seconds - 1, seconds),
    ).order_by("start")
    buckets: list[BucketValue] = []
    for bucket_start, members in groupby(rows.iterator(), key=lambda row: floor_time(row.start, seconds)):
        if len(buckets) == limit:
            break
        buckets.append(_merge(bucket_start, members))
    return buckets


def current_minute() -> int:
    """Return the start of the current minute, in Unix seconds. Rates are counted up to its end."""
    return floor_time(time.time(), MINUTE)


def limit_tickers(counts: Mapping[str, int]) -> dict[str, int]:
    """Return the MAX_TICKER_COUNTS tickers with the most items, largest first."""
    return dict(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:MAX_TICKER_COUNTS])


def _get_start_times(minute: int, hours: int | None) -> dict[str, int]:
    """Return the starts of the periods that end with `minute`, and of the first full hour in each."""
    lengths = {"hour": HOUR, "day": DAY, "window": (hours or 0) * HOUR}
    starts = {name: minute - length + MINUTE for name, length in lengths.items()}
    return starts | {f"{name}_hours": floor_time(start + HOUR - 1, HOUR) for name, start in starts.items()}


@cache
def _make_statement(key_count: int, *, is_all_time: bool) -> str:
    """Return the SQL for the metrics of `key_count` tickers, 0 for all.

    Raw SQL, because the ORM takes ten times as long to compile the query as the database takes to run it, and each
    stream runs it often. A single statement, so that the counts and the head are of one snapshot. A union, because each
    part is then one index scan; conditions joined by OR read all buckets.
    """
    parameters = ", ".join(f"%(key{n})s" for n in range(key_count))
    in_keys = f"IN ({parameters})"
    # Without tickers, rates are those of the key "", which counts all items.
    parts = _select_axis(
        Axis.APPENDED,
        rate_keys=in_keys if key_count else "= ''",
        count_keys=in_keys if key_count else "",
        is_all_time=is_all_time,
    )
    if key_count > 1:
        shared = f"IN (SELECT key FROM news_combination WHERE ticker {in_keys} GROUP BY key HAVING COUNT(*) > 1)"
        parts += _select_axis(Axis.TOGETHER, rate_keys=shared, count_keys=shared, is_all_time=is_all_time)
    head = "SELECT 'head', generation, '', seq, 0, 0 FROM news_loghead WHERE id = 1"
    return " UNION ALL ".join([head, *parts])


def _select_axis(axis: Axis, *, rate_keys: str, count_keys: str, is_all_time: bool) -> list[str]:
    """Return the SELECTs of the rates and counts on one axis. `count_keys` is "" for all keys."""
    rates = [_select("hour", axis, MINUTE, rate_keys, "start >= %(hour)s"), *_select_period("day", axis, rate_keys)]
    if is_all_time:
        return [*rates, _select("window", axis, ALL_TIME, count_keys, "start = 0")]
    # Lists all keys, so that the database seeks to the first minute of each instead of scanning the index.
    all_keys = f"IN (SELECT key FROM news_bucket WHERE axis = '{axis.value}' AND seconds = {ALL_TIME})"
    return [*rates, *_select_period("window", axis, count_keys or all_keys)]


def _select_period(name: str, axis: Axis, keys: str) -> list[str]:
    """Return the SELECTs of a period: minutes up to the first full hour, hours from there on."""
    return [
        _select(name, axis, MINUTE, keys, f"start >= %({name})s AND start < %({name}_hours)s"),
        _select(name, axis, HOUR, keys, f"start >= %({name}_hours)s"),
    ]


def _select(name: str, axis: Axis, seconds: int, keys: str, times: str) -> str:
    """Return the SELECT of the counts by key in the buckets of one length. `keys` and `times` are conditions."""
    condition = f"axis = '{axis.value}' AND seconds = {seconds} AND {times}" + (f" AND key {keys}" if keys else "")
    sums = ", ".join(f"CAST(SUM({sentiment}) AS BIGINT)" for sentiment in ("positive", "neutral", "negative"))
    return f"SELECT '{name}', '{axis.value}', key, {sums} FROM news_bucket WHERE {condition} GROUP BY key"


def _sum_rows(rows: Iterable[tuple[Any, ...]], tickers: set[str], *, generation: str, head_seq: int) -> Metrics:
    sentiments: Counter[str] = Counter()
    ticker_counts: Counter[str] = Counter()
    rates: Counter[str] = Counter()
    for period, axis, key, positive, neutral, negative in rows:
        count = positive + neutral + negative
        weight = _get_weight(axis, key, tickers)
        if period != "window":
            rates[period] += weight * count
            continue
        sentiments.update(positive=weight * positive, neutral=weight * neutral, negative=weight * negative)
        if count and key and axis == Axis.APPENDED:
            ticker_counts[key] += count
    return Metrics(
        generation,
        head_seq,
        total=sentiments.total(),
        positive=sentiments["positive"],
        neutral=sentiments["neutral"],
        negative=sentiments["negative"],
        by_tag=limit_tickers(ticker_counts),
        rate_last_hour=rates["hour"],
        rate_last_24h=rates["day"],
    )


def _get_weight(axis: str, key: str, tickers: set[str]) -> int:
    """Return the factor for the counts of `key` with which each item with any of `tickers` counts once in total."""
    if not tickers:
        return 1 if key == "" else 0
    if axis == Axis.APPENDED:
        return 1
    # Items with n of the tickers are counted n times by the keys of these tickers: subtract them n - 1 times.
    return 1 - len(tickers.intersection(key.split(",")))


def _merge(start: int, members: Iterator[Bucket]) -> BucketValue:
    merged: BucketValue | None = None
    for row in members:
        value = BucketValue.from_row(row)
        value.start = start
        if merged is None:
            merged = value
        else:
            merged.merge(value)
    assert merged is not None, "groupby yields no empty group"
    return merged
