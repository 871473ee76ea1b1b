"""Ingestion: items in order, once each, and a notification after the commit."""

import asyncio
import threading
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from channels.layers import InMemoryChannelLayer
from django.conf import LazySettings
from django.db import connections, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from news.dedup.headline import Headline
from news.ingest.pipeline import IngestResult, RecordResult, ingest, ingest_records
from news.ingest.rescoring import rescore
from news.log import notify
from news.log.notify import listen
from news.metrics.queries import get_metrics
from news.models import Item, LogHead, Mention
from tests.helpers.examples import scale_examples

PUBLISHED_AT = datetime(2026, 1, 31, 9, 30, tzinfo=UTC)


def headline(title: str = "Profit rises", *tickers: str, **fields: Any) -> Headline:
    values = {"source": "wire", "published_at": PUBLISHED_AT, **fields}
    return Headline(title=title, tickers=tickers or ("AAPL",), **values)


class FailingLayer(InMemoryChannelLayer):
    """A channel layer that fails to send, as with Redis down."""

    async def group_send(self, group: str, message: dict[str, Any]) -> None:
        raise ConnectionError("the layer is down")


def list_seqs() -> list[int]:
    return list(Item.objects.order_by("seq").values_list("seq", flat=True))


@pytest.mark.django_db
def test_ingest_batches_number_items_in_order_without_gaps() -> None:
    ids = []
    for batch in range(4):
        ids += ingest([headline(f"story {batch} {n}") for n in range(batch + 1)]).created

    assert list(Item.objects.order_by("seq").values_list("item_id", flat=True)) == ids
    assert list_seqs() == list(range(1, 11))
    assert LogHead.objects.get(pk=1).seq == 10


@pytest.mark.django_db
def test_ingest_headline_stores_its_fields_and_score() -> None:
    source_headline = headline(
        "Profit jumps at record pace", "MSFT", "AAPL", summary="More.", url="https://e.org/1", external_id="x1"
    )

    ingest([source_headline])

    item = Item.objects.get()
    for name in ("title", "summary", "url", "source", "external_id", "published_at"):
        assert getattr(item, name) == getattr(source_headline, name)
    assert item.tickers == ["MSFT", "AAPL"]
    assert item.sentiment == "positive"
    assert item.score == item.probabilities["positive"] == max(item.probabilities.values())
    assert sum(item.probabilities.values()) == pytest.approx(1)
    assert sorted(Mention.objects.values_list("symbol", "seq")) == [("AAPL", 1), ("MSFT", 1)]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("first", "second", "is_duplicate"),
    [
        (headline(), headline(), True),
        (headline("Profit rises!"), headline("  PROFIT — rises…"), True),
        (headline("STRASSE"), headline("straße"), True),
        (headline("Caf\u00e9 opens"), headline("Cafe\u0301 opens"), True),
        (headline("!!!"), headline("???"), False),
        (headline(), headline("Profit falls"), False),
        (headline(), headline("Profit rises", "MSFT"), False),
        (headline("Profit rises", "AAPL", "MSFT"), headline("Profit rises", "AAPL"), False),
        (headline("Profit rises", "AAPL", "MSFT"), headline("Profit rises", "MSFT", "AAPL"), True),
        (headline(), headline(published_at=PUBLISHED_AT + timedelta(hours=14)), True),
        (headline(), headline(published_at=PUBLISHED_AT + timedelta(hours=15)), False),
        (headline(), headline(source="other"), True),
        (headline("a", external_id="1"), headline("b", external_id="1"), False),
        (headline("a", external_id="1"), headline("b", external_id="1", source="other"), False),
        (headline("a", external_id="1"), headline("b", external_id="2"), False),
        (headline("a", external_id="1"), headline("a", external_id="2"), True),
    ],
)  # fmt: skip
@pytest.mark.parametrize("in_one_batch", [True, False])
def test_ingest_repeated_story_counts_duplicate(
    first: Headline, second: Headline, is_duplicate: bool, in_one_batch: bool
) -> None:
    if in_one_batch:
        result = ingest([first, second])
    else:
        before, after = ingest([first]), ingest([second])
        result = IngestResult(before.created + after.created, before.duplicates + after.duplicates)

    assert (len(result.created), result.duplicates) == ((1, 1) if is_duplicate else (2, 0))
    assert list_seqs() == list(range(1, len(result.created) + 1))


