"""Retention: old items are deleted in bounded batches and stay counted."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from common.time import utc_now
from news.dedup.headline import Headline
from news.ingest.pipeline import ingest
from news.ingest.rescoring import rescore
from news.metrics.bucket_value import floor_time
from news.metrics.grid import Grid
from news.metrics.periods import Period, find_inexact_ends
from news.metrics.queries import get_metrics
from news.metrics.timeseries import SeriesRange, get_timeseries
from news.models import Axis, Bucket, DuplicateReport, Item, LogHead, Mention
from tests.helpers.buckets import series
from tests.helpers.items import append_samples

pytestmark = pytest.mark.django_db
PUBLISHED_AT = datetime(2026, 1, 31, 9, 30, tzinfo=UTC)


def append(count: int) -> None:
    ingest(
        [Headline(f"Story {n}", ("AAPL", "MSFT"), "test", PUBLISHED_AT + timedelta(minutes=n)) for n in range(count)]
    )


def list_seqs() -> list[int]:
    return list(Item.objects.order_by("seq").values_list("seq", flat=True))


def prune(*arguments: str, capsys: pytest.CaptureFixture[str]) -> str:
    call_command("prune", *arguments)
    return capsys.readouterr().out.strip()


def make_old(up_to: int, *, days: int) -> None:
    """Set the time of items up to a seq to `days` ago."""
    time = utc_now() - timedelta(days=days)
    Item.objects.filter(seq__lte=up_to).update(appended_at=time, first_appended_at=time)


def test_prune_keep_deletes_older_items_and_advances_min_seq(capsys: pytest.CaptureFixture[str]) -> None:
    append(10)

    assert prune("--keep", "4", "--batch", "3", capsys=capsys).startswith("items=6 ")

    assert list_seqs() == [7, 8, 9, 10]
    assert LogHead.objects.get().min_seq == 6
    assert set(Mention.objects.values_list("seq", flat=True)) == {7, 8, 9, 10}
    assert prune("--keep", "4", capsys=capsys).startswith("items=0 ")


def test_prune_days_deletes_older_items(capsys: pytest.CaptureFixture[str]) -> None:
    append(10)
    make_old(5, days=100)

    assert prune("--days", "101", capsys=capsys).startswith("items=0 ")
    assert prune(capsys=capsys).startswith("items=5 ")
    assert list_seqs() == [6, 7, 8, 9, 10]
    assert prune("--days", "0", capsys=capsys).startswith("items=5 ")
    assert (list_seqs(), LogHead.objects.get().min_seq) == ([], 10)


def test_prune_days_and_keep_applies_both_limits(capsys: pytest.CaptureFixture[str]) -> None:
    append(10)
    make_old(5, days=100)

    prune("--days", "50", "--keep", "8", capsys=capsys)
    assert list_seqs() == [6, 7, 8, 9, 10]
    prune("--days", "50", "--keep", "2", capsys=capsys)
    assert list_seqs() == [9, 10]


def test_prune_advances_min_seq_in_each_batch() -> None:
    append(10)

    with CaptureQueriesContext(connection) as queries:
        call_command("prune", "--keep", "1", "--batch", "4")

    deletes = [query["sql"] for query in queries if query["sql"].startswith('DELETE FROM "news_item"')]
    head_updates = [query["sql"] for query in queries if query["sql"].startswith('UPDATE "news_loghead"')]
    assert len(deletes) == len(head_updates) == 3


def test_prune_keeps_totals_and_hours_and_deletes_minutes(capsys: pytest.CaptureFixture[str]) -> None:
    append(10)
    (hour_before,) = series("AAPL", 3600)
    rates = get_metrics({"AAPL", "MSFT"})

    prune("--keep", "0", capsys=capsys)

    assert series("AAPL", 60) == []
    assert series("AAPL", 3600) == [hour_before]
    metrics = get_metrics({"AAPL", "MSFT"})
    assert (metrics.total, metrics.by_tag) == (20, {"AAPL": 10, "MSFT": 10})
    assert (metrics.rate_last_hour, metrics.rate_last_24h) == (rates.rate_last_hour, rates.rate_last_24h) == (20, 20)


def test_prune_deletes_minutes_of_all_axes_and_keys(capsys: pytest.CaptureFixture[str]) -> None:
    append_samples(10, 2)
    ingest([Headline(f"Story {n}", ("AAPL", "MSFT"), "test", PUBLISHED_AT, is_historical=n > 7) for n in range(10)])
    Bucket.objects.filter(seconds=60).update(start=0)

    prune("--days", "30", capsys=capsys)

    assert not Bucket.objects.filter(seconds=60).exists()
    assert {axis for (axis,) in Bucket.objects.values_list("axis")} == set(Axis.values)
    assert list_seqs() == list(range(1, 13))


def test_prune_rescored_old_item_is_kept(capsys: pytest.CaptureFixture[str]) -> None:
    append(4)
    make_old(2, days=100)
    Item.objects.filter(seq=1).update(title="Losses widen")
    rescore(Item.objects.filter(seq=1))

    prune("--days", "50", capsys=capsys)

    assert list_seqs() == [3, 4, 5]
    assert LogHead.objects.get().min_seq == 2


def test_prune_counts_age_by_first_arrival_of_rescored_items(capsys: pytest.CaptureFixture[str]) -> None:
    append(4)
    make_old(4, days=100)
    Item.objects.update(title="Losses widen")
    rescore(Item.objects.all())
    ingest([Headline("Story 9", ("AAPL",), "test", PUBLISHED_AT)])

    prune("--days", "50", capsys=capsys)

    assert list_seqs() == [9]
    assert LogHead.objects.get().min_seq == 8


def test_prune_deletes_duplicate_reports_with_their_item(capsys: pytest.CaptureFixture[str]) -> None:
    stories = [Headline("Story", ("AAPL",), source, PUBLISHED_AT) for source in ("wire", "paper")]
    ingest(stories)
    prune("--keep", "0", capsys=capsys)

    assert not DuplicateReport.objects.exists()
    assert len(ingest(stories).created) == 1
    assert list_seqs() == [2]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [(("--batch", "0"), "--batch=0"), (("--days", "-1"), "--days=-1"), (("--keep", "-1"), "--keep=-1")],
)
def test_prune_invalid_option_fails_with_value(arguments: tuple[str, str], message: str) -> None:
    with pytest.raises(CommandError) as caught:
        call_command("prune", arguments[0] + "=" + arguments[1])

    assert str(caught.value).startswith(message)


def test_prune_keeps_minutes_of_a_backfill_whose_items_stay(capsys: pytest.CaptureFixture[str]) -> None:
    append(10)

    prune("--days", "30", capsys=capsys)  # all items arrived today, and were published long before

    assert [minute.count for minute in series("AAPL", 60)] == [1] * 10
    append_late = Headline("Late story", ("AAPL",), "test", PUBLISHED_AT)
    ingest([append_late])
    assert [minute.count for minute in series("AAPL", 60)] == [2] + [1] * 9


def test_prune_deletes_each_minute_with_the_last_of_its_items(capsys: pytest.CaptureFixture[str]) -> None:
    def story(title: str, ticker: str, minute: int) -> Headline:
        return Headline(title, (ticker,), "test", PUBLISHED_AT + timedelta(minutes=minute))

    ingest([story("Old", "AAPL", 5), story("Old too", "MSFT", 5), story("Alone", "MSFT", 6), story("Kept", "AAPL", 5)])

    prune("--keep", "2", capsys=capsys)  # the last item of MSFT in minute 5 goes, one of AAPL stays
    assert [minute.count for minute in series("AAPL", 60)] == [2]
    assert [minute.count for minute in series("MSFT", 60)] == [1]
    assert [minute.count for minute in series("", 60)] == [3, 1]

    prune("--keep", "1", capsys=capsys)
    assert series("MSFT", 60) == []
    assert [minute.count for minute in series("", 60)] == [3]
    assert sum(hour.count for hour in series("", 3600)) == 4


def test_prune_keeps_arrivals_of_the_last_day_and_deletes_older_ones_without_items(
    capsys: pytest.CaptureFixture[str],
) -> None:
    append(3)
    arrivals = Bucket.objects.filter(axis=Axis.APPENDED, seconds=60)

    prune("--keep", "0", capsys=capsys)
    assert arrivals.count() == 3  # of all items and of two tickers

    arrivals.update(start=int((utc_now() - timedelta(hours=26)).timestamp()) // 60 * 60)
    prune("--keep", "0", capsys=capsys)
    assert not arrivals.exists()


def test_prune_series_days_deletes_old_hours_and_answers_say_so(capsys: pytest.CaptureFixture[str]) -> None:
    old, new = utc_now() - timedelta(days=40), utc_now() - timedelta(hours=2)
    ingest([Headline(f"Story {n}", ("AAPL",), "test", time) for n, time in enumerate((old, new))])
    make_old(1, days=40)
    assert len(series("AAPL", 3600)) == 2

    assert prune("--days", "30", "--series-days", "20", capsys=capsys) == "items=1 minutes=0 buckets=2 kept=1"

    assert [hour.count for hour in series("AAPL", 3600)] == [1]
    assert (get_metrics().total, get_metrics({"AAPL"}).by_tag) == (2, {"AAPL": 2})
    page = get_timeseries(["AAPL"], SeriesRange(Grid(3600), old.timestamp()))
    assert page.complete_from == LogHead.objects.get().series_from
    period = Period(Axis.PUBLISHED, floor_time(old.timestamp(), 3600))
    assert max(find_inexact_ends(period, ["AAPL"])) == page.complete_from
    assert prune("--days", "30", "--series-days", "20", capsys=capsys).endswith("buckets=0 kept=1")


def test_prune_series_days_keeps_hours_of_kept_items(capsys: pytest.CaptureFixture[str]) -> None:
    ingest([Headline("Story", ("AAPL",), "test", utc_now() - timedelta(days=40))])

    call_command("prune", "--days", "90", "--series-days", "20")

    captured = capsys.readouterr()
    assert captured.out.endswith("buckets=0 kept=1\n")
    assert "series are kept from" in captured.err
    assert [hour.count for hour in series("AAPL", 3600)] == [1]
