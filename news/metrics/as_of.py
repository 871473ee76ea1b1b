"""Metrics and time series as of an earlier seq: today's buckets, corrected for items appended or changed since.

Such items are counted one by one, in the state that they had.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import islice

from django.db.models import Min

from news.log.as_of import AsOfError, LogPoint, select_states_as_of, select_states_as_of_where
from news.log.reader import LoggedState, get_head, get_seq_before
from news.metrics.bucket_value import HOUR, MINUTE, BucketValue, floor_time, merge_values
from news.metrics.counted_items import (
    TIME_FIELDS,
    build_time_conditions,
    choose_axis,
    get_time,
    is_counted,
    list_scores,
    select_scores,
    to_datetime,
)
from news.metrics.periods import OPEN_END, Period
from news.metrics.queries import DAY, Metrics, limit_tickers, select_counts
from news.metrics.timeseries import Series, SeriesPage, SeriesRange, get_timeseries
from news.models import Axis, Item, ItemRevision, LogHead, Sentiment

STATES_PER_QUERY = 2_000
MAX_STATES = 20_000  # items that one call counts one by one, which takes about a second
Counts = Counter[tuple[str, str]]  # by key and sentiment


def get_metrics_as_of(as_of: LogPoint, tickers: Collection[str] = (), *, period: Period | None = None) -> Metrics:
    """Query metrics as `news.metrics.queries.get_metrics` would have returned them; the rates end with that minute."""
    minute = floor_time(as_of.time.timestamp(), MINUTE)
    if period is not None:
        period = replace(period, axis=choose_axis(period.axis, shows_samples=as_of.shows_samples))
    counts = _count(as_of, period)
    arrivals = choose_axis(Axis.APPENDED, shows_samples=as_of.shows_samples)
    rates = [_count(as_of, Period(arrivals, minute - length + MINUTE, minute + MINUTE)) for length in (HOUR, DAY)]
    keys = [*tickers] or [""]
    sentiments = {sentiment: sum(counts[key, sentiment] for key in keys) for sentiment in Sentiment.values}
    by_ticker: Counter[str] = Counter()
    for (key, _), count in counts.items():
        if key and (not tickers or key in tickers):
            by_ticker[key] += count
    hour, day = (sum(count for (key, _), count in rate.items() if key in keys) for rate in rates)
    return Metrics(
        as_of.generation,
        as_of.seq,
        total=sum(sentiments.values()),
        **sentiments,
        by_tag=limit_tickers(+by_ticker),
        rate_last_hour=hour,
        rate_last_24h=day,
        shows_samples=as_of.shows_samples,
    )


def get_timeseries_as_of(as_of: LogPoint, keys: Sequence[str], page: SeriesRange) -> SeriesPage:
    """Query a page of series as `get_timeseries` would have returned it."""
    now = as_of.time.timestamp()
    page = replace(page, axis=choose_axis(page.axis, shows_samples=as_of.shows_samples))
    stored = get_timeseries(keys, page, now=now)
    grid, axis = page.grid, page.axis
    current = grid.floor(now)
    end = grid.next(current) if page.end is None else min(page.end, grid.next(current))
    whole_end = min(grid.floor(end), current)
    page_end = end if stored.next_start is None else stored.next_start
    changed = _ChangedBuckets(as_of, page, Period(axis, grid.floor(_get_start(page)), page_end))
    series = {}
    for key in keys:
        buckets = {bucket.start: bucket for bucket in stored.series[key].buckets}
        partial = stored.series[key].partial_bucket
        for start in changed.starts:
            if start >= whole_end:
                partial = changed.get_value(key, start, min(grid.next(start), end), partial)
            elif value := changed.get_value(key, start, grid.next(start), buckets.pop(start, None)):
                buckets[start] = value
        series[key] = Series([buckets[start] for start in sorted(buckets)], partial)
    return _limit_page(replace(stored, series=series), page.limit)


def find_first_change(as_of: LogPoint, axis: Axis) -> float | None:
    """Return the first time that an axis counted as of a place and may not count any more; None if there is none."""
    changed = ItemRevision.objects.filter(seq__lte=as_of.seq, next_seq__gt=as_of.seq)
    first: datetime | None = changed.aggregate(time=Min(TIME_FIELDS[axis]))["time"]
    return None if first is None else first.timestamp()


def _get_start(page: SeriesRange) -> float:
    return page.start if page.after is None else page.after


class _ChangedBuckets:
    """Buckets of a period whose counts differ between then and now, by their `starts`.

    Errors: AsOfError if too many items changed since then, or if these buckets have too many items.
    """

    def __init__(self, as_of: LogPoint, page: SeriesRange, period: Period) -> None:
        self._as_of = as_of
        self._page = page
        affected = _find_changed(as_of, period)
        self._before, self._after = (
            self._group(state for state in select_states_as_of(affected, seq).values() if _is_in_period(state, period))
            for seq in (as_of.seq, get_head().seq)
        )
        self.starts = sorted({*self._before, *self._after})
        self._states: dict[int, list[LoggedState]] = {}
        self._states_left = MAX_STATES

    def get_value(self, key: str, start: int, end: float, stored: BucketValue | None) -> BucketValue | None:
        """Return the value of a key between two times; `stored` is what the buckets have.

        If retention deleted items, only counts and sum are historical.
        """
        if start not in self._states:
            self._states[start] = self._select_states(start, end)
        adjusted = BucketValue.empty(start) if stored is None else stored.copy()
        for states, sign in ((self._after, -1), (self._before, 1)):
            for value in self._values_of(states.get(start, ()), key, end):
                adjusted.positive += sign * value.positive
                adjusted.neutral += sign * value.neutral
                adjusted.negative += sign * value.negative
                adjusted.sum += sign * value.sum
        recounted = merge_values(self._values_of(self._states[start], key, end), start)
        if adjusted.count > (recounted.count if recounted else 0):
            return adjusted
        return recounted or (BucketValue.empty(start) if self._page.is_filled else None)

    def _group(self, states: Iterable[LoggedState]) -> dict[int, list[LoggedState]]:
        """Return states by the start of their bucket."""
        groups: dict[int, list[LoggedState]] = {}
        for state in states:
            groups.setdefault(self._page.grid.floor(get_time(state, self._page.axis)), []).append(state)
        return groups

    def _select_states(self, start: int, end: float) -> list[LoggedState]:
        axis = self._page.axis
        states = select_states_as_of_where(
            self._as_of.seq, limit=self._states_left + 1, **build_time_conditions(axis, start, end)
        ).values()
        self._states_left -= len(states)
        if self._states_left < 0:
            raise AsOfError(f"the buckets that changed since have more than {MAX_STATES:,} items; give a shorter range")
        return sorted((state for state in states if is_counted(state, axis)), key=lambda state: state.seq)

    def _values_of(self, states: Iterable[LoggedState], key: str, end: float) -> Iterator[BucketValue]:
        for state in states:
            time = get_time(state, self._page.axis)
            if time < end:
                yield from (BucketValue.from_counted(score, time) for score in select_scores(state, key))


def _limit_page(page: SeriesPage, limit: int) -> SeriesPage:
    """Return a page without the buckets beyond the limit: those that are empty by now came in addition."""
    ends = [series.buckets[limit].start for series in page.series.values() if len(series.buckets) > limit]
    if not ends:
        return page
    end = min(ends)
    series = {
        key: Series([bucket for bucket in values.buckets if bucket.start < end], None)
        for key, values in page.series.items()
    }
    return SeriesPage(series, end, page.complete_from)


def _select_in(as_of: LogPoint, axis: Axis, start: float, end: float) -> list[LoggedState]:
    """Return the states that an axis counts between two times."""
    states = select_states_as_of_where(as_of.seq, **build_time_conditions(axis, start, end)).values()
    return [state for state in states if is_counted(state, axis)]


def _count(as_of: LogPoint, period: Period | None) -> Counts:
    """Count all keys in a period, or in all time, as of a place."""
    end = floor_time(as_of.time.timestamp(), MINUTE) + MINUTE
    if period is not None and not period.axis.is_by_publication:
        period = replace(period, end=min(period.end, end))
    counts: Counts = Counter()
    if period is not None and period.start >= period.end:
        return counts
    if period is not None:
        for start, cut_end in period.partial_minutes:
            _add(counts, _select_in(as_of, period.axis, start, cut_end))
        period = replace(period, start=period.minutes[0], end=period.minutes[1])
    # All of one snapshot, and the items then as of its head.
    parts: list[tuple[Period | None, int]] = [(period, 1)]
    if period is None:
        later = (Axis.SAMPLE_APPENDED,) if as_of.shows_samples else (Axis.APPENDED, Axis.HISTORICAL)
        parts += [(Period(axis, end, OPEN_END), -1) for axis in later]
    head_seq, rows = select_counts([part for part, _ in parts], shows_samples=as_of.shows_samples)
    for index, key, *sentiments in rows:
        for sentiment, count in zip(Sentiment.values, sentiments, strict=True):
            counts[key, sentiment] += parts[index][1] * count
    affected = iter(_find_affected(as_of, period, head_seq))
    while pks := list(islice(affected, STATES_PER_QUERY)):
        for seq, sign in ((head_seq, -1), (as_of.seq, 1)):
            states = select_states_as_of(pks, seq).values()
            if period is None:
                _add(counts, (state for state in states if _is_in_all_time(state, end, as_of)), sign)
            else:
                _add(counts, (state for state in states if _is_in_period(state, period)), sign)
    return counts


def _add(counts: Counts, states: Iterable[LoggedState], sign: int = 1) -> None:
    for state in states:
        for key, score in list_scores(state):
            counts[key, score.sentiment] += sign


def _is_in_all_time(state: LoggedState, end: int, as_of: LogPoint) -> bool:
    return state.is_sample is as_of.shows_samples and state.first_appended_at.timestamp() < end


def _is_in_period(state: LoggedState, period: Period) -> bool:
    return is_counted(state, period.axis) and period.start <= get_time(state, period.axis) < period.end


def _find_affected(as_of: LogPoint, period: Period | None, head_seq: int) -> set[int]:
    """Return primary keys of items that the buckets, up to the end of that minute, count otherwise than then."""
    if period is not None and period.axis.is_by_publication:
        return _find_changed(as_of, period)
    changed = ItemRevision.objects.filter(seq__lte=as_of.seq, next_seq__gt=as_of.seq)
    # In the rest of the minute. Does not handle a clock that was set back.
    end = to_datetime(floor_time(as_of.time.timestamp(), MINUTE) + MINUTE)
    last = min(head_seq, get_seq_before(end, LogHead(seq=head_seq)))
    since = {"seq__gt": as_of.seq, "seq__lte": last, "revision": 0}
    return {
        *changed.values_list("current_id", flat=True),
        *Item.with_withdrawn.filter(**since).values_list("pk", flat=True),
        *ItemRevision.objects.filter(**since).values_list("current_id", flat=True),
    }


def _find_changed(as_of: LogPoint, period: Period) -> set[int]:
    """Return the primary keys of items with a time in a period, then or since, that were appended or changed since.

    Errors: AsOfError for more than MAX_STATES.
    """
    inside = build_time_conditions(period.axis, period.start, period.end)
    items = Item.with_withdrawn.filter(**inside, seq__gt=as_of.seq).order_by().values_list("pk", flat=True)
    revisions = ItemRevision.objects.filter(**inside, next_seq__gt=as_of.seq).order_by()
    pks = {*items[: MAX_STATES + 1], *revisions.values_list("current_id", flat=True)[: MAX_STATES + 1]}
    if len(pks) > MAX_STATES:
        raise AsOfError(f"more than {MAX_STATES:,} items changed since then; give a shorter period, or a later as_of")
    return pks
