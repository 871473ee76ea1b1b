"""The service runs what adapters register, and none of them can stop another."""

import asyncio

import pytest
from asgiref.sync import sync_to_async
from structlog.testing import capture_logs

from news.models import Item
from streaming.broker.service import StreamService
from tests.helpers.items import append
from tests.helpers.waiting import eventually

pytestmark = pytest.mark.django_db(transaction=True)


def raise_error(items: list[Item]) -> None:
    raise ValueError("listener is broken")


async def test_item_listener_that_fails_is_logged_by_name_and_affects_no_other() -> None:
    received: list[str] = []
    listeners = {"broken": raise_error, "working": lambda items: received.extend(item.title for item in items)}
    service = StreamService(item_listeners=listeners)
    await service.start()
    with capture_logs() as logs:
        await sync_to_async(append)(1, 2)
        await eventually(lambda: len(received) == 2)
    await service.stop()

    failures = [log for log in logs if log["event"] == "item_listener_failed"]
    assert {log["listener"] for log in failures} == {"broken"}
    assert all(log["exc_info"] for log in failures)
    assert received == ["Profit rises 1 percent", "Profit rises 2 percent"]


async def test_background_task_that_fails_is_logged_by_name_and_started_again() -> None:
    starts: list[StreamService] = []

    async def fail_once(service: StreamService) -> None:
        starts.append(service)
        if len(starts) == 1:
            raise ValueError("task is broken")
        await asyncio.Event().wait()

    service = StreamService(tasks={"statistics": fail_once})
    with capture_logs() as logs:
        await service.start()
        await eventually(lambda: len(starts) == 2)
    await service.stop()

    (failure,) = [log for log in logs if log["event"] == "background_task_failed"]
    assert failure["task"] == "statistics"
    assert failure["exc_info"]
