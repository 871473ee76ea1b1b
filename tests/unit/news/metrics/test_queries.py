"""Metrics and time series compared with a recount of the items."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from news.dedup.headline import Headline
from news.ingest.pipeline import ingest
from news.ingest.rescoring import rescore
from news.metrics.buckets import add_to_buckets
from news.metrics.grid import RESOLUTIONS
from news.metrics.queries import Metrics, get_metrics
from news.models import Bucket, Item, LogHead, Mention
from tests.helpers.buckets import rebucket, series, to_dicts
from tests.helpers.changes import change_item
from tests.helpers.examples import scale_examples
from tests.helpers.items import append_scored

pytestmark = pytest.mark.django_db
TICKERS = ["A", "B", "C", "D"]
SENTIMENTS = ["positive", "neutral", "negative"]
WIDTHS = RESOLUTIONS.values()
FEW_EXAMPLES = settings(max_examples=scale_examples(25))

item_tickers = st.lists(st.sampled_from(TICKERS), min_size=1, max_size=4, unique=True)
# Minutes back from now: near the edges of the hour and the day as well as anywhere.
ages = st.sampled_from([0, 1, 58, 59, 60, 61, 120, 1438, 1439, 1440, 1441, 2879, 2880]) | st.integers(0, 3000)
# Seconds before the newest publication; with equal times, the order of the log decides.
publication_ages = st.sampled_from([0, 30, 60, 3600]) | st.integers(0, 200_000)
item_rows = st.tuples(
    item_tickers,
    st.sampled_from(SENTIMENTS),
    st.floats(0, 1),
    ages,
    publication_ages,
    st.sampled_from([False] * 4 + [True]),
)


def make_item(seq: int, row: tuple[list[str], str, float, int, int, bool]) -> Item:
    """Return an item as ingestion makes it, from a row of `item_rows`."""
    tickers, sentiment, probability, age_minutes, publication_age, is_historical = row
    rest = (1 - probability) / 2
    # In the middle of a minute, so that counts do not depend on the second in which the test runs.
    appended_at = datetime.now(UTC).replace(second=30, microsecond=0) - timedelta(minutes=age_minutes)
    return Item(
        item_id=f"id-{seq}",
        seq=seq,
        title=f"title {seq}",
        source="test",
        dedup_hash=f"story {seq}",
        tickers=tickers,
        sentiment=sentiment,
        score=probability,
        probabilities={name: probability if name == sentiment else rest for name in SENTIMENTS},
        analyzer="made",
        analyzer_version="1",
        published_at=datetime(2026, 1, 31, 9, 30, tzinfo=UTC) - timedelta(seconds=publication_age),
        appended_at=appended_at,
        first_appended_at=appended_at,
        scored_at=appended_at,
        is_historical=is_historical,
    )


def make_mention(item: Item, symbol: str) -> Mention:
    """Return a mention with the item's own score."""
    return Mention(
        item=item,
        seq=item.seq,
        symbol=symbol,
        relevance=1.0,
        sentiment=item.sentiment,
        score=item.score,
        value=item.value,
        is_historical=item.is_historical,
    )


@contextmanager
def log_of(rows: Sequence[Any], *, batch: int = 7) -> Iterator[list[Item]]:
    """Append items in batches as ingestion does, and roll back at the end."""
    with transaction.atomic():
        items = [make_item(seq, row) for seq, row in enumerate(rows, start=1)]
        for start in range(0, len(items), batch):
            page = items[start : start + batch]
            Item.objects.bulk_create(page)
            Mention.objects.bulk_create([make_mention(item, ticker) for item in page for ticker in item.tickers])
            add_to_buckets(page)
        LogHead.objects.filter(pk=1).update(seq=len(items), first_real_seq=1)
        yield items
        transaction.set_rollback(True)


def assert_metrics_equal_a_recount(items: Sequence[Item], tickers: set[str], hours: int | None = None) -> None:
    before = current_minute()
    metrics = counts(get_metrics(tickers, hours=hours))
    minutes = {before, current_minute()}  # a new minute may have started in between
    assert metrics in [recount(items, tickers, hours, minute) for minute in minutes], (tickers, hours)


