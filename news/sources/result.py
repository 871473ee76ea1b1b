"""What a source has published, and the signature of the adapters that fetch it.

An adapter uses the network or the disk and never the database.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

import httpx2

from news.models import Source
from news.sources.http.client import Document, fetch
from news.sources.http.credentials import Credentials

RecordFields = dict[str, Any]  # what `ingest_records` takes


@dataclass(frozen=True, slots=True)
class FetchResult:
    """What one fetch of a source returned. `records` is empty if nothing has changed."""

    records: list[RecordFields] = field(default_factory=list)
    skipped: int = 0  # entries that are not usable as records
    etag: str = ""
    last_modified: str = ""
    file_offsets: dict[str, Any] | None = None  # where the next poll continues; None for kinds without files
    has_more: bool = False  # more can be fetched at once
    is_unchanged: bool = False


class SourceAdapter(Protocol):
    """Fetches one kind of source. Errors: SourceError."""

    def __call__(self, source: Source, client: httpx2.Client) -> FetchResult:
        """Return what the source has published since its last poll."""


def fetch_document(
    source: Source,
    client: httpx2.Client,
    *,
    parse: Callable[[Document], tuple[list[RecordFields], int]],
    accept: str,
    url: str = "",
    credentials: Credentials | None = None,
) -> FetchResult:
    """Fetch a document and parse it, unless it is unchanged (RFC 9110, 13.1).

    parse: returns the records of a document and the number of entries that hold none.
    url: address to fetch, by default the source's.
    """
    conditions = {"If-None-Match": source.etag, "If-Modified-Since": source.last_modified}
    headers = {"Accept": accept, **{name: value for name, value in conditions.items() if value}}
    document = fetch(url or source.url, client, headers=headers, credentials=credentials)
    if document.body is None:
        return FetchResult(
            etag=document.etag or source.etag,
            last_modified=document.last_modified or source.last_modified,
            is_unchanged=True,
        )
    records, skipped = parse(document)
    return FetchResult(records, skipped, document.etag, document.last_modified)
