"""Which reader reads which kind of source."""

import httpx2

from news.models import Source, SourceKind
from news.sources.adapters.finnhub import read_finnhub
from news.sources.adapters.newsapi import read_newsapi
from news.sources.adapters.rss import read_feed
from news.sources.adapters.tiingo import read_tiingo
from news.sources.adapters.watched_files import read_watched
from news.sources.http.client import SourceError, name_host
from news.sources.result import Harvest, Reader

READERS: dict[str, Reader] = {
    SourceKind.FEED: read_feed,
    SourceKind.FINNHUB: read_finnhub,
    SourceKind.TIINGO: read_tiingo,
    SourceKind.NEWSAPI: read_newsapi,
    SourceKind.WATCHED: read_watched,
}


def read_source(source: Source, client: httpx2.Client) -> Harvest:
    """Return what a source has to offer, by its kind. Errors: SourceError."""
    reader = READERS.get(source.kind)
    if reader is None:
        raise SourceError(f"kind={source.kind!r}: must be one of {', '.join(READERS)}; correct the source.")
    try:
        return reader(source, client)
    except httpx2.InvalidURL as error:
        text = f"{name_host(source.url)}: not an address that can be asked ({error}); correct the source's URL."
        raise SourceError(text) from error
