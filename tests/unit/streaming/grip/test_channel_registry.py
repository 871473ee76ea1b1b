"""Filters in use at the edge: registered while streams ask for them, then idle, then deleted."""

from collections.abc import Iterator

import pytest
from structlog.testing import capture_logs

from common.sql import seconds_from_now
from streaming.broker.filters import StreamFilter
from streaming.grip import channel_registry
from streaming.grip.channel_registry import (
    IDLE_SECONDS,
    MAX_CHANNELS,
    UNUSED_TTL_SECONDS,
    mark_used,
    prune_and_select_filters,
)
from streaming.models import EdgeChannel

pytestmark = pytest.mark.django_db
TWO_TICKERS = StreamFilter(frozenset(["AAPL", "MSFT"]), frozenset({"headline"}))


@pytest.fixture(autouse=True)
def _clear_cache() -> Iterator[None]:
    channel_registry._marked_at.clear()
    yield
    channel_registry._marked_at.clear()


def set_last_used(*, seconds_ago: float) -> None:
    EdgeChannel.objects.update(last_used_at=seconds_from_now(-seconds_ago))
    channel_registry._marked_at.clear()


def test_mark_used_same_filter_again_registers_it_once() -> None:
    assert mark_used("items-two", TWO_TICKERS)
    assert mark_used("items-two", TWO_TICKERS)
    channel_registry._marked_at.clear()
    assert mark_used("items-two", TWO_TICKERS)

    filters = [(registered.name, registered.filter, registered.is_idle) for registered in prune_and_select_filters()]
    assert filters == [("items-two", TWO_TICKERS, False)]


def test_prune_and_select_filters_unused_filter_becomes_idle_then_is_deleted() -> None:
    mark_used("items-two", TWO_TICKERS)
    set_last_used(seconds_ago=IDLE_SECONDS + 1)
    assert [registered.is_idle for registered in prune_and_select_filters()] == [True]
    mark_used("items-two", TWO_TICKERS)
    assert [registered.is_idle for registered in prune_and_select_filters()] == [False]
    set_last_used(seconds_ago=UNUSED_TTL_SECONDS + 1)

    assert prune_and_select_filters() == []
    assert not EdgeChannel.objects.exists()


def test_mark_used_beyond_max_channels_rejects_new_filters_only() -> None:
    rows = [EdgeChannel(name=f"items-{number}", last_used_at=seconds_from_now(0)) for number in range(MAX_CHANNELS)]
    EdgeChannel.objects.bulk_create(rows)

    assert not mark_used("items-two", TWO_TICKERS)
    assert mark_used("items-0", TWO_TICKERS)


@pytest.mark.parametrize("query", [{"include": "body"}, {"tickers": "AAPL", "sentiment": "negative"}, {"tickers": "$"}])
def test_prune_and_select_filters_query_of_another_version_is_logged_and_left_out(query: dict[str, str]) -> None:
    mark_used("items-two", TWO_TICKERS)
    EdgeChannel.objects.create(name="items-other", query=query, last_used_at=seconds_from_now(0))

    with capture_logs() as logs:
        assert [registered.name for registered in prune_and_select_filters()] == ["items-two"]

    assert [(log["event"], log["grip_channel"]) for log in logs] == [("edge_filter_ignored", "items-other")]
