"""REST API of metrics and time series. Public."""

from collections.abc import Sequence
from datetime import timedelta

from django.http import HttpRequest
from ninja import Path, Query, Router

from common.errors import ErrorDetail
from common.time import utc_now
from news.api.metrics_params import ALL_ITEMS, BucketRange, MetricsWindow, SeriesKeys
from news.api.metrics_schemas import MetricsNow, Series, SeriesByTicker, TickerSeries, to_bucket, to_metrics
from news.api.params import Ticker
from news.log.reader import select_newest
from news.metrics.bucket_value import floor_time
from news.metrics.queries import get_metrics, get_timeseries
from news.models import Item

router = Router(tags=["news"])


@router.get("/metrics", summary="Count items", response={200: MetricsNow, 422: ErrorDetail}, auth=None)
def get_item_metrics(request: HttpRequest, window: Query[MetricsWindow]) -> MetricsNow:
    """Count items by sentiment and ticker, and list the newest of them."""
    tickers = window.ticker or []
    metrics = get_metrics(tickers, hours=window.hours)
    return to_metrics(metrics, _get_recent_items(tickers, hours=window.hours, head_seq=metrics.head_seq))


@router.get(
    "/timeseries",
    summary="Sentiment of several tickers over time",
    response={200: SeriesByTicker, 422: ErrorDetail},
    auth=None,
)
def get_several_series(request: HttpRequest, tickers: Query[SeriesKeys], period: Query[BucketRange]) -> SeriesByTicker:
    """Get a page of buckets for each of up to 20 tickers; `*` as the first of them stands for all items."""
    keys = {ticker: "" if ticker == ALL_ITEMS else ticker for ticker in tickers}
    return SeriesByTicker(
        resolution=period.resolution, series={ticker: _get_series(key, period) for ticker, key in keys.items()}
    )


@router.get(
    "/timeseries/{ticker}",
    summary="Sentiment of a ticker over time",
    response={200: TickerSeries, 422: ErrorDetail},
    auth=None,
)
def get_series(request: HttpRequest, ticker: Path[Ticker], period: Query[BucketRange]) -> TickerSeries:
    """Get a page of buckets, oldest first. A ticker without items has no buckets."""
    series = _get_series(ticker, period)
    return TickerSeries(ticker=ticker, resolution=period.resolution, **dict(series))


def _get_recent_items(tickers: Sequence[str], *, hours: int | None, head_seq: int) -> list[Item]:
    # Items after `head_seq` are not in the counts; the stream delivers them.
    items = Item.objects.filter(seq__lte=head_seq).order_by("-seq")
    if hours is not None:
        # In the order of the index on the time.
        items = items.filter(appended_at__gte=utc_now() - timedelta(hours=hours)).order_by("-appended_at", "-pk")
    return select_newest(items, tickers=tickers)


def _get_series(ticker: str, period: BucketRange) -> Series:
    start, end = period.bounds
    seconds = period.seconds
    current = floor_time(utc_now().timestamp(), seconds)  # start of the bucket that is still incomplete
    complete = get_timeseries(ticker, seconds=seconds, start=start, end=min(end, current), limit=period.limit + 1)
    partial = []
    if start < current + seconds and current < end:
        partial = get_timeseries(
            ticker, seconds=seconds, start=max(start, current), end=min(end, current + seconds), limit=1
        )
    return Series(
        buckets=[to_bucket(value) for value in complete[: period.limit]],
        partial_bucket=to_bucket(partial[0]) if partial else None,
        next_cursor=str(complete[period.limit].start) if len(complete) > period.limit else None,
    )
