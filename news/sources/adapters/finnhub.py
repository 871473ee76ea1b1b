"""Finnhub: company news and market news (https://finnhub.io/docs/api/company-news and market-news).

The URL is `https://finnhub.io/api/v1/company-news?symbol=AAPL` or `https://finnhub.io/api/v1/news?category=general`.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import httpx2

from common.time import utc_now
from news.models import Source
from news.sources.adapters.json_api import JSONProvider, fetch_json
from news.sources.adapters.json_fields import (
    parse_each,
    parse_name,
    parse_summary,
    parse_symbols,
    parse_title,
    parse_url,
)
from news.sources.result import FetchResult, Record
from news.sources.sanitize import parse_unix_time

VENDOR = JSONProvider("Finnhub", "finnhub.io", "FINNHUB_TOKEN", "X-Finnhub-Token")
COMPANY_DAYS = 2  # of company news, which has to be asked for by dates


def fetch_finnhub(source: Source, client: httpx2.Client) -> FetchResult:
    """Read company or market news. Errors: SourceError."""
    url = _with_dates(source.url)
    symbols = url.params.get_list("symbol")
    return fetch_json(
        source,
        client,
        VENDOR,
        lambda answer, host: parse_each(answer, lambda entry: _parse_entry(entry, symbols), host=host),
        url=str(url),
    )


def _with_dates(address: str) -> httpx2.URL:
    url = httpx2.URL(address)
    if not url.path.rstrip("/").endswith("/company-news") or "from" in url.params:
        return url
    today = utc_now().date()
    dates = {"from": (today - timedelta(days=COMPANY_DAYS)).isoformat(), "to": today.isoformat()}
    return url.copy_merge_params(dates)


def _parse_entry(entry: Mapping[str, Any], symbols: list[str]) -> Record:
    related, seconds = entry.get("related"), entry.get("datetime")
    published_at = parse_unix_time(seconds, utc_now()) if isinstance(seconds, int | float) and seconds > 0 else None
    return {
        "title": parse_title(entry.get("headline")),
        "summary": parse_summary(entry.get("summary")),
        "url": parse_url(entry.get("url")),
        "tickers": parse_symbols(related.split(",") if isinstance(related, str) and related.strip() else symbols),
        "external_id": parse_name(entry.get("id"), entry.get("url")),
        "published_at": published_at,
    }
