"""Ingest headlines: drop duplicates, correct, score, append in one short transaction, notify after the commit.

All sources end here. Nothing is fetched while the log is locked, and nothing is scored, except what a concurrent
writer made new.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from operator import attrgetter
from typing import Literal

from django.db import transaction

from common.sql import in_array
from news.dedup.candidates import Candidate, make_candidates
from news.dedup.headline import Headline
from news.dedup.matching import Partition, classify
from news.ingest.appending import append, correct_items, make_items, score_corrections
from news.ingest.entities import Scores
from news.ingest.tagging import ANY, TaggingRules
from news.ingest.validation import HeadlineError, parse_headline
from news.log.head import advance_head, lock_head
from news.models import Item, LogHead

OnAppend = Callable[[Sequence[Item]], None]  # gets new items in the transaction that appends them
RecordStatus = Literal["created", "duplicate", "updated", "rejected"]


@dataclass(frozen=True, slots=True)
class RecordResult:
    """What became of one record of a batch, by its index.

    item_id: of the item that was created, or that the record repeats or corrects; None for a rejected record, and if
    that item was trimmed meanwhile.
    """

    index: int
    status: RecordStatus
    item_id: str | None = None


@dataclass(frozen=True, slots=True)
class IngestResult:
    """What became of a batch of headlines."""

    created: list[str] = field(default_factory=list)  # item ids, in log order
    duplicates: int = 0
    updated: int = 0  # how often an item was corrected
    results: list[RecordResult] = field(default_factory=list)  # in order of index


@dataclass(frozen=True, slots=True)
class RejectedRecord:
    """An invalid record: its index in the batch and what is wrong."""

    index: int
    detail: str


@dataclass(frozen=True, slots=True)
class RecordWarning:
    """Something in a record that was ignored or guessed: its index in the batch, the value found and the cure."""

    index: int
    detail: str


@dataclass(frozen=True, slots=True)
class ParsedRecords:
    """The headlines in a batch of records, by index, with the records that are invalid and what was ignored."""

    headlines: dict[int, Headline] = field(default_factory=dict)
    rejected: list[RejectedRecord] = field(default_factory=list)
    warnings: list[RecordWarning] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class BatchResult(IngestResult):
    """What became of a batch of records. `warnings` are of accepted and rejected records, in order of index."""

    rejected: list[RejectedRecord] = field(default_factory=list)
    warnings: list[RecordWarning] = field(default_factory=list)


def ingest_records(
    records: Sequence[object],
    *,
    source: str,
    undated: Collection[int] = frozenset(),
    is_feed: bool = False,
    are_samples: bool = False,
    rules: TaggingRules = ANY,
    on_append: OnAppend | None = None,
) -> BatchResult:
    """Validate, score and append records in order; an invalid one is reported and does not affect the others.

    `source` is used for records without a source; `undated` are the indices of records whose date was not readable;
    `is_feed` says that they were fetched, and not posted or read from a file; `rules` are those of the source.
    Samples are appended only while there is no real item. Batches of up to 1,000 records keep the lock short.
    """
    parsed = parse_records(
        records, source=source, undated=undated, is_feed=is_feed, are_samples=are_samples, rules=rules
    )
    ingested = ingest([*parsed.headlines.values()], on_append=on_append)
    results = [replace(result, index=index) for index, result in zip(parsed.headlines, ingested.results, strict=True)]
    results += [RecordResult(record.index, "rejected") for record in parsed.rejected]
    return BatchResult(
        ingested.created,
        ingested.duplicates,
        ingested.updated,
        sorted(results, key=attrgetter("index")),
        parsed.rejected,
        parsed.warnings,
    )


def parse_records(
    records: Sequence[object],
    *,
    source: str,
    undated: Collection[int] = frozenset(),
    is_feed: bool = False,
    are_samples: bool = False,
    rules: TaggingRules = ANY,
) -> ParsedRecords:
    """Return the headlines in records, with their tickers. The arguments are those of `ingest_records`."""
    parsed = ParsedRecords()
    for index, record in enumerate(records):
        details: list[str] = []
        try:
            headline = parse_headline(record, source=source, warnings=details, rules=rules)
            if is_feed or are_samples or index in undated:
                headline = replace(headline, is_from_feed=is_feed, is_undated=index in undated, is_sample=are_samples)
            parsed.headlines[index] = headline
        except HeadlineError as error:
            parsed.rejected.append(RejectedRecord(index, str(error)))
        parsed.warnings.extend(RecordWarning(index, detail) for detail in details)
    return parsed


def ingest(headlines: Sequence[Headline], *, on_append: OnAppend | None = None) -> IngestResult:
    """Score and append headlines in order. Those that repeat a story are counted as duplicates.

    Those by which a source corrects what it has said are appended as changes of the item. The first report of another
    source on a story is stored with its item. The inline analyzer scores; if ANALYZER is too slow for a request, the
    ingest process scores the items again.
    """
    if not headlines:
        return IngestResult()
    candidates = make_candidates(headlines)
    state = LogHead.objects.get(pk=1).state  # read first, so that the classification is at least as recent
    partition = classify(candidates)
    items: dict[Candidate, Item] = {}
    updated: set[Candidate] = set()
    if partition.new or partition.duplicates or partition.corrections:
        partition, items, updated = _store(candidates, partition, state=state, on_append=on_append)
    return IngestResult(
        [item.item_id for item in items.values()],
        duplicates=len(headlines) - len(items) - len(updated),
        updated=len(updated),
        results=_list_results(candidates, partition, items, updated),
    )


def _list_results(
    candidates: Sequence[Candidate],
    partition: Partition,
    items: Mapping[Candidate, Item],
    updated: Collection[Candidate],
) -> list[RecordResult]:
    """Return what became of each candidate. `items` are those created, `updated` the candidates that correct one."""
    originals = dict(partition.duplicates + partition.repeated)
    originals |= {correction.candidate: correction.original for correction in partition.corrections}
    pks = {original for original in originals.values() if isinstance(original, int)}
    stored_ids = (
        dict(Item.with_withdrawn.order_by().filter(pk__in=in_array(pks)).values_list("pk", "item_id")) if pks else {}
    )
    created_ids = {candidate: item.item_id for candidate, item in items.items()}

    def describe(index: int, candidate: Candidate) -> RecordResult:
        if candidate in created_ids:
            return RecordResult(index, "created", created_ids[candidate])
        original = originals.get(candidate)
        item_id = created_ids.get(original) if isinstance(original, Candidate) else stored_ids.get(original or 0)
        return RecordResult(index, "updated" if candidate in updated else "duplicate", item_id)

    return [describe(index, candidate) for index, candidate in enumerate(candidates)]


def _store(
    candidates: Sequence[Candidate],
    partition: Partition,
    *,
    state: tuple[str, int, int, int],
    on_append: OnAppend | None,
) -> tuple[Partition, dict[Candidate, Item], set[Candidate]]:
    """Score and append new stories and corrections, and store the duplicate reports.

    Returns the final partition, the new items, and the candidates that corrected an item. `partition` was computed when
    the head of the log was in `state`.
    """
    scores = Scores()
    items = make_items(partition.new, scores)
    score_corrections(partition.corrections, scores)
    with transaction.atomic():
        head = lock_head()
        if head.state != state:
            expected = [*partition.new, *(correction.candidate for correction in partition.corrections)]
            partition = _reclassify(candidates, {candidate.dedup_hash for candidate in expected})
            # Two candidates can tell one story. If the first was stored meanwhile (found by its external id), the
            # second becomes the new one, and has no score yet.
            items |= make_items([candidate for candidate in partition.new if candidate not in items], scores)
        if not head.shows_samples:
            partition = _without_samples(partition)
        created = {candidate: items[candidate] for candidate in partition.new}
        append(head, partition, [*created.values()])
        if head.first_real_seq is None:
            head.first_real_seq = next((item.seq for item in created.values() if not item.is_sample), None)
        if on_append is not None and created:
            on_append([*created.values()])
        advance_head(
            head,
            items=len(created),
            duplicate_reports=len(partition.duplicates),
            scored=scores.count,
            scoring_seconds=scores.seconds,
        )
        updated = correct_items(head, partition.corrections, items, scores)
    return partition, created, updated


def _without_samples(partition: Partition) -> Partition:
    """Return a partition without samples, which end with the first real item, whichever process appends that."""
    return replace(
        partition,
        new=[candidate for candidate in partition.new if not candidate.headline.is_sample],
        duplicates=[(each, original) for each, original in partition.duplicates if not each.headline.is_sample],
        corrections=[each for each in partition.corrections if not each.candidate.headline.is_sample],
    )


def _reclassify(candidates: Sequence[Candidate], expected_hashes: Collection[str]) -> Partition:
    """Classify a batch again because the log has changed. The caller holds the lock, so this result is final.

    expected_hashes: of what was a new story or a correction before.
    """
    partition = classify(candidates)
    # The original of a duplicate may have been trimmed meanwhile; even so, the duplicate does not become an item.
    without_original = [candidate for candidate in partition.new if candidate.dedup_hash not in expected_hashes]
    return Partition(
        [candidate for candidate in partition.new if candidate.dedup_hash in expected_hashes],
        [(candidate, original) for candidate, original in partition.duplicates if original not in without_original],
        partition.repeated,
        [correction for correction in partition.corrections if correction.original not in without_original],
    )
