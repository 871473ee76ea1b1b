"""REST API of metrics and time series. Public."""

from collections.abc import Sequence
from functools import partial

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router

from common.errors import ErrorDetail
from common.kept_answers import Answer
from news.api.conditional import answer_from_log
from news.api.metrics_schemas import MetricsNow, SeriesByTicker, TickerSeries, paging, to_metrics, to_series
from news.api.schemas import encode_json
from news.log.reader import get_head, select_newest_visible, select_visible
from news.metrics.as_of import get_metrics_as_of, get_timeseries_as_of
from news.metrics.periods import Period, find_inexact_ends
from news.metrics.queries import get_metrics
from news.metrics.recent_items import select_newest_in
from news.metrics.timeseries import SeriesPage, get_timeseries
from news.params.items import Ticker, parse_as_of
from news.params.metrics import ALL_ITEMS, BucketRange, MetricsWindow, SeveralTickers
from news.search.items_as_of import select_newest_as_of

router = Router(tags=["news"])


@router.get(
    "/metrics",
    summary="Count items",
    response={200: MetricsNow, 304: None, 400: ErrorDetail, 422: ErrorDetail},
    auth=None,
)
def get_item_metrics(request: HttpRequest, response: HttpResponse, window: Query[MetricsWindow]) -> HttpResponse:
    """Count items by sentiment and ticker, and list the newest of them.

    With tickers their mentions are counted, each by its own sentiment: an item with two of them counts twice. A period
    is exact to the moment; where parts of the hours that it cuts were deleted, `complete_from` says from when on it
    would be.
    """
    return answer_from_log(request, response, partial(_build_metrics, window), moves_with_time=True)


def _build_metrics(window: MetricsWindow) -> Answer:
    tickers = window.keys
    if (as_of := parse_as_of(window.as_of)) is not None:
        period = window.get_period(as_of)
        metrics = get_metrics_as_of(as_of, tickers, period=period)
        recent_items = select_newest_as_of(as_of, period, tickers=tickers) if metrics.total else []
        return to_metrics(metrics, recent_items, tickers=tickers, complete_from=_find_complete_from(period, tickers))
    period = window.get_period()
    metrics = get_metrics(tickers, period=period)
    # Items after `head_seq` are not in the counts; the stream delivers them.
    if period is None:
        newest = select_newest_visible(get_head(), tickers=tickers, up_to=metrics.head_seq)
        return to_metrics(metrics, newest, tickers=tickers)
    items = select_visible().filter(seq__lte=metrics.head_seq)
    recent = select_newest_in(period, items, tickers=tickers) if metrics.total else []
    return to_metrics(metrics, recent, tickers=tickers, complete_from=_find_complete_from(period, tickers))


@router.get(
    "/timeseries",
    summary="Sentiment of several tickers over time",
    response={200: SeriesByTicker, 304: None, 400: ErrorDetail, 422: ErrorDetail},
    auth=None,
)
def get_several_series(
    request: HttpRequest, response: HttpResponse, tickers: Query[SeveralTickers], period: Query[BucketRange]
) -> HttpResponse:
    """Get a page of buckets for each of up to 20 tickers; `*` as the first of them stands for all items."""

    def build() -> Answer:
        keys = {name: "" if name == ALL_ITEMS else name for name in tickers.get_names()}
        page = _get_page([*keys.values()], period)
        series = {name: to_series(key, page) for name, key in keys.items()}
        answer = SeriesByTicker(resolution=period.resolution, series=series, **paging(page))
        return Answer((encode_json(answer),))

    return answer_from_log(request, response, build, moves_with_time=True)


@router.get(
    "/timeseries/{path:ticker}",  # BRK/B has a slash
    summary="Sentiment of a ticker over time",
    response={200: TickerSeries, 304: None, 400: ErrorDetail, 422: ErrorDetail},
    auth=None,
)
def get_series(
    request: HttpRequest, response: HttpResponse, ticker: Path[Ticker], period: Query[BucketRange]
) -> HttpResponse:
    """Get a page of buckets, oldest first. A ticker without items has no buckets."""

    def build() -> Answer:
        page = _get_page([ticker], period)
        series = dict(to_series(ticker, page))
        answer = TickerSeries(ticker=ticker, resolution=period.resolution, **series, **paging(page))
        return Answer((encode_json(answer),))

    return answer_from_log(request, response, build, moves_with_time=True)


def _find_complete_from(period: Period | None, tickers: Sequence[str]) -> int | None:
    return None if period is None else max(find_inexact_ends(period, tickers), default=None)


def _get_page(keys: Sequence[str], period: BucketRange) -> SeriesPage:
    as_of = parse_as_of(period.as_of)
    if as_of is None:
        return get_timeseries(keys, period.get_range())
    return get_timeseries_as_of(as_of, keys, period.get_range(as_of))
