"""JSON in the format of NewsAPI (https://newsapi.org/docs/endpoints/everything), which other providers use as well.

URL of a source: for example `https://newsapi.org/v2/top-headlines?category=business&country=us`.
"""

from collections.abc import Mapping
from typing import Any

import httpx2

from news.models import Source
from news.source_kinds import APIKey
from news.sources.adapters.json_api import UnexpectedJSONError, fetch_json
from news.sources.adapters.json_fields import (
    ArticleError,
    parse_articles,
    parse_id,
    parse_summary,
    parse_time_text,
    parse_title,
    parse_url,
)
from news.sources.registry import register
from news.sources.result import FetchResult, RecordFields

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


def _parse_response(news: Any) -> tuple[list[RecordFields], int]:
    articles = news.get("articles") if isinstance(news, dict) else None
    if not isinstance(articles, list):
        raise UnexpectedJSONError(news, expected="articles")
    return parse_articles(articles, _parse_article)


def _parse_article(article: Mapping[str, Any]) -> RecordFields:
    title = parse_title(article.get("title"))
    if title == REMOVED_TITLE:
        raise ArticleError(title)
    return {
        "title": title,
        "summary": parse_summary(article.get("description"), article.get("content")),
        "url": parse_url(article.get("url")),
        "external_id": parse_id(None, article.get("url")) or parse_id(None, title),
        "published_at": parse_time_text(article.get("publishedAt")),
    }
