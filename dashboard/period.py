"""The numbers of the period that the page shows, by the time of publication, beside those of the period before."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from common.time import format_time
from dashboard.query import PERIODS, PageQuery, TimeRange
from news.instruments.current import get_topics
from news.metrics.bucket_value import HOUR
from news.metrics.period_totals import PeriodTotals, get_period_totals
from news.metrics.periods import OPEN_END, Period, get_visible_axis
from news.metrics.queries import limit_tickers
from news.models import Axis, Bucket


@dataclass(frozen=True, slots=True)
class PeriodSummary:
    """Totals of a period and of the one of the same length before; None if news does not reach back that far."""

    time_range: TimeRange
    current: PeriodTotals
    previous: PeriodTotals | None

    def payload(self) -> dict[str, Any]:
        """Return the summary as JSON values for the page's scripts."""
        return {
            "start": _format(self.time_range.start),
            "end": _format(self.time_range.end),
            **_serialize_totals(self.current),
            "by_tag": limit_tickers(self.current.by_tag),
            "previous": _serialize_totals(self.previous) if self.previous else None,
        }


def get_period_summary(query: PageQuery) -> PeriodSummary:
    """Return the totals of the period that a page shows, of its tickers.

    Of a period up to now, the present minute counts as a whole: that before it consists of whole minutes, too.
    """
    time = query.get_range()
    if query.watchlist_id:  # its tickers are known to the scripts alone
        return PeriodSummary(time, PeriodTotals(), None)
    totals = get_period_totals(_to_period(time), query.tickers)
    if time.start is None:
        return PeriodSummary(time, totals, None)
    length = time.end - time.start if time.end else PERIODS[query.period].length
    before = _get_range_before(time.start, length) if length else None
    if before is None or not _has_news_since(before.start):
        return PeriodSummary(time, totals, None)
    return PeriodSummary(time, totals, get_period_totals(_to_period(before), query.tickers))


def _has_news_since(start: datetime | None) -> bool:
    """Return whether the first headline of all was published by the hour of `start`: a comparison is fair only then."""
    hours = Bucket.objects.filter(axis=get_visible_axis(Axis.PUBLISHED), seconds=HOUR, key="")
    first = hours.exclude(positive=0, neutral=0, negative=0).order_by("start").values_list("start", flat=True).first()
    return start is not None and first is not None and first <= start.timestamp()


def _get_range_before(start: datetime, length: timedelta) -> TimeRange | None:
    """Return the time of this length that ends at `start`; None if it would begin before the year 1."""
    try:
        return TimeRange(start - length, start)
    except OverflowError:
        return None


def _to_period(time: TimeRange) -> Period:
    start = time.start.timestamp() if time.start else 0
    return Period(Axis.PUBLISHED, max(0, start), time.end.timestamp() if time.end else OPEN_END)


def _serialize_totals(totals: PeriodTotals) -> dict[str, Any]:
    topics = get_topics()
    return {
        "total": totals.total,
        "positive": totals.positive,
        "neutral": totals.neutral,
        "negative": totals.negative,
        "average": totals.average,
        "instruments": sum(ticker not in topics for ticker in totals.by_tag),
    }


def _format(time: datetime | None) -> str | None:
    return format_time(time) if time else None
