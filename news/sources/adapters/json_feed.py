"""JSON Feed (https://www.jsonfeed.org/version/1.1/), version 1 and 1.1."""

from codecs import BOM_UTF8
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from news.sources.adapters.json_api import UnexpectedJSONError, parse_json
from news.sources.adapters.json_fields import parse_articles, parse_summary, parse_title
from news.sources.entries import MAX_FEED_TITLE, Entry, ParsedDocument
from news.sources.http.client import Document, SourceError, get_host
from news.sources.sanitize import parse_link, to_text

_VERSION = "jsonfeed.org/version/"
_OWN_LINKS = ("home_page_url", "feed_url")


def is_json(document: Document) -> bool:
    """Return whether a document begins as a JSON object or list does."""
    return (document.body or b"").removeprefix(BOM_UTF8).lstrip()[:1] in (b"{", b"[")


def parse_json_feed(document: Document) -> ParsedDocument:
    """Return the records of a JSON Feed, and what it skipped. Errors: SourceError."""
    feed = parse_json(document)
    if not isinstance(feed, dict) or not _is_json_feed(feed, document.content_type):
        raise SourceError(
            f"{get_host(document.url)}: sent JSON that is not a JSON Feed; "
            "give the URL of a feed, or choose the kind of source of this API."
        )
    try:
        parsed = parse_articles(
            feed.get("items"),
            lambda item: _parse_item(item, document.url),
            own_links=[document.url, *(feed[name] for name in _OWN_LINKS if isinstance(feed.get(name), str))],
        )
    except UnexpectedJSONError as error:
        raise SourceError(
            f"{get_host(document.url)}: sent a JSON Feed without a list of items; give the URL of the feed itself."
        ) from error
    title = feed.get("title")
    return replace(parsed, title=to_text(title, MAX_FEED_TITLE) if isinstance(title, str) else "")


def _is_json_feed(feed: dict[str, Any], content_type: str) -> bool:
    return _VERSION in str(feed.get("version")) or "application/feed+json" in content_type


def _parse_item(item: Mapping[str, Any], base_url: str) -> Entry:
    link, own_id = _parse_link(item, base_url), item.get("id")
    return Entry(
        title=parse_title(item.get("title")),
        summary=parse_summary(item.get("summary"), item.get("content_text"), item.get("content_html")),
        url=link,
        ids=(str(own_id) if isinstance(own_id, str | int | float) else "", link),
        dates=(item.get("date_published"), item.get("date_modified")),
    )


def _parse_link(item: Mapping[str, Any], base_url: str) -> str:
    urls = [item.get("url"), item.get("external_url")]
    return next((link for url in urls if isinstance(url, str) and (link := parse_link(url, base_url))), "")
