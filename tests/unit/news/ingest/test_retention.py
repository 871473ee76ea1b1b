"""The old end of the log goes in bounded batches; what was said stays counted."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from common.time import utc_now
from news.dedup.headline import Headline
from news.ingest.pipeline import ingest
from news.ingest.rescoring import rescore
from news.metrics.queries import get_metrics
from news.models import Axis, Bucket, DuplicateReport, Item, ItemTicker, LogHead
from tests.helpers.buckets import series

pytestmark = pytest.mark.django_db
PUBLISHED_AT = datetime(2026, 1, 31, 9, 30, tzinfo=UTC)


def append(count: int) -> None:
    ingest(
        [Headline(f"Story {n}", ("AAPL", "MSFT"), "test", PUBLISHED_AT + timedelta(minutes=n)) for n in range(count)]
    )


def places() -> list[int]:
    return list(Item.objects.order_by("seq").values_list("seq", flat=True))


def prune(*arguments: str, capsys: pytest.CaptureFixture[str]) -> str:
    call_command("prune", *arguments)
    return capsys.readouterr().out.strip()


def make_old(places_upto: int, *, days: int) -> None:
    """Set items back in time."""
    Item.objects.filter(seq__lte=places_upto).update(appended_at=utc_now() - timedelta(days=days))


def test_all_but_the_newest_are_deleted_and_the_floor_moves_with_them(capsys: pytest.CaptureFixture[str]) -> None:
    append(10)

    assert prune("--keep", "4", "--batch", "3", capsys=capsys).startswith("items=6 ")

    assert places() == [7, 8, 9, 10]
    assert LogHead.objects.get().min_seq == 6
    assert set(ItemTicker.objects.values_list("seq", flat=True)) == {7, 8, 9, 10}
    assert prune("--keep", "4", capsys=capsys).startswith("items=0 ")


def test_what_is_older_than_so_many_days_is_deleted(capsys: pytest.CaptureFixture[str]) -> None:
    append(10)
    make_old(5, days=100)

    assert prune("--days", "101", capsys=capsys).startswith("items=0 ")
    assert prune(capsys=capsys).startswith("items=5 ")
    assert places() == [6, 7, 8, 9, 10]
    assert prune("--days", "0", capsys=capsys).startswith("items=5 ")
    assert (places(), LogHead.objects.get().min_seq) == ([], 10)


def test_both_limits_hold_when_both_are_given(capsys: pytest.CaptureFixture[str]) -> None:
    append(10)
    make_old(5, days=100)

    prune("--days", "50", "--keep", "8", capsys=capsys)
    assert places() == [6, 7, 8, 9, 10]
    prune("--days", "50", "--keep", "2", capsys=capsys)
    assert places() == [9, 10]


def test_each_transaction_deletes_a_batch_and_moves_the_floor() -> None:
    append(10)

    with CaptureQueriesContext(connection) as asked:
        call_command("prune", "--keep", "1", "--batch", "4")

    deletes = [entry["sql"] for entry in asked if entry["sql"].startswith('DELETE FROM "news_item"')]
    floors = [entry["sql"] for entry in asked if entry["sql"].startswith('UPDATE "news_loghead"')]
    assert len(deletes) == len(floors) == 3


def test_totals_and_hours_still_count_what_was_deleted_and_old_minutes_go(capsys: pytest.CaptureFixture[str]) -> None:
    append(10)
    (hour_before,) = series("AAPL", 3600)
    rates = get_metrics({"AAPL", "MSFT"})

    prune("--keep", "0", capsys=capsys)

    assert series("AAPL", 60) == []
    assert series("AAPL", 3600) == [hour_before]
    metrics = get_metrics({"AAPL", "MSFT"})
    assert (metrics.total, metrics.by_tag) == (10, {"AAPL": 10, "MSFT": 10})
    assert (metrics.rate_last_hour, metrics.rate_last_24h) == (rates.rate_last_hour, rates.rate_last_24h) == (10, 10)


def test_minutes_go_on_every_axis_and_from_every_key(capsys: pytest.CaptureFixture[str]) -> None:
    ingest([Headline(f"Story {n}", ("AAPL", "MSFT"), "test", PUBLISHED_AT) for n in range(10)])
    Bucket.objects.filter(seconds=60).update(start=0)

    prune("--days", "30", capsys=capsys)

    assert not Bucket.objects.filter(seconds=60).exists()
    assert {axis for (axis,) in Bucket.objects.values_list("axis")} == set(Axis.values)
    assert places() == list(range(1, 11))


def test_an_old_item_that_was_scored_again_stays_with_the_newer_ones(capsys: pytest.CaptureFixture[str]) -> None:
    append(4)
    make_old(2, days=100)
    Item.objects.filter(seq=1).update(title="Losses widen")
    rescore(Item.objects.filter(seq=1))

    prune("--days", "50", capsys=capsys)

    assert places() == [3, 4, 5]
    assert LogHead.objects.get().min_seq == 2


def test_reports_go_with_their_item_and_the_story_may_be_told_anew(capsys: pytest.CaptureFixture[str]) -> None:
    stories = [Headline("Story", ("AAPL",), source, PUBLISHED_AT) for source in ("wire", "paper")]
    ingest(stories)
    prune("--keep", "0", capsys=capsys)

    assert not DuplicateReport.objects.exists()
    assert len(ingest(stories).created) == 1
    assert places() == [2]


@pytest.mark.parametrize(
    ("arguments", "found"),
    [(("--batch", "0"), "--batch=0"), (("--days", "-1"), "--days=-1"), (("--keep", "-1"), "--keep=-1")],
)
def test_limits_that_cannot_be_are_refused(arguments: tuple[str, str], found: str) -> None:
    with pytest.raises(CommandError) as refused:
        call_command("prune", arguments[0] + "=" + arguments[1])

    assert str(refused.value).startswith(found)
