"""What the template of the page shows."""

from datetime import UTC, datetime
from typing import Any

import orjson
from django.conf import settings
from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.urls import reverse
from django.utils.http import urlencode

from common.numbers import PLACEHOLDER, format_signed
from common.time import utc_now
from dashboard.formatting import LIMITS, classify_value, describe_shares
from dashboard.period import PeriodSummary
from dashboard.query import DEFAULT_PERIOD, PERIODS, PageQuery, PeriodChoice, parse_query
from dashboard.rows import build_rows
from dashboard.snapshot import get_snapshot
from dashboard.style_sheets import list_modules, list_style_sheets
from dashboard.tickers import format_ticker, list_leaders, list_topics
from news.instruments.current import get_topics
from news.labels.permission import may_label
from news.metrics.grid import RESOLUTIONS
from news.metrics.period_totals import PeriodTotals
from news.models import Sentiment
from streaming.protocol.events import EVENT_TYPES

MAX_TOP_TICKERS = 20  # as in config.js
CONFIDENCES = (50, 60, 70, 80, 90)


def build_context(request: HttpRequest) -> dict[str, Any]:
    """Return the context of the page for a request."""
    query = parse_query(request.GET)
    snapshot = get_snapshot(query)
    topics = sorted(get_topics())
    payload = snapshot.payload()
    counts = {name: getattr(snapshot.metrics, name) for name in Sentiment.values}
    return {
        **_build_period_context(query, snapshot.period),
        **_build_user_context(request),
        "snapshot": payload,
        "read_at_clock": format_clock(datetime.fromisoformat(payload["timestamp"])),
        "snapshot_json": orjson.dumps(payload).decode(),
        "filters": query,
        "is_filtered": bool(query.tickers) or query.has_row_filters,
        "filter_names": ", ".join(_name_row_filters(query)),
        "rows": build_rows(snapshot.items, snapshot.rows.corrected_at, query, now=utc_now()),
        "older_cursor": snapshot.rows.cursor,
        "sources": sorted({item.source for item in snapshot.items}),
        "is_sample": snapshot.metrics.shows_samples and snapshot.metrics.total > 0,
        "sentiments": describe_shares(counts),
        "leaders": list_leaders(snapshot.period.current.by_tag, topics, limit=MAX_TOP_TICKERS),
        "topics": topics,
        "topic_counts": list_topics(snapshot.period.current.by_tag, topics),
        "unknown_tickers": [format_ticker(unknown.ticker) for unknown in snapshot.unknown],
        "suggestions": [match for unknown in payload["unknown"] for match in unknown["suggestions"]],
        "tickers_text": ", ".join(map(format_ticker, query.tickers)),
        "resolutions": [{"name": name, "label": _format_width(name)} for name in RESOLUTIONS],
        "confidences": CONFIDENCES,
        "export_url": _make_export_url(query),
        "style_sheets": list_style_sheets(),
        "modules": list_modules(),
        "origin": f"{request.scheme}://{request.get_host()}{settings.SITE_PREFIX}",
        "limits": LIMITS,
        "event_types": " ".join(EVENT_TYPES),
        "heartbeat_seconds": settings.STREAM_HEARTBEAT_SECONDS,
    }


def format_clock(time: datetime) -> str:
    """Return the time of day in UTC."""
    return f"{time.astimezone(UTC):%H:%M:%S}"


def is_staff(request: HttpRequest) -> bool:
    """Return whether staff is signed in."""
    return bool(request.user.is_authenticated and request.user.is_staff)


def _build_user_context(request: HttpRequest) -> dict[str, Any]:
    """Return what depends on who reads, and set the CSRF cookie for the scripts of a signed-in user."""
    is_signed_in = bool(request.user.is_authenticated)
    if is_signed_in:
        get_token(request)
    return {
        "user_name": request.user.get_username() if is_signed_in else "",
        "is_staff": is_staff(request),
        "can_remove_samples": is_staff(request),
        "can_add_source": is_staff(request) and request.user.has_perm("news.add_source"),
        "can_label": may_label(request.user),
        "add_news_url": reverse("add-news"),  # leads to the sign-in page when needed
    }


