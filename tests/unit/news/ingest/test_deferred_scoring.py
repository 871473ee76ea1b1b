"""Analyzers in the ingest process: what they say replaces the embedded score; one that fails loses nothing."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command

from common.time import utc_now
from news.dedup.headline import Headline
from news.ingest.deferred_scoring import DeferredScorer, ScoringTask, list_tasks, score_next
from news.ingest.pipeline import ingest
from news.log.cursor import Cursor
from news.models import Item, LogHead, ShadowScore
from news.scoring import AnalyzerUnavailable, load_scorer
from tests.helpers import slow_analyzer
from tests.helpers.analyzer_server import AnalyzerServer, Request, analyzer_server, complete, score_all
from tests.helpers.changes import change_item, rescore_item

pytestmark = pytest.mark.django_db
PUBLISHED_AT = datetime(2026, 1, 31, 9, 30, tzinfo=UTC)


def append(count: int = 1, *, title: str = "Story {}") -> None:
    headlines = [
        Headline(title.format(n), ("AAPL",), "test", PUBLISHED_AT + timedelta(minutes=n)) for n in range(count)
    ]
    assert len(ingest(headlines).created) == count


def list_seqs(**conditions: Any) -> list[int]:
    return list(Item.objects.filter(**conditions).order_by("pk").values_list("seq", flat=True))


def get_task() -> ScoringTask:
    (task,) = list_tasks()
    return task


@pytest.fixture
def heavy_analyzer(monkeypatch: pytest.MonkeyPatch, settings: LazySettings) -> None:
    """Register slow_analyzer and configure it as ANALYZER."""
    slow_analyzer.register(monkeypatch)
    settings.ANALYZER = "heavy"


@pytest.fixture
def server(settings: LazySettings) -> Any:
    """A server that is the configured ANALYZER."""
    with analyzer_server() as server:
        settings.ANALYZER, settings.ANALYZER_URL = "http", server.url
        load_scorer.cache_clear()
        yield server
    load_scorer.cache_clear()


def test_list_tasks_inline_analyzer_has_none() -> None:
    assert list_tasks() == []


@pytest.mark.usefixtures("heavy_analyzer")
def test_score_next_rescores_items_of_other_analyzers_page_by_page() -> None:
    append(5)
    append(1, title="Known")
    Item.objects.filter(title="Known").update(
        analyzer=slow_analyzer.Analyzer.name, analyzer_version=slow_analyzer.Analyzer.version
    )

    cursor = score_next(None, get_task(), limit=4)
    assert cursor.seq == 4
    assert list_seqs(analyzer="heavy") == [7, 8, 9, 10, 6]
    for _ in range(3):
        cursor = score_next(cursor, get_task(), limit=4)

    assert cursor.seq == LogHead.objects.get().seq == 11
    assert list_seqs() == [7, 8, 9, 10, 11, 6]
    assert score_next(cursor, get_task()) == cursor


@pytest.mark.usefixtures("heavy_analyzer")
def test_score_next_without_cursor_starts_with_last_day() -> None:
    append(4)
    Item.objects.filter(seq__lte=2).update(appended_at=utc_now() - timedelta(days=2))

    cursor = score_next(None, get_task())

    assert list_seqs(analyzer="heavy") == [5, 6]
    next_cursor = score_next(cursor, get_task())
    assert next_cursor.seq == 6


@pytest.mark.usefixtures("heavy_analyzer")
def test_score_next_empty_log_starts_at_its_end() -> None:
    generation = LogHead.objects.get().generation

    assert score_next(None, get_task()) == Cursor(generation, 0)
    append(1)
    assert score_next(Cursor(generation, 0), get_task()) == Cursor(generation, 1)


@pytest.mark.usefixtures("heavy_analyzer")
@pytest.mark.parametrize("is_marked", [True, False])
def test_score_next_after_restore_starts_over(is_marked: bool) -> None:
    append(3)
    head = LogHead.objects.get()
    if is_marked:
        LogHead.objects.update(generation="abcdef")

    cursor = score_next(Cursor(head.generation, 3 if is_marked else 500), get_task())

    assert list_seqs(analyzer="heavy") == [4, 5, 6]
    assert cursor.seq == 3
    assert cursor.generation == LogHead.objects.get().generation != head.generation


def test_run_pending_replaces_scores_and_their_entities(server: AnalyzerServer) -> None:
    append(3)

    DeferredScorer(get_task()).run_pending()

    assert set(Item.objects.values_list("analyzer", "sentiment")) == {("http", "positive")}
    assert server.list_texts() == ["Story 0", "Story 1", "Story 2"]


def test_score_next_dead_server_raises_and_same_cursor_goes_on_later(server: AnalyzerServer) -> None:
    append(2)
    server.answer = lambda request: (503, b"")
    with pytest.raises(AnalyzerUnavailable):
        score_next(None, get_task())
    assert set(Item.objects.values_list("analyzer", flat=True)) == {"composed"}

    server.answer = score_all
    DeferredScorer(get_task()).run_pending()

    assert set(Item.objects.values_list("analyzer", flat=True)) == {"http"}


def test_score_next_one_text_without_usable_answer_keeps_its_score_only(
    server: AnalyzerServer, caplog: pytest.LogCaptureFixture
) -> None:
    append(9)

    def fail_one(request: Request) -> Any:
        return (500, b"") if any(item["text"] == "Story 4" for item in request["items"]) else score_all(request)

    server.answer = fail_one
    DeferredScorer(get_task()).run_pending()

    assert list(Item.objects.exclude(analyzer="http").values_list("title", "analyzer")) == [("Story 4", "composed")]


def test_score_next_lying_server_is_unavailable(server: AnalyzerServer) -> None:
    append(14)
    server.answer = lambda request: {"items": "all positive, trust me"}

    with pytest.raises(AnalyzerUnavailable, match="no answer is usable, not even on 'Apple profit rises'"):
        score_next(None, get_task())

    assert set(Item.objects.values_list("analyzer", flat=True)) == {"composed"}
    assert len(server.requests) < 8


def test_run_batch_server_that_fails_for_a_while_loses_no_headline_on_a_quiet_site(server: AnalyzerServer) -> None:
    worker = DeferredScorer(get_task())
    append(1)
    server.answer = lambda request: (500, b"")
    pauses = [worker.run_batch() for _ in range(4)]
    append(1, title="Later {}")
    pauses.append(worker.run_batch())
    assert pauses == [1, 2, 4, 8, 16]

    server.answer = score_all
    assert worker.run_batch() == 0

    assert set(Item.objects.values_list("analyzer", flat=True)) == {"http"}


def test_worker_stores_scores_of_a_model_with_a_long_name(server: AnalyzerServer, settings: LazySettings) -> None:
    settings.ANALYZER_MODEL = "ProsusAI/finbert-tone-large-2026-01-31"
    load_scorer.cache_clear()
    append(1)

    DeferredScorer(get_task()).run_pending()

    version = Item.objects.get().analyzer_version
    assert (len(version), version[:13]) == (20, "ge-2026-01-31")


def test_rescore_command_asks_a_server_again_only_for_what_it_has_not_scored(
    server: AnalyzerServer, capsys: pytest.CaptureFixture[str]
) -> None:
    append(70)
    limit = 64

    def fail_later(request: Request) -> Any:
        return score_all(request) if len(server.list_texts()) <= limit else (503, b"")

    server.answer = fail_later
    with pytest.raises(CommandError, match=r"stopped after 64 items: .*Run it again to resume"):
        call_command("rescore")
    server.answer, server.requests[:] = score_all, []

    call_command("rescore")

    assert len(server.list_texts()) == 70 - limit
    assert "scored=6 changed=6" in capsys.readouterr().out
    assert set(Item.objects.values_list("analyzer", flat=True)) == {"http"}


def test_rescore_command_goes_on_beyond_a_text_that_a_server_can_not_score(server: AnalyzerServer) -> None:
    append(3)

    def fail_one(request: Request) -> Any:
        return (422, b"") if any(item["text"] == "Story 1" for item in request["items"]) else score_all(request)

    server.answer = fail_one
    call_command("rescore")

    assert list(Item.objects.exclude(analyzer="http").values_list("title", flat=True)) == ["Story 1"]


def test_shadow_analyzer_scores_beside_without_a_change(server: AnalyzerServer, settings: LazySettings) -> None:
    settings.ANALYZER, settings.SHADOW_ANALYZER = "composed", "http"
    append(3, title="Losses widen {}")
    head_seq = LogHead.objects.get().seq

    DeferredScorer(get_task()).run_pending()
    DeferredScorer(get_task()).run_pending()

    assert list(ShadowScore.objects.order_by("pk").values_list("item__title", "sentiment", "analyzer")) == [
        (f"Losses widen {number}", "positive", "http") for number in range(3)
    ]
    assert set(Item.objects.values_list("sentiment", "analyzer")) == {("negative", "composed")}
    assert LogHead.objects.get().seq == head_seq
    assert len(server.list_texts()) == 3


def test_shadow_analyzer_scores_a_corrected_headline_again(server: AnalyzerServer, settings: LazySettings) -> None:
    settings.ANALYZER, settings.SHADOW_ANALYZER = "composed", "http"
    append(1)
    worker = DeferredScorer(get_task())
    worker.run_pending()

    change_item(Item.objects.get().item_id, title="Story retold", sentiment="neutral")
    worker.run_pending()

    assert server.list_texts() == ["Story 0", "Story retold"]
    assert ShadowScore.objects.count() == 1


def test_shadow_analyzer_is_not_asked_again_after_another_score(server: AnalyzerServer, settings: LazySettings) -> None:
    settings.ANALYZER, settings.SHADOW_ANALYZER = "composed", "http"
    append(1)
    worker = DeferredScorer(get_task())
    worker.run_pending()

    rescore_item(Item.objects.get().item_id, "negative")
    worker.run_pending()

    assert server.list_texts() == ["Story 0"]


def test_worker_at_ceiling_waits_until_raised(server: AnalyzerServer, settings: LazySettings) -> None:
    settings.ANALYZER, settings.ANALYZER_MODEL = "openai", "small"
    settings.ANALYZER_PRICES, settings.ANALYZER_COST_PER_DAY = (1.0, 1.0), 0.0
    server.answer = complete
    append(2, title="Before {}")
    worker = DeferredScorer(get_task())

    assert 0 < worker.run_batch() <= 60
    settings.ANALYZER_COST_PER_DAY = 1.0
    append(1, title="After {}")
    assert worker.run_batch() == 0

    assert list(Item.objects.filter(analyzer="openai").values_list("title", flat=True)) == ["After 0"]
