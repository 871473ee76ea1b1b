"""Items scored again: those that change are announced again, the others keep their place, and all counts stay exact."""

import sqlite3
import sys
from datetime import UTC, datetime, timedelta
from types import ModuleType
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from common.time import utc_now
from news.dedup.headline import Headline
from news.ingest.analyzer_choice import EMBEDDED, inline_analyzer, requires_worker
from news.ingest.pipeline import ingest
from news.ingest.rescoring import rescore, upgrade_scores
from news.ingest.retention import delete_minute_buckets, trim
from news.log.cursor import Cursor
from news.metrics.queries import get_metrics
from news.models import Bucket, Item, LogHead
from news.scoring import ANALYZERS
from tests.helpers import slow_analyzer
from tests.helpers.buckets import bucketed, series, shown

pytestmark = pytest.mark.django_db
PUBLISHED_AT = datetime(2026, 1, 31, 9, 30, tzinfo=UTC)


def append(count: int = 1, *, title: str = "Story {}", ticker: str = "AAPL") -> None:
    headlines = [
        Headline(title.format(n), (ticker,), "test", PUBLISHED_AT + timedelta(minutes=n)) for n in range(count)
    ]
    assert len(ingest(headlines).created) == count


def places(**chosen: Any) -> list[int]:
    return list(Item.objects.filter(**chosen).order_by("pk").values_list("seq", flat=True))


def run(*arguments: str, capsys: pytest.CaptureFixture[str]) -> str:
    call_command("rescore", *arguments)
    return capsys.readouterr().out.rpartition(" seconds=")[0]


