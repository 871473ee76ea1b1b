"""Sum up a period: counts by sentiment, the average of the values, and the tickers that were mentioned."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from functools import cache

from django.db import connection

from news.metrics.bucket_value import ALL_TIME, HOUR, MINUTE
from news.metrics.counted_items import choose_axis, list_scores
from news.metrics.periods import ALL_KEYS, OPEN_END, Period, get_visible_axis
from news.models import Axis, Sentiment


@dataclass(slots=True)
class PeriodTotals:
    """Counts of items, or with tickers of their mentions, each by what the headline says of that ticker.

    value_sum: sum of the sentiment values. by_tag: number of mentions of each ticker.
    """

    positive: int = 0
    neutral: int = 0
    negative: int = 0
    value_sum: float = 0.0
    by_tag: Counter[str] = field(default_factory=Counter)

    @property
    def total(self) -> int:
        """All items or mentions."""
        return self.positive + self.neutral + self.negative

    @property
    def average(self) -> float | None:
        """The mean of the sentiment values, -1..1; None without items."""
        return self.value_sum / self.total if self.total else None

    def add(self, key: str, counts: Iterable[int], value_sum: float, *, is_filtered: bool) -> None:
        """Add what one key has: a ticker, or "" for all items, which without a filter are the total."""
        positive, neutral, negative = counts
        if is_filtered or not key:
            self.positive += positive
            self.neutral += neutral
            self.negative += negative
            self.value_sum += value_sum
        if key:
            self.by_tag[key] += positive + neutral + negative


def get_period_totals(period: Period, tickers: Collection[str] = ()) -> PeriodTotals:
    """Query the totals of a period. Reads the hours and minutes inside, and the items in parts of minutes.

    Of all time by publication, reads one row a key: it has the same items as all time by arrival.
    """
    axis = get_visible_axis(period.axis)
    period = Period(axis, period.start, period.end)
    keys = [*tickers]
    totals = PeriodTotals()
    with connection.cursor() as cursor:
        cursor.execute(_make_statement(len(keys), axis, _is_all_time(period)), _get_parameters(period, keys))
        rows = cursor.fetchall()
    for key, *counts, value_sum in rows:
        totals.add(key, counts, value_sum, is_filtered=bool(keys))
    for item in period.select_partial_minute_items():
        for key, score in list_scores(item):
            if not keys or key in keys:
                counts = [score.sentiment == sentiment for sentiment in Sentiment.values]
                totals.add(key, counts, score.value, is_filtered=bool(keys))
    totals.by_tag = +totals.by_tag  # without keys of which nothing is left
    return totals


def _is_all_time(period: Period) -> bool:
    return period.axis.is_by_publication and period.start == 0 and period.end == OPEN_END


def _get_parameters(period: Period, keys: Collection[str]) -> dict[str, str | int]:
    (start, end), (first_hour, last_hour) = period.minutes, period.hours
    times = {"start": start, "first_hour": first_hour, "last_hour": last_hour, "end": end}
    return times | {f"key{number}": key for number, key in enumerate(keys)}


@cache
def _make_statement(key_count: int, axis: Axis, is_all_time: bool) -> str:
    """Return the SQL: a union, because each part is one index scan; all of one snapshot."""
    arrivals = choose_axis(Axis.APPENDED, shows_samples=axis.is_of_samples)
    of_all = ALL_KEYS.format(axis=f"'{arrivals.value}'")
    condition = f"key IN ({', '.join(f'%(key{number})s' for number in range(key_count)) or of_all})"
    counts = ", ".join(f"CAST(SUM({name}) AS BIGINT)" for name in Sentiment.values)
    if is_all_time:
        keys = f" AND {condition}" if key_count else ""
        return (
            f"SELECT key, {counts}, SUM(total) FROM news_bucket WHERE axis = '{arrivals.value}'"  # noqa: S608 - as below
            f" AND seconds = {ALL_TIME} AND start = 0{keys} GROUP BY key"
        )
    return " UNION ALL ".join(
        f"SELECT key, {counts}, SUM(total) FROM news_bucket WHERE axis = '{axis.value}'"  # noqa: S608 - our own names
        f" AND seconds = {seconds} AND start >= %({first})s AND start < %({last})s AND {condition} GROUP BY key"
        for seconds, first, last in (
            (MINUTE, "start", "first_hour"),
            (HOUR, "first_hour", "last_hour"),
            (MINUTE, "last_hour", "end"),
        )
    )
