"""Stories under a topic: found again by the words of their titles, however many others there are."""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from news.dedup.candidates import Candidate, make_candidates
from news.dedup.existing import ExistingStories
from news.dedup.headline import Headline
from news.dedup.loading import select_similar
from news.ingest.pipeline import ingest
from news.models import Item, Mention

NOON = datetime(2026, 3, 28, 12, tzinfo=UTC)
SYLLABLES = [
    "ba",
    "ko",
    "li",
    "mu",
    "no",
    "pra",
    "qui",
    "ro",
    "sha",
    "tu",
    "va",
    "wo",
    "xi",
    "yu",
    "zor",
    "kan",
    "del",
    "fin",
    "gur",
    "hap",
]


def make(title: str, source: str = "wire", *tickers: str, at: datetime = NOON) -> Headline:
    return Headline(title, tickers or ("MARKET",), source, at)


def make_titles(count: int) -> list[str]:
    """Return titles of one kind: five of 8,000 words, and no facts."""
    dice = Random(5)
    words = ["".join(dice.choices(SYLLABLES, k=3)) for _ in range(5 * count)]
    return [" ".join(words[start : start + 5]).capitalize() for start in range(0, len(words), 5)]


def load(candidate: Candidate) -> ExistingStories:
    existing = ExistingStories()
    select_similar([candidate], {candidate.headline.source}, existing)
    return existing


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("first", "second", "is_same"),
    [
        ("Oil slips as OPEC weighs output increase", "Oil slips as OPEC weighs output increase, sources say", True),
        ("Fed keeps rates unchanged after long meeting", "Fed keeps rates unchanged after meeting", True),
        ("Fed keeps rates unchanged after meeting", "Fed keeps rates unchanged after long meeting", True),
        ("Euro zone inflation rises to 2.4% in March", "Euro zone inflation rose to 2.4 percent in March", True),
        ("Port workers strike over pension reform", "Port workers' strike over pension reforms", True),
        ("Euro zone inflation rises to 2.4% in March", "Euro zone inflation rises to 2.5% in March", False),
        ("Port workers strike over pension reform", "Rail workers strike over pension reform", False),
        ("Fed keeps rates unchanged after meeting", "Bank of England keeps rates unchanged after meeting", False),
    ],
)
def test_story_under_topic_told_again_is_a_duplicate(first: str, second: str, is_same: bool) -> None:
    ingest([make(first)])

    result = ingest([make(second, "paper", at=NOON + timedelta(hours=13))])

    assert result.duplicates == is_same


@pytest.mark.django_db
def test_story_under_topic_in_one_batch_is_stored_once() -> None:
    result = ingest([make("Oil slips as OPEC meets in Vienna"), make("Oil slips as OPEC meets at Vienna", "paper")])

    assert (len(result.created), result.duplicates) == (1, 1)


@pytest.mark.django_db
def test_same_title_under_topic_and_company_are_two_stories() -> None:
    result = ingest([make("Port workers strike over pensions"), make("Port workers strike over pensions", "b", "F")])

    assert len(result.created) == 2


@pytest.mark.django_db
def test_mention_of_topic_has_one_key() -> None:
    ingest([make("Port workers strike over pensions", "wire", "MARKET", "AAPL")])

    assert Mention.objects.filter(similarity_key__isnull=False).count() == 2


@pytest.mark.django_db
def test_busy_topic_costs_a_story_few_rows_and_hides_no_other() -> None:
    titles = make_titles(5_000)
    for start in range(0, len(titles), 1_000):
        ingest([make(title) for title in titles[start : start + 1_000]])
    assert Item.objects.count() == len(titles)
    (candidate,) = make_candidates([make(f"{titles[7]} again", "paper")])

    with CaptureQueriesContext(connection) as queries:
        existing = load(candidate)

    of_stories = [query for query in queries if "SAVEPOINT" not in query["sql"] and "instrument" not in query["sql"]]
    assert len(of_stories) == 1
    assert 1 <= sum(len(stories) for stories in existing.similar.values()) <= 20
    retold = ingest([make(f"{title} again", "paper") for title in titles[::700]])
    assert (retold.created, retold.duplicates) == ([], len(titles[::700]))
    assert len(ingest([make("Quartz clocks enchant collectors everywhere", "paper")]).created) == 1
