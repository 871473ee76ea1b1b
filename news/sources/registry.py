"""Which reader reads which kind of source."""

import httpx2

from news.models import Source, SourceKind
from news.sources.adapters.finnhub import fetch_finnhub
from news.sources.adapters.newsapi import fetch_newsapi
from news.sources.adapters.rss import fetch_feed
from news.sources.adapters.tiingo import fetch_tiingo
from news.sources.adapters.watched_files import fetch_watched_files
from news.sources.http.client import SourceError, name_host
from news.sources.result import FetchResult, SourceAdapter

READERS: dict[str, SourceAdapter] = {
    SourceKind.FEED: fetch_feed,
    SourceKind.FINNHUB: fetch_finnhub,
    SourceKind.TIINGO: fetch_tiingo,
    SourceKind.NEWSAPI: fetch_newsapi,
    SourceKind.WATCHED: fetch_watched_files,
}


def fetch_source(source: Source, client: httpx2.Client) -> FetchResult:
    """Return what a source has to offer, by its kind. Errors: SourceError."""
    reader = READERS.get(source.kind)
    if reader is None:
        raise SourceError(f"kind={source.kind!r}: must be one of {', '.join(READERS)}; correct the source.")
    try:
        return reader(source, client)
    except httpx2.InvalidURL as error:
        text = f"{name_host(source.url)}: not an address that can be asked ({error}); correct the source's URL."
        raise SourceError(text) from error
