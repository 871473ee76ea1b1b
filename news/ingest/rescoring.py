"""Score stored items again, in bounded batches, and announce those that changed at new places in the log.

Who watches knows an item by its `item_id`: what is announced again takes the place of what was said before.
"""

import time
from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Min, OuterRef, Subquery

from common.sql import in_array
from common.time import utc_now
from news.ingest.analyzer_choice import inline_analyzer, requires_worker
from news.log.cursor import Cursor
from news.log.head import advance_head, lock_head, rotate_if_rolled_back
from news.metrics.buckets import adjust_buckets, rebuild_buckets
from news.models import Item, ItemTicker, LogHead, Sentiment
from news.scoring import Score, Scorer, load_scorer

SAME_WITHIN = 0.0005  # probabilities that differ by less read the same
SCORED = ["sentiment", "score", "probabilities", "evidence", "analyzer", "analyzer_version"]
REFINED_BACK = timedelta(days=1)  # from the start of the process
REFINED_AT_ONCE = 200  # about as many as a heavy analyzer scores in a quarter of a second


@dataclass(frozen=True, slots=True)
class RescoreResult:
    """How many items were scored again, and how many of them were announced again."""

    scored: int = 0
    changed: int = 0


def rescore(items: Iterable[Item], *, analyzer: str | None = None) -> RescoreResult:
    """Score a batch of stored items again; those whose sentiment or probabilities changed move to the log's end.

    The others keep their place; their analyzer and evidence are noted. Without `analyzer` one that is quick scores, see
    `quick_analyzer`. The log is locked while the changes are written: some hundred items a call keep that short.
    """
    items = list(items)
    if not items:
        return RescoreResult()
    scorer = load_scorer(analyzer or inline_analyzer())
    began = time.perf_counter()
    scores = dict(zip([item.pk for item in items], scorer.score([item.title for item in items]), strict=True))
    seconds = time.perf_counter() - began
    with transaction.atomic():
        head = lock_head()
        # Read again under the lock: what is taken out of the counts must be what was put in.
        current = list(Item.objects.filter(pk__in=in_array([*scores])).order_by("seq"))
        changed = [item for item in current if _has_changed(item, scores[item.pk])]
        before = [copy(item) for item in changed]
        for item in current:
            _apply_score(item, scores[item.pk], scorer)
        for seq, item in enumerate(changed, start=head.seq + 1):
            item.seq, item.revision = seq, item.revision + 1
        for item in current:
            item.save(update_fields=[*SCORED, "seq", "revision"])
        place = Item.objects.filter(pk=OuterRef("item_id")).values("seq")
        ItemTicker.objects.filter(item__in=in_array([item.pk for item in changed])).update(seq=Subquery(place))
        adjust_buckets(before, changed)
        rebuild_buckets(changed)
        advance_head(head, items=len(changed), scored=len(items), seconds=seconds)
    return RescoreResult(len(current), len(changed))


def upgrade_scores(after: Cursor | None = None, *, limit: int = REFINED_AT_ONCE) -> Cursor | None:
    """Score the next items after a place with the configured analyzer, if that is heavy and another scored them.

    Looks at up to `limit` items and returns the place to go on after: call it again with that. Begins, with None or
    with a place in another life of the log, at the items of the last day; older ones are for `manage.py rescore`. A
    quick analyzer scores at once, so for one there is never anything to do.
    """
    if not requires_worker(settings.ANALYZER):
        return after
    head = LogHead.objects.get(pk=1)
    if after is not None and after.seq > head.seq:  # a back-up was put back, and nobody has seen it yet
        rotate_if_rolled_back(after)
        head.refresh_from_db()
    if after is None or after.generation != head.generation:
        recent = Item.objects.filter(appended_at__gte=utc_now() - REFINED_BACK).aggregate(first=Min("seq"))
        after = Cursor(head.generation, head.seq if recent["first"] is None else recent["first"] - 1)
    page = list(Item.objects.filter(seq__gt=after.seq).order_by("seq")[:limit])
    scorer = load_scorer(settings.ANALYZER)
    mark = (scorer.name, scorer.version)
    rescore([item for item in page if (item.analyzer, item.analyzer_version) != mark], analyzer=settings.ANALYZER)
    return Cursor(after.generation, page[-1].seq) if page else after


def _has_changed(item: Item, score: Score) -> bool:
    return item.sentiment != score.label or any(
        abs(item.probabilities[mood] - score.probabilities[mood]) > SAME_WITHIN for mood in Sentiment.values
    )


def _apply_score(item: Item, score: Score, scorer: Scorer) -> None:
    item.analyzer, item.analyzer_version, item.evidence = scorer.name, scorer.version, score.evidence
    if _has_changed(item, score):
        item.sentiment, item.score, item.probabilities = score.label, score.score, score.probabilities
