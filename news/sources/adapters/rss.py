"""RSS, Atom and JSON feeds."""

import httpx2

from news.models import Source
from news.sources.adapters.json_feed import is_json, parse_json_feed
from news.sources.adapters.rss_sandbox import shared_worker
from news.sources.entries import ParsedDocument
from news.sources.http.client import Document
from news.sources.registry import register
from news.sources.result import FetchResult, fetch_document

ACCEPT = (
    "application/rss+xml, application/atom+xml, application/rdf+xml, application/feed+json, "
    "application/xml;q=0.9, text/xml;q=0.9, */*;q=0.1"
)


@register("feed", "RSS, Atom or JSON feed")
def fetch_feed(source: Source, client: httpx2.Client) -> FetchResult:
    """Return the entries of a feed. Errors: SourceError."""
    return fetch_document(source, client, parse=parse_feed, accept=ACCEPT)


def parse_feed(document: Document) -> ParsedDocument:
    """Return the records of a feed, and what it skipped. Errors: SourceError."""
    # By its content: servers send many types for feeds.
    return parse_json_feed(document) if is_json(document) else shared_worker.parse(document)
