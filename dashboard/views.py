"""Render the page with the current state of the log; its scripts then follow the stream. Nothing is written."""

import time
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST, require_safe

from common.database import limit_statements
from dashboard.query import parse_query
from dashboard.snapshot import get_snapshot
from dashboard.topics import format_ticker, list_leaders, list_topics
from news.ingest.sample_removal import remove_samples
from news.instruments.current import get_topics
from news.labels.permission import may_label
from news.metrics.grid import RESOLUTIONS
from news.metrics.queries import Metrics
from news.models import Item, Sentiment
from news.sources.sample import generator
from streaming.protocol.events import EVENT_TYPES

SCRIPTS = Path(__file__).parent / "static" / "dashboard"
MAX_TOP_TICKERS = 10
# Preloaded, so that the browser fetches them in parallel and not one after the other as each is imported.
MODULES = sorted(
    f"dashboard/{path.relative_to(SCRIPTS).as_posix()}"
    for path in (SCRIPTS / "config.js", *(SCRIPTS / "data").glob("*.js"), *(SCRIPTS / "ui").glob("*.js"))
)
REMOVAL_BATCH = 500
REMOVAL_SECONDS = 20.0
LINK_SCHEMES = ("http://", "https://")


@require_safe
@cache_control(no_cache=True)
@limit_statements()
def page(request: HttpRequest) -> HttpResponse:
    """Render the metrics, the newest items and their cursor."""
    filters = parse_query(request.GET)
    snapshot = get_snapshot(filters)
    topics = sorted(get_topics())
    payload = snapshot.payload()
    context = {
        "snapshot": payload,
        "snapshot_json": orjson.dumps(payload).decode(),
        "modules": MODULES,
        "resolutions": RESOLUTIONS,
        "filters": filters,
        "is_filtered": bool(filters.tickers) or filters.has_row_filters,
        "rows": [
            _build_row(item, item_payload, snapshot.corrected_at.get(item.item_id))
            for item, item_payload in zip(snapshot.items, payload["recent_items"], strict=True)
        ],
        "sources": sorted({item.source for item in snapshot.items}),
        "is_sample": any(item.source == generator.NAME for item in snapshot.items),
        "can_remove_samples": _is_staff(request),
        "sentiments": _build_shares(snapshot.metrics),
        "top_tickers": list_leaders(snapshot.metrics.by_tag, topics, limit=MAX_TOP_TICKERS),
        "topics": topics,
        "topic_counts": list_topics(snapshot.metrics.by_tag, topics),
        "tickers_text": ", ".join(map(format_ticker, filters.tickers)),
        "origin": f"{request.scheme}://{request.get_host()}{settings.SITE_PREFIX}",
        "event_types": " ".join(EVENT_TYPES),
        "heartbeat_seconds": settings.STREAM_HEARTBEAT_SECONDS,
        "user_name": _get_user_name(request),
        "can_label": may_label(request.user),
    }
    return render(request, "dashboard/page.html", context)


@require_safe
@cache_control(no_store=True)
@limit_statements()
def snapshot(request: HttpRequest) -> HttpResponse:
    """Return the snapshot of the page with these filters as JSON."""
    payload = get_snapshot(parse_query(request.GET)).payload()
    return HttpResponse(orjson.dumps(payload), content_type="application/json")


@require_POST
def remove_sample_headlines(request: HttpRequest) -> HttpResponse:
    """Remove the sample headlines and go to the page. What is left after REMOVAL_SECONDS waits for another click."""
    if not _is_staff(request):
        raise PermissionDenied
    deadline = time.monotonic() + REMOVAL_SECONDS
    for _ in remove_samples(batch=REMOVAL_BATCH):
        if time.monotonic() > deadline:
            break
    return redirect("page")


def percentages(counts: dict[str, int]) -> dict[str, float]:
    """Return the share of each count in percent with one decimal, adding up to 100 (largest remainders)."""
    total = sum(counts.values())
    if total == 0:
        return dict.fromkeys(counts, 0.0)
    tenths = {name: count * 1000 // total for name, count in counts.items()}
    by_remainder = sorted(counts, key=lambda name: counts[name] * 1000 % total, reverse=True)
    for name in by_remainder[: 1000 - sum(tenths.values())]:
        tenths[name] += 1
    return {name: share / 10 for name, share in tenths.items()}


def _build_shares(metrics: Metrics) -> list[dict[str, Any]]:
    """Return, for each sentiment, its count, its share in percent, and where its segment of the bar starts."""
    counts: dict[str, int] = {name: getattr(metrics, name) for name in Sentiment.values}
    rows: list[dict[str, Any]] = []
    start = 0.0
    for name, share in percentages(counts).items():
        rows.append({"name": name, "count": counts[name], "share": share, "start": round(start, 1)})
        start += share
    return rows


def _build_row(item: Item, payload: dict[str, Any], corrected_at: datetime | None) -> dict[str, Any]:
    return {
        **payload,
        "ticker": format_ticker(payload["ticker"]),
        "tickers": [*map(format_ticker, payload["tickers"])],
        "at": item.appended_at,
        "more": len(item.tickers) - 1,
        "corrected": corrected_at,
        "length": 100 * payload["score"],
        "is_link": item.url.lower().startswith(LINK_SCHEMES),
        "is_sample": item.source == generator.NAME,
    }


def _is_staff(request: HttpRequest) -> bool:
    return bool(request.user.is_authenticated and request.user.is_staff)


def _get_user_name(request: HttpRequest) -> str:
    """Return the name of the signed-in user and set the CSRF cookie for their scripts; "" for an anonymous user."""
    if not request.user.is_authenticated:
        return ""
    get_token(request)
    return request.user.get_username()
