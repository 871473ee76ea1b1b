"""The sample feed: fast at first, then one in six seconds, until the first real headline."""

from random import Random

import pytest

from news.ingest.sample_removal import remove_samples
from news.models import Item
from news.sources.sample.feed import PAUSE_SECONDS, QUICK_PAUSE_SECONDS, SampleFeed
from tests.helpers.items import append

pytestmark = pytest.mark.django_db


def is_within(pauses: list[float], bounds: tuple[float, float]) -> bool:
    return all(bounds[0] <= pause <= bounds[1] for pause in pauses)


def test_feed_slows_down_after_thirty_also_after_a_restart() -> None:
    feed = SampleFeed(Random(1))
    feed.append(29)
    quick = [feed.choose_pause() for _ in range(50)]
    feed.append(1)
    slow = [feed.choose_pause() for _ in range(50)]

    assert Item.objects.filter(is_sample=True).count() == 30
    assert is_within(quick, QUICK_PAUSE_SECONDS)
    assert is_within(slow, PAUSE_SECONDS)
    assert 5.5 < sum(slow) / len(slow) < 6.5
    assert is_within([SampleFeed(Random(2)).choose_pause()], PAUSE_SECONDS)


def test_feed_ends_with_a_real_headline() -> None:
    feed = SampleFeed(Random(1))
    feed.append(1)
    append(0)

    assert feed.append(1) is None
    assert Item.objects.count() == 2


def test_feed_ends_when_samples_are_removed() -> None:
    feed = SampleFeed(Random(1))
    feed.append(3)
    list(remove_samples(batch=100))

    assert feed.append(1) is None
    assert not Item.objects.exists()
