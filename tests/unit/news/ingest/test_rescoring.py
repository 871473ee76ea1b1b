"""Rescoring: items that change get a new seq, the others keep theirs, and all counts stay exact."""

import sqlite3
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command
from django.db import connection

from common.time import utc_now
from news.dedup.headline import Headline
from news.ingest.analyzer_choice import EMBEDDED, inline_analyzer, is_deferred
from news.ingest.pipeline import ingest
from news.ingest.rescoring import rescore
from news.ingest.retention import trim
from news.metrics.queries import get_metrics
from news.models import Bucket, Item, LogHead
from tests.helpers import slow_analyzer
from tests.helpers.buckets import rebucket, series, to_dicts
from tests.helpers.changes import change_item

pytestmark = pytest.mark.django_db
PUBLISHED_AT = datetime(2026, 1, 31, 9, 30, tzinfo=UTC)


def append(count: int = 1, *, title: str = "Story {}", ticker: str = "AAPL") -> None:
    headlines = [
        Headline(title.format(n), (ticker,), "test", PUBLISHED_AT + timedelta(minutes=n)) for n in range(count)
    ]
    assert len(ingest(headlines).created) == count


def list_seqs(**conditions: Any) -> list[int]:
    return list(Item.objects.filter(**conditions).order_by("pk").values_list("seq", flat=True))


def run(*arguments: str, capsys: pytest.CaptureFixture[str]) -> str:
    call_command("rescore", *arguments)
    return capsys.readouterr().out.rpartition(" seconds=")[0]


@pytest.fixture
def heavy_analyzer(monkeypatch: pytest.MonkeyPatch, settings: LazySettings) -> None:
    """Register slow_analyzer and configure it as ANALYZER."""
    slow_analyzer.register(monkeypatch)
    settings.ANALYZER = "heavy"


def test_rescore_moves_changed_items_only() -> None:
    append(3)
    Item.objects.update(analyzer_version="old", evidence=["old"])
    Item.objects.filter(seq=2).update(title="Losses widen")

    result = rescore(Item.objects.all())

    assert (result.scored, result.changed) == (3, 1)
    assert list_seqs() == [1, 4, 3]
    assert not Item.objects.filter(analyzer_version="old").exists()
    assert Item.objects.get(seq=4).sentiment == "negative"
    assert sorted(Item.objects.get(seq=4).mentions.values_list("seq", flat=True)) == [2, 4]
    assert (get_metrics().total, get_metrics().negative, get_metrics().head_seq) == (3, 1, 4)


def test_rescore_gives_changed_items_the_time_of_their_new_place() -> None:
    append(3)
    before = utc_now() - timedelta(hours=2)
    Item.objects.update(appended_at=before, first_appended_at=before)
    Item.objects.filter(seq=2).update(title="Losses widen")

    started_at = utc_now()
    rescore(Item.objects.all())

    moved = Item.objects.get(seq=4)
    assert started_at <= moved.appended_at <= utc_now()
    assert moved.first_appended_at == before
    assert set(Item.objects.exclude(seq=4).values_list("appended_at", "first_appended_at")) == {(before, before)}


def test_rescore_twice_changes_nothing_the_second_time() -> None:
    append(3)
    Item.objects.update(title="Losses widen")

    assert rescore(Item.objects.all()).changed == 3
    assert rescore(Item.objects.all()).changed == 0
    assert LogHead.objects.get().seq == 6


@pytest.mark.sqlite
def test_rescore_large_batch_needs_few_parameters() -> None:
    ingest([Headline(f"Story {n}", (f"T{n}", "AAPL"), "test", PUBLISHED_AT) for n in range(1_010)])
    Item.objects.update(title="Losses widen")
    sqlite = connection.connection
    previous_limit = sqlite.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, 999)

    try:
        assert rescore(Item.objects.all()).changed == 1_010
    finally:
        sqlite.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, previous_limit)

    (hour,) = series("AAPL", 3600)
    assert (hour.negative, hour.count) == (1_010, 1_010)


