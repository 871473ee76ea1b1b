"""The REST calls about items, metrics and time series.

Reading is public. Posting asks for whatever authentication the router is mounted with, which must set `request.auth`.
"""

import json
import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest
from ninja import Path, Query, Router, Status
from ninja.errors import HttpError

from common.errors import ErrorDetail
from common.rate_limit import RateLimit, token_key
from common.request_body import parse_json_object
from common.time import utc_now
from news.api.params import ALL_ITEMS, BucketRange, ItemFilters, MetricsWindow, SeriesKeys, Ticker
from news.api.schemas import (
    MAX_POST_RECORDS,
    POST_BODY,
    ItemFull,
    ItemPage,
    MetricsNow,
    PostResult,
    RejectedPost,
    RejectedRecord,
    Series,
    SeriesByTicker,
    TickerSeries,
    to_brief,
    to_bucket,
    to_full,
    to_metrics,
)
from news.ingest.pipeline import BatchResult, ingest_records
from news.metrics.queries import get_metrics, get_timeseries
from news.models import Item

RECENT_ITEMS = 20
ITEM_ID = re.compile(r"[0-9a-f-]{36}")

router = Router(tags=["news"])


@router.post(
    "/items",
    summary="Post one headline or a batch",
    response={
        201: PostResult,
        400: ErrorDetail,
        401: ErrorDetail,
        403: ErrorDetail,
        413: ErrorDetail,
        422: RejectedPost,
        429: ErrorDetail,
    },
    exclude_none=True,
    throttle=RateLimit("ITEM_POSTS_PER_SECOND", seconds=1, get_key=token_key),
    openapi_extra=POST_BODY,
)
def post_items(request: HttpRequest) -> Status[Any]:
    """Take one headline, or `{"items": [...]}` with up to 1,000. Bad records of a batch hold up no good ones."""
    most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    body = parse_json_object(request, max_bytes=most, expected='one object with a title, or {"items": [...]}')
    is_batch = "items" in body
    receipt = ingest_records(_records_of(body) if is_batch else [body], source="api")
    if receipt.rejected and not receipt.created and not receipt.duplicates:
        return Status(422, _refusal(receipt) if is_batch else RejectedPost(detail=receipt.rejected[0].detail))
    return Status(
        201,
        PostResult(created=receipt.created, duplicates=receipt.duplicates, rejected=_rejected(receipt)),
    )


@router.get("/items", summary="List items, newest first", response={200: ItemPage, 422: ErrorDetail}, auth=None)
def list_items(request: HttpRequest, filters: Query[ItemFilters]) -> ItemPage:
    """Give a page of the items that pass all filters."""
    items = _filtered(filters)
    found = list(items[: filters.limit + 1])
    page = found[: filters.limit]
    return ItemPage(
        items=[to_brief(item) for item in page],
        next_cursor=str(page[-1].seq) if len(found) > len(page) else None,
    )


@router.get("/items/{item_id}", summary="Read one item", response={200: ItemFull, 404: ErrorDetail}, auth=None)
def get_item(request: HttpRequest, item_id: Path[str]) -> ItemFull:
    """Give an item with its scores and the words that decided."""
    item = Item.objects.filter(item_id=item_id).first() if ITEM_ID.fullmatch(item_id) else None
    if item is None:
        raise HttpError(404, f"item_id={item_id[:60]!r}: no such item; GET /api/v2/items lists them.")
    return to_full(item)


@router.get("/metrics", summary="Count items", response={200: MetricsNow, 422: ErrorDetail}, auth=None)
def get_item_metrics(request: HttpRequest, window: Query[MetricsWindow]) -> MetricsNow:
    """Give the numbers of the page and the newest items behind them."""
    tickers = window.ticker or []
    metrics = get_metrics(tickers, hours=window.hours)
    return to_metrics(metrics, _recent_items(tickers, hours=window.hours, head=metrics.head_seq))


