"""JSON in the format of NewsAPI (https://newsapi.org/docs/endpoints/everything), which other providers use as well.

URL of a source: for example `https://newsapi.org/v2/top-headlines?category=business&country=us`.
"""

from collections.abc import Mapping
from typing import Any

import httpx2

from common.parsing import is_missing
from news.models import Source
from news.source_kinds import APIKey
from news.sources.adapters.json_api import UnexpectedJSONError, fetch_json
from news.sources.adapters.json_fields import (
    SYMBOL_FIELDS,
    ArticleError,
    parse_articles,
    parse_summary,
    parse_symbols,
    parse_title,
    parse_url,
)
from news.sources.entries import Entry, ParsedDocument
from news.sources.registry import register
from news.sources.result import FetchResult

API_KEY = APIKey(
    provider="NewsAPI",
    host="newsapi.org",
    setting="NEWSAPI_KEY",
    parameters=("apiKey", "api_key", "key"),  # the latter two of other providers
    header="X-Api-Key",
)
REMOVED_TITLE = "[Removed]"  # title of an article that was taken down


@register("newsapi", "JSON in NewsAPI format", api_key=API_KEY)
def fetch_newsapi(source: Source, client: httpx2.Client) -> FetchResult:
    """Return the articles of one page. Errors: SourceError."""
    return fetch_json(source, client, api_key=API_KEY, parse=_parse_response)


def _parse_response(news: Any) -> ParsedDocument:
    articles = news.get("articles") if isinstance(news, dict) else None
    if not isinstance(articles, list):
        raise UnexpectedJSONError(news, expected="articles")
    return parse_articles(articles, _parse_article)


def _parse_article(article: Mapping[str, Any]) -> Entry:
    title = parse_title(article.get("title"))
    if title == REMOVED_TITLE:
        raise ArticleError("was taken down by its publisher; the provider keeps an empty article in its place.")
    url = parse_url(article.get("url"))
    # NewsAPI itself names no symbols; providers that use its format do.
    names = [name for name in SYMBOL_FIELDS if not is_missing(article.get(name))]
    tickers, problems = parse_symbols(article[names[0]] if names else None)
    return Entry(
        title=title,
        summary=parse_summary(article.get("description"), article.get("content")),
        url=url,
        ids=(url,),
        dates=(article.get("publishedAt"),),
        tickers=tickers if names else None,
        problems=problems,
    )
