"""When topics publish their metrics, and that the schedule keeps neither dropped topics nor old entries."""

import gc
import time
import weakref

import pytest
from django.conf import LazySettings

from news.metrics.passed_minutes import PassedMinutes
from news.metrics.queries import Metrics, get_current_minute
from news.metrics.running_totals import ItemCounts
from streaming.broker.filters import StreamFilter
from streaming.broker.hub import Hub
from streaming.broker.metrics_schedule import (
    GRACE_SECONDS,
    MAX_EMPTY_ENTRIES,
    MAX_INTERVAL_SECONDS,
    MetricsSchedule,
)
from streaming.broker.topics import Subscriber
from tests.helpers.random_sequence import Clock


@pytest.fixture
def hub() -> Hub:
    return Hub(ring_size=8)


def count_of(ticker: str) -> ItemCounts:
    return ItemCounts(1, "positive", {ticker: "positive"}, None, is_sample=False, is_revised=False)


def subscribe(hub: Hub, ticker: str) -> Subscriber:
    return hub.subscribe(StreamFilter(frozenset([ticker])), cursor=None)


def test_discarded_topic_is_not_kept_in_memory(hub: Hub) -> None:
    schedule = MetricsSchedule()
    subscriber = subscribe(hub, "AAPL")
    schedule.mark_published(subscriber.topic)
    ring = weakref.ref(subscriber.topic)

    hub.unregister(subscriber)
    schedule.discard([subscriber.topic])
    del subscriber
    gc.collect()

    assert ring() is None


def test_topic_that_publishes_often_has_one_entry(hub: Hub, settings: LazySettings) -> None:
    schedule = MetricsSchedule()
    topics = [subscribe(hub, ticker).topic for ticker in ("AAPL", "MSFT")]

    for _ in range(1000):
        for topic in topics:
            schedule.mark_published(topic)
            schedule.add(topic, count_of("AAPL"))
            schedule.schedule(topic)

    assert len(schedule) <= 2 * len(topics) + MAX_EMPTY_ENTRIES + 1


def test_topic_is_due_after_the_interval_of_its_state(hub: Hub, settings: LazySettings) -> None:
    settings.STREAM_METRICS_SECONDS = 7
    schedule = MetricsSchedule()
    quiet, busy, published = (subscribe(hub, ticker).topic for ticker in ("QUIET", "BUSY", "NEW"))
    for topic in (quiet, busy):
        schedule.mark_published(topic)
    schedule.add(busy, count_of("BUSY"))
    schedule.schedule(busy)

    assert schedule.next_due_at == busy.metrics_sent_at + 7
    assert schedule.next_overdue_at == schedule.next_due_at + GRACE_SECONDS
    assert schedule.pop_overdue() == []
    schedule.discard([busy])
    assert schedule.next_due_at == quiet.metrics_sent_at + MAX_INTERVAL_SECONDS
    published.metrics_sent_at = float("-inf")
    schedule.schedule(published)
    assert schedule.pop_overdue() == [published]
    assert schedule.pop_overdue() == []


def test_topic_that_publishes_with_each_item_keeps_its_entry(hub: Hub, settings: LazySettings) -> None:
    settings.STREAM_METRICS_SECONDS = 0
    schedule = MetricsSchedule()
    topic = subscribe(hub, "AAPL").topic
    topic.metrics_sent_at = float("-inf")
    schedule.schedule(topic)

    for _ in range(1000):
        schedule.add(topic, count_of("AAPL"))
        assert schedule.is_due(topic, time.monotonic(), has_item=True)
        schedule.mark_published(topic)

    assert len(schedule) == 1
    assert schedule.next_due_at == topic.metrics_sent_at + MAX_INTERVAL_SECONDS
    assert len(schedule) == 1
    schedule.add(topic, count_of("AAPL"))
    schedule.schedule(topic)
    assert schedule.next_due_at == topic.metrics_sent_at


def test_topic_is_due_with_an_item_before_the_grace_and_without_after_it(hub: Hub, settings: LazySettings) -> None:
    settings.STREAM_METRICS_SECONDS = 1
    schedule = MetricsSchedule()
    topic = subscribe(hub, "AAPL").topic
    schedule.mark_published(topic)
    schedule.add(topic, count_of("AAPL"))
    due_at = topic.metrics_sent_at + 1

    is_due = [schedule.is_due(topic, now, has_item=True) for now in (due_at - 0.01, due_at)]
    is_overdue = [schedule.is_due(topic, due_at + late, has_item=False) for late in (0, 0.24, GRACE_SECONDS)]

    assert (is_due, is_overdue) == ([False, True], [False, False, True])


def test_topic_without_subscribers_is_not_scheduled(hub: Hub) -> None:
    schedule = MetricsSchedule()
    subscriber = subscribe(hub, "AAPL")
    hub.unregister(subscriber)

    schedule.schedule(subscriber.topic)

    assert (len(schedule), schedule.next_due_at) == (0, float("inf"))


def test_take_outdated_returns_once_a_minute_what_must_move_on(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    monkeypatch.setattr(time, "time", clock)
    schedule = MetricsSchedule()
    topics = [subscribe(hub, ticker).topic for ticker in ("AAPL", "MSFT")]
    stale, everything = subscribe(hub, "AMD").topic, hub.subscribe(StreamFilter(), cursor=None).topic
    for topic in (*topics, stale, everything):
        schedule.start(topic, topic.filter.make_running_metrics(Metrics("0a0a0a", 0), minute=get_current_minute()))
    schedule.mark_stale(stale)
    since = get_current_minute()

    assert schedule.take_outdated() is None
    clock.now += 60
    outdated = schedule.take_outdated()
    assert (outdated.since, outdated.topics) == (since, {*topics, everything})
    assert outdated.keys == {"AAPL", "MSFT", ""}
    assert schedule.take_outdated() is None
    schedule.move_on(PassedMinutes(since, since + 60, 0, shows_samples=False, hour={}, day={}))
    assert schedule.get_metrics(everything, minute=since + 60) is not None
    assert schedule.get_metrics(everything, minute=since) is None
    assert schedule.get_metrics(stale, minute=since + 60) is None
