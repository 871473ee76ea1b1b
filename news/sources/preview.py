"""Say what would become of the entries of a feed that is not followed yet: scored headlines, and what is skipped.

Everything is as `ingest_records` would do it now, except that nothing is stored.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from common.sql import in_array
from common.time import utc_now
from news.dedup.candidates import Candidate, Original, make_candidates
from news.dedup.matching import Partition, classify
from news.ingest.appending import make_items
from news.ingest.item_scores import ScoreCache
from news.ingest.pipeline import BatchResult, ParsedRecords, parse_records
from news.ingest.tagging import get_rules
from news.models import Item
from news.sources.entries import ParsedDocument, SkippedEntry
from news.sources.result import FetchResult
from news.sources.skipped_entries import list_notes, list_skipped

MAX_ITEMS = 5
SHORTEST_SPAN = timedelta(hours=1)  # over which headlines a day are counted


@dataclass(frozen=True, slots=True)
class FeedPreview:
    """What a first poll of a feed would do.

    items: the newest headlines, scored and not stored, the newest first.
    entries, usable: number of entries; of those that would become headlines.
    skipped: those that would not, with the reason; notes: what would be ignored in others.
    per_day: headlines a day, by their dates; None without dates.
    newest_at: date of the newest entry.
    """

    items: list[Item]
    entries: int
    usable: int
    skipped: list[SkippedEntry] = field(default_factory=list)
    notes: list[SkippedEntry] = field(default_factory=list)
    per_day: float | None = None
    newest_at: datetime | None = None

    @property
    def skipped_count(self) -> int:
        """Number of entries that would be skipped."""
        return sum(entry.count for entry in self.skipped)

    @property
    def more(self) -> int:
        """Number of usable entries that are not among `items`."""
        return max(0, self.usable - len(self.items))


def preview_feed(
    document: ParsedDocument, *, source: str, is_feed: bool = True, now: datetime | None = None
) -> FeedPreview:
    """Return what a first poll of a source of this name would do with a document.

    is_feed: as in `ingest_records`.
    """
    parsed = parse_records(
        document.records, source=source, undated=document.undated, is_feed=is_feed, rules=get_rules(source)
    )
    candidates = make_candidates([*parsed.headlines.values()])
    partition = classify(candidates)
    fetched = FetchResult(document.records, document.skipped, document.undated, document.warnings)
    batch = BatchResult(rejected=parsed.rejected, warnings=parsed.warnings)
    skipped = [*list_skipped(fetched, batch), *_list_repeated(partition)]
    # If everything is there, for example because the feed is followed, its newest entries are shown all the same.
    newest = (partition.new or candidates)[-MAX_ITEMS:]
    items = [*make_items(newest, ScoreCache()).values()]
    dates = _list_dates(parsed)
    return FeedPreview(
        items=items[::-1],
        entries=len(document.records) + sum(entry.count for entry in document.skipped),
        usable=len(partition.new),
        skipped=skipped,
        notes=list_notes(fetched, batch),
        per_day=_count_per_day(dates, now or utc_now()),
        newest_at=max(dates, default=None),
    )


def _list_repeated(partition: Partition) -> list[SkippedEntry]:
    """Return the candidates that are no new stories, with what they repeat or correct."""
    pairs: list[tuple[Candidate, Original]] = [*partition.other_reports, *partition.repeats]
    pairs += [(correction.candidate, correction.original) for correction in partition.corrections]
    stored = {original for _, original in pairs if isinstance(original, int)}
    rows = Item.with_withdrawn.order_by().filter(pk__in=in_array(stored)).values_list("pk", "source") if stored else []
    sources = dict(rows)
    corrected = {correction.candidate for correction in partition.corrections}
    return [
        SkippedEntry(
            candidate.headline.title,
            _describe_repeated(candidate, original, sources, is_correction=candidate in corrected),
        )
        for candidate, original in pairs
    ]


def _describe_repeated(
    candidate: Candidate, original: Original, sources: dict[int, str], *, is_correction: bool
) -> str:
    if isinstance(original, Candidate):
        return "the same story as another entry of this feed."
    source = sources.get(original, "")
    if is_correction:
        return f"would correct the headline that is here from {source}."
    return f"already here from {source}." if source else "already here."


def _list_dates(parsed: ParsedRecords) -> Sequence[datetime]:
    return [headline.published_at for headline in parsed.headlines.values() if headline.has_own_date]


def _count_per_day(dates: Sequence[datetime], now: datetime) -> float | None:
    if not dates:
        return None
    span = max(now - min(dates), SHORTEST_SPAN)
    return len(dates) / (span / timedelta(days=1))
