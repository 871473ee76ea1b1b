"""Tiingo news (https://www.tiingo.com/documentation/news).

The URL is `https://api.tiingo.com/tiingo/news`, with `?tickers=aapl,msft` for some only.
"""

from collections.abc import Mapping
from typing import Any

import httpx2

from news.models import Source
from news.sources.adapters.json_api import JSONProvider, fetch_json
from news.sources.adapters.json_fields import (
    parse_each,
    parse_name,
    parse_summary,
    parse_symbols,
    parse_time_text,
    parse_title,
    parse_url,
)
from news.sources.result import FetchResult, Record

VENDOR = JSONProvider("Tiingo", "tiingo.com", "TIINGO_TOKEN", "Authorization", "Token ")


def fetch_tiingo(source: Source, client: httpx2.Client) -> FetchResult:
    """Read the newest news. Errors: SourceError."""
    return fetch_json(source, client, VENDOR, lambda answer, host: parse_each(answer, _parse_entry, host=host))


def _parse_entry(entry: Mapping[str, Any]) -> Record:
    tickers = entry.get("tickers")
    return {
        "title": parse_title(entry.get("title")),
        "summary": parse_summary(entry.get("description")),
        "url": parse_url(entry.get("url")),
        "tickers": parse_symbols(tickers if isinstance(tickers, list) else []),
        "external_id": parse_name(entry.get("id"), entry.get("url")),
        "published_at": parse_time_text(entry.get("publishedDate"), entry.get("crawlDate")),
    }
