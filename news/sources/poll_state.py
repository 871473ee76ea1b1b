"""Claim due sources and store the results of their polls in the database. Never uses the network."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import uniform
from typing import Any

from django.db.models import F

from common.time import utc_now
from news.ingest.pipeline import ingest_records
from news.ingest.tagging import TaggingRules
from news.models import Source
from news.sources.activity import add_items
from news.sources.http.client import SourceError
from news.sources.result import FetchResult
from news.sources.skipped_entries import list_notes, list_skipped, merge_rows

CLAIM_SECONDS = 120.0  # longer than a poll takes; if its process died, another one polls the source then
MAX_BACKOFF_SECONDS = 6 * 3600.0  # between polls of a failing source, unless its own interval is longer
MAX_RETRY_AFTER_SECONDS = 24 * 3600.0  # even if a server asks for more
MAX_ERROR_CHARACTERS = 1_000


@dataclass(frozen=True, slots=True)
class SourcePoll:
    """The result of a poll, and the state of the source after it.

    created, duplicates, updated, skipped, undated: entries of this poll.
    warnings: what was ignored in entries of this poll, such as symbols that are no tickers.
    polled_at, items_created, consecutive_failures: the stored state; `items_created` counts all polls.
    """

    name: str
    created: int = 0
    duplicates: int = 0
    updated: int = 0
    skipped: int = 0
    undated: int = 0
    warnings: int = 0
    is_unchanged: bool = False
    has_more: bool = False
    error: str = ""
    polled_at: datetime | None = None
    items_created: int = 0
    consecutive_failures: int = 0

    def add_to(self, earlier: "SourcePoll | None") -> "SourcePoll":
        """Return this poll with the counts of an earlier one of the same source added."""
        if earlier is None:
            return self
        return replace(
            self,
            created=earlier.created + self.created,
            duplicates=earlier.duplicates + self.duplicates,
            updated=earlier.updated + self.updated,
            skipped=earlier.skipped + self.skipped,
            undated=earlier.undated + self.undated,
            warnings=earlier.warnings + self.warnings,
            is_unchanged=earlier.is_unchanged and self.is_unchanged,
        )


def claim_source(source: Source) -> bool:
    """Claim a source for this process; return False if it was claimed, polled or disabled since it was selected."""
    claimed_until = utc_now() + timedelta(seconds=CLAIM_SECONDS)
    # Compare and set: several processes may have selected the same due row.
    return bool(
        Source.objects.filter(pk=source.pk, is_enabled=True, next_poll_at=source.next_poll_at).update(
            next_poll_at=claimed_until
        )
    )


def record_success(source: Source, result: FetchResult) -> SourcePoll:
    """Append the records of a fetch to the log, and store the success and what was skipped."""
    batch = ingest_records(
        result.records,
        source=source.name,
        undated=result.undated,
        is_feed=result.is_feed,
        rules=TaggingRules.from_source(source),
    )
    skipped_entries, notes = list_skipped(result, batch), list_notes(result, batch)
    skipped = sum(entry.count for entry in skipped_entries)
    undated = len(result.undated.keys() - {rejected.index for rejected in batch.rejected})
    delay_seconds = 0.0 if result.has_more else _get_interval_seconds(source) * uniform(0.9, 1.1)
    # After the items are stored: if that fails, the next poll must fetch the same records again.
    file_offsets = {} if result.file_offsets is None else {"file_offsets": result.file_offsets}
    now = utc_now()
    counts: dict[str, Any] = {
        "items_created": F("items_created") + len(batch.created),
        "items_by_hour": add_items(source.items_by_hour, len(batch.created), now=now),
        "entries_skipped": F("entries_skipped") + skipped,
        "entries_undated": F("entries_undated") + undated,
    }
    _update(
        source,
        counts | ({"last_item_at": now} if batch.created else {}),
        next_poll_at=now + timedelta(seconds=delay_seconds),
        etag=result.etag,
        last_modified=result.last_modified,
        last_error="",
        last_skipped=merge_rows(source.last_skipped, skipped_entries, notes, now=now),
        consecutive_failures=0,
        **file_offsets,
    )
    return SourcePoll(
        source.name,
        len(batch.created),
        batch.duplicates,
        batch.updated,
        skipped,
        undated,
        len(result.warnings) + len(batch.warnings),
        is_unchanged=result.is_unchanged,
        has_more=result.has_more,
        **_get_state(source),
    )


def record_failure(source: Source, error: SourceError) -> SourcePoll:
    """Store a failure. The delay until the next poll doubles with each failure, or is what the server asks for."""
    interval_seconds = _get_interval_seconds(source)
    max_seconds = max(MAX_BACKOFF_SECONDS, interval_seconds)
    backoff_seconds = min(max_seconds, interval_seconds * 2.0 ** min(source.consecutive_failures, 30))
    delay_seconds = max(backoff_seconds * uniform(0.9, 1.1), min(error.retry_after_seconds, MAX_RETRY_AFTER_SECONDS))
    # The text may quote the server.
    text = "".join(letter if letter.isprintable() else " " for letter in str(error)[:MAX_ERROR_CHARACTERS])
    _update(
        source,
        {"failures": F("failures") + 1},
        next_poll_at=utc_now() + timedelta(seconds=delay_seconds),
        last_error=text,
        consecutive_failures=F("consecutive_failures") + 1,
    )
    return SourcePoll(source.name, error=text, **_get_state(source))


def _get_interval_seconds(source: Source) -> float:
    return float(max(1, source.interval_seconds))


def _update(source: Source, counts: dict[str, Any], **values: Any) -> None:
    """Store `counts` and, unless the location of the source was edited during the poll, `values`."""
    # Not save(): it would overwrite what an admin edited during the poll.
    row, counts = Source.objects.filter(pk=source.pk), counts | {"last_polled_at": utc_now()}
    if not row.filter(kind=source.kind, url=source.url, path=source.path).update(**counts, **values):
        row.update(**counts, next_poll_at=utc_now())  # the validators and errors belong to the old location


def _get_state(source: Source) -> dict[str, Any]:
    """Return the stored state as fields of SourcePoll, none if the source was deleted during the poll."""
    row = Source.objects.filter(pk=source.pk).values("items_created", "consecutive_failures", "last_polled_at").first()
    if row is None:
        return {}
    return {
        "polled_at": row["last_polled_at"],
        "items_created": row["items_created"],
        "consecutive_failures": row["consecutive_failures"],
    }
