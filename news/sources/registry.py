"""Register source adapters, and fetch a source with the adapter of its kind."""

import importlib
import pkgutil
from collections.abc import Callable
from typing import Literal

import httpx2

from news import source_kinds
from news.models import Source
from news.source_kinds import APIKey, SourceKind
from news.sources import adapters
from news.sources.http.client import SourceError, get_host
from news.sources.result import FetchResult, SourceAdapter


def register(
    name: str, label: str, *, location: Literal["url", "path"] = "url", api_key: APIKey | None = None
) -> Callable[[SourceAdapter], SourceAdapter]:
    """Register the decorated function as the adapter of a source kind; the arguments are those of `SourceKind`."""

    def decorate(fetch: SourceAdapter) -> SourceAdapter:
        source_kinds.register(SourceKind(name, label, fetch, location=location, api_key=api_key))
        return fetch

    return decorate


def load_adapters() -> None:
    """Import each module of `news.sources.adapters`, so that those with an adapter register it."""
    for module in pkgutil.iter_modules(adapters.__path__):
        importlib.import_module(f"{adapters.__name__}.{module.name}")


def fetch_source(source: Source, client: httpx2.Client) -> FetchResult:
    """Return what a source has published since its last poll. Errors: SourceError."""
    kind = source_kinds.find_kind(source.kind)
    if kind is None:
        names = ", ".join(kind.name for kind in source_kinds.get_kinds())
        raise SourceError(f"kind={source.kind!r}: must be one of {names}; correct the source.")
    try:
        result: FetchResult = kind.fetch(source, client)
    except httpx2.InvalidURL as error:
        raise SourceError(f"{get_host(source.url)}: invalid URL ({error}); correct the source's URL.") from error
    return result
