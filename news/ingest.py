"""Take headlines into the log: drop duplicates, score, append in one short transaction, ring the doorbell.

Every way in ends here. Nothing is fetched or scored while the log is locked.
"""

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC

import uuid_utils
from django.conf import settings
from django.db import transaction

from news.clock import utc_now
from news.cursor import Cursor
from news.doorbell import ring
from news.headline import Headline, HeadlineError, read_headline
from news.models import Axis, Item, ItemTicker, LogHead, make_epoch
from news.rollup import hour_of, rebuild_published, roll_back, roll_up
from news.scoring import Score, load_scorer

Draft = tuple[Headline, str]  # a headline and its story

PUNCTUATION = re.compile(r"[\W_]+")


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
    """Score and append headlines in order; those already in the log are counted as duplicates."""
    # Checked here so that duplicates are not scored, and again under the lock, where it decides.
    fresh = _without_known([(headline, _story(headline)) for headline in headlines])
    if not fresh:
        return Outcome(duplicates=len(headlines))
    scorer = load_scorer(settings.ANALYZER)
    scores = scorer.score([headline.title for headline, _ in fresh])
    # A story stands once in `fresh`, so it can name the score.
    scored = {story: score for (_, story), score in zip(fresh, scores, strict=True)}
    items = _append(fresh, scored, analyzer=scorer.name, version=scorer.version)
    return Outcome([item.item_id for item in items], duplicates=len(headlines) - len(items))


def rescore(items: Iterable[Item]) -> int:
    """Score stored items again and announce them again, each at a new place in the log.

    Returns how many changed their sentiment.
    """
    scorer = load_scorer(settings.ANALYZER)
    items = list(items)
    scores = dict(zip([item.pk for item in items], scorer.score([item.title for item in items]), strict=True))
    with transaction.atomic():
        head = _lock_log()
        # Read again under the lock: what is taken out of the counts must be what was put in.
        current = list(Item.objects.filter(pk__in=scores).order_by("seq"))
        roll_back(current)
        changed = 0
        for seq, item in enumerate(current, start=head.seq + 1):
            score = scores[item.pk]
            changed += item.sentiment != score.label
            item.seq, item.sentiment, item.score = seq, score.label, score.score
            item.probabilities, item.evidence = score.probabilities, score.evidence
            item.analyzer, item.analyzer_version = scorer.name, scorer.version
            item.revision += 1
            item.save()
            item.ticker_rows.update(seq=seq)
        roll_up(current, axes=[Axis.APPENDED, Axis.TOGETHER])
        rebuild_published(hour_of(item.published_at) for item in current)
        _move_head(head, len(current))
    return changed


def rename_log(seen: Cursor) -> None:
    """Give the log another epoch if it ends before a place seen in it, as when a back-up was put back.

    Cursors from before then lead to a `reset` and not, in silence, to other items. Done once, whoever else sees it too.
    """
    LogHead.objects.filter(epoch=seen.epoch, seq__lt=seen.seq).update(epoch=make_epoch())


def _append(drafts: Sequence[Draft], scores: Mapping[str, Score], *, analyzer: str, version: str) -> list[Item]:
    with transaction.atomic():
        head = _lock_log()
        now = utc_now()
        items = [
            Item(
                item_id=str(uuid_utils.uuid7()),
                seq=seq,
                title=headline.title,
                summary=headline.summary,
                url=headline.url,
                source=headline.source,
                external_id=headline.external_id,
                story=story,
                tickers=list(headline.tickers),
                sentiment=scores[story].label,
                score=scores[story].score,
                probabilities=scores[story].probabilities,
                evidence=scores[story].evidence,
                analyzer=analyzer,
                analyzer_version=version,
                published_at=headline.published_at,
                analysed_at=now,
            )
            for seq, (headline, story) in enumerate(_without_known(drafts), start=head.seq + 1)
        ]
        Item.objects.bulk_create(items)
        ItemTicker.objects.bulk_create(
            [ItemTicker(item_id=item.pk, ticker=ticker, seq=item.seq) for item in items for ticker in item.tickers]
        )
        roll_up(items)
        _move_head(head, len(items))
    return items


def _lock_log() -> LogHead:
    # The lock is held until commit, so places in the log become visible in their own order: a reader that has seen
    # place n will never find a smaller one appear. (SQLite has the same by BEGIN IMMEDIATE.)
    return LogHead.objects.select_for_update().get(pk=1)


def _move_head(head: LogHead, count: int) -> None:
    head.seq += count
    head.save(update_fields=["seq"])
    if count:
        transaction.on_commit(ring)


def _without_known(drafts: Sequence[Draft]) -> list[Draft]:
    """Return the drafts, in order, without those whose story or external id is in the log or stands before them."""
    stories = [story for _, story in drafts]
    seen: set[object] = set(Item.objects.filter(story__in=stories).values_list("story", flat=True))
    external_ids = defaultdict(list)
    for headline, _ in drafts:
        if headline.external_id is not None:
            external_ids[headline.source].append(headline.external_id)
    for source, ids in external_ids.items():
        seen.update(Item.objects.filter(source=source, external_id__in=ids).values_list("source", "external_id"))
    fresh = []
    for headline, story in drafts:
        marks = {story} if headline.external_id is None else {story, (headline.source, headline.external_id)}
        if seen.isdisjoint(marks):
            fresh.append((headline, story))
            seen |= marks
    return fresh


def _story(headline: Headline) -> str:
    """Return what two reports of one story share: SHA-256 of normalised title, UTC day and first ticker."""
    words = PUNCTUATION.sub(" ", headline.title.casefold()).strip() or headline.title
    day = headline.published_at.astimezone(UTC).date().isoformat()
    return hashlib.sha256(f"{words}\n{day}\n{headline.tickers[0]}".encode()).hexdigest()