def current_minute() -> datetime:
    return datetime.now(UTC).replace(second=0, microsecond=0)


def recount(items: Sequence[Item], tickers: set[str], hours: int | None, minute: datetime) -> dict[str, Any]:
    """Return what get_metrics must return in this minute, counted item by item."""

    def since(hours: int) -> list[Item]:
        start = minute - timedelta(hours=hours) + timedelta(minutes=1)
        return [item for item in items if item.first_appended_at >= start and not item.is_historical]

    def count_mentions(items: Iterable[Item]) -> list[tuple[str, str]]:
        return [
            (item.sentiment, ticker) for item in items for ticker in item.tickers if not tickers or ticker in tickers
        ]

    def count_once(items: Iterable[Item]) -> list[str]:
        if tickers:
            return [sentiment for sentiment, _ in count_mentions(items)]
        return [item.sentiment for item in items]

    counted = items if hours is None else since(hours)
    sentiments = Counter(count_once(counted))
    return {
        "total": sentiments.total(),
        **{sentiment: sentiments[sentiment] for sentiment in SENTIMENTS},
        "by_tag": dict(Counter(ticker for _, ticker in count_mentions(counted))),
        "rate_last_hour": len(count_once(since(1))),
        "rate_last_24h": len(count_once(since(24))),
    }


def counts(metrics: Metrics) -> dict[str, Any]:
    payload = metrics.payload()
    del payload["timestamp"]
    return payload


@FEW_EXAMPLES
@given(
    rows=st.lists(item_rows, max_size=40),
    filters=st.lists(st.sets(st.sampled_from([*TICKERS, "NONE"]), min_size=1), max_size=4),
    hours=st.sampled_from([1, 2, 3, 24, 25, 48]),
)
def test_get_metrics_any_log_equals_recount(rows: list[Any], filters: list[set[str]], hours: int) -> None:
    with log_of(rows) as items:
        for tickers in [set[str](), *filters]:
            for window in (None, hours):
                assert_metrics_equal_a_recount(items, tickers, window)
                assert get_metrics(tickers, hours=window).head_seq == len(items)


@FEW_EXAMPLES
@given(rows=st.lists(item_rows, max_size=40), batch=st.integers(1, 40))
def test_get_timeseries_any_log_equals_recount(rows: list[Any], batch: int) -> None:
    with log_of(rows, batch=batch) as items:
        for ticker in ("", "A", "B", "NONE"):
            for seconds in WIDTHS:
                assert to_dicts(series(ticker, seconds)) == rebucket(items, ticker, seconds), (ticker, seconds)


