"""A leader that can't publish releases the lock for another relay."""

import asyncio

import pytest
from asgiref.sync import sync_to_async
from django.conf import LazySettings
from django.db import DatabaseError, connection

from streaming.broker.service import StreamService
from streaming.grip.leader_lock import LeaderLock
from streaming.grip.relay import Leader
from streaming.models import RelayLeader
from tests.helpers.ports import free_port


@sync_to_async
def execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


async def test_leader_run_unreadable_log_raises_and_releases_lock(
    service: StreamService, settings: LazySettings
) -> None:
    settings.GRIP_PROXIES = [{"control_uri": f"http://127.0.0.1:{free_port()}", "key": "a key"}]
    lock = LeaderLock("first")
    state = await service.execute(lock.acquire)
    assert state is not None
    await execute("ALTER TABLE news_item RENAME TO news_item_away")
    try:
        with pytest.raises(DatabaseError):
            async with asyncio.timeout(60):
                await Leader(service, lock).run(state, asyncio.Event())
    finally:
        await execute("ALTER TABLE news_item_away RENAME TO news_item")

    assert (await sync_to_async(RelayLeader.objects.get)(pk=1)).holder == ""
