"""REST API of items, metrics and time series.

GET is public. POST uses the authentication with which the router is mounted, which must set `request.auth`.
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
from common.rate_limit import RateLimit, address_key, token_key
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
from news.log.reader import select_newest
from news.metrics.bucket_value import floor_time
from news.metrics.queries import get_metrics, get_timeseries
from news.models import Item

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
    """Post one headline, or `{"items": [...]}` with up to 1,000. Invalid records do not affect the valid ones."""
    max_bytes = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    body = parse_json_object(request, max_bytes=max_bytes, expected='one object with a title, or {"items": [...]}')
    is_batch = "items" in body
    result = ingest_records(_get_records(body) if is_batch else [body], source="api")
    if result.rejected and not result.created and not result.duplicates:
        return Status(422, _to_rejected_post(result, is_batch=is_batch))
    return Status(201, PostResult(created=result.created, duplicates=result.duplicates, rejected=_to_rejected(result)))


@router.get(
    "/items",
    summary="List items, newest first",
    response={200: ItemPage, 422: ErrorDetail, 429: ErrorDetail},
    auth=None,
    throttle=RateLimit(
        "TEXT_SEARCHES_PER_MINUTE",
        seconds=60,
        get_key=address_key,
        applies_to=lambda request: bool(request.GET.get("q")),
    ),
)
def list_items(request: HttpRequest, filters: Query[ItemFilters]) -> ItemPage:
    """List the items that match all filters, one page at a time."""
    items = list(_filter_items(filters)[: filters.limit + 1])  # one more shows whether there is another page
    page = items[: filters.limit]
    return ItemPage(
        items=[to_brief(item) for item in page],
        next_cursor=str(page[-1].seq) if len(items) > len(page) else None,
    )


@router.get("/items/{item_id}", summary="Get one item", response={200: ItemFull, 404: ErrorDetail}, auth=None)
def get_item(request: HttpRequest, item_id: Path[str]) -> ItemFull:
    """Get an item with its scores, their evidence and its sources."""
    item = Item.objects.filter(item_id=item_id).first() if ITEM_ID.fullmatch(item_id) else None
    if item is None:
        raise HttpError(404, f"item_id={item_id[:60]!r}: no such item; GET /api/v2/items lists them.")
    return to_full(item)


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


def _get_records(body: dict[str, Any]) -> list[object]:
    """Return the records of a batch. Errors: HttpError 422 unless it is a list with elements, 413 if it is too long."""
    records = body["items"]
    if not isinstance(records, list) or not records:
        raise HttpError(422, f"items={json.dumps(records)[:60]}: must be a list of 1 to {MAX_POST_RECORDS} objects.")
    if len(records) > MAX_POST_RECORDS:
        raise HttpError(413, f"items holds {len(records)} records: send {MAX_POST_RECORDS} or fewer at a time.")
    return records


def _to_rejected_post(result: BatchResult, *, is_batch: bool) -> RejectedPost:
    if not is_batch:
        return RejectedPost(detail=result.rejected[0].detail)
    return RejectedPost(
        detail=f"None of the {len(result.rejected)} records is valid: see `rejected` for the reason for each.",
        rejected=_to_rejected(result),
    )


def _to_rejected(result: BatchResult) -> list[RejectedRecord]:
    return [RejectedRecord(index=record.index, detail=record.detail) for record in result.rejected]


def _filter_items(filters: ItemFilters) -> QuerySet[Item]:
    # With a ticker, seq is that of the ticker row: its (ticker, seq) index serves the filter and the order.
    seq = "ticker_rows__seq" if filters.ticker else "seq"
    conditions = {
        "ticker_rows__ticker": filters.ticker,
        "sentiment": filters.sentiment,
        "source": filters.source,
        "title__icontains": filters.q,
        f"{seq}__lt": filters.after,
    }
    items = Item.objects.filter(**{name: value for name, value in conditions.items() if value is not None})
    return items.order_by(f"-{seq}")


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
