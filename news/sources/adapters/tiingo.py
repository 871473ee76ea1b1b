"""Tiingo news (https://www.tiingo.com/documentation/news).

The URL is `https://api.tiingo.com/tiingo/news`, with `?tickers=aapl,msft` for some only.
"""

from collections.abc import Mapping
from typing import Any

import httpx2

from news.models import Source
from news.sources.adapters.json_api import Vendor, harvest_json
from news.sources.adapters.json_fields import (
    read_each,
    read_name,
    read_summary,
    read_symbols,
    read_time_text,
    read_title,
    read_url,
)
from news.sources.result import Harvest, Record

VENDOR = Vendor("Tiingo", "tiingo.com", "TIINGO_TOKEN", "Authorization", "Token ")


def read_tiingo(source: Source, client: httpx2.Client) -> Harvest:
    """Read the newest news. Errors: SourceError."""
    return harvest_json(source, client, VENDOR, lambda answer, host: read_each(answer, _read_entry, host=host))


def _read_entry(entry: Mapping[str, Any]) -> Record:
    tickers = entry.get("tickers")
    return {
        "title": read_title(entry.get("title")),
        "summary": read_summary(entry.get("description")),
        "url": read_url(entry.get("url")),
        "tickers": read_symbols(tickers if isinstance(tickers, list) else []),
        "external_id": read_name(entry.get("id"), entry.get("url")),
        "published_at": read_time_text(entry.get("publishedDate"), entry.get("crawlDate")),
    }
