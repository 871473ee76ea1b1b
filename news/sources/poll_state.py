"""Keep book of the sources: which is due, who polls it, what came of it. Never talks to the network."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import uniform
from typing import Any

from django.db.models import F

from common.time import utc_now
from news.ingest.pipeline import ingest_records
from news.models import Source
from news.sources.http.client import SourceError
from news.sources.result import FetchResult

CLAIM_SECONDS = 120.0  # a poll is over by then; if its process died, another may start
LONGEST_WAIT_SECONDS = 6 * 3600.0  # between tries of a failing source, unless its own interval is longer
LONGEST_RETRY_AFTER_SECONDS = 24 * 3600.0  # whatever a server asks for
MAX_ERROR = 1_000  # characters


@dataclass(frozen=True, slots=True)
class SourcePoll:
    """How a poll went, and how the source stands after it."""

    name: str
    created: int = 0
    duplicates: int = 0
    skipped: int = 0
    is_unchanged: bool = False
    has_more: bool = False
    error: str = ""
    polled_at: datetime | None = None
    items_created: int = 0  # ever
    consecutive_failures: int = 0

    def after(self, earlier: "SourcePoll | None") -> "SourcePoll":
        """Return what this poll and the one before it brought together."""
        if earlier is None:
            return self
        return replace(
            self,
            created=earlier.created + self.created,
            duplicates=earlier.duplicates + self.duplicates,
            skipped=earlier.skipped + self.skipped,
            is_unchanged=earlier.is_unchanged and self.is_unchanged,
        )


def claim_source(source: Source) -> bool:
    """Take a due source for this process; False when another process was faster, or it was changed meanwhile."""
    until = utc_now() + timedelta(seconds=CLAIM_SECONDS)
    # The row must still be as it was read: of several processes that saw it due, one gets it.
    return bool(
        Source.objects.filter(pk=source.pk, is_enabled=True, next_poll_at=source.next_poll_at).update(
            next_poll_at=until
        )
    )


def record_success(source: Source, harvest: FetchResult) -> SourcePoll:
    """Append what a source brought and note the success. Entries without a ticker are skipped and counted."""
    receipt = ingest_records(harvest.records, source=source.name)
    skipped = harvest.skipped + len(receipt.rejected)
    wait = 0.0 if harvest.has_more else _interval(source) * uniform(0.9, 1.1)
    # After the items: if they could not be stored, the next poll must get them again.
    position = {} if harvest.position is None else {"file_offsets": harvest.position}
    _update(
        source,
        {
            "items_created": F("items_created") + len(receipt.created),
            "entries_skipped": F("entries_skipped") + skipped,
        },
        next_poll_at=utc_now() + timedelta(seconds=wait),
        etag=harvest.etag,
        last_modified=harvest.last_modified,
        last_error="",
        consecutive_failures=0,
        **position,
    )
    return SourcePoll(
        source.name,
        len(receipt.created),
        receipt.duplicates,
        skipped,
        is_unchanged=harvest.is_unchanged,
        has_more=harvest.has_more,
        **_state(source),
    )


def record_failure(source: Source, error: SourceError) -> SourcePoll:
    """Note a failure. The next try comes later with each failure in a row, and not before the server asked for."""
    interval = _interval(source)
    longest = max(LONGEST_WAIT_SECONDS, interval)
    wait = min(longest, interval * 2.0 ** min(source.consecutive_failures, 30)) * uniform(0.9, 1.1)
    wait = max(wait, min(error.retry_after_seconds, LONGEST_RETRY_AFTER_SECONDS))
    # A server may have had its hand in the text.
    text = "".join(letter if letter.isprintable() else " " for letter in str(error)[:MAX_ERROR])
    _update(
        source,
        {"failures": F("failures") + 1},
        next_poll_at=utc_now() + timedelta(seconds=wait),
        last_error=text,
        consecutive_failures=F("consecutive_failures") + 1,
    )
    return SourcePoll(source.name, error=text, **_state(source))


def _interval(source: Source) -> float:
    return float(max(1, source.interval_seconds))


def _update(source: Source, counts: dict[str, Any], **values: Any) -> None:
    """Note how a poll went: `counts` in any case, `values` unless the source has another address since it was begun."""
    # Not save(): what an admin changes in the meantime must stay.
    stored, counts = Source.objects.filter(pk=source.pk), counts | {"last_polled_at": utc_now()}
    if not stored.filter(kind=source.kind, url=source.url, path=source.path).update(**counts, **values):
        stored.update(**counts, next_poll_at=utc_now())  # its validators and errors are those of another document


def _state(source: Source) -> dict[str, Any]:
    """Return how the source stands now, as Poll has it; nothing when it was deleted meanwhile."""
    stored = (
        Source.objects.filter(pk=source.pk).values("items_created", "consecutive_failures", "last_polled_at").first()
    )
    if stored is None:
        return {}
    return {
        "polled_at": stored["last_polled_at"],
        "items_created": stored["items_created"],
        "consecutive_failures": stored["consecutive_failures"],
    }
