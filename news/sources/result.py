"""What a source has to offer, and the one way to ask for it: a reader for each kind (`kinds`).

A reader talks to the network or the disk and never to the database.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import httpx2

from news.models import Source
from news.sources.http.client import Document, fetch

Record = dict[str, Any]  # for `ingest_records`


@dataclass(frozen=True, slots=True)
class FetchResult:
    """What a source had to offer. `records` is empty too when nothing changed."""

    records: list[Record] = field(default_factory=list)
    skipped: int = 0  # entries that hold no record
    etag: str = ""
    last_modified: str = ""
    position: dict[str, Any] | None = None  # to go on from, where the kind has one
    has_more: bool = False  # that can be had at once
    is_unchanged: bool = False


class SourceAdapter(Protocol):
    """Reads one kind of source. Errors: SourceError."""

    def __call__(self, source: Source, client: httpx2.Client) -> FetchResult:
        """Return what the source has to offer."""


def fetch_document(
    source: Source,
    client: httpx2.Client,
    read: Callable[[Document], tuple[list[Record], int]],
    *,
    accept: str,
    url: str = "",
    credentials: Mapping[str, str] | None = None,
) -> FetchResult:
    """Fetch a document, unless it is unchanged, and read it: `read` returns records and how many entries hold none."""
    conditions = {"If-None-Match": source.etag, "If-Modified-Since": source.last_modified}
    headers = {"Accept": accept, **{name: value for name, value in conditions.items() if value}}
    document = fetch(url or source.url, client, headers=headers, credentials=credentials)
    if document.body is None:
        return FetchResult(
            etag=document.etag or source.etag,
            last_modified=document.last_modified or source.last_modified,
            is_unchanged=True,
        )
    records, skipped = read(document)
    return FetchResult(records, skipped, document.etag, document.last_modified)
