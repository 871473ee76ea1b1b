"""What a source has published, and the signature of the adapters that fetch it.

An adapter uses the network or the disk and never the database.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import httpx2

from news.models import Source
from news.sources.entries import ParsedDocument, RecordFields, SkippedEntry
from news.sources.http.api_credentials import APICredentials
from news.sources.http.client import Document, fetch
from news.sources.http.size_limit import SizeLimit


@dataclass(frozen=True, slots=True)
class FetchResult:
    """What one fetch of a source returned. `records` is empty if nothing has changed.

    skipped: entries that are not usable as records.
    undated: what is wrong with the date of a record, by its index.
    warnings: what was ignored in records.
    lines: file and line of each record, empty for sources without lines.
    """

    records: list[RecordFields] = field(default_factory=list)
    skipped: Sequence[SkippedEntry] = ()
    undated: dict[int, str] = field(default_factory=dict)
    warnings: Sequence[SkippedEntry] = ()
    lines: Sequence[tuple[str, int]] = ()
    etag: str = ""
    last_modified: str = ""
    file_offsets: dict[str, Any] | None = None  # where the next poll continues; None for kinds without files
    has_more: bool = False  # more can be fetched at once
    is_unchanged: bool = False

    @property
    def is_feed(self) -> bool:
        """Whether the records were fetched, and not read from files."""
        return self.file_offsets is None


class SourceAdapter(Protocol):
    """Fetches one kind of source. Errors: SourceError."""

    def __call__(self, source: Source, client: httpx2.Client) -> FetchResult:
        """Return what the source has published since its last poll."""


def fetch_document(
    source: Source,
    client: httpx2.Client,
    *,
    parse: Callable[[Document], ParsedDocument],
    accept: str,
    url: str = "",
    credentials: APICredentials | None = None,
) -> FetchResult:
    """Fetch a document and parse it, unless it is unchanged (RFC 9110, 13.1).

    parse: returns the records of a document, and what it skipped.
    url: address to fetch, by default the source's.
    """
    conditions = {"If-None-Match": source.etag, "If-Modified-Since": source.last_modified}
    headers = {"Accept": accept, **{name: value for name, value in conditions.items() if value}}
    with SizeLimit() as limit:
        document = fetch(url or source.url, client, headers=headers, credentials=credentials, size_limit=limit)
        if document.body is None:
            return FetchResult(
                etag=document.etag or source.etag,
                last_modified=document.last_modified or source.last_modified,
                is_unchanged=True,
            )
        parsed = parse(document)
    return FetchResult(
        parsed.records,
        parsed.skipped,
        parsed.undated,
        parsed.warnings,
        etag=document.etag,
        last_modified=document.last_modified,
    )
