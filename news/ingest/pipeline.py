"""Ingest headlines: drop duplicates, score, append to the log in one short transaction, notify after the commit.

All sources end here. Nothing is fetched while the log is locked, and nothing is scored, except what a concurrent
writer made new.
"""

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from operator import attrgetter
from typing import Literal

import uuid_utils
from django.db import transaction

from common.sql import in_array
from common.time import utc_now
from news.dedup.headline import Headline
from news.dedup.matching import Candidate, Original, Partition, classify, make_candidates
from news.ingest.analyzer_choice import inline_analyzer
from news.ingest.bulk_insert import insert_items, insert_mentions
from news.ingest.validation import HeadlineError, parse_headline
from news.log.head import advance_head, get_append_time, lock_head
from news.metrics.buckets import aggregate
from news.models import DuplicateReport, Item, LogHead
from news.scoring import Score, Scorer, load_scorer
from news.search.index import add_items

OnAppend = Callable[[Sequence[Item]], None]  # gets new items in the transaction that appends them
RecordStatus = Literal["created", "duplicate", "rejected"]


@dataclass(frozen=True, slots=True)
class RecordResult:
    """What became of one record of a batch, by its index.

    item_id: of the item that was created, or that the record repeats; None for a rejected record, and if the repeated
    item was trimmed meanwhile.
    """

    index: int
    status: RecordStatus
    item_id: str | None = None


@dataclass(frozen=True, slots=True)
class IngestResult:
    """What became of a batch of headlines."""

    created: list[str] = field(default_factory=list)  # item ids, in log order
    duplicates: int = 0
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
class BatchResult(IngestResult):
    """What became of a batch of records. `warnings` are of accepted and rejected records, in order of index."""

    rejected: list[RejectedRecord] = field(default_factory=list)
    warnings: list[RecordWarning] = field(default_factory=list)


def ingest_records(
    records: Sequence[object],
    *,
    source: str,
    undated: Collection[int] = frozenset(),
    on_append: OnAppend | None = None,
) -> BatchResult:
    """Validate, score and append records in order; an invalid one is reported and does not affect the others.

    `source` is used for records without a source; `undated` are the indices of records whose date was not readable.
    Batches of up to 1,000 records keep the lock on the log short.
    """
    headlines: dict[int, Headline] = {}
    rejected, warnings = [], []
    for index, record in enumerate(records):
        details: list[str] = []
        try:
            headline = parse_headline(record, source=source, warnings=details)
            headlines[index] = replace(headline, is_undated=True) if index in undated else headline
        except HeadlineError as error:
            rejected.append(RejectedRecord(index, str(error)))
        warnings += [RecordWarning(index, detail) for detail in details]
    ingested = ingest([*headlines.values()], on_append=on_append)
    results = [replace(result, index=index) for index, result in zip(headlines, ingested.results, strict=True)] + [
        RecordResult(record.index, "rejected") for record in rejected
    ]
    return BatchResult(
        ingested.created, ingested.duplicates, sorted(results, key=attrgetter("index")), rejected, warnings
    )


def ingest(headlines: Sequence[Headline], *, on_append: OnAppend | None = None) -> IngestResult:
    """Score and append headlines in order. Those that repeat a story are counted as duplicates.

    The first report of another source on a story is stored with its item. The inline analyzer scores; if ANALYZER
    is too slow for a request, the ingest process scores the items again.
    """
    if not headlines:
        return IngestResult()
    candidates = make_candidates(headlines)
    state = LogHead.objects.get(pk=1).state  # read first, so that the classification is at least as recent
    partition = classify(candidates)
    items: dict[Candidate, Item] = {}
    if partition.new or partition.duplicates:
        partition, items = _store(candidates, partition, state=state, on_append=on_append)
    return IngestResult(
        [item.item_id for item in items.values()],
        duplicates=len(headlines) - len(items),
        results=_list_results(candidates, partition, items),
    )


def _list_results(
    candidates: Sequence[Candidate], partition: Partition, items: Mapping[Candidate, Item]
) -> list[RecordResult]:
    """Return what became of each candidate. `items` are those created."""
    originals = dict(partition.duplicates + partition.repeated)
    pks = {original for original in originals.values() if isinstance(original, int)}
    stored_ids = (
        dict(Item.with_withdrawn.order_by().filter(pk__in=in_array(pks)).values_list("pk", "item_id")) if pks else {}
    )
    created_ids = {candidate: item.item_id for candidate, item in items.items()}

    def find_id(original: Original | None) -> str | None:
        if isinstance(original, Candidate):
            return created_ids.get(original)
        return None if original is None else stored_ids.get(original)

    return [
        RecordResult(index, "created", created_ids[candidate])
        if candidate in created_ids
        else RecordResult(index, "duplicate", find_id(originals.get(candidate)))
        for index, candidate in enumerate(candidates)
    ]


