"""Tiingo news (https://www.tiingo.com/documentation/news).

URL of a source: `https://api.tiingo.com/tiingo/news`, with `?tickers=aapl,msft` for some tickers only.
"""

from collections.abc import Mapping
from typing import Any

import httpx2

from news.models import Source
from news.source_kinds import APIKey
from news.sources.adapters.json_api import fetch_json
from news.sources.adapters.json_fields import (
    parse_articles,
    parse_id,
    parse_summary,
    parse_symbols,
    parse_title,
    parse_url,
)
from news.sources.entries import Entry
from news.sources.registry import register
from news.sources.result import FetchResult

API_KEY = APIKey(
    provider="Tiingo",
    host="tiingo.com",
    setting="TIINGO_TOKEN",
    parameters=("token",),
    header="Authorization",
    prefix="Token ",
)


@register("tiingo", "Tiingo news", api_key=API_KEY)
def fetch_tiingo(source: Source, client: httpx2.Client) -> FetchResult:
    """Return the newest news. Errors: SourceError."""
    return fetch_json(source, client, api_key=API_KEY, parse=lambda news: parse_articles(news, _parse_article))


def _parse_article(article: Mapping[str, Any]) -> Entry:
    url = parse_url(article.get("url"))
    tickers, problems = parse_symbols(article.get("tickers"))
    return Entry(
        title=parse_title(article.get("title")),
        summary=parse_summary(article.get("description")),
        url=url,
        ids=parse_id(article.get("id"), url),
        dates=(article.get("publishedDate"), article.get("crawlDate")),
        tickers=tickers,
        problems=problems,
    )