@pytest.mark.django_db
@settings(max_examples=scale_examples(25))
@given(batches=st.lists(st.lists(st.tuples(st.integers(0, 8), st.none() | st.integers(0, 5)), max_size=6), max_size=6))
def test_ingest_any_batches_store_each_story_once_without_gaps(batches: list[list[Any]]) -> None:
    titles = ["Board meets", "Oil slides", "Fed waits", "Chip plant opens", "Gold jumps", "Ford recalls trucks"]
    titles += ["Strike ends", "Tesla hires", "Profit warning"]
    stories: set[int] = set()
    with transaction.atomic():
        for batch in batches:
            new = 0
            for story, _ in batch:
                if story not in stories:  # whatever its id: the titles have nothing in common
                    new += 1
                    stories.add(story)

            result = ingest(
                [
                    headline(titles[story], external_id=None if external is None else f"x{external}")
                    for story, external in batch
                ]
            )

            assert (len(result.created), result.duplicates) == (new, len(batch) - new)
        assert list_seqs() == list(range(1, len(stories) + 1))
        assert get_metrics().total == len(stories)
        transaction.set_rollback(True)


@pytest.mark.django_db
def test_ingest_records_invalid_records_are_rejected_by_index() -> None:
    result = ingest_records(
        [
            {"title": "Profit rises", "ticker": "AAPL"},
            {"title": "", "ticker": "AAPL"},
            "no record",
            {"title": "Profit rises", "ticker": "AAPL"},
            {"title": "Profit rises", "ticker": "AAPL", "date": "soon"},
            {"title": "Profit falls", "ticker": "AAPL", "source": "own"},
        ],
        source="default",
    )

    assert len(result.created) == 2
    assert result.duplicates == 1
    assert [rejection.index for rejection in result.rejected] == [1, 2, 4]
    assert all(rejection.detail for rejection in result.rejected)
    assert list(Item.objects.order_by("seq").values_list("source", flat=True)) == ["default", "own"]


@pytest.mark.django_db
def test_ingest_records_results_name_items_and_originals_by_index() -> None:
    (stored,) = ingest([headline("Stored story", external_id="s1")]).created

    result = ingest_records(
        [
            {"title": "Fresh story", "ticker": "AAPL", "source": "wire"},
            {"title": ""},
            {"title": "Stored story, retitled", "ticker": "AAPL", "source": "wire", "external_id": "s1"},
            {"title": "FRESH story!", "ticker": "AAPL", "source": "other"},
            {"title": "Fresh story", "ticker": "AAPL", "source": "wire"},
        ],
        source="default",
    )

    (fresh,) = result.created
    assert result.results == [
        RecordResult(0, "created", fresh),
        RecordResult(1, "rejected"),
        RecordResult(2, "updated", stored),
        RecordResult(3, "duplicate", fresh),
        RecordResult(4, "duplicate", fresh),
    ]
    assert result.warnings == []


@pytest.mark.django_db
def test_ingest_without_valid_headline_changes_nothing() -> None:
    head = LogHead.objects.get(pk=1)

    assert ingest([]) == IngestResult()
    assert ingest_records(["bad"], source="x").created == []

    assert LogHead.objects.get(pk=1).seq == head.seq
    assert get_metrics().total == 0


