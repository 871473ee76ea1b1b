"""Take headlines into the log: drop duplicates, score, append in one short transaction, ring the doorbell.

Every way in ends here. Nothing is fetched or scored while the log is locked.
"""

import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import uuid_utils
from django.db import transaction

from news.analyzers import quick_analyzer
from news.clock import utc_now
from news.duplicates import Draft, Sorted, make_draft, sort_out
from news.head import lock_log, move_head
from news.headline import Headline, HeadlineError, read_headline
from news.insertion import insert_items, insert_tickers
from news.models import Item, LogHead, Report
from news.rollup import roll_up
from news.scoring import load_scorer


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a batch of headlines."""

    created: list[str] = field(default_factory=list)  # item ids, in log order
    duplicates: int = 0


@dataclass(frozen=True, slots=True)
class Rejection:
    """A record that can't become an item, by its place in the batch."""

    index: int
    detail: str


@dataclass(frozen=True, slots=True)
class Receipt(Outcome):
    """What became of a batch of records."""

    rejected: list[Rejection] = field(default_factory=list)


def ingest_records(records: Sequence[object], *, source: str) -> Receipt:
    """Check, score and append records as they came in; a bad one is reported and does not hold its neighbours.

    `source` names the source where a record names none. Up to 1,000 records a call keep the log's lock short.
    """
    headlines, rejected = [], []
    for index, record in enumerate(records):
        try:
            headlines.append(read_headline(record, source=source))
        except HeadlineError as error:
            rejected.append(Rejection(index, str(error)))
    outcome = ingest(headlines)
    return Receipt(outcome.created, outcome.duplicates, rejected)


def ingest(headlines: Sequence[Headline]) -> Outcome:
    """Score and append headlines in order; those that tell a story again are counted as duplicates.

    Another source's report of a story is noted with the item that tells it. They are scored by an analyzer that is
    quick (see `quick_analyzer`): a heavy one scores them again in the ingest process.
    """
    if not headlines:
        return Outcome()
    drafts = [make_draft(headline) for headline in headlines]
    state = LogHead.objects.get(pk=1).state  # before the reading: what is read then is at least as new
    batch = sort_out(drafts)
    created: list[Item] = []
    if batch.fresh or batch.retold:
        began = time.perf_counter()
        items = _make_items(batch.fresh)
        seconds = time.perf_counter() - began
        with transaction.atomic():
            head = lock_log()
            if head.state != state:
                batch = _sort_out_again(drafts, {draft.story for draft in items})
                # The second of two that tell a story, where the first has meanwhile come in by its external id.
                items |= _make_items([draft for draft in batch.fresh if draft not in items])
            created = [items[draft] for draft in batch.fresh]
            _append(head, batch, created)
            move_head(head, items=len(created), reports=len(batch.retold), scored=len(items), seconds=seconds)
    return Outcome([item.item_id for item in created], duplicates=len(headlines) - len(created))


def _sort_out_again(drafts: Sequence[Draft], scored: Collection[str]) -> Sorted:
    """Sort out a batch when the log has moved since. The caller holds the log's lock, so this decides."""
    batch = sort_out(drafts)
    # What a story was told by may have been trimmed meanwhile. It is not told again for that.
    gone = [draft for draft in batch.fresh if draft.story not in scored]
    return Sorted(
        [draft for draft in batch.fresh if draft.story in scored],
        [(draft, teller) for draft, teller in batch.retold if teller not in gone],
    )


def _append(head: LogHead, batch: Sorted, items: Sequence[Item]) -> None:
    """Append a batch to the log, `items` being its fresh drafts'. The caller holds the log's lock."""
    now = utc_now()
    for seq, item in enumerate(items, start=head.seq + 1):
        item.seq, item.analysed_at = seq, now
    insert_items(items, after=head.seq)
    insert_tickers(
        (item.pk, ticker, item.seq, own)
        for item, draft in zip(items, batch.fresh, strict=True)
        for ticker, (own, *_) in zip(item.tickers, draft.keys, strict=True)
    )
    told = dict(zip(batch.fresh, items, strict=True))
    Report.objects.bulk_create(
        [
            _make_report(draft, item_id=teller if isinstance(teller, int) else told[teller].pk)
            for draft, teller in batch.retold
        ]
    )
    roll_up(items)


def _make_items(drafts: Sequence[Draft]) -> dict[Draft, Item]:
    """Score drafts and make items of them, which have no place in the log yet."""
    scorer = load_scorer(quick_analyzer())
    scores = scorer.score([draft.headline.title for draft in drafts])
    return {
        draft: Item(
            item_id=str(uuid_utils.uuid7()),
            title=draft.headline.title,
            summary=draft.headline.summary,
            url=draft.headline.url,
            source=draft.headline.source,
            external_id=draft.headline.external_id,
            story=draft.story,
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


def _make_report(draft: Draft, *, item_id: int) -> Report:
    headline = draft.headline
    return Report(
        item_id=item_id,
        source=headline.source,
        external_id=headline.external_id,
        story=draft.story,
        url=headline.url,
        published_at=headline.published_at,
    )
