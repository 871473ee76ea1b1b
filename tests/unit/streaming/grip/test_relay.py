"""A leader that can't publish releases the lock for another relay."""

import asyncio

import pytest
from asgiref.sync import sync_to_async
from django.conf import LazySettings
from django.db import DatabaseError, connection

from news.log.reader import get_head
from streaming.broker.service import StreamService
from streaming.grip.leader_lock import LeaderLock
from streaming.grip.relay import Leader
from streaming.models import RelayLeader
from tests.helpers.items import append
from tests.helpers.ports import free_port


@sync_to_async
def execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize("stopped_at", [None, 3], ids=["first", "resumed"])
async def test_leader_first_checkpoint_is_where_it_starts(
    service: StreamService, settings: LazySettings, stopped_at: int | None
) -> None:
    settings.GRIP_PROXIES = [{"control_uri": f"http://127.0.0.1:{free_port()}", "key": "a key"}]
    await sync_to_async(append)(0, 5)
    lock, stop = LeaderLock("first"), asyncio.Event()
    state = await service.run_service_call(lock.acquire)
    assert state is not None
    if stopped_at is not None:
        state.generation, state.seq = (await service.run_service_call(get_head)).generation, stopped_at

    running = asyncio.create_task(Leader(service, lock).run(state, stop))
    checkpoints = set()
    while not checkpoints:
        row = await sync_to_async(RelayLeader.objects.get)(pk=1)
        checkpoints |= {row.seq} if row.generation else set()
    stop.set()
    await running

    assert checkpoints == {5 if stopped_at is None else stopped_at}


async def test_leader_run_unreadable_log_raises_and_releases_lock(
    service: StreamService, settings: LazySettings
) -> None:
    settings.GRIP_PROXIES = [{"control_uri": f"http://127.0.0.1:{free_port()}", "key": "a key"}]
    lock = LeaderLock("first")
    state = await service.run_service_call(lock.acquire)
    assert state is not None
    await execute("ALTER TABLE news_item RENAME TO news_item_away")
    try:
        with pytest.raises(DatabaseError):
            async with asyncio.timeout(60):
                await Leader(service, lock).run(state, asyncio.Event())
    finally:
        await execute("ALTER TABLE news_item_away RENAME TO news_item")

    assert (await sync_to_async(RelayLeader.objects.get)(pk=1)).holder == ""
