"""Score items with SHADOW_ANALYZER, beside the score that is shown."""

from collections.abc import Sequence

from common.sql import in_array
from common.time import utc_now
from news.ingest.item_scores import build_entity_text, get_found_instruments
from news.models import Item, ShadowScore
from news.scoring import load_scorer

UPDATED = ["seq", "analyzer_version", "sentiment", "score", "entities", "scored_at"]


def store_shadow_scores(items: Sequence[Item], *, analyzer: str) -> None:
    """Store what an analyzer says of items, in place of what it said before. Errors: AnalyzerError."""
    scorer = load_scorer(analyzer)
    texts = [build_entity_text(item.title, get_found_instruments(item)) for item in items]
    scored = dict(zip(items, scorer.score_entities(texts), strict=True))
    # Not locked: a writer of the log may hold some of the rows and wait for others. Retention that deletes an item
    # right after this makes the batch fail, and the next try leaves it out.
    kept = set(Item.objects.filter(pk__in=in_array([item.pk for item in items])).values_list("pk", flat=True))
    ShadowScore.objects.bulk_create(
        [
            ShadowScore(
                item=item,
                seq=item.seq,
                analyzer=scorer.name,
                analyzer_version=scorer.version,
                sentiment=score.label,
                score=score.score,
                entities=[
                    [ticker, entity.label, entity.score, entity.value]
                    for ticker, entity in zip(item.tickers, entities, strict=True)
                ],
                scored_at=utc_now(),
            )
            for item, (score, entities) in scored.items()
            if item.pk in kept
        ],
        update_conflicts=True,
        unique_fields=["item", "analyzer"],
        update_fields=UPDATED,
    )
