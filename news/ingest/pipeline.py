"""Ingest headlines: drop duplicates, correct, score, append in one short transaction, notify after the commit.

All sources end here. Nothing is fetched while the log is locked, and nothing is scored, except what a concurrent
writer made new.
"""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from operator import attrgetter
from typing import Literal, NamedTuple

from django.db import connection, transaction

from common.sql import in_array
from news.dedup.candidates import Candidate, make_candidates
from news.dedup.headline import Headline
from news.dedup.matching import Partition, classify
from news.ingest.appending import append_items, correct_items, make_items, prefetch_correction_scores
from news.ingest.group_commit import GroupCommit
from news.ingest.item_scores import ScoreCache
from news.ingest.locking import lock_log_for_batch
from news.ingest.tagging import NO_RULES, TaggingRules
from news.ingest.validation import HeadlineError, parse_headline
from news.models import Item

OnAppend = Callable[[Sequence[Item]], None]  # gets new items in the transaction that appends them
RecordStatus = Literal["created", "duplicate", "updated", "rejected"]


Outcome = tuple[RecordStatus, str | None]  # of a candidate, and the id of its item


class _Batch(NamedTuple):
    """The headlines of one call, and what they were when the log was read."""

    candidates: Sequence[Candidate]
    partition: Partition


@dataclass(frozen=True, slots=True)
class RecordResult:
    """What became of one record of a batch, by its index.

    item_id: the created, repeated or corrected item; None if the record was rejected or the item trimmed meanwhile.
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
    rules: TaggingRules = NO_RULES,
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
    pairs = zip(parsed.headlines, ingested.results, strict=True)
    results = [RecordResult(index, result.status, result.item_id) for index, result in pairs]
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
    rules: TaggingRules = NO_RULES,
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

    Corrections by the same source become changes of the item; the first report by another source is stored with it. The
    inline analyzer scores; if ANALYZER is too slow for a request, the ingest process scores the items again.
    """
    if not headlines:
        return IngestResult()
    candidates = make_candidates(headlines)
    partition = classify(candidates)
    if not (partition.new or partition.other_reports or partition.corrections):
        outcomes = _list_outcomes(candidates, partition, {}, ())
    elif on_append is not None or connection.in_atomic_block or any(each.headline.is_sample for each in candidates):
        outcomes = _store(candidates, partition, on_append=on_append)
    else:
        outcomes = _group_commit.run(_Batch(candidates, partition))
    statuses = Counter(status for status, _ in outcomes)
    return IngestResult(
        [str(item_id) for status, item_id in outcomes if status == "created"],
        duplicates=statuses["duplicate"],
        updated=statuses["updated"],
        results=[RecordResult(index, *outcome) for index, outcome in enumerate(outcomes)],
    )


def _store_together(batches: Sequence[_Batch]) -> list[list[Outcome]]:
    """Store batches of several callers as if they were one; return what became of each."""
    if len(batches) == 1:
        return [_store(*batches[0], on_append=None)]
    candidates = [candidate for batch in batches for candidate in batch.candidates]
    outcomes = iter(_store(candidates, classify(candidates), on_append=None))
    return [list(islice(outcomes, len(batch.candidates))) for batch in batches]


_group_commit = GroupCommit(_store_together)


def _list_outcomes(
    candidates: Sequence[Candidate],
    partition: Partition,
    items: Mapping[Candidate, Item],
    updated: Collection[Candidate],
) -> list[Outcome]:
    """Return what became of each candidate. `items` are those created, `updated` the candidates that correct one."""
    originals = dict(partition.other_reports + partition.repeats)
    originals |= {correction.candidate: correction.original for correction in partition.corrections}
    pks = {original for original in originals.values() if isinstance(original, int)}
    stored_ids = (
        dict(Item.with_withdrawn.order_by().filter(pk__in=in_array(pks)).values_list("pk", "item_id")) if pks else {}
    )
    created_ids = {candidate: item.item_id for candidate, item in items.items()}

    def describe(candidate: Candidate) -> Outcome:
        if candidate in created_ids:
            return "created", created_ids[candidate]
        original = originals.get(candidate)
        item_id = created_ids.get(original) if isinstance(original, Candidate) else stored_ids.get(original or 0)
        return "updated" if candidate in updated else "duplicate", item_id

    return [describe(candidate) for candidate in candidates]


def _store(candidates: Sequence[Candidate], partition: Partition, *, on_append: OnAppend | None) -> list[Outcome]:
    """Score and append new stories and corrections, and store the duplicate reports; return what became of each."""
    scores = ScoreCache()
    items = make_items(partition.new, scores)
    prefetch_correction_scores(partition.corrections, scores)
    with transaction.atomic():
        batch = lock_log_for_batch(candidates, partition, items, scores)
        created = {candidate: items[candidate] for candidate in batch.partition.new}
        append_items(batch.place, batch.partition, [*created.values()])
        if on_append is not None and created:
            on_append([*created.values()])
        updated = set() if batch.head is None else correct_items(batch.head, batch.partition.corrections, items, scores)
    return _list_outcomes(candidates, batch.partition, created, updated)
