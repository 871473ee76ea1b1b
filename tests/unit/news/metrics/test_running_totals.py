"""Running metrics are equal to a query of metrics."""

import random
from datetime import UTC, datetime

import pytest

from news.dedup.headline import Headline
from news.ingest.pipeline import ingest
from news.ingest.rescoring import rescore
from news.metrics.queries import MAX_TICKER_COUNTS, current_minute, get_metrics
from news.metrics.running_totals import RunningMetrics
from news.models import Item

pytestmark = pytest.mark.django_db(transaction=True)

FILTERS = [frozenset[str](), frozenset({"A"}), frozenset({"A", "B"}), frozenset({"B", "C", "NONE"})]
TITLES = ["profit rises", "losses widen", "board to meet"]


def append(*tickers: str, number: int) -> None:
    title = f"{TITLES[number % 3]} {number}"
    ingest([Headline(title, tickers, "test", datetime(2026, 1, 31, tzinfo=UTC))])


def start(tickers: frozenset[str]) -> RunningMetrics:
    return RunningMetrics(get_metrics(tickers), tickers, minute=current_minute())


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
        running.add(item)

    queried = get_metrics(tickers)
    assert running.is_exact
    assert running.metrics_at(queried.head_seq) == queried
    assert [*running.metrics_at(queried.head_seq).by_tag] == [*queried.by_tag]


def test_running_metrics_rescored_item_is_not_exact() -> None:
    append("A", number=1)
    running = start(frozenset())

    Item.objects.update(title="Losses widen after a profit warning")
    assert rescore(Item.objects.all()).changed == 1
    running.add(Item.objects.get())

    assert not running.is_exact


def test_running_metrics_ticker_beyond_largest_is_not_exact() -> None:
    for number in range(MAX_TICKER_COUNTS):
        append(f"T{number}", number=number)
    running = start(frozenset())

    append("T1", number=1000)
    running.add(Item.objects.first())
    assert running.is_exact
    append("T1", "NEW", number=1001)
    running.add(Item.objects.first())

    assert not running.is_exact
