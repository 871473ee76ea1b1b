"""RSS and Atom feeds."""

import httpx2

from news.models import Source
from news.sources.adapters.rss_sandbox import shared_worker
from news.sources.registry import register
from news.sources.result import FetchResult, fetch_document

ACCEPT = (
    "application/rss+xml, application/atom+xml, application/rdf+xml, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.1"
)


@register("feed", "RSS or Atom feed")
def fetch_feed(source: Source, client: httpx2.Client) -> FetchResult:
    """Return the entries of a feed. Errors: SourceError."""
    return fetch_document(source, client, parse=shared_worker.parse, accept=ACCEPT)
