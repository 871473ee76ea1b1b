"""RSS and Atom feeds."""

import httpx2

from news.models import Source
from news.sources.adapters.rss_sandbox import shared
from news.sources.result import FetchResult, fetch_document

ACCEPT = (
    "application/rss+xml, application/atom+xml, application/rdf+xml, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.1"
)


def fetch_feed(source: Source, client: httpx2.Client) -> FetchResult:
    """Read a feed's entries. Errors: SourceError."""
    return fetch_document(source, client, lambda document: (shared.read(document), 0), accept=ACCEPT)
