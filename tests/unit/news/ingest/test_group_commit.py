"""Batches that commit together: in order, each with its own result, and no error of another."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event

import pytest
from django.db import OperationalError, connection, connections

from news.ingest.group_commit import GroupCommit
from news.ingest.pipeline import IngestResult, ingest_records
from news.models import Item, LogHead
from tests.helpers.waiting import until

Run = Callable[..., tuple[list[list[int]], list[Future[int]]]]
INVALID, UNAVAILABLE = -1, -2


@pytest.fixture
def run() -> Iterator[Run]:
    """Return a function that runs a first batch, and the others while that one commits: the calls, and the results."""

    def run_together(first: int, *others: int) -> tuple[list[list[int]], list[Future[int]]]:
        calls: list[list[int]] = []
        has_started, may_end = Event(), Event()

        def commit(batches: Sequence[int]) -> list[int]:
            calls.append([*batches])
            if len(calls) == 1:
                has_started.set()
                assert may_end.wait(60)
            if INVALID in batches:
                raise ValueError("a batch is invalid")
            if UNAVAILABLE in batches:
                raise OperationalError("the database is gone")
            return [10 * batch for batch in batches]

        group = GroupCommit(commit)
        futures = [executor.submit(group.run, first)]
        assert has_started.wait(60)
        for number, batch in enumerate(others, start=1):
            futures.append(executor.submit(group.run, batch))
            until(lambda number=number: group.waiting == number, what="waiting batch")
        may_end.set()
        for future in futures:
            future.exception(timeout=60)
        return calls, futures

    with ThreadPoolExecutor(30) as executor:
        yield run_together


def test_group_waiting_batches_commit_together_in_order(run: Run) -> None:
    calls, futures = run(1, 2, 3, 4)

    assert calls == [[1], [2, 3, 4]]
    assert [future.result() for future in futures] == [10, 20, 30, 40]


def test_group_error_of_one_touches_no_other(run: Run) -> None:
    calls, futures = run(1, 2, INVALID, 4)

    assert calls == [[1], [2, INVALID, 4], [2], [INVALID], [4]]
    assert [future.result() for future in futures if not future.exception()] == [10, 20, 40]
    assert isinstance(futures[2].exception(), ValueError)


def test_group_unavailable_database_is_tried_once(run: Run) -> None:
    calls, futures = run(1, 2, UNAVAILABLE, 4)

    assert len(calls) == 2
    assert [type(future.exception()) for future in futures] == [type(None), *[OperationalError] * 3]


def test_group_many_batches_commit_in_parts(run: Run) -> None:
    calls, futures = run(*range(1, 26))

    assert [len(call) for call in calls] == [1, 20, 4]
    assert [future.result() for future in futures] == [10 * batch for batch in range(1, 26)]


@pytest.mark.django_db(transaction=True)
def test_concurrent_posts_get_results_of_their_own() -> None:
    LogHead.objects.get_or_create(pk=1)

    def post(number: int) -> list[IngestResult]:
        try:
            own = {"title": f"Zorva posts profit of {number} million", "ticker": "ZRV", "external_id": str(number)}
            shared = {"title": "Kelmo opens a plant", "ticker": "KLM"}
            records = [[own, shared, {"title": ""}], [{**own, "title": f"Zorva posts a profit of {number} million"}]]
            return [ingest_records(batch, source="wire") for batch in records]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as executor:
        results = list(executor.map(post, range(24)))

    first, second = zip(*results, strict=True)
    assert all([each.status for each in result.results][::2] == ["created", "rejected"] for result in first)
    assert sorted(result.results[1].status for result in first) == ["created", *["duplicate"] * 23]
    assert len({result.results[1].item_id for result in first}) == 1
    assert [result.results[0].item_id for result in second] == [result.results[0].item_id for result in first]
    assert {result.results[0].status for result in second} == {"updated"}
    titles = dict(Item.objects.values_list("item_id", "title"))
    for number, result in enumerate(first):
        assert titles[str(result.results[0].item_id)] == f"Zorva posts a profit of {number} million"
    assert LogHead.objects.get(pk=1).seq == 25 + 24  # items, and the places of their corrections
    connection.close()
