"""A leader whose publishing fails gives the lease back instead of holding it and publishing nothing."""

import asyncio

import pytest
from asgiref.sync import sync_to_async
from django.conf import LazySettings
from django.db import DatabaseError, connection

from streaming.broker.service import StreamService
from streaming.grip.leader_lock import acquire_leadership
from streaming.grip.relay import Leader
from streaming.models import RelayLeader
from tests.helpers.ports import free_port


@sync_to_async
def execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


async def test_who_cannot_read_what_came_before_leads_no_more(service: StreamService, settings: LazySettings) -> None:
    settings.GRIP_PROXIES = [{"control_uri": f"http://127.0.0.1:{free_port()}", "key": "a key"}]
    state = await service.read(acquire_leadership, "first")
    assert state is not None
    await execute("ALTER TABLE news_item RENAME TO news_item_away")
    try:
        with pytest.raises(DatabaseError):
            async with asyncio.timeout(60):
                await Leader(service, "first").run(state, asyncio.Event())
    finally:
        await execute("ALTER TABLE news_item_away RENAME TO news_item")

    assert (await sync_to_async(RelayLeader.objects.get)(pk=1)).holder == ""
