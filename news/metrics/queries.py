"""Query metrics from the buckets that `news.metrics.buckets` maintains.

The cost of a query depends on the number of tickers and the length of the period, never on the number of items.
"""

import time
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from operator import itemgetter
from typing import Any

from django.db import connection

from common.time import format_time, utc_now
from news.log.cursor import Cursor
from news.metrics.bucket_value import ALL_TIME, HOUR, MINUTE, floor_time
from news.metrics.counted_items import choose_axis, list_scores
from news.metrics.periods import ALL_KEYS, Period, ceil_time
from news.models import Axis, Sentiment

DAY = 86_400
MAX_TICKER_COUNTS = 100
SHOWS_SAMPLES = "CASE WHEN first_real_seq IS NULL AND sample_removals = 0 THEN 1 ELSE 0 END"  # as in LogHead
COUNTS = ("total", "positive", "neutral", "negative", "by_tag", "rate_last_hour", "rate_last_24h")


@dataclass(frozen=True, slots=True)
class Metrics:
    """Counts of items, or with a filter of mentions of its tickers, up to `head_seq`."""

    generation: str
    head_seq: int
    total: int = 0
    positive: int = 0
    neutral: int = 0
    negative: int = 0
    by_tag: dict[str, int] = field(default_factory=dict)
    rate_last_hour: int = 0
    rate_last_24h: int = 0
    shows_samples: bool = False  # whether samples are counted, as there is no real item

    @property
    def cursor(self) -> Cursor:
        """The position in the log up to which items are counted."""
        return Cursor(self.generation, self.head_seq)

    def payload(self) -> dict[str, Any]:
        """Return the data of a `metrics` event."""
        counts = {name: getattr(self, name) for name in COUNTS}
        return {**counts, "timestamp": format_time(utc_now())}


def get_metrics(tickers: Collection[str] = (), *, hours: int | None = None, period: Period | None = None) -> Metrics:
    """Return counts of all items, or of mentions of `tickers`.

    An item counts once per matching ticker, with that ticker's sentiment.
    The counts cover a period, or the last `hours` by arrival, or all time. The rates always cover the 60 minutes and
    the 24 hours that end with the current minute, by arrival.
    """
    period = get_last_hours(hours) if hours else period
    keys = [*tickers]
    parameters: dict[str, str | int] = {f"key{n}": key for n, key in enumerate(keys)}
    statement = _make_statement(len(keys), period.axis if period else None)
    with connection.cursor() as cursor:
        cursor.execute(statement, {**parameters, **_get_times(period)})
        (_, generation, head_seq, shows_samples, _), *rows = sorted(cursor.fetchall(), key=lambda row: row[0] != "head")
    if period is not None:
        period = replace(period, axis=choose_axis(period.axis, shows_samples=bool(shows_samples)))
    rows += _count_partial_minute_items(period, keys, head_seq)
    start = Metrics(generation, head_seq, shows_samples=bool(shows_samples))
    return _sum_rows(rows, start, is_filtered=bool(keys))


def select_counts(
    periods: Sequence[Period | None], *, shows_samples: bool = False
) -> tuple[int, list[tuple[Any, ...]]]:
    """Return the head of the log, and for each period (None: all time) rows of its index, a key and its counts.

    All of one snapshot. The periods consist of whole minutes. Of all time, with `shows_samples`, samples are counted.
    """
    arrivals = choose_axis(Axis.APPENDED, shows_samples=shows_samples)
    statements = []
    parameters: dict[str, int] = {}
    for index, period in enumerate(periods):
        times = _get_period_times(period)
        axis = f"'{period.axis.value}'" if period else None
        statement = " UNION ALL ".join(_select_window(0, axis, arrivals=f"'{arrivals.value}'"))
        for name in times:
            statement = statement.replace(f"%({name})s", f"%({name}_{index})s")
        statements.append(statement.replace("'window'", str(index)))
        parameters |= {f"{name}_{index}": time for name, time in times.items()}
    head = "SELECT -1, '', seq, 0, 0 FROM news_loghead WHERE id = 1"
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join([head, *statements]), parameters)
        (_, _, head_seq, _, _), *rows = sorted(cursor.fetchall(), key=lambda row: row[0])
    return head_seq, rows


def get_last_hours(hours: int, axis: Axis = Axis.APPENDED, *, now: float | None = None) -> Period:
    """Return the period of so many hours that ends with the current minute, or with that of `now` (Unix seconds)."""
    minute = get_current_minute() if now is None else floor_time(now, MINUTE)
    return Period(axis, minute - hours * HOUR + MINUTE)


def get_current_minute() -> int:
    """Return the start of the current minute, in Unix seconds. Rates are counted up to its end."""
    return floor_time(time.time(), MINUTE)


def limit_tickers(counts: Mapping[str, int]) -> dict[str, int]:
    """Return the MAX_TICKER_COUNTS tickers with the most items, largest first."""
    by_name = sorted(counts.items())
    return dict(sorted(by_name, key=itemgetter(1), reverse=True)[:MAX_TICKER_COUNTS])


