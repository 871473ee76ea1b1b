"""The filters that the edge uses: listed while somebody asks, called when nobody does, then forgotten."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db.models.functions import Now

from streaming.broker.filters import StreamFilter
from streaming.grip import channel_registry
from streaming.grip.channel_registry import CALL_SECONDS, FORGET_SECONDS, mark_used, select_filters
from streaming.models import EdgeChannel

pytestmark = pytest.mark.django_db
BOTH = StreamFilter(frozenset(["AAPL", "MSFT"]), "headline")


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    channel_registry._touched.clear()
    yield
    channel_registry._touched.clear()


def let_pass(seconds: float) -> None:
    EdgeChannel.objects.update(last_used_at=Now() - timedelta(seconds=seconds))
    channel_registry._touched.clear()


def test_a_filter_is_listed_once_however_often_it_is_asked_for() -> None:
    assert mark_used("items-both", BOTH)
    assert mark_used("items-both", BOTH)
    channel_registry._touched.clear()
    assert mark_used("items-both", BOTH)

    assert [(listed.name, listed.interest, listed.is_quiet) for listed in select_filters()] == [
        ("items-both", BOTH, False)
    ]


def test_a_filter_falls_quiet_comes_back_and_is_forgotten() -> None:
    mark_used("items-both", BOTH)
    let_pass(CALL_SECONDS + 1)
    assert [listed.is_quiet for listed in select_filters()] == [True]
    mark_used("items-both", BOTH)
    assert [listed.is_quiet for listed in select_filters()] == [False]
    let_pass(FORGET_SECONDS + 1)

    assert select_filters() == []
    assert not EdgeChannel.objects.exists()


def test_beyond_a_number_of_filters_new_ones_are_not_relayed() -> None:
    rows = [EdgeChannel(name=f"items-{n}", last_used_at=Now()) for n in range(channel_registry.CHANNELS_AT_MOST)]
    EdgeChannel.objects.bulk_create(rows)

    assert not mark_used("items-both", BOTH)
    assert mark_used("items-0", BOTH)
