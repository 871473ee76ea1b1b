"""Headlines become items in order, once each, and every watcher hears of it after the commit."""

import asyncio
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from channels.layers import InMemoryChannelLayer, get_channel_layer
from django.conf import LazySettings
from django.db import connections, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from news.dedup.headline import Headline
from news.ingest.pipeline import IngestResult, ingest, ingest_records
from news.ingest.rescoring import rescore
from news.log.notify import GROUP
from news.metrics.queries import get_metrics
from news.models import Item, ItemTicker, LogHead
from tests.helpers.examples import scale_examples

PUBLISHED_AT = datetime(2026, 1, 31, 9, 30, tzinfo=UTC)


def headline(title: str = "Profit rises", *tickers: str, **fields: Any) -> Headline:
    given = {"source": "wire", "published_at": PUBLISHED_AT, **fields}
    return Headline(title=title, tickers=tickers or ("AAPL",), **given)


class SilentLayer(InMemoryChannelLayer):
    """A channel layer that is down, as Redis can be."""

    async def group_send(self, group: str, message: dict[str, Any]) -> None:
        raise ConnectionError("the layer is down")


def places() -> list[int]:
    return list(Item.objects.order_by("seq").values_list("seq", flat=True))


@pytest.mark.django_db
def test_items_stand_in_the_order_given_without_gaps() -> None:
    ids = []
    for batch in range(4):
        ids += ingest([headline(f"story {batch} {n}") for n in range(batch + 1)]).created

    assert list(Item.objects.order_by("seq").values_list("item_id", flat=True)) == ids
    assert places() == list(range(1, 11))
    assert LogHead.objects.get(pk=1).seq == 10


@pytest.mark.django_db
def test_an_item_keeps_what_the_headline_said_and_what_the_analyzer_found() -> None:
    given = headline(
        "Profit jumps at record pace", "MSFT", "AAPL", summary="More.", url="https://e.org/1", external_id="x1"
    )

    ingest([given])

    item = Item.objects.get()
    for name in ("title", "summary", "url", "source", "external_id", "published_at"):
        assert getattr(item, name) == getattr(given, name)
    assert item.tickers == ["MSFT", "AAPL"]
    assert item.sentiment == "positive"
    assert item.score == item.probabilities["positive"] == max(item.probabilities.values())
    assert sum(item.probabilities.values()) == pytest.approx(1)
    assert sorted(ItemTicker.objects.values_list("ticker", "seq")) == [("AAPL", 1), ("MSFT", 1)]


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
        (headline("Profit rises", "AAPL", "MSFT"), headline("Profit rises", "AAPL"), True),
        (headline(), headline(published_at=PUBLISHED_AT + timedelta(hours=14)), True),
        (headline(), headline(published_at=PUBLISHED_AT + timedelta(hours=15)), False),
        (headline(), headline(source="other"), True),
        (headline("a", external_id="1"), headline("b", external_id="1"), True),
        (headline("a", external_id="1"), headline("b", external_id="1", source="other"), False),
        (headline("a", external_id="1"), headline("b", external_id="2"), False),
        (headline("a", external_id="1"), headline("a", external_id="2"), True),
    ],
)  # fmt: skip
@pytest.mark.parametrize("in_one_batch", [True, False])
def test_a_story_told_again_is_a_duplicate(
    first: Headline, second: Headline, is_duplicate: bool, in_one_batch: bool
) -> None:
    if in_one_batch:
        outcome = ingest([first, second])
    else:
        before, after = ingest([first]), ingest([second])
        outcome = IngestResult(before.created + after.created, before.duplicates + after.duplicates)

    assert (len(outcome.created), outcome.duplicates) == ((1, 1) if is_duplicate else (2, 0))
    assert places() == list(range(1, len(outcome.created) + 1))


@pytest.mark.django_db
@settings(max_examples=scale_examples(25))
@given(batches=st.lists(st.lists(st.tuples(st.integers(0, 8), st.none() | st.integers(0, 5)), max_size=6), max_size=6))
def test_whatever_comes_each_story_is_taken_once_and_places_have_no_gap(batches: list[list[Any]]) -> None:
    stories: set[int] = set()
    external_ids: set[int] = set()
    with transaction.atomic():
        for batch in batches:
            fresh = 0
            for story, external_id in batch:
                if story not in stories and external_id not in external_ids:
                    fresh += 1
                    stories.add(story)
                    external_ids |= {external_id} - {None}

            outcome = ingest(
                [
                    headline(f"story {story}", external_id=None if external is None else f"x{external}")
                    for story, external in batch
                ]
            )

            assert (len(outcome.created), outcome.duplicates) == (fresh, len(batch) - fresh)
        assert places() == list(range(1, len(stories) + 1))
        assert get_metrics().total == len(stories)
        transaction.set_rollback(True)


