"""Finnhub: company news and market news (https://finnhub.io/docs/api/company-news and market-news).

The URL is `https://finnhub.io/api/v1/company-news?symbol=AAPL` or `https://finnhub.io/api/v1/news?category=general`.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import httpx2

from common.time import utc_now
from news.models import Source
from news.sources.adapters.json_api import Vendor, harvest_json
from news.sources.adapters.json_fields import read_each, read_name, read_summary, read_symbols, read_title, read_url
from news.sources.result import Harvest, Record
from news.sources.sanitize import read_unix_time

VENDOR = Vendor("Finnhub", "finnhub.io", "FINNHUB_TOKEN", "X-Finnhub-Token")
COMPANY_DAYS = 2  # of company news, which has to be asked for by dates


def read_finnhub(source: Source, client: httpx2.Client) -> Harvest:
    """Read company or market news. Errors: SourceError."""
    url = _with_dates(source.url)
    symbols = url.params.get_list("symbol")
    return harvest_json(
        source,
        client,
        VENDOR,
        lambda answer, host: read_each(answer, lambda entry: _read_entry(entry, symbols), host=host),
        url=str(url),
    )


def _with_dates(address: str) -> httpx2.URL:
    url = httpx2.URL(address)
    if not url.path.rstrip("/").endswith("/company-news") or "from" in url.params:
        return url
    today = utc_now().date()
    dates = {"from": (today - timedelta(days=COMPANY_DAYS)).isoformat(), "to": today.isoformat()}
    return url.copy_merge_params(dates)


def _read_entry(entry: Mapping[str, Any], symbols: list[str]) -> Record:
    related, seconds = entry.get("related"), entry.get("datetime")
    published_at = read_unix_time(seconds, utc_now()) if isinstance(seconds, int | float) and seconds > 0 else None
    return {
        "title": read_title(entry.get("headline")),
        "summary": read_summary(entry.get("summary")),
        "url": read_url(entry.get("url")),
        "tickers": read_symbols(related.split(",") if isinstance(related, str) and related.strip() else symbols),
        "external_id": read_name(entry.get("id"), entry.get("url")),
        "published_at": published_at,
    }