@router.get(
    "/timeseries",
    summary="Sentiment of several tickers over time",
    response={200: SeriesByTicker, 422: ErrorDetail},
    auth=None,
)
def get_several_series(request: HttpRequest, tickers: Query[SeriesKeys], within: Query[BucketRange]) -> SeriesByTicker:
    """Give a page of buckets for each of up to 20 tickers, and before them, with `*` as the first, for all items."""
    keys = {ticker: "" if ticker == ALL_ITEMS else ticker for ticker in tickers}
    return SeriesByTicker(
        resolution=within.resolution, series={ticker: _get_series(key, within) for ticker, key in keys.items()}
    )


@router.get(
    "/timeseries/{ticker}",
    summary="Sentiment of a ticker over time",
    response={200: TickerSeries, 422: ErrorDetail},
    auth=None,
)
def get_series(request: HttpRequest, ticker: Path[Ticker], within: Query[BucketRange]) -> TickerSeries:
    """Give a page of buckets, oldest first. A ticker without items has none."""
    series = _get_series(ticker, within)
    return TickerSeries(ticker=ticker, resolution=within.resolution, **dict(series))


def _records_of(body: dict[str, Any]) -> list[object]:
    records = body["items"]
    if not isinstance(records, list) or not records:
        raise HttpError(422, f"items={json.dumps(records)[:60]}: must be a list of 1 to {MAX_POST_RECORDS} objects.")
    if len(records) > MAX_POST_RECORDS:
        raise HttpError(413, f"items holds {len(records)} records: send {MAX_POST_RECORDS} or fewer at a time.")
    return records


def _refusal(receipt: BatchResult) -> RejectedPost:
    return RejectedPost(
        detail=f"None of the {len(receipt.rejected)} records could be taken: see `rejected` for each one's reason.",
        rejected=_rejected(receipt),
    )


def _rejected(receipt: BatchResult) -> list[RejectedRecord]:
    return [RejectedRecord(index=record.index, detail=record.detail) for record in receipt.rejected]


def _filtered(filters: ItemFilters) -> QuerySet[Item]:
    # With a ticker, places are read from the row beside the item: its (ticker, seq) index filters and orders at once.
    place = "ticker_rows__seq" if filters.ticker else "seq"
    wanted = {
        "ticker_rows__ticker": filters.ticker,
        "sentiment": filters.sentiment,
        "source": filters.source,
        "title__icontains": filters.q,
        f"{place}__lt": filters.after,
    }
    return Item.objects.filter(**{name: value for name, value in wanted.items() if value is not None}).order_by(
        f"-{place}"
    )


def _recent_items(tickers: Sequence[str], *, hours: int | None, head: int) -> list[Item]:
    # Nothing after `head`: it is not in the numbers, and the stream will bring it.
    items = Item.objects.filter(seq__lte=head)
    if hours is not None:
        items = items.filter(appended_at__gte=utc_now() - timedelta(hours=hours))
    if not tickers:
        order = ["-seq"] if hours is None else ["-appended_at", "-pk"]  # that of the index which finds them
        return list(items.order_by(*order)[:RECENT_ITEMS])
    newest = {}
    # One short walk down an index for each ticker; a single query would sort all that any of them ever had.
    for ticker in tickers:
        rows = items.filter(ticker_rows__ticker=ticker).order_by("-ticker_rows__seq")
        newest.update({item.seq: item for item in rows[:RECENT_ITEMS]})
    return [newest[seq] for seq in sorted(newest, reverse=True)[:RECENT_ITEMS]]


def _get_series(ticker: str, within: BucketRange) -> Series:
    start, end = within.bounds
    filling = int(utc_now().timestamp()) // within.seconds * within.seconds
    finished = get_timeseries(
        ticker, seconds=within.seconds, start=start, end=min(end, filling), limit=within.limit + 1
    )
    partial = []
    if start < filling + within.seconds and filling < end:
        end = min(end, filling + within.seconds)
        partial = get_timeseries(ticker, seconds=within.seconds, start=max(start, filling), end=end, limit=1)
    return Series(
        buckets=[to_bucket(point) for point in finished[: within.limit]],
        partial_bucket=to_bucket(partial[0]) if partial else None,
        next_cursor=str(finished[within.limit].start) if len(finished) > within.limit else None,
    )
