"""Render the page with what is known now. It reads, and writes nothing; from then on its scripts follow the log."""

from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from news.metrics import Metrics, read_metrics
from news.models import Item, Sentiment
from news.sources import sample
from streaming.events import item_event

RECENT_ITEMS = 20
TICKERS = 10
LINK_SCHEMES = ("http://", "https://")


@require_safe
@cache_control(no_cache=True)
def page(request: HttpRequest) -> HttpResponse:
    """Render the counts, the newest items and the cursor they stand for."""
    metrics = read_metrics()
    # Up to the place the counts stand for: the stream announces, and the page counts, all that comes after it.
    newest = Item.objects.filter(seq__lte=metrics.head)[:RECENT_ITEMS]
    items = [{"seq": item.seq, **item_event(item, metrics.epoch, with_headline=True).payload} for item in newest]
    snapshot = {**metrics.payload(), "recent_items": items, "cursor": str(metrics.cursor)}
    context = {
        "snapshot": snapshot,
        "snapshot_json": orjson.dumps(snapshot).decode(),
        "rows": [_row(item, payload) for item, payload in zip(newest, items, strict=True)],
        "is_sample": any(payload["source"] == sample.NAME for payload in items),
        "sentiments": _sentiments(metrics),
        "tickers": _bars(metrics.by_tag),
        "origin": f"{request.scheme}://{request.get_host()}",
    }
    return render(request, "dashboard/page.html", context)


def percentages(counts: dict[str, int]) -> dict[str, float]:
    """Return the share of each count in percent with one decimal, adding up to 100 (largest remainders)."""
    total = sum(counts.values())
    if total == 0:
        return dict.fromkeys(counts, 0.0)
    tenths = {name: count * 1000 // total for name, count in counts.items()}
    neediest = sorted(counts, key=lambda name: counts[name] * 1000 % total, reverse=True)
    for name in neediest[: 1000 - sum(tenths.values())]:
        tenths[name] += 1
    return {name: share / 10 for name, share in tenths.items()}


def _sentiments(metrics: Metrics) -> list[dict[str, Any]]:
    """Return, for each sentiment, its count, its share and where its segment of the chart begins."""
    counts: dict[str, int] = {name: getattr(metrics, name) for name in Sentiment.values}
    rows: list[dict[str, Any]] = []
    start = 0.0
    for name, share in percentages(counts).items():
        rows.append({"name": name, "count": counts[name], "share": share, "start": round(start, 1)})
        start += share
    return rows


def _bars(by_tag: dict[str, int]) -> list[dict[str, Any]]:
    largest = sorted(by_tag.items(), key=lambda tag: (-tag[1], tag[0]))[:TICKERS]
    return [{"name": name, "count": count, "length": 100 * count / largest[0][1]} for name, count in largest]


def _row(item: Item, payload: dict[str, Any]) -> dict[str, Any]:
    return {
        **payload,
        "at": item.analysed_at,
        "more": len(item.tickers) - 1,
        "length": 100 * item.score,
        "is_link": item.url.lower().startswith(LINK_SCHEMES),
        "is_sample": item.source == sample.NAME,
    }