def _build_period_context(query: PageQuery, summary: PeriodSummary) -> dict[str, Any]:
    current, previous = summary.current, summary.previous
    choice = PERIODS[query.period]
    names = [*PERIODS]
    is_last = query.is_custom or choice.length is None
    change = (
        None
        if previous is None or previous.average is None or current.average is None
        else current.average - previous.average
    )
    growth = 100 * (current.total - previous.total) / previous.total if previous and previous.total else None
    before_counts = _count(previous) if previous else None
    shares = describe_shares(_count(current), before_counts)
    return {
        "periods": [*PERIODS.values()],
        "default_period": DEFAULT_PERIOD,
        "period_name": query.period_name,
        "custom_period_text": _describe_range(query.start, query.end) if query.is_custom else "",
        "period_title": _describe_range(query.start, query.end) if query.is_custom else capitalize(choice.title),
        "period_compared": _describe_comparison(query, choice) if previous and previous.total else "",
        "list_end_text": _describe_end(query, choice),
        "wider_period": None if is_last else PERIODS[names[names.index(query.period) + 1]],
        "period": {
            "average": format_signed(current.average),
            "tone": classify_value(current.average),
            "average_change": "" if change is None else format_signed(change),
            "total": current.total,
            "total_change": "" if growth is None else format_signed(growth, digits=0, unit="%"),
            "instruments": sum(ticker not in get_topics() for ticker in current.by_tag) or PLACEHOLDER,
            "shares": shares,
            "shares_text": ", ".join(f"{share['percent']} {share['name']}" for share in shares),
        },
    }


def _name_row_filters(query: PageQuery) -> list[str]:
    """Return what the list alone is filtered by, as in ui/row_filters.js."""
    names = [
        query.sentiment,
        query.source,
        query.text and f"\u201c{query.text}\u201d",
        query.kind and f"kind: {query.kind}",
        f"{query.confidence}% or more sure" if query.confidence else "",
    ]
    return [name for name in names if name] if query.has_row_filters else []


def capitalize(text: str) -> str:
    """Return a text with a capital at its beginning."""
    return text[:1].upper() + text[1:]


def _count(totals: PeriodTotals) -> dict[str, int]:
    return {name: getattr(totals, name) for name in Sentiment.values}


def _describe_comparison(query: PageQuery, choice: PeriodChoice) -> str:
    if query.is_custom:
        return "against the same time before"
    return "" if choice.length is None else f"against the {choice.label} before"


def _describe_end(query: PageQuery, choice: PeriodChoice) -> str:
    if query.is_custom:
        return "That is all of this period."
    return "That is all." if choice.length is None else f"That is all of the {choice.title}."


def _describe_range(start: datetime | None, end: datetime | None) -> str:
    if start is None or end is None:
        return ""
    first, last = start.astimezone(UTC), end.astimezone(UTC)
    ends_same_day = first.date() == last.date()
    return f"{first:%-d %b %H:%M}\u2013{last:{'%H:%M' if ends_same_day else '%-d %b %H:%M'}} UTC"


def _format_width(resolution: str) -> str:
    """Return the width of a bucket with its unit: 15m is 15 min."""
    number, unit = resolution[:-1], {"m": "min", "h": "h"}[resolution[-1]]
    return "1 day" if resolution == "24h" else f"{number} {unit}"


def _make_export_url(query: PageQuery) -> str:
    """Return the address of what is shown as CSV."""
    time = query.get_range()
    parameters = {
        "format": "csv",
        "tickers": ",".join(query.tickers),
        "sentiment": query.sentiment,
        "source": query.source,
        "q": query.text if query.search else "",
        "min_score": f"{query.confidence / 100:g}" if query.confidence else "",
        "published_from": time.start.isoformat() if time.start else "",
        "published_to": time.end.isoformat() if time.end else "",
    }
    filled = {name: value for name, value in parameters.items() if value != ""}
    return f"{reverse('api-2:api-root')}export?{urlencode(filled)}"