def install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let there be an analyzer that is slow_analyzer."""
    monkeypatch.setitem(sys.modules, "news.scoring.heavy", slow_analyzer)
    monkeypatch.setitem(ANALYZERS, "heavy", ("json",))


@pytest.fixture
def heavy_analyzer(monkeypatch: pytest.MonkeyPatch, settings: LazySettings) -> ModuleType:
    """Configure an analyzer that is slow_analyzer."""
    install(monkeypatch)
    settings.ANALYZER = "heavy"
    return slow_analyzer


def test_only_what_changes_is_announced_again() -> None:
    append(3)
    Item.objects.update(analyzer_version="old", evidence=["old"])
    Item.objects.filter(seq=2).update(title="Losses widen")

    done = rescore(Item.objects.all())

    assert (done.scored, done.changed) == (3, 1)
    assert places() == [1, 4, 3]
    assert not Item.objects.filter(analyzer_version="old").exists()
    assert Item.objects.get(seq=4).sentiment == "negative"
    assert Item.objects.get(seq=4).ticker_rows.get().seq == 4
    assert (get_metrics().total, get_metrics().negative, get_metrics().head_seq) == (3, 1, 4)


def test_scoring_again_twice_changes_nothing_the_second_time() -> None:
    append(3)
    Item.objects.update(title="Losses widen")

    assert rescore(Item.objects.all()).changed == 3
    assert rescore(Item.objects.all()).changed == 0
    assert LogHead.objects.get().seq == 6


@pytest.mark.sqlite
def test_a_large_batch_of_many_tickers_needs_few_parameters() -> None:
    ingest([Headline(f"Story {n}", (f"T{n}", "AAPL"), "test", PUBLISHED_AT) for n in range(120)])
    Item.objects.update(title="Losses widen")
    raw = connection.connection
    before = raw.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, 99)

    try:
        assert rescore(Item.objects.all()).changed == 120
    finally:
        raw.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, before)

    (hour,) = series("AAPL", 3600)
    assert (hour.negative, hour.count) == (120, 120)


def test_what_was_trimmed_stays_counted_when_others_are_scored_again() -> None:
    append(10, title="Profit rises {}")
    list(trim(4, batch=3))
    list(delete_minute_buckets(PUBLISHED_AT + timedelta(minutes=2), batch=3))
    Item.objects.filter(seq__gt=7).update(title="Losses widen")

    rescore(Item.objects.all())

    (hour,) = series("AAPL", 3600)
    assert (hour.positive, hour.negative, hour.count) == (7, 3, 10)
    assert [point.count for point in series("AAPL", 60)] == [1] * 8
    assert (get_metrics().positive, get_metrics().negative) == (7, 3)
    assert not Bucket.objects.filter(positive=0, neutral=0, negative=0).exists()


def test_a_minute_that_lost_items_keeps_its_high_and_low() -> None:
    same_time = [
        Headline(title, ("AAPL",), "test", PUBLISHED_AT) for title in ("Profit jumps", "Losses widen", "Meeting")
    ]
    ingest(same_time)
    high, low = series("AAPL", 60)[0].high, series("AAPL", 60)[0].low
    list(trim(1, batch=10))
    Item.objects.filter(seq=2).update(title="Meeting held")

    rescore(Item.objects.all())

    (minute,) = series("AAPL", 60)
    assert (minute.positive, minute.neutral, minute.negative) == (1, 2, 0)
    assert (minute.high, minute.low) == (high, low)


def test_an_hour_of_many_minutes_is_exact_after_a_batch_that_touches_some() -> None:
    append(50, title="Profit jumps {}")
    Item.objects.filter(seq__in=[1, 25, 50]).update(title="Losses widen")

    rescore(Item.objects.filter(seq__in=[1, 25, 50]))

    items = list(Item.objects.all())
    for ticker in ("", "AAPL"):
        for seconds in (60, 3600):
            assert shown(series(ticker, seconds)) == bucketed(items, ticker, seconds)


def test_the_command_scores_all_again_in_batches_and_says_what_changed(capsys: pytest.CaptureFixture[str]) -> None:
    append(7)
    Item.objects.filter(seq__lte=3).update(title="Losses widen")

    assert run("--batch", "2", capsys=capsys) == "scored=7 changed=3"
    assert places() == [8, 9, 10, 4, 5, 6, 7]
    assert run(capsys=capsys) == "scored=7 changed=0"


def test_the_command_takes_an_analyzer_a_time_and_a_ticker(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    install(monkeypatch)
    append(2)
    append(3, ticker="MSFT", title="Other {}")
    Item.objects.filter(seq__lte=3).update(appended_at=utc_now() - timedelta(days=2))
    yesterday = f"{utc_now() - timedelta(days=1):%Y-%m-%d}"

    assert run("--ticker", "msft", "--since", yesterday, "--analyzer", "heavy", capsys=capsys) == "scored=2 changed=2"
    assert places(analyzer="heavy") == [6, 7]


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        (("--batch", "0"), "--batch=0"),
        (("--since", "soon"), "--since='soon'"),
        (("--ticker", "$$"), "--ticker='$$'"),
        (("--analyzer", "no-such"), "--analyzer='no-such'"),
        (("--analyzer", "words"), "--analyzer='words'"),
    ],
)
def test_the_command_refuses_what_it_cannot_use(arguments: tuple[str, ...], found: str) -> None:
    with pytest.raises(CommandError) as refused:
        call_command("rescore", *arguments)

    assert str(refused.value).startswith(found)


def test_the_embedded_analyzer_is_quick() -> None:
    assert not requires_worker(EMBEDDED)


@pytest.mark.usefixtures("heavy_analyzer")
def test_a_heavy_analyzer_is_not_used_at_once_but_where_it_is_asked_for() -> None:
    append(2)

    rescore(Item.objects.filter(seq=2), analyzer="heavy")

    assert inline_analyzer() == EMBEDDED
    assert list(Item.objects.order_by("seq").values_list("analyzer", flat=True)) == [EMBEDDED, "heavy"]


@pytest.mark.usefixtures("heavy_analyzer")
def test_refining_scores_what_others_scored_page_by_page_and_then_rests() -> None:
    append(5)
    append(1, title="Known")
    Item.objects.filter(title="Known").update(
        analyzer=slow_analyzer.Analyzer.name, analyzer_version=slow_analyzer.Analyzer.version
    )

    place = upgrade_scores(None, limit=4)
    assert place is not None
    assert place.seq == 4
    assert places(analyzer="heavy") == [7, 8, 9, 10, 6]
    for _ in range(3):
        place = upgrade_scores(place, limit=4)

    assert place is not None
    assert place.seq == LogHead.objects.get().seq == 11
    assert places() == [7, 8, 9, 10, 11, 6]
    assert upgrade_scores(place) == place


@pytest.mark.usefixtures("heavy_analyzer")
def test_refining_begins_with_the_last_day() -> None:
    append(4)
    Item.objects.filter(seq__lte=2).update(appended_at=utc_now() - timedelta(days=2))

    place = upgrade_scores(None)

    assert places(analyzer="heavy") == [5, 6]
    again = upgrade_scores(place)
    assert again is not None
    assert again.seq == 6


def test_with_a_quick_analyzer_there_is_nothing_to_refine_and_nothing_is_asked() -> None:
    append(1)

    with CaptureQueriesContext(connection) as asked:
        assert upgrade_scores(None) is None

    assert len(asked) == 0


@pytest.mark.usefixtures("heavy_analyzer")
def test_an_empty_log_is_refined_from_its_end() -> None:
    epoch = LogHead.objects.get().generation

    assert upgrade_scores(None) == Cursor(epoch, 0)
    append(1)
    assert upgrade_scores(Cursor(epoch, 0)) == Cursor(epoch, 1)


@pytest.mark.usefixtures("heavy_analyzer")
@pytest.mark.parametrize("is_renamed", [True, False])
def test_refining_starts_over_when_a_back_up_was_put_back(is_renamed: bool) -> None:
    append(3)
    seen = LogHead.objects.get()
    if is_renamed:
        LogHead.objects.update(generation="abcdef")

    place = upgrade_scores(Cursor(seen.generation, 3 if is_renamed else 500))

    assert places(analyzer="heavy") == [4, 5, 6]
    assert place is not None
    assert place.seq == 3
    assert place.generation == LogHead.objects.get().generation != seen.generation