@pytest.mark.django_db(transaction=True)
def test_ingest_concurrent_threads_append_each_story_once() -> None:
    start = threading.Barrier(4)

    def ingest_batches(thread: int) -> IngestResult:
        try:
            start.wait(60)
            results = [IngestResult()]
            for batch in range(8):
                results.append(ingest([headline(f"story {batch} {n}", external_id=f"{batch}-{n}") for n in range(5)]))
                results.append(ingest([headline(f"own {thread} {batch}")]))
            return IngestResult(
                [item_id for result in results for item_id in result.created],
                sum(result.duplicates for result in results),
            )
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(ingest_batches, range(4)))

    created = [item_id for result in results for item_id in result.created]
    assert len(created) == len(set(created)) == 8 * 5 + 4 * 8
    assert sum(result.duplicates for result in results) == 3 * 8 * 5
    assert list_seqs() == list(range(1, 73))
    assert LogHead.objects.get(pk=1).seq == 72
    assert get_metrics().total == 72


@asynccontextmanager
async def recorded_notifications() -> AsyncIterator[list[str]]:
    """Listen to notifications; yields a list that grows with each."""
    notifications: list[str] = []
    listener = asyncio.ensure_future(listen(lambda _: notifications.append("grown")))
    await asyncio.sleep(0)  # it begins
    notifications.clear()
    yield notifications
    await sync_to_async(connections.close_all)()
    listener.cancel()
    await asyncio.gather(listener, return_exceptions=True)


@pytest.mark.django_db(transaction=True)
async def test_ingest_notifies_once_per_batch() -> None:
    async with recorded_notifications() as notifications:
        for batch in range(3):
            await sync_to_async(ingest)([headline(f"{batch} {n}") for n in range(5)])

    assert notifications == ["grown"] * 3


@pytest.mark.django_db(transaction=True)
async def test_ingest_notifies_after_commit_only() -> None:
    async with recorded_notifications() as notifications:

        def ingest_and_delay_commit() -> list[str]:
            with transaction.atomic():
                ingest([headline()])
                async_to_sync(asyncio.sleep)(0)  # what was sent has arrived by its end
                return [*notifications]

        assert await sync_to_async(ingest_and_delay_commit)() == []

    assert notifications == ["grown"]


@pytest.mark.django_db(transaction=True)
async def test_ingest_duplicates_or_rollback_do_not_notify() -> None:
    await sync_to_async(ingest)([headline()])

    async with recorded_notifications() as notifications:
        await sync_to_async(ingest)([headline()])
        await sync_to_async(ingest_and_roll_back)([headline("lost")])

    assert notifications == []


@pytest.mark.django_db(transaction=True)
async def test_rescore_notifies_if_items_changed() -> None:
    await sync_to_async(ingest)([headline()])

    async with recorded_notifications() as notifications:
        await sync_to_async(rescore)(Item.objects.all())
        assert notifications == []
        await Item.objects.aupdate(title="Losses widen")
        await sync_to_async(rescore)(Item.objects.all())

    assert notifications == ["grown"]


@pytest.mark.django_db(transaction=True)
def test_ingest_rollback_leaves_no_gap_and_no_count() -> None:
    ingest([headline("first")])

    ingest_and_roll_back([headline("lost")])
    ingest([headline("second"), headline("lost")])

    assert list(Item.objects.order_by("seq").values_list("seq", "title")) == [(1, "first"), (2, "second"), (3, "lost")]
    assert get_metrics().total == 3


@pytest.mark.django_db(transaction=True)
def test_ingest_notify_failure_loses_no_item(
    settings: LazySettings, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notify, "sending", notify.ChannelHealth("send"))
    settings.REDIS_URLS = ["redis://none"]
    settings.CHANNEL_LAYERS = {"default": {"BACKEND": "tests.unit.news.ingest.test_pipeline.FailingLayer"}}

    result = ingest([headline("first"), headline("second")])

    assert len(result.created) == 2
    assert list_seqs() == [1, 2]
    assert "notify_failed" in caplog.text


def ingest_and_roll_back(headlines: Sequence[Headline]) -> None:
    """Ingest headlines, and roll back before the commit."""
    with transaction.atomic():
        assert ingest(headlines).created
        transaction.set_rollback(True)
