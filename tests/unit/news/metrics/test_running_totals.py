"""Running metrics are equal to a query of metrics."""

import random
import time
from datetime import UTC, datetime

import pytest

from news.dedup.headline import Headline
from news.ingest.pipeline import ingest
from news.ingest.rescoring import rescore
from news.metrics.passed_minutes import MAX_PASSED_SECONDS, get_passed_minutes
from news.metrics.queries import MAX_TICKER_COUNTS, get_current_minute, get_metrics
from news.metrics.running_totals import ItemCounts, RunningMetrics
from news.models import Item
from tests.helpers.random_sequence import Clock

pytestmark = pytest.mark.django_db(transaction=True)

FILTERS = [frozenset[str](), frozenset({"A"}), frozenset({"A", "B"}), frozenset({"B", "C", "NONE"})]
TITLES = ["profit rises", "losses widen", "board to meet"]


def append(*tickers: str, number: int) -> None:
    title = f"{TITLES[number % 3]} {number}"
    ingest([Headline(title, tickers, "test", datetime(2026, 1, 31, tzinfo=UTC))])


def start(tickers: frozenset[str]) -> RunningMetrics:
    return RunningMetrics(get_metrics(tickers), tickers, minute=get_current_minute())


def select_matching(tickers: frozenset[str], after: int) -> list[Item]:
    items = Item.objects.filter(seq__gt=after).order_by("seq")
    return [item for item in items if not tickers or tickers & {*item.tickers}]


@pytest.mark.parametrize("tickers", FILTERS, ids=lambda tickers: "+".join(sorted(tickers)) or "all")
def test_running_metrics_add_equals_query(tickers: frozenset[str]) -> None:
    rng = random.Random(7)
    for number in range(10):
        append(*rng.sample("ABCD", rng.randint(1, 3)), number=number)
    running = start(tickers)

    for number in range(10, 40):
        append(*rng.sample("ABCD", rng.randint(1, 3)), number=number)
    items = select_matching(tickers, after=0)  # the first ten are counted already
    for item in items:
        running.add(ItemCounts.of(item))

    queried = get_metrics(tickers)
    assert running.is_exact
    assert running.metrics_at(queried.head_seq) == queried
    assert [*running.metrics_at(queried.head_seq).by_tag] == [*queried.by_tag]


@pytest.mark.parametrize("tickers", FILTERS, ids=lambda tickers: "+".join(sorted(tickers)) or "all")
@pytest.mark.parametrize(
    "steps", [[60, 300, 300, 480] * 4, [60, 300, 600, 3000, 60, 82_700, 60, 60, 600]], ids=["minutes", "hours"]
)
def test_running_metrics_moved_on_by_minutes_equal_query(
    tickers: frozenset[str], steps: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock()
    monkeypatch.setattr(time, "time", clock)
    rng, moved, rates = random.Random(3), 0, set()
    running = start(tickers)

    for number, seconds in enumerate(steps):
        for each in range(3):
            append(*rng.sample("ABCD", rng.randint(1, 3)), number=number * 3 + each)
        for item in select_matching(tickers, after=number * 3):
            running.add(ItemCounts.of(item))
        clock.now += seconds
        if seconds > MAX_PASSED_SECONDS:
            running = start(tickers)
            continue
        running.move_on(get_passed_minutes(running.keys, since=running.minute, minute=get_current_minute()))
        moved += 1

        queried = get_metrics(tickers)
        assert running.is_exact
        assert running.metrics_at(queried.head_seq) == queried
        rates.add((queried.rate_last_hour, queried.rate_last_24h))

    assert moved > 5
    assert len(rates) > 1


def test_running_metrics_rescored_item_is_not_exact() -> None:
    append("A", number=1)
    running = start(frozenset())

    Item.objects.update(title="Losses widen after a profit warning")
    assert rescore(Item.objects.all()).changed == 1
    running.add(ItemCounts.of(Item.objects.get()))

    assert not running.is_exact


def test_running_metrics_ticker_beyond_largest_is_not_exact() -> None:
    for number in range(MAX_TICKER_COUNTS):
        append(f"T{number}", number=number)
    running = start(frozenset())

    append("T1", number=1000)
    running.add(ItemCounts.of(Item.objects.first()))
    assert running.is_exact
    append("T1", "NEW", number=1001)
    running.add(ItemCounts.of(Item.objects.first()))

    assert not running.is_exact
