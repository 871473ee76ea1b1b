"""Database calls on threads: in order, bounded, stopped with their caller, and never in the way of live items."""

import asyncio
import threading
from collections.abc import AsyncIterator

import pytest
from asgiref.sync import sync_to_async
from django.db import DatabaseError, InterfaceError, connection

from common.database import StatementTimeout, TooManyReads
from news.instruments.current import get_matcher
from streaming.broker.db_executor import DBExecutor
from streaming.broker.filters import StreamFilter
from streaming.broker.service import MAX_WAITING_READS, REQUEST_READ_THREADS, StreamService
from tests.helpers.items import append
from tests.helpers.queries import ENDLESS, execute
from tests.helpers.waiting import eventually

pytestmark = pytest.mark.django_db(transaction=True)
LONG_SECONDS = 600  # no test waits for it


@pytest.fixture
async def executor() -> AsyncIterator[DBExecutor]:
    executor = DBExecutor("test", max_waiting=2, statement_seconds=LONG_SECONDS)
    yield executor
    await executor.close(within=60)


async def begin_endless(executor: DBExecutor, *, calls: int = 1) -> list[asyncio.Task[object]]:
    """Start calls that never end, and return them when the threads run them or have them waiting."""
    running = threading.Semaphore(0)

    def count_forever() -> object:
        running.release()
        return execute(ENDLESS)

    tasks = [asyncio.create_task(executor.run(count_forever)) for _ in range(calls)]
    await eventually(lambda: running.acquire(blocking=False))
    return tasks


async def test_run_cancelled_caller_stops_its_statement(executor: DBExecutor) -> None:
    (endless,) = await begin_endless(executor)

    endless.cancel()

    assert await executor.run(execute, "SELECT 7") == 7  # on the same thread
    assert endless.cancelled()


async def test_run_cancelled_caller_that_waits_is_never_run(executor: DBExecutor) -> None:
    (endless,) = await begin_endless(executor)
    calls: list[str] = []
    waiting = asyncio.create_task(executor.run(calls.append, "waited"))
    await asyncio.sleep(0)

    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    endless.cancel()
    await executor.run(calls.append, "next")

    assert calls == ["next"]


async def test_run_full_queue_rejects_further_calls(executor: DBExecutor) -> None:
    endless = await begin_endless(executor, calls=3)  # one runs, two wait

    with pytest.raises(TooManyReads, match="try again later"):
        await executor.run(execute, "SELECT 1")
    for task in endless:
        task.cancel()
    await asyncio.gather(*endless, return_exceptions=True)

    assert await executor.run(execute, "SELECT 1") == 1


async def test_run_statement_beyond_the_limit_is_stopped() -> None:
    executor = DBExecutor("test", statement_seconds=0.2)

    with pytest.raises(StatementTimeout):
        await executor.run(execute, ENDLESS)

    assert await executor.run(execute, "SELECT 1") == 1
    await executor.close(within=60)


async def test_run_database_without_answer_is_not_waited_for() -> None:
    executor, answer = DBExecutor("test", threads=2, statement_seconds=0.2), threading.Event()

    with pytest.raises(StatementTimeout):
        await executor.run(answer.wait)  # like a driver that waits for a server that hangs

    assert await executor.run(execute, "SELECT 1") == 1  # on the other thread
    await executor.close(within=0)  # returns at once, too
    answer.set()
    await executor.close(within=60)


async def test_run_error_opens_another_connection(executor: DBExecutor) -> None:
    before = await executor.run(
        lambda: connection.connection or connection.ensure_connection() or connection.connection
    )

    with pytest.raises(DatabaseError):
        await executor.run(execute, "SELECT missing FROM news_item")

    await executor.run(execute, "SELECT 1")
    assert await executor.run(lambda: connection.connection) is not before


async def test_run_timeout_error_of_the_function_is_passed_on(executor: DBExecutor) -> None:
    def fail() -> None:
        raise TimeoutError("its own")

    with pytest.raises(TimeoutError, match="its own"):
        await executor.run(fail)


async def test_close_ends_the_threads_and_rejects_calls(executor: DBExecutor) -> None:
    thread = await executor.run(threading.current_thread)

    await executor.close(within=60)

    assert not thread.is_alive()
    with pytest.raises(InterfaceError):
        await executor.run(execute, "SELECT 1")


async def test_lookups_that_never_end_delay_no_live_item(service: StreamService) -> None:
    await sync_to_async(get_matcher)()  # takes seconds at the first item, in which lookups would reach their time limit
    await service.start()
    subscriber = service.subscribe(StreamFilter())
    snapshot = await service.attach(subscriber)
    assert snapshot is not None
    subscriber.move_to(snapshot.ring_index, snapshot.cursor)
    lookups = [
        asyncio.create_task(service.run_request_read(execute, ENDLESS))
        for _ in range(REQUEST_READ_THREADS + MAX_WAITING_READS)
    ]
    await asyncio.sleep(0)

    await sync_to_async(append)(1)
    await eventually(lambda: subscriber.lag)
    with pytest.raises(TooManyReads):
        await service.run_request_read(execute, "SELECT 1")

    assert b"Profit" not in subscriber.read_pending()  # without headlines
    assert not any(lookup.done() for lookup in lookups)
    assert sum(thread.name.startswith("lookup_") for thread in threading.enumerate()) == REQUEST_READ_THREADS
    for lookup in lookups:
        lookup.cancel()
    await asyncio.gather(*lookups, return_exceptions=True)
