"""Take headlines into the log: drop duplicates, score, append in one short transaction, ring the doorbell.

Every way in ends here. Nothing is fetched or scored while the log is locked.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import uuid_utils
from django.db import connection, transaction

from news.analyzers import quick_analyzer
from news.clock import utc_now
from news.duplicates import Draft, Sorted, make_draft, sort_out
from news.head import lock_log, move_head
from news.headline import Headline, HeadlineError, read_headline
from news.models import Item, LogHead, Report
from news.rollup import roll_up
from news.scoring import Score, Scorer, load_scorer

# Raw SQL because these are most of the rows: made as objects they would take a tenth of the time of an import.
INSERT_TICKER = "INSERT INTO news_itemticker (item_id, ticker, seq, gist) VALUES (%s, %s, %s, %s)"


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


def ingest_records(records: Sequence[object], *, source: str, analyzer: str | None = None) -> Receipt:
    """Check, score and append records as they came in; a bad one is reported and does not hold its neighbours.

    `source` names the source where a record names none; `analyzer` is as for `ingest`. Up to 1,000 records a call keep
    the log's lock short.
    """
    headlines, rejected = [], []
    for index, record in enumerate(records):
        try:
            headlines.append(read_headline(record, source=source))
        except HeadlineError as error:
            rejected.append(Rejection(index, str(error)))
    outcome = ingest(headlines, analyzer=analyzer)
    return Receipt(outcome.created, outcome.duplicates, rejected)


def ingest(headlines: Sequence[Headline], *, analyzer: str | None = None) -> Outcome:
    """Score and append headlines in order; those that tell a story again are counted as duplicates.

    Another source's report of a story is noted with the item that tells it. Without `analyzer` they are scored by one
    that is quick (see `quick_analyzer`): only a process that serves nobody may wait for another.
    """
    if not headlines:
        return Outcome()
    drafts = [make_draft(headline) for headline in headlines]
    state = LogHead.objects.get(pk=1).state  # before the reading: what is read then is at least as new
    batch = sort_out(drafts)
    items: list[Item] = []
    if batch.fresh or batch.retold:
        scorer = load_scorer(analyzer or quick_analyzer())
        scores = scorer.score([draft.headline.title for draft in batch.fresh])
        scored = {draft.story: score for draft, score in zip(batch.fresh, scores, strict=True)}
        with transaction.atomic():
            head = lock_log()
            if head.state != state:
                batch = _sort_out_again(drafts, scored)
            items = _append(head, batch, scored, scorer)
    return Outcome([item.item_id for item in items], duplicates=len(headlines) - len(items))


def _sort_out_again(drafts: Sequence[Draft], scored: Mapping[str, Score]) -> Sorted:
    """Sort out a batch when the log has moved since. The caller holds the log's lock, so this decides."""
    batch = sort_out(drafts)
    # What a story was told by may have been trimmed meanwhile. It is not told again for that.
    gone = [draft for draft in batch.fresh if draft.story not in scored]
    return Sorted(
        [draft for draft in batch.fresh if draft.story in scored],
        [(draft, teller) for draft, teller in batch.retold if teller not in gone],
    )


def _append(head: LogHead, batch: Sorted, scores: Mapping[str, Score], scorer: Scorer) -> list[Item]:
    """Append what a batch holds to the log. The caller holds its lock."""
    now = utc_now()
    items = [
        _make_item(draft, scores[draft.story], seq=seq, analysed_at=now, scorer=scorer)
        for seq, draft in enumerate(batch.fresh, start=head.seq + 1)
    ]
    Item.objects.bulk_create(items)
    rows = [
        (item.pk, ticker, item.seq, key)
        for item, draft in zip(items, batch.fresh, strict=True)
        for ticker, (key, *_) in zip(item.tickers, draft.keys, strict=True)
    ]
    with connection.cursor() as cursor:
        cursor.executemany(INSERT_TICKER, rows)
    told = dict(zip(batch.fresh, items, strict=True))
    Report.objects.bulk_create(
        [
            _make_report(draft, item_id=teller if isinstance(teller, int) else told[teller].pk)
            for draft, teller in batch.retold
        ]
    )
    roll_up(items)
    move_head(head, items=len(items), reports=len(batch.retold))
    return items


def _make_item(draft: Draft, score: Score, *, seq: int, analysed_at: datetime, scorer: Scorer) -> Item:
    headline = draft.headline
    return Item(
        item_id=str(uuid_utils.uuid7()),
        seq=seq,
        title=headline.title,
        summary=headline.summary,
        url=headline.url,
        source=headline.source,
        external_id=headline.external_id,
        story=draft.story,
        tickers=list(headline.tickers),
        sentiment=score.label,
        score=score.score,
        probabilities=score.probabilities,
        evidence=score.evidence,
        analyzer=scorer.name,
        analyzer_version=scorer.version,
        published_at=headline.published_at,
        analysed_at=analysed_at,
    )


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
