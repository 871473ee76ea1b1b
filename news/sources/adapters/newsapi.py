"""JSON in the shape of NewsAPI (https://newsapi.org/docs/endpoints/everything), from there or from elsewhere.

The URL is such as `https://newsapi.org/v2/top-headlines?category=business&country=us`.
"""

from collections.abc import Mapping
from typing import Any

import httpx2

from news.models import Source
from news.sources.adapters.json_api import Vendor, explain_answer, harvest_json
from news.sources.adapters.json_fields import (
    EntryError,
    read_each,
    read_name,
    read_summary,
    read_time_text,
    read_title,
    read_url,
)
from news.sources.http.client import SourceError
from news.sources.result import Harvest, Record

VENDOR = Vendor("NewsAPI", "newsapi.org", "NEWSAPI_KEY", "X-Api-Key")
REMOVED = "[Removed]"  # stands for the title of what was taken back


def read_newsapi(source: Source, client: httpx2.Client) -> Harvest:
    """Read the articles of one page. Errors: SourceError."""
    return harvest_json(source, client, VENDOR, _read_answer)


def _read_answer(answer: Any, host: str) -> tuple[list[Record], int]:
    articles = answer.get("articles") if isinstance(answer, dict) else None
    if not isinstance(articles, list):
        raise SourceError(f"{host}: {explain_answer(answer)} where articles are due; check the source's URL and kind.")
    return read_each(articles, _read_entry, host=host)


def _read_entry(entry: Mapping[str, Any]) -> Record:
    title = read_title(entry.get("title"))
    if title == REMOVED:
        raise EntryError(title)
    return {
        "title": title,
        "summary": read_summary(entry.get("description"), entry.get("content")),
        "url": read_url(entry.get("url")),
        "external_id": read_name(None, entry.get("url")) or read_name(None, title),
        "published_at": read_time_text(entry.get("publishedAt")),
    }
