"""The service runs what adapters register, and none of them can stop another."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.db import ProgrammingError, connection
from django.test import Client
from structlog.testing import capture_logs

from accounts.grants import Condition
from common.supervision import get_failing_tasks
from news.models import Item
from streaming.broker.filters import StreamFilter
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


async def test_registered_task_that_keeps_failing_degrades_readiness_until_it_works(service: StreamService) -> None:
    is_broken = True

    async def fail_while_broken(service: StreamService) -> None:
        if is_broken:
            raise TypeError("task is broken")
        await asyncio.Event().wait()

    broken = StreamService(tasks={"statistics": fail_while_broken})
    await broken.start()
    await eventually(lambda: get_failing_tasks() == ["statistics"])
    degraded = await get_readiness()
    is_broken = False
    await eventually(lambda: get_failing_tasks() == [])
    ready = await get_readiness()
    await broken.stop()

    assert degraded[0] == 200
    assert degraded[1]["status"] == "degraded"
    assert degraded[1]["failing_tasks"] == ["statistics"]
    assert "background_task_failed" in degraded[1]["detail"]
    assert ready == (200, {"status": "ok", "database": "ok"})


async def test_grant_check_that_raises_is_logged_and_ends_neither_itself_nor_the_expiry_check(
    service: StreamService,
) -> None:
    await service.start()
    broken, expired, revoked = (service.register_handle() for _ in range(3))
    broken.grant = frozenset([Condition("unknown kind", 1)])
    with capture_logs() as logs:
        await eventually(lambda: get_failing_tasks() == ["grant_check"])
        expired.expires_at = 0
        await eventually(lambda: expired.close_reason)
    failures = [log for log in logs if log["event"] == "background_task_failed"]
    service.unregister(broken)
    revoked.grant = frozenset([Condition("token", 12345)])
    await eventually(lambda: revoked.close_reason)

    assert {(log["task"], log["exc_info"]) for log in failures} == {("grant_check", True)}
    assert not [log for log in logs if log["event"] == "log_read_failed"]
    assert (expired.close_reason, revoked.close_reason) == ("lifetime", "revoked")
    await eventually(lambda: get_failing_tasks() == [])


@pytest.mark.parametrize("error", [ProgrammingError("column is missing"), TypeError("bad argument")], ids=type)
async def test_tailer_error_that_is_a_bug_is_logged_with_its_traceback(
    service: StreamService, error: Exception
) -> None:
    await service.start()
    is_broken = True

    def fail_while_broken(execute: Callable[..., Any], *args: Any) -> Any:
        if is_broken:
            raise error
        return execute(*args)

    await service.tailer_executor.run(lambda: connection.execute_wrappers.append(fail_while_broken))
    with capture_logs() as logs:
        await eventually(lambda: get_failing_tasks() == ["tailer"])
        is_broken = False
        subscriber = service.subscribe(StreamFilter())
        assert await service.attach(subscriber)  # the tailer has started again
    await service.tailer_executor.run(connection.execute_wrappers.clear)

    failures = {(log["event"], log.get("task")) for log in logs if log["log_level"] == "error"}
    assert failures == {("background_task_failed", "tailer")}


@sync_to_async
def get_readiness() -> tuple[int, dict[str, Any]]:
    response = Client().get("/health/ready")
    return response.status_code, response.json()
