"""JSON in the shape of NewsAPI (https://newsapi.org/docs/endpoints/everything), from there or from elsewhere.

The URL is such as `https://newsapi.org/v2/top-headlines?category=business&country=us`.
"""

from collections.abc import Mapping
from typing import Any

import httpx2

from news.models import Source
from news.sources.adapters.json_api import JSONProvider, explain_answer, fetch_json
from news.sources.adapters.json_fields import (
    EntryError,
    parse_each,
    parse_name,
    parse_summary,
    parse_time_text,
    parse_title,
    parse_url,
)
from news.sources.http.client import SourceError
from news.sources.result import FetchResult, Record

VENDOR = JSONProvider("NewsAPI", "newsapi.org", "NEWSAPI_KEY", "X-Api-Key")
REMOVED = "[Removed]"  # stands for the title of what was taken back


def fetch_newsapi(source: Source, client: httpx2.Client) -> FetchResult:
    """Read the articles of one page. Errors: SourceError."""
    return fetch_json(source, client, VENDOR, _parse_response)


def _parse_response(answer: Any, host: str) -> tuple[list[Record], int]:
    articles = answer.get("articles") if isinstance(answer, dict) else None
    if not isinstance(articles, list):
        raise SourceError(f"{host}: {explain_answer(answer)} where articles are due; check the source's URL and kind.")
    return parse_each(articles, _parse_entry, host=host)


def _parse_entry(entry: Mapping[str, Any]) -> Record:
    title = parse_title(entry.get("title"))
    if title == REMOVED:
        raise EntryError(title)
    return {
        "title": title,
        "summary": parse_summary(entry.get("description"), entry.get("content")),
        "url": parse_url(entry.get("url")),
        "external_id": parse_name(None, entry.get("url")) or parse_name(None, title),
        "published_at": parse_time_text(entry.get("publishedAt")),
    }
