"""Metrics and time series against a recount of the items themselves."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from news.dedup.headline import Headline
from news.ingest.pipeline import ingest
from news.ingest.rescoring import rescore
from news.metrics.buckets import aggregate
from news.metrics.queries import Metrics, get_metrics
from news.models import Bucket, Item, ItemTicker, LogHead
from tests.helpers.buckets import bucketed, series, shown
from tests.helpers.examples import scale_examples

pytestmark = pytest.mark.django_db
TICKERS = ["A", "B", "C", "D"]
MOODS = ["positive", "neutral", "negative"]
RESOLUTIONS = [60, 300, 900, 1800, 3600, 86_400]
MANY = settings(max_examples=scale_examples(25))

carried = st.lists(st.sampled_from(TICKERS), min_size=1, max_size=4, unique=True)
# Minutes back from now: near the edges of the hour and the day as well as anywhere.
ages = st.sampled_from([0, 1, 58, 59, 60, 61, 120, 1438, 1439, 1440, 1441, 2879, 2880]) | st.integers(0, 3000)
# Seconds before the newest publication; some are shared, so that the order of the log has to decide.
published = st.sampled_from([0, 30, 60, 3600]) | st.integers(0, 200_000)
reports = st.tuples(carried, st.sampled_from(MOODS), st.floats(0, 1), ages, published)


def make_item(seq: int, report: tuple[list[str], str, float, int, int]) -> Item:
    """Return an item as ingestion makes it, with this mood, analysed and published so long ago."""
    tickers, mood, share, age_minutes, age_published = report
    rest = (1 - share) / 2
    # Half a minute off the minute's edge, so that the clock's next minute does not decide a count.
    appended_at = datetime.now(UTC).replace(second=30, microsecond=0) - timedelta(minutes=age_minutes)
    return Item(
        item_id=f"id-{seq}",
        seq=seq,
        title=f"title {seq}",
        source="test",
        dedup_hash=f"story {seq}",
        tickers=tickers,
        sentiment=mood,
        score=share,
        probabilities={name: share if name == mood else rest for name in MOODS},
        analyzer="made",
        analyzer_version="1",
        published_at=datetime(2026, 1, 31, 9, 30, tzinfo=UTC) - timedelta(seconds=age_published),
        appended_at=appended_at,
    )


@contextmanager
def log_of(reports: Sequence[Any], *, batch: int = 7) -> Iterator[list[Item]]:
    """Append items in batches as ingestion does, for the length of one example."""
    with transaction.atomic():
        items = [make_item(seq, report) for seq, report in enumerate(reports, start=1)]
        for start in range(0, len(items), batch):
            part = items[start : start + batch]
            Item.objects.bulk_create(part)
            ItemTicker.objects.bulk_create(
                [ItemTicker(item=item, ticker=ticker, seq=item.seq) for item in part for ticker in item.tickers]
            )
            aggregate(part)
        LogHead.objects.filter(pk=1).update(seq=len(items))
        yield items
        transaction.set_rollback(True)


def assert_metrics_equal_a_recount(items: Sequence[Item], tickers: set[str], hours: int | None = None) -> None:
    before = current_minute()
    found = counts(get_metrics(tickers, hours=hours))
    minutes = {before, current_minute()}  # the reading may fall on either side of the turn of a minute
    assert found in [recount(items, tickers, hours, minute) for minute in minutes], (tickers, hours)


def current_minute() -> datetime:
    return datetime.now(UTC).replace(second=0, microsecond=0)


def recount(items: Sequence[Item], tickers: set[str], hours: int | None, minute: datetime) -> dict[str, Any]:
    """Count naively what get_metrics promises to say in this minute."""

    def since(span: int) -> list[Item]:
        begin = minute - timedelta(hours=span) + timedelta(minutes=1)
        return [item for item in wanted if item.appended_at >= begin]

    wanted = [item for item in items if not tickers or tickers.intersection(item.tickers)]
    shown = wanted if hours is None else since(hours)
    moods = Counter(item.sentiment for item in shown)
    tags = Counter(ticker for item in shown for ticker in item.tickers if not tickers or ticker in tickers)
    return {
        "total": len(shown),
        **{mood: moods[mood] for mood in MOODS},
        "by_tag": dict(tags),
        "rate_last_hour": len(since(1)),
        "rate_last_24h": len(since(24)),
    }


def counts(metrics: Metrics) -> dict[str, Any]:
    payload = metrics.payload()
    del payload["timestamp"]
    return payload


@MANY
@given(
    reports=st.lists(reports, max_size=40),
    filters=st.lists(st.sets(st.sampled_from([*TICKERS, "NONE"]), min_size=1), max_size=4),
    hours=st.sampled_from([1, 2, 3, 24, 25, 48]),
)
def test_metrics_equal_a_recount(reports: list[Any], filters: list[set[str]], hours: int) -> None:
    with log_of(reports) as items:
        for tickers in [set[str](), *filters]:
            for window in (None, hours):
                assert_metrics_equal_a_recount(items, tickers, window)
                assert get_metrics(tickers, hours=window).head_seq == len(items)


@MANY
@given(reports=st.lists(reports, max_size=40), batch=st.integers(1, 40))
def test_time_series_equal_a_naive_bucketing(reports: list[Any], batch: int) -> None:
    with log_of(reports, batch=batch) as items:
        for ticker in ("", "A", "B", "NONE"):
            for seconds in RESOLUTIONS:
                assert shown(series(ticker, seconds)) == bucketed(items, ticker, seconds), (ticker, seconds)


@MANY
@given(
    reports=st.lists(reports, min_size=1, max_size=40),
    seconds=st.sampled_from(RESOLUTIONS),
    edges=st.tuples(st.integers(0, 220_000), st.integers(0, 220_000)),
    limit=st.integers(1, 10),
)
def test_a_stretch_of_a_time_series_is_the_buckets_in_it(
    reports: list[Any], seconds: int, edges: tuple[int, int], limit: int
) -> None:
    newest = int(datetime(2026, 1, 31, 9, 30, tzinfo=UTC).timestamp())
    start, end = sorted(newest - edge + 3600 for edge in edges)
    # Whole buckets, as the API asks: a bucket cut by `end` holds what was published before it, to the minute or hour.
    end = end // seconds * seconds
    with log_of(reports) as items:
        whole = bucketed(items, "A", seconds)
        wanted = [bucket for bucket in whole if start // seconds * seconds <= bucket["start"] < end]

        assert shown(series("A", seconds, start=start, end=end, limit=limit)) == wanted[:limit]


@settings(MANY, max_examples=scale_examples(15))
@given(
    reports=st.lists(reports, min_size=1, max_size=25),
    chosen=st.sets(st.integers(1, 25)),
)
def test_after_scoring_again_everything_equals_a_recount(reports: list[Any], chosen: set[int]) -> None:
    with log_of(reports) as items:
        words = {"positive": "Profit jumps", "negative": "Losses widen", "neutral": "Meeting held"}
        for item in items:
            item.title = f"{words[MOODS[item.seq % 3]]} {item.seq}"
        Item.objects.bulk_update(items, ["title"])

        taken = rescore(Item.objects.filter(seq__in=chosen)).changed
        now = list(Item.objects.order_by("seq"))

        assert LogHead.objects.get(pk=1).seq == len(items) + taken
        assert [item.seq for item in now][len(now) - taken :] == list(range(len(items) + 1, len(items) + taken + 1))
        for tickers in (set[str](), {"A"}, {"A", "B"}, {"B", "C", "D"}):
            assert_metrics_equal_a_recount(now, tickers)
            assert_metrics_equal_a_recount(now, tickers, 24)
        for ticker in ("", "A"):
            for seconds in RESOLUTIONS:
                assert shown(series(ticker, seconds)) == bucketed(now, ticker, seconds), (ticker, seconds)
        assert list(ItemTicker.objects.order_by("seq", "ticker").values_list("seq", "ticker")) == sorted(
            (item.seq, ticker) for item in now for ticker in item.tickers
        )


def test_by_tag_keeps_the_hundred_largest_and_the_totals_count_all() -> None:
    reports = [([f"T{n:03}"], "neutral", 0.5, 0, 0) for n in range(130) for _ in range(1 + (n >= 40))]
    with log_of(reports):
        metrics = get_metrics()

    assert metrics.total == 130 + 90
    assert len(metrics.by_tag) == 100
    assert metrics.by_tag == {f"T{n:03}": 2 for n in range(40, 130)} | {f"T{n:03}": 1 for n in range(10)}


def test_an_empty_log_has_metrics_of_zero() -> None:
    for tickers in (set[str](), {"A"}, {"A", "B"}):
        for hours in (None, 24):
            assert_metrics_equal_a_recount([], tickers, hours)
    assert series("A", 60) == []


def test_metrics_know_the_place_they_stand_for_also_when_no_item_matches() -> None:
    with log_of([(["A"], "positive", 0.9, 0, 0)] * 3):
        assert get_metrics({"NONE"}).head_seq == 3
        assert get_metrics({"NONE", "NADA"}).cursor == get_metrics().cursor


def test_what_a_reading_costs_does_not_grow_with_the_items() -> None:
    def queries(count: int) -> int:
        with (
            log_of([(["A", "B"], "positive", 0.9, 0, 0)] * count),
            CaptureQueriesContext(
                connection,
            ) as asked,
        ):
            get_metrics()
            get_metrics({"A", "B"}, hours=24)
        return len(asked)

    def buckets(count: int) -> int:
        with log_of([(["A", "B"], "positive", 0.9, 0, 0)] * count):
            return Bucket.objects.count()

    assert queries(1) == queries(50) == 2
    assert buckets(1) == buckets(50)


def test_ingested_headlines_are_counted_by_their_time_of_publication_and_of_arrival() -> None:
    published = datetime(2026, 1, 31, 9, 30, tzinfo=UTC)
    ingest([Headline("Profit rises", ("A", "B"), "test", published)])

    (point,) = series("B", 3600)
    assert point.start == int(published.replace(minute=0).timestamp())
    assert get_metrics(hours=1).total == 1