def _store(
    candidates: Sequence[Candidate],
    partition: Partition,
    *,
    state: tuple[str, int, int, int],
    on_append: OnAppend | None,
) -> tuple[Partition, dict[Candidate, Item]]:
    """Score and append the new stories, store the duplicate reports, and return the final partition and new items.

    `partition` was computed when the head of the log was in `state`.
    """
    started = time.perf_counter()
    items = _make_items(partition.new)
    seconds = time.perf_counter() - started
    with transaction.atomic():
        head = lock_head()
        if head.state != state:
            partition = _reclassify(candidates, {candidate.dedup_hash for candidate in items})
            # Two candidates can tell one story. If the first was stored meanwhile (found by its external id), the
            # second becomes the new one, and has no score yet.
            items |= _make_items([candidate for candidate in partition.new if candidate not in items])
        created = {candidate: items[candidate] for candidate in partition.new}
        _append(head, partition, [*created.values()])
        if on_append is not None and created:
            on_append([*created.values()])
        advance_head(
            head,
            items=len(created),
            duplicate_reports=len(partition.duplicates),
            scored=len(items),
            scoring_seconds=seconds,
        )
    return partition, created


def _reclassify(candidates: Sequence[Candidate], scored_hashes: Collection[str]) -> Partition:
    """Classify a batch again because the log has changed. The caller holds the lock, so this result is final."""
    partition = classify(candidates)
    # The original of a duplicate may have been trimmed meanwhile; even so, the duplicate does not become an item.
    without_original = [candidate for candidate in partition.new if candidate.dedup_hash not in scored_hashes]
    return Partition(
        [candidate for candidate in partition.new if candidate.dedup_hash in scored_hashes],
        [(candidate, original) for candidate, original in partition.duplicates if original not in without_original],
        partition.repeated,
    )


def _append(head: LogHead, partition: Partition, items: Sequence[Item]) -> None:
    """Append a batch to the log; `items` are those of `partition.new`. The caller holds the lock."""
    now = utc_now()
    appended_at = get_append_time(now)
    for seq, item in enumerate(items, start=head.seq + 1):
        item.seq, item.appended_at, item.first_appended_at, item.scored_at = seq, appended_at, now, now
    insert_items(items, after=head.seq)
    add_items(items)
    insert_mentions(
        (item, [own_key for own_key, *_ in candidate.keys])
        for item, candidate in zip(items, partition.new, strict=True)
    )
    item_by_candidate = dict(zip(partition.new, items, strict=True))
    DuplicateReport.objects.bulk_create(
        [
            _make_duplicate_report(
                candidate.headline,
                dedup_hash=candidate.report_hash,
                item_pk=original if isinstance(original, int) else item_by_candidate[original].pk,
            )
            for candidate, original in partition.duplicates
        ]
    )
    aggregate(items)


def _make_items(candidates: Sequence[Candidate]) -> dict[Candidate, Item]:
    """Score candidates and return their items, not saved and without a seq."""
    scorer = load_scorer(inline_analyzer())
    scores = scorer.score([candidate.headline.title for candidate in candidates])
    return {
        candidate: _make_item(candidate, score, scorer) for candidate, score in zip(candidates, scores, strict=True)
    }


def _make_item(candidate: Candidate, score: Score, scorer: Scorer) -> Item:
    headline = candidate.headline
    return Item(
        item_id=str(uuid_utils.uuid7()),
        title=headline.title,
        summary=headline.summary,
        url=headline.url,
        source=headline.source,
        external_id=headline.external_id,
        dedup_hash=candidate.dedup_hash,
        tickers=list(headline.tickers),
        sentiment=score.label,
        score=score.score,
        probabilities=score.probabilities,
        evidence=score.evidence,
        analyzer=scorer.name,
        analyzer_version=scorer.version,
        published_at=headline.published_at,
        is_undated=headline.is_undated,
        is_historical=headline.is_historical,
    )


def _make_duplicate_report(headline: Headline, *, dedup_hash: str, item_pk: int) -> DuplicateReport:
    return DuplicateReport(
        item_id=item_pk,
        source=headline.source,
        external_id=headline.external_id,
        dedup_hash=dedup_hash,
        url=headline.url,
        published_at=headline.published_at,
    )
