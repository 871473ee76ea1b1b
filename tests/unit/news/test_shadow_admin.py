"""Shadow scores in the admin: agreement, accuracy on labels, disagreements, usage."""

import pytest
from django.conf import LazySettings
from django.test import Client

from common.time import utc_now
from news.dedup.headline import Headline
from news.ingest.pipeline import ingest
from news.labels.shadow import Accuracy, compare_shadow_scores
from news.labels.store import set_label
from news.models import AnalyzerUsage, Item, Sentiment, ShadowScore
from tests.helpers.items import PUBLISHED_AT

pytestmark = pytest.mark.django_db
PAGE = "/admin/news/shadowscore/"


def append(title: str, *, shadow: str, score: float = 0.9) -> Item:
    (item_id,) = ingest([Headline(title, ("AAPL",), "test", PUBLISHED_AT)]).created
    item = Item.objects.get(item_id=item_id)
    ShadowScore.objects.create(
        item=item,
        seq=item.seq,
        analyzer="http",
        analyzer_version="1",
        sentiment=shadow,
        score=score,
        entities=[],
        scored_at=utc_now(),
    )
    return item


@pytest.fixture
def items() -> list[Item]:
    return [
        append("Losses widen", shadow="negative"),
        append("Profit surges to a record", shadow="positive"),
        append("Losses widen again", shadow="positive", score=0.6),
        append("Losses widen once more", shadow="neutral", score=0.5),
    ]


def test_compare_shadow_scores_counts_agreement_and_confusion(items: list[Item]) -> None:
    comparison = compare_shadow_scores("http")

    assert comparison is not None
    assert (comparison.count, comparison.agreeing) == (4, 2)
    assert comparison.confusion == {
        "positive": {"positive": 1, "neutral": 0, "negative": 0},
        "neutral": {"positive": 0, "neutral": 0, "negative": 0},
        "negative": {"positive": 1, "neutral": 1, "negative": 1},
    }
    assert comparison.shadow is None
    assert compare_shadow_scores("openai") is None


def test_compare_shadow_scores_labels_say_which_is_right(items: list[Item]) -> None:
    set_label(items[2].item_id, Sentiment.POSITIVE, author="ann")
    set_label(items[3].item_id, Sentiment.NEGATIVE, author="ann")

    comparison = compare_shadow_scores("http")

    assert comparison is not None
    assert (comparison.count, comparison.agreeing) == (4, 2)  # by what the model says, not by the labels
    assert comparison.shadow == Accuracy(1, 2, pytest.approx(0.45))
    assert comparison.displayed is not None
    assert (comparison.displayed.right, comparison.displayed.count) == (1, 2)


def test_shadow_admin_lists_disagreements_and_the_comparison(
    admin_client: Client, settings: LazySettings, items: list[Item]
) -> None:
    settings.SHADOW_ANALYZER = "http"

    page = admin_client.get(f"{PAGE}?agrees=no").text

    assert "says the same as what is shown on\n        2 (50%)" in page
    assert "Losses widen again" in page
    assert "Profit surges to a record" not in page
    assert "positive 60%" in page
    assert "None of them has a label" in page


@pytest.mark.parametrize(
    ("analyzer", "text"), [("", "SHADOW_ANALYZER is not set"), ("http", "http has not scored a headline yet")]
)
def test_shadow_admin_without_scores_says_why(
    admin_client: Client, settings: LazySettings, analyzer: str, text: str
) -> None:
    settings.SHADOW_ANALYZER = analyzer

    assert text in admin_client.get(PAGE).text


def test_usage_admin_lists_days(admin_client: Client) -> None:
    AnalyzerUsage.objects.create(day=utc_now().date(), analyzer="openai", requests=7, input_tokens=12_345, cost=0.25)

    assert "12345" in admin_client.get("/admin/news/analyzerusage/").text.replace(",", "").replace("\xa0", "")