def _get_times(period: Period | None) -> dict[str, int]:
    """Return the times at which the periods of a statement begin, change from minutes to hours and back, and end."""
    times: dict[str, int] = {}
    for name, length in (("hour", HOUR), ("day", DAY)):
        start = get_current_minute() - length + MINUTE
        times |= {name: start, f"{name}_hours": ceil_time(start, HOUR)}
    return times | _get_period_times(period)


def _get_period_times(period: Period | None) -> dict[str, int]:
    if period is None:
        return {}
    (start, end), (first_hour, last_hour) = period.minutes, period.hours
    return {"window": start, "window_hours": first_hour, "window_last": last_hour, "window_end": end}


@cache
def _make_statement(key_count: int, axis: Axis | None) -> str:
    """Return the SQL for the metrics of `key_count` tickers, 0 for all, in a period on `axis`, None for all time.

    Raw SQL, because the ORM takes ten times as long to compile the query as the database takes to run it, and each
    stream runs it often. A single statement, so that the counts and the head are of one snapshot. A union, because each
    part is then one index scan; conditions joined by OR read all buckets.
    """
    rate_keys = _in_keys(key_count) if key_count else "= ''"
    arrivals = make_axis_sql(Axis.APPENDED)
    parts = [
        f"SELECT 'head', generation, seq, {SHOWS_SAMPLES}, 0 FROM news_loghead WHERE id = 1",
        _select("hour", arrivals, MINUTE, rate_keys, "start >= %(hour)s"),
        _select("day", arrivals, MINUTE, rate_keys, "start >= %(day)s AND start < %(day_hours)s"),
        _select("day", arrivals, HOUR, rate_keys, "start >= %(day_hours)s"),
    ]
    return " UNION ALL ".join(
        [*parts, *_select_window(key_count, make_axis_sql(axis) if axis else None, arrivals=arrivals)]
    )


def make_axis_sql(axis: Axis) -> str:
    """Return SQL that picks the axis of what is shown in the counts' own snapshot."""
    of_samples = choose_axis(axis, shows_samples=True)
    return (
        f"(SELECT CASE {SHOWS_SAMPLES} WHEN 1 THEN '{of_samples.value}' ELSE '{axis.value}' END"
        " FROM news_loghead WHERE id = 1)"
    )


def _select_window(key_count: int, axis: str | None, *, arrivals: str) -> list[str]:
    """Return the SELECTs that together count a period, or all time. `axis` and `arrivals` are SQL."""
    in_keys = _in_keys(key_count)
    if axis is None:
        return [_select("window", arrivals, ALL_TIME, in_keys if key_count else "", "start = 0")]
    return [
        _select(
            "window",
            axis,
            seconds,
            in_keys if key_count else f"IN ({ALL_KEYS.format(axis=arrivals)})",
            f"start >= %({start})s AND start < %({end})s",
        )
        for seconds, start, end in (
            (MINUTE, "window", "window_hours"),
            (HOUR, "window_hours", "window_last"),
            (MINUTE, "window_last", "window_end"),
        )
    ]


def _in_keys(key_count: int) -> str:
    return f"IN ({', '.join(f'%(key{n})s' for n in range(key_count))})"


def _select(name: str, axis: str, seconds: int, keys: str, times: str) -> str:
    """Return the SELECT of the counts by key in the buckets of one length. `keys` and `times` are conditions."""
    condition = f"axis = {axis} AND seconds = {seconds} AND {times}" + (f" AND key {keys}" if keys else "")
    sums = ", ".join(f"CAST(SUM({sentiment}) AS BIGINT)" for sentiment in Sentiment.values)
    return f"SELECT '{name}', key, {sums} FROM news_bucket WHERE {condition} GROUP BY key"


def _count_partial_minute_items(
    period: Period | None, keys: Collection[str], head_seq: int
) -> Iterable[tuple[Any, ...]]:
    """Yield rows like the statement's for items in partial minutes, up to `head_seq`."""
    for item in period.select_partial_minute_items() if period else ():
        if item.seq <= head_seq:
            for key, score in list_scores(item):
                if not keys or key in keys:
                    counts = [score.sentiment == sentiment for sentiment in Sentiment.values]
                    yield ("window", key, *counts)


def _sum_rows(rows: Iterable[tuple[Any, ...]], start: Metrics, *, is_filtered: bool) -> Metrics:
    """Return `start` with the counts of rows of period, key and counts. Unfiltered totals are those of the key ""."""
    sentiments: Counter[str] = Counter()
    ticker_counts: Counter[str] = Counter()
    rates: Counter[str] = Counter()
    for label, key, positive, neutral, negative in rows:
        count = positive + neutral + negative
        if label != "window":
            rates[label] += count
            continue
        if is_filtered or not key:
            sentiments.update(positive=positive, neutral=neutral, negative=negative)
        if count and key:
            ticker_counts[key] += count
    return replace(
        start,
        total=sentiments.total(),
        positive=sentiments["positive"],
        neutral=sentiments["neutral"],
        negative=sentiments["negative"],
        by_tag=limit_tickers(ticker_counts),
        rate_last_hour=rates["hour"],
        rate_last_24h=rates["day"],
    )