def test_rescore_after_trim_keeps_trimmed_items_counted() -> None:
    append(10, title="Profit rises {}")
    list(trim(4, batch=3))
    Item.objects.filter(seq__gt=7).update(title="Losses widen")

    rescore(Item.objects.all())

    (hour,) = series("AAPL", 3600)
    assert (hour.positive, hour.negative, hour.count) == (7, 3, 10)
    assert [value.count for value in series("AAPL", 60)] == [1] * 6
    assert (get_metrics().positive, get_metrics().negative) == (7, 3)
    assert not Bucket.objects.filter(positive=0, neutral=0, negative=0).exists()


def test_rescore_minute_with_trimmed_items_keeps_high_and_low() -> None:
    headlines = [
        Headline(title, ("AAPL",), "test", PUBLISHED_AT) for title in ("Profit jumps", "Losses widen", "Meeting")
    ]
    ingest(headlines)
    high, low = series("AAPL", 60)[0].high, series("AAPL", 60)[0].low
    list(trim(1, batch=10))
    Item.objects.filter(seq=2).update(title="Meeting held")

    rescore(Item.objects.all())

    (minute,) = series("AAPL", 60)
    assert (minute.positive, minute.neutral, minute.negative) == (1, 2, 0)
    assert (minute.high, minute.low) == (high, low)


def test_rescore_some_minutes_of_hour_keeps_buckets_exact() -> None:
    append(50, title="Profit jumps {}")
    Item.objects.filter(seq__in=[1, 25, 50]).update(title="Losses widen")

    rescore(Item.objects.filter(seq__in=[1, 25, 50]))

    items = list(Item.objects.all())
    for ticker in ("", "AAPL"):
        for seconds in (60, 3600):
            assert to_dicts(series(ticker, seconds)) == rebucket(items, ticker, seconds)


def test_rescore_command_prints_number_of_changed_items(capsys: pytest.CaptureFixture[str]) -> None:
    append(7)
    Item.objects.filter(seq__lte=3).update(title="Losses widen")

    assert run("--batch", "2", capsys=capsys) == "scored=7 changed=3"
    assert list_seqs() == [8, 9, 10, 4, 5, 6, 7]
    assert run(capsys=capsys) == "scored=7 changed=0"


def test_rescore_command_filters_by_time_and_ticker(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    slow_analyzer.register(monkeypatch)
    append(2)
    append(3, ticker="MSFT", title="Other {}")
    Item.objects.filter(seq__lte=3).update(first_appended_at=utc_now() - timedelta(days=2))
    yesterday = f"{utc_now() - timedelta(days=1):%Y-%m-%d}"

    assert run("--ticker", "msft", "--since", yesterday, "--analyzer", "heavy", capsys=capsys) == "scored=2 changed=2"
    assert list_seqs(analyzer="heavy") == [6, 7]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--batch", "0"), "--batch=0"),
        (("--since", "soon"), "--since='soon'"),
        (("--ticker", "$$"), "--ticker='$$'"),
        (("--analyzer", "no-such"), "Error: argument --analyzer: 'no-such': must be one of composed, minilm"),
    ],
)
def test_rescore_command_invalid_option_fails_with_value(arguments: tuple[str, ...], message: str) -> None:
    with pytest.raises(CommandError) as caught:
        call_command("rescore", *arguments)

    assert str(caught.value).startswith(message)


def test_requires_worker_embedded_analyzer_is_false() -> None:
    assert not is_deferred(EMBEDDED)


@pytest.mark.usefixtures("heavy_analyzer")
def test_inline_analyzer_slow_analyzer_falls_back_to_embedded() -> None:
    append(2)

    rescore(Item.objects.filter(seq=2), analyzer="heavy")

    assert inline_analyzer() == EMBEDDED
    assert list(Item.objects.order_by("seq").values_list("analyzer", flat=True)) == [EMBEDDED, "heavy"]


def test_rescore_title_corrected_since_it_was_read_is_left_as_it_was_scored() -> None:
    append(1)
    read_before = list(Item.objects.all())
    change_item(read_before[0].item_id, title="Losses widen", sentiment="negative")

    result = rescore(read_before)

    assert (result.scored, result.changed) == (0, 0)
    assert Item.objects.get().sentiment == "negative"
