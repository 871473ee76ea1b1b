"""Take headlines into the log: drop duplicates, score, append in one short transaction, ring the doorbell.

Every way in ends here. Nothing is fetched or scored while the log is locked.
"""

import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import uuid_utils
from django.db import transaction

from common.time import utc_now
from news.dedup.headline import Headline
from news.dedup.matching import Candidate, Partition, classify, make_candidate
from news.ingest.analyzer_choice import inline_analyzer
from news.ingest.bulk_insert import insert_items, insert_tickers
from news.ingest.validation import HeadlineError, parse_headline
from news.log.head import advance_head, lock_head
from news.metrics.buckets import aggregate
from news.models import DuplicateReport, Item, LogHead
from news.scoring import load_scorer


@dataclass(frozen=True, slots=True)
class IngestResult:
    """What became of a batch of headlines."""

    created: list[str] = field(default_factory=list)  # item ids, in log order
    duplicates: int = 0


@dataclass(frozen=True, slots=True)
class RejectedRecord:
    """A record that can't become an item, by its place in the batch."""

    index: int
    detail: str


@dataclass(frozen=True, slots=True)
class BatchResult(IngestResult):
    """What became of a batch of records."""

    rejected: list[RejectedRecord] = field(default_factory=list)


def ingest_records(records: Sequence[object], *, source: str) -> BatchResult:
    """Check, score and append records as they came in; a bad one is reported and does not hold its neighbours.

    `source` names the source where a record names none. Up to 1,000 records a call keep the log's lock short.
    """
    headlines, rejected = [], []
    for index, record in enumerate(records):
        try:
            headlines.append(parse_headline(record, source=source))
        except HeadlineError as error:
            rejected.append(RejectedRecord(index, str(error)))
    outcome = ingest(headlines)
    return BatchResult(outcome.created, outcome.duplicates, rejected)


def ingest(headlines: Sequence[Headline]) -> IngestResult:
    """Score and append headlines in order; those that tell a story again are counted as duplicates.

    Another source's report of a story is noted with the item that tells it. They are scored by an analyzer that is
    quick (see `quick_analyzer`): a heavy one scores them again in the ingest process.
    """
    if not headlines:
        return IngestResult()
    drafts = [make_candidate(headline) for headline in headlines]
    state = LogHead.objects.get(pk=1).state  # before the reading: what is read then is at least as new
    batch = classify(drafts)
    created: list[Item] = []
    if batch.new or batch.duplicates:
        began = time.perf_counter()
        items = _make_items(batch.new)
        seconds = time.perf_counter() - began
        with transaction.atomic():
            head = lock_head()
            if head.state != state:
                batch = _reclassify(drafts, {draft.dedup_hash for draft in items})
                # The second of two that tell a story, where the first has meanwhile come in by its external id.
                items |= _make_items([draft for draft in batch.new if draft not in items])
            created = [items[draft] for draft in batch.new]
            _append(head, batch, created)
            advance_head(head, items=len(created), reports=len(batch.duplicates), scored=len(items), seconds=seconds)
    return IngestResult([item.item_id for item in created], duplicates=len(headlines) - len(created))


def _reclassify(drafts: Sequence[Candidate], scored: Collection[str]) -> Partition:
    """Sort out a batch when the log has moved since. The caller holds the log's lock, so this decides."""
    batch = classify(drafts)
    # What a story was told by may have been trimmed meanwhile. It is not told again for that.
    gone = [draft for draft in batch.new if draft.dedup_hash not in scored]
    return Partition(
        [draft for draft in batch.new if draft.dedup_hash in scored],
        [(draft, teller) for draft, teller in batch.duplicates if teller not in gone],
    )


def _append(head: LogHead, batch: Partition, items: Sequence[Item]) -> None:
    """Append a batch to the log, `items` being its fresh drafts'. The caller holds the log's lock."""
    now = utc_now()
    for seq, item in enumerate(items, start=head.seq + 1):
        item.seq, item.appended_at = seq, now
    insert_items(items, after=head.seq)
    insert_tickers(
        (item.pk, ticker, item.seq, own)
        for item, draft in zip(items, batch.new, strict=True)
        for ticker, (own, *_) in zip(item.tickers, draft.keys, strict=True)
    )
    told = dict(zip(batch.new, items, strict=True))
    DuplicateReport.objects.bulk_create(
        [
            _make_duplicate_report(draft, item_id=teller if isinstance(teller, int) else told[teller].pk)
            for draft, teller in batch.duplicates
        ]
    )
    aggregate(items)


def _make_items(drafts: Sequence[Candidate]) -> dict[Candidate, Item]:
    """Score drafts and make items of them, which have no place in the log yet."""
    scorer = load_scorer(inline_analyzer())
    scores = scorer.score([draft.headline.title for draft in drafts])
    return {
        draft: Item(
            item_id=str(uuid_utils.uuid7()),
            title=draft.headline.title,
            summary=draft.headline.summary,
            url=draft.headline.url,
            source=draft.headline.source,
            external_id=draft.headline.external_id,
            dedup_hash=draft.dedup_hash,
            tickers=list(draft.headline.tickers),
            sentiment=score.label,
            score=score.score,
            probabilities=score.probabilities,
            evidence=score.evidence,
            analyzer=scorer.name,
            analyzer_version=scorer.version,
            published_at=draft.headline.published_at,
        )
        for draft, score in zip(drafts, scores, strict=True)
    }


def _make_duplicate_report(draft: Candidate, *, item_id: int) -> DuplicateReport:
    headline = draft.headline
    return DuplicateReport(
        item_id=item_id,
        source=headline.source,
        external_id=headline.external_id,
        dedup_hash=draft.dedup_hash,
        url=headline.url,
        published_at=headline.published_at,
    )
