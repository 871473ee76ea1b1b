"""Compare what SHADOW_ANALYZER says with the scores that are displayed, and both with the labels of people."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import F

from news.models import Label, ShadowScore
from news.scoring.evaluation import LABELS, compute_calibration_error

LAST_SCORES = 1_000


@dataclass(frozen=True, slots=True)
class Accuracy:
    """How often answers on labelled headlines were right, and how far from it their confidence was (0..1)."""

    right: int
    count: int
    calibration_error: float


@dataclass(frozen=True, slots=True)
class ShadowComparison:
    """The newest shadow scores of one analyzer beside the scores that are displayed.

    confusion: counts by the sentiment that is displayed, then the shadow's.
    displayed, shadow: accuracy on the labelled headlines among them; None if none is labelled.
    """

    analyzer: str
    count: int
    agreeing: int
    confusion: dict[str, dict[str, int]]
    displayed: Accuracy | None
    shadow: Accuracy | None


def compare_shadow_scores(analyzer: str, *, last: int = LAST_SCORES) -> ShadowComparison | None:
    """Compare the newest shadow scores of an analyzer; None if it has none.

    Where a person labelled the headline, the model's answer at that time stands for the score that is displayed.
    """
    scores = ShadowScore.objects.filter(analyzer=analyzer, item__is_withdrawn=False).order_by("-pk")
    shadows = list(
        scores.annotate(displayed=F("item__sentiment")).values_list("item_id", "displayed", "sentiment", "score")[:last]
    )
    if not shadows:
        return None
    labels = {
        label.item_id: label
        for label in Label.objects.filter(symbol="", ended_at__isnull=True, item__in=[pk for pk, *_ in shadows])
    }
    pairs = [
        (labels[pk].model_sentiment if pk in labels else displayed, shadow) for pk, displayed, shadow, _ in shadows
    ]
    confusion = {displayed: {shadow: pairs.count((displayed, shadow)) for shadow in LABELS} for displayed in LABELS}
    labelled = [(labels[pk], shadow, score) for pk, _, shadow, score in shadows if pk in labels]
    return ShadowComparison(
        analyzer,
        len(pairs),
        sum(displayed == shadow for displayed, shadow in pairs),
        confusion,
        _measure([(label.model_score, label.model_sentiment == label.sentiment) for label, *_ in labelled]),
        _measure([(score, shadow == label.sentiment) for label, shadow, score in labelled]),
    )


def _measure(answers: Sequence[tuple[float, bool]]) -> Accuracy | None:
    """Return the accuracy of answers, each a confidence and whether it was right; None without any."""
    if not answers:
        return None
    right = [is_right for _, is_right in answers]
    return Accuracy(sum(right), len(right), compute_calibration_error([score for score, _ in answers], right))