@FEW_EXAMPLES
@given(
    rows=st.lists(item_rows, min_size=1, max_size=40),
    seconds=st.sampled_from([*WIDTHS]),
    edges=st.tuples(st.integers(0, 220_000), st.integers(0, 220_000)),
    limit=st.integers(1, 10),
)
def test_get_timeseries_range_and_limit_returns_buckets_inside(
    rows: list[Any], seconds: int, edges: tuple[int, int], limit: int
) -> None:
    newest = int(datetime(2026, 1, 31, 9, 30, tzinfo=UTC).timestamp())
    start, end = sorted(newest - edge + 3600 for edge in edges)
    # Full buckets, as the API queries them: `end` cuts a bucket at a minute or an hour.
    end = end // seconds * seconds
    with log_of(rows) as items:
        buckets = rebucket(items, "A", seconds)
        expected = [bucket for bucket in buckets if start // seconds * seconds <= bucket["start"] < end]

        assert to_dicts(series("A", seconds, start=start, end=end, limit=limit)) == expected[:limit]


@settings(FEW_EXAMPLES, max_examples=scale_examples(15))
@given(
    rows=st.lists(item_rows, min_size=1, max_size=25),
    rescored=st.sets(st.integers(1, 25)),
)
def test_rescore_any_items_keeps_metrics_equal_to_recount(rows: list[Any], rescored: set[int]) -> None:
    with log_of(rows) as items:
        words = {"positive": "Profit jumps", "negative": "Losses widen", "neutral": "Meeting held"}
        for item in items:
            item.title = f"{words[SENTIMENTS[item.seq % 3]]} {item.seq}"
        Item.objects.bulk_update(items, ["title"])

        changed = rescore(Item.objects.filter(seq__in=rescored)).changed
        current = list(Item.objects.order_by("seq"))

        assert LogHead.objects.get(pk=1).seq == len(items) + changed
        assert [item.seq for item in current][len(current) - changed :] == list(
            range(len(items) + 1, len(items) + changed + 1)
        )
        for tickers in (set[str](), {"A"}, {"A", "B"}, {"B", "C", "D"}):
            assert_metrics_equal_a_recount(current, tickers)
            assert_metrics_equal_a_recount(current, tickers, 24)
        for ticker in ("", "A"):
            for seconds in WIDTHS:
                assert to_dicts(series(ticker, seconds)) == rebucket(current, ticker, seconds), (ticker, seconds)
        mentions = Mention.objects.filter(seq=F("item__seq")).order_by("seq", "symbol")
        assert list(mentions.values_list("seq", "symbol")) == sorted(
            (item.seq, ticker) for item in current for ticker in item.tickers
        )


def test_get_metrics_many_tickers_keeps_largest_hundred() -> None:
    rows = [([f"T{n:03}"], "neutral", 0.5, 0, 0, False) for n in range(130) for _ in range(1 + (n >= 40))]
    with log_of(rows):
        metrics = get_metrics()

    assert metrics.total == 130 + 90
    assert len(metrics.by_tag) == 100
    assert metrics.by_tag == {f"T{n:03}": 2 for n in range(40, 130)} | {f"T{n:03}": 1 for n in range(10)}


def test_get_metrics_empty_log_is_zero() -> None:
    for tickers in (set[str](), {"A"}, {"A", "B"}):
        for hours in (None, 24):
            assert_metrics_equal_a_recount([], tickers, hours)
    assert series("A", 60) == []


def test_get_metrics_without_match_has_cursor_of_head() -> None:
    with log_of([(["A"], "positive", 0.9, 0, 0, False)] * 3):
        assert get_metrics({"NONE"}).head_seq == 3
        assert get_metrics({"NONE", "NADA"}).cursor == get_metrics().cursor


def test_get_metrics_cost_is_independent_of_item_count() -> None:
    def count_queries(items: int) -> int:
        with log_of([(["A", "B"], "positive", 0.9, 0, 0, False)] * items), CaptureQueriesContext(connection) as queries:
            get_metrics()
            get_metrics({"A", "B"}, hours=24)
        return len(queries)

    def count_buckets(items: int) -> int:
        with log_of([(["A", "B"], "positive", 0.9, 0, 0, False)] * items):
            return Bucket.objects.count()

    assert count_queries(1) == count_queries(50) == 2
    assert count_buckets(1) == count_buckets(50)


def test_ingest_counts_by_publication_and_by_arrival() -> None:
    published = datetime(2026, 1, 31, 9, 30, tzinfo=UTC)
    ingest([Headline("Profit rises", ("A", "B"), "test", published)])

    (bucket,) = series("B", 3600)
    assert bucket.start == int(published.replace(minute=0).timestamp())
    assert get_metrics(hours=1).total == 1


@pytest.mark.parametrize("others", [2, 40])
def test_change_of_an_item_reads_the_others_of_its_minute_at_once(others: int) -> None:
    items = [append_scored(f"Story {number}", {"F": "positive", "GM": "negative"}) for number in range(others)]

    with CaptureQueriesContext(connection) as queries:
        change_item(items[0].item_id, title="Corrected")

    assert len([query for query in queries if "evidence" in query["sql"] and query["sql"].startswith("SELECT")]) <= 3
