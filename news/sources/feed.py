"""Poll the feeds of the `Source` table and keep book of how each poll went.

`read_feed` talks to the network and never to the database; `claim`, `store` and `fail` the other way round.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from random import uniform
from typing import Any

import httpx2
from django.db.models import F

from news.clock import utc_now
from news.ingest import ingest_records
from news.models import Source
from news.sources.entries import read_entries
from news.sources.fetch import SourceError, fetch

CLAIM_SECONDS = 120.0  # a poll is over by then; if its process died, another may start
LONGEST_WAIT_SECONDS = 6 * 3600.0  # between tries of a failing source, unless its own interval is longer
LONGEST_RETRY_AFTER_SECONDS = 24 * 3600.0  # whatever a server asks for
MAX_ERROR = 1_000  # characters


@dataclass(frozen=True, slots=True)
class Feed:
    """What a source had to offer. `records` is empty too when nothing changed."""

    records: list[dict[str, Any]] = field(default_factory=list)
    etag: str = ""
    last_modified: str = ""
    is_unchanged: bool = False


@dataclass(frozen=True, slots=True)
class Poll:
    """How a poll went."""

    name: str
    created: int = 0
    duplicates: int = 0
    skipped: int = 0
    is_unchanged: bool = False
    error: str = ""


def poll(source: Source, client: httpx2.Client) -> Poll:
    """Fetch, append and keep book, in one go. Errors: SourceError, kept in the row too."""
    try:
        feed = read_feed(source, client)
    except SourceError as error:
        fail(source, error)
        raise
    return store(source, feed)


def read_feed(source: Source, client: httpx2.Client) -> Feed:
    """Fetch a source's feed and read its entries. Errors: SourceError."""
    document = fetch(source.url, client, etag=source.etag, last_modified=source.last_modified)
    if document.body is None:
        return Feed(
            etag=document.etag or source.etag,
            last_modified=document.last_modified or source.last_modified,
            is_unchanged=True,
        )
    return Feed(read_entries(document), document.etag, document.last_modified)


def claim(source: Source) -> bool:
    """Take a due source for this process; False when another process was faster, or it was changed meanwhile."""
    until = utc_now() + timedelta(seconds=CLAIM_SECONDS)
    # The row must still be as it was read: of several processes that saw it due, one gets it.
    return bool(Source.objects.filter(pk=source.pk, is_enabled=True, due_at=source.due_at).update(due_at=until))


def store(source: Source, feed: Feed) -> Poll:
    """Append a feed's entries and note the success. Entries without a ticker are skipped and counted."""
    receipt = ingest_records(feed.records, source=source.name)
    # After the items: if they could not be stored, the next poll must not be told that nothing has changed.
    _update(
        source,
        due_at=utc_now() + timedelta(seconds=_interval(source) * uniform(0.9, 1.1)),
        etag=feed.etag,
        last_modified=feed.last_modified,
        last_error="",
        failures_in_a_row=0,
        items_created=F("items_created") + len(receipt.created),
        entries_skipped=F("entries_skipped") + len(receipt.rejected),
    )
    return Poll(source.name, len(receipt.created), receipt.duplicates, len(receipt.rejected), feed.is_unchanged)


def fail(source: Source, error: SourceError) -> Poll:
    """Note a failure. The next try comes later with each failure in a row, and not before the server asked for."""
    interval = _interval(source)
    longest = max(LONGEST_WAIT_SECONDS, interval)
    wait = min(longest, interval * 2.0 ** min(source.failures_in_a_row, 30)) * uniform(0.9, 1.1)
    wait = max(wait, min(error.retry_after_seconds, LONGEST_RETRY_AFTER_SECONDS))
    text = str(error)[:MAX_ERROR]
    _update(
        source,
        due_at=utc_now() + timedelta(seconds=wait),
        last_error=text,
        failures_in_a_row=F("failures_in_a_row") + 1,
    )
    return Poll(source.name, error=text)


def _interval(source: Source) -> float:
    return float(max(1, source.interval_seconds))


def _update(source: Source, **values: Any) -> None:
    # Not save(): what an admin changes in the meantime must stay.
    Source.objects.filter(pk=source.pk).update(last_polled_at=utc_now(), **values)