@pytest.mark.django_db
def test_bad_records_are_named_by_their_place_and_their_neighbours_are_taken() -> None:
    receipt = ingest_records(
        [
            {"title": "Profit rises", "ticker": "AAPL"},
            {"title": "", "ticker": "AAPL"},
            "no record",
            {"title": "Profit rises", "ticker": "AAPL"},
            {"title": "Profit rises", "ticker": "not a ticker"},
            {"title": "Profit falls", "ticker": "AAPL", "source": "own"},
        ],
        source="default",
    )

    assert len(receipt.created) == 2
    assert receipt.duplicates == 1
    assert [rejection.index for rejection in receipt.rejected] == [1, 2, 4]
    assert all(rejection.detail for rejection in receipt.rejected)
    assert list(Item.objects.order_by("seq").values_list("source", flat=True)) == ["default", "own"]


@pytest.mark.django_db
def test_nothing_to_take_changes_nothing() -> None:
    head = LogHead.objects.get(pk=1)

    assert ingest([]) == IngestResult()
    assert ingest_records(["bad"], source="x").created == []

    assert LogHead.objects.get(pk=1).seq == head.seq
    assert get_metrics().total == 0


@pytest.mark.django_db(transaction=True)
def test_threads_that_tell_the_same_stories_at_once_append_each_once() -> None:
    start = threading.Barrier(4)

    def tell(teller: int) -> IngestResult:
        try:
            start.wait(60)
            told = [IngestResult()]
            for batch in range(8):
                told.append(ingest([headline(f"story {batch} {n}", external_id=f"{batch}-{n}") for n in range(5)]))
                told.append(ingest([headline(f"own {teller} {batch}")]))
            return IngestResult(
                [item_id for outcome in told for item_id in outcome.created],
                sum(outcome.duplicates for outcome in told),
            )
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        outcomes = list(pool.map(tell, range(4)))

    created = [item_id for outcome in outcomes for item_id in outcome.created]
    assert len(created) == len(set(created)) == 8 * 5 + 4 * 8
    assert sum(outcome.duplicates for outcome in outcomes) == 3 * 8 * 5
    assert places() == list(range(1, 73))
    assert LogHead.objects.get(pk=1).seq == 72
    assert get_metrics().total == 72


async def hear(work: Callable[[], Any]) -> list[dict[str, Any]]:
    """Return what was rung on the channel layer while `work` ran."""
    layer = get_channel_layer()
    channel = await layer.new_channel()
    await layer.group_add(GROUP, channel)
    await sync_to_async(work)()
    await sync_to_async(connections.close_all)()
    await layer.group_send(GROUP, {"type": "end"})
    heard = []
    while (message := await asyncio.wait_for(layer.receive(channel), 60))["type"] != "end":
        heard.append(message)
    await layer.group_discard(GROUP, channel)
    return heard


@pytest.mark.django_db(transaction=True)
async def test_the_doorbell_rings_once_for_each_batch_and_carries_nothing() -> None:
    heard = await hear(lambda: [ingest([headline(f"{batch} {n}") for n in range(5)]) for batch in range(3)])

    assert heard == [{"type": "log.grown"}] * 3


@pytest.mark.django_db(transaction=True)
async def test_the_doorbell_rings_only_after_the_commit() -> None:
    def hold() -> None:
        with transaction.atomic():
            ingest([headline()])
            async_to_sync(get_channel_layer().group_send)(GROUP, {"type": "before.commit"})

    assert [message["type"] for message in await hear(hold)] == ["before.commit", "log.grown"]


@pytest.mark.django_db(transaction=True)
async def test_duplicates_and_a_rollback_do_not_ring() -> None:
    await sync_to_async(ingest)([headline()])

    assert await hear(lambda: ingest([headline()])) == []
    assert await hear(lambda: take_back([headline("lost")])) == []


@pytest.mark.django_db(transaction=True)
async def test_scoring_again_rings_if_that_changes_something() -> None:
    await sync_to_async(ingest)([headline()])

    assert await hear(lambda: rescore(Item.objects.all())) == []
    await Item.objects.aupdate(title="Losses widen")
    assert await hear(lambda: rescore(Item.objects.all())) == [{"type": "log.grown"}]


@pytest.mark.django_db(transaction=True)
def test_a_rollback_leaves_no_gap_and_no_count() -> None:
    ingest([headline("first")])

    take_back([headline("lost")])
    ingest([headline("second"), headline("lost")])

    assert list(Item.objects.order_by("seq").values_list("seq", "title")) == [(1, "first"), (2, "second"), (3, "lost")]
    assert get_metrics().total == 3


@pytest.mark.django_db(transaction=True)
def test_a_doorbell_that_fails_loses_nothing(settings: LazySettings, caplog: pytest.LogCaptureFixture) -> None:
    settings.CHANNEL_LAYERS = {"default": {"BACKEND": "tests.unit.news.ingest.test_pipeline.SilentLayer"}}

    outcome = ingest([headline("first"), headline("second")])

    assert len(outcome.created) == 2
    assert places() == [1, 2]
    assert "doorbell_failed" in caplog.text


def take_back(headlines: Sequence[Headline]) -> None:
    """Append, and take it back before the commit."""
    with transaction.atomic():
        assert ingest(headlines).created
        transaction.set_rollback(True)
