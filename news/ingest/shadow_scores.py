"""Score items with SHADOW_ANALYZER, beside the score that is shown."""

from collections.abc import Sequence

from django.db import transaction

from common.sql import in_array
from common.time import utc_now
from news.ingest.entities import get_mentions, make_text
from news.models import Item, ShadowScore
from news.scoring import load_scorer

UPDATED = ["analyzer_version", "sentiment", "score", "entities", "scored_at"]


def store_shadow_scores(items: Sequence[Item], *, analyzer: str) -> None:
    """Store what an analyzer says of items, in place of what it said before. Errors: AnalyzerError."""
    scorer = load_scorer(analyzer)
    texts = [make_text(item.title, get_mentions(item)) for item in items]
    scores = dict(zip((item.pk for item in items), scorer.score_entities(texts), strict=True))
    with transaction.atomic():
        # Locked, because retention may delete them, or a withdrawal erase them, meanwhile.
        kept = Item.objects.select_for_update().filter(pk__in=in_array([*scores])).order_by("pk")
        ShadowScore.objects.bulk_create(
            [
                ShadowScore(
                    item=item,
                    analyzer=scorer.name,
                    analyzer_version=scorer.version,
                    sentiment=score.label,
                    score=score.score,
                    entities=[
                        [ticker, entity.label, entity.score, entity.value]
                        for ticker, entity in zip(item.tickers, entities, strict=False)
                    ],
                    scored_at=utc_now(),
                )
                for item in kept
                for score, entities in [scores[item.pk]]
            ],
            update_conflicts=True,
            unique_fields=["item", "analyzer"],
            update_fields=UPDATED,
        )
