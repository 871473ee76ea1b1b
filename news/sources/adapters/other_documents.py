"""Say what a document is that is not a feed, and what to give instead. It never follows a link by itself."""

import html
import re
from collections.abc import Iterator, Sequence

from news.sources.http.client import Document, SourceError, get_host
from news.sources.sanitize import parse_link

HTML_CHARACTERS = 300_000  # of a page, searched for the links of its feeds
MAX_FEEDS = 3  # named in one error

_SIGNATURES = [
    (b"%PDF", "a PDF file"),
    (b"\x89PNG", "an image"),
    (b"\xff\xd8\xff", "an image"),
    (b"GIF8", "an image"),
    (b"RIFF", "an image or a recording"),
    (b"\0\0\1\0", "an image"),
    (b"ID3", "a recording"),
    (b"PK\3\4", "a ZIP archive"),
]
_TAG = re.compile(r"<(?:link|a)\b([^<>]{1,2000})>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""([\w-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""")
_FEED_TYPES = ("application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json")
_HTML = re.compile(r"<(?:!doctype html|html|head|body)\b", re.IGNORECASE)
_LOGIN = re.compile(r"type\s*=\s*[\"']?password|<title>[^<]*\b(?:log ?in|sign ?in)\b", re.IGNORECASE)
_CHALLENGE = re.compile(
    r"captcha|just a moment|cf-challenge|enable javascript and cookies|are you a robot", re.IGNORECASE
)


def make_error(document: Document, text: str) -> SourceError:
    """Return the error for a document that is not a feed: the host, what was sent and the cure.

    text: the decoded body.
    """
    feeds: list[str] = []
    description = _describe(document, text, feeds)
    return SourceError(f"{get_host(document.url)}: sent {description}.", feeds=feeds)


def _describe(document: Document, text: str, feeds: list[str]) -> str:
    """Return what a document is. The feeds that it links are added to `feeds`."""
    body = (document.body or b"").lstrip()
    if not body:
        return "an empty document, not an RSS or Atom feed; it is retried later, or give the URL of the feed itself"
    for signature, name in _SIGNATURES:
        if body.startswith(signature):
            return f"{name}, not an RSS or Atom feed; give the URL of the feed itself"
    beginning = text[:5_000].lower()
    if "<opml" in beginning:
        return "a list of feeds (OPML), not an RSS or Atom feed; give the URL of one of the feeds in it"
    if "<urlset" in beginning or "<sitemapindex" in beginning:
        return "a site map, not an RSS or Atom feed; give the URL of the feed itself"
    if _HTML.search(beginning):
        feeds += list(dict.fromkeys(_find_feeds(document.url, text[:HTML_CHARACTERS])))[:MAX_FEEDS]
        return _describe_page(text[:HTML_CHARACTERS], feeds)
    return (
        f"{document.content_type[:60] or 'a document'} that is not an RSS or Atom feed; give the URL of the feed itself"
    )


def _describe_page(page: str, feeds: Sequence[str]) -> str:
    if feeds:
        return f"a web page, not an RSS or Atom feed; give the URL of its feed, {' or '.join(feeds)}"
    if _LOGIN.search(page):
        return "a page that asks to log in, not an RSS or Atom feed; give the URL of a feed that needs no login"
    if _CHALLENGE.search(page):
        return (
            "a page that lets only browsers in, not an RSS or Atom feed; ask the publisher for another URL of the feed"
        )
    return "a web page that names no feed, not an RSS or Atom feed; give the URL of the feed itself"


def _find_feeds(url: str, page: str) -> Iterator[str]:
    """Yield the addresses of the feeds that a page links (https://www.rssboard.org/rss-autodiscovery)."""
    for tag in _TAG.finditer(page):
        attributes = {
            match[1].lower(): html.unescape(match[2] or match[3] or match[4] or "")
            for match in _ATTRIBUTE.finditer(tag[1])
        }
        is_alternate = "alternate" in attributes.get("rel", "").lower().split()
        is_feed = attributes.get("type", "").split(";")[0].strip().lower() in _FEED_TYPES
        if is_alternate and is_feed and (link := parse_link(attributes.get("href", ""), url)):
            yield link
