"""Finnhub company news and market news (https://finnhub.io/docs/api/company-news and market-news).

URL of a source: `https://finnhub.io/api/v1/company-news?symbol=AAPL` or
`https://finnhub.io/api/v1/news?category=general`.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import httpx2

from common.parsing import is_missing
from common.time import utc_now
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
    provider="Finnhub",
    host="finnhub.io",
    setting="FINNHUB_TOKEN",
    parameters=("token",),
    header="X-Finnhub-Token",
)
COMPANY_NEWS_DAYS = 2  # company news requires a range of dates


@register("finnhub", "Finnhub company or market news", api_key=API_KEY)
def fetch_finnhub(source: Source, client: httpx2.Client) -> FetchResult:
    """Return company or market news. Errors: SourceError."""
    url = _add_dates(httpx2.URL(source.url))
    symbols = url.params.get_list("symbol")
    return fetch_json(
        source,
        client,
        api_key=API_KEY,
        parse=lambda news: parse_articles(news, lambda article: _parse_article(article, symbols)),
        url=str(url),
    )


def _add_dates(url: httpx2.URL) -> httpx2.URL:
    if not url.path.rstrip("/").endswith("/company-news") or "from" in url.params:
        return url
    today = utc_now().date()
    dates = {"from": (today - timedelta(days=COMPANY_NEWS_DAYS)).isoformat(), "to": today.isoformat()}
    return url.copy_merge_params(dates)


def _parse_article(article: Mapping[str, Any], symbols: list[str]) -> Entry:
    related, url = article.get("related"), parse_url(article.get("url"))
    tickers, problems = parse_symbols(symbols if is_missing(related) else related)
    return Entry(
        title=parse_title(article.get("headline")),
        summary=parse_summary(article.get("summary")),
        url=url,
        ids=parse_id(article.get("id"), url),
        dates=(article.get("datetime"),),
        tickers=tickers,
        problems=problems,
    )
