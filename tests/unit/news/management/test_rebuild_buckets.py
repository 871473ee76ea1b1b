"""`rebuild_buckets` recomputes the hours of which all items are kept, and says which it can't."""

from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from news.dedup.headline import Headline
from news.ingest.pipeline import ingest
from news.metrics.grid import Grid
from news.metrics.timeseries import SeriesRange, get_timeseries
from news.models import Axis, Bucket, Item
from tests.helpers.buckets import rebucket, series, to_dicts

pytestmark = pytest.mark.django_db
PUBLISHED_AT = datetime(2026, 1, 31, 9, 30, tzinfo=UTC)
END = int((PUBLISHED_AT + timedelta(days=1)).timestamp())


def publish(*minutes: int, is_historical: bool = False) -> None:
    ingest(
        [
            Headline(
                f"{'Profit jumps' if minute % 2 else 'Losses widen'} {minute}",
                ("AAPL", "MSFT"),
                "test",
                PUBLISHED_AT + timedelta(minutes=minute),
                is_historical=is_historical,
            )
            for minute in minutes
        ]
    )


def rebuild(*arguments: str) -> tuple[str, str]:
    """Run the command; return what it prints, and what it reports."""
    stdout, stderr = StringIO(), StringIO()
    call_command("rebuild_buckets", *arguments, stdout=stdout, stderr=stderr)
    return stdout.getvalue(), stderr.getvalue()


def complete_from(seconds: int) -> int | None:
    return get_timeseries(["AAPL"], SeriesRange(Grid(seconds), 0, END)).complete_from


def test_rebuild_buckets_restores_minutes_and_hours_of_kept_items() -> None:
    publish(0, 1, 1, 40, 100)
    publish(2, is_historical=True)
    Bucket.objects.filter(seconds=60).delete()
    Bucket.objects.filter(seconds=3600).update(positive=7, total=9, high=1)
    assert complete_from(60) is not None

    printed, reported = rebuild()

    assert printed == "rebuilt=5 items_deleted=0 too_many_items=0\n"  # three hours of publication, two of arrival
    assert reported == ""
    assert complete_from(60) is None
    items = list(Item.objects.all())
    for key in ("", "AAPL"):
        for seconds in (60, 3600):
            assert to_dicts(series(key, seconds)) == rebucket(items, key, seconds)
    assert sum(bucket.count for bucket in series("AAPL", 60, axis=Axis.APPENDED)) == 4  # 1 is one story, 2 no arrival


def test_rebuild_buckets_with_deleted_items_names_the_hour_and_leaves_it() -> None:
    publish(0, 40, 100)
    call_command("prune", "--keep", "2", stdout=StringIO())
    Bucket.objects.filter(seconds=60, axis=Axis.PUBLISHED).delete()
    (damaged, *_) = hours = series("AAPL", 3600)

    printed, reported = rebuild()

    assert printed == "rebuilt=2 items_deleted=2 too_many_items=0\n"
    assert reported.splitlines()[1] == (
        "hour=2026-01-31T09:00:00.000Z by=published items=1: "
        "not rebuilt, items were deleted that only these buckets count"
    )
    assert series("AAPL", 3600) == hours
    assert [bucket.count for bucket in series("AAPL", 60)] == [1, 1]
    assert complete_from(60) == damaged.start + 3600


def test_rebuild_buckets_hour_above_max_items_is_named_and_left() -> None:
    publish(0, 1, 2, 40)
    Bucket.objects.filter(seconds=60, axis=Axis.PUBLISHED).delete()

    printed, reported = rebuild("--max-items", "2")

    assert printed == "rebuilt=1 items_deleted=0 too_many_items=2\n"
    assert "by=appended items=3: not rebuilt, more items than --max-items" in reported
    assert [bucket.count for bucket in series("AAPL", 60)] == [1]
    assert rebuild()[0] == "rebuilt=3 items_deleted=0 too_many_items=0\n"
    assert [bucket.count for bucket in series("AAPL", 60)] == [1] * 4


def test_rebuild_buckets_empty_log_rebuilds_nothing() -> None:
    assert rebuild() == ("rebuilt=0 items_deleted=0 too_many_items=0\n", "")


def test_rebuild_buckets_invalid_option_fails_with_value() -> None:
    with pytest.raises(CommandError, match="--max-items=0"):
        call_command("rebuild_buckets", "--max-items", "0")
