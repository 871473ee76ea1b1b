"""What workers tell each other beside their slots."""

import asyncio

from asgiref.sync import sync_to_async
from django.conf import LazySettings

from streaming.broker.service import StreamService
from streaming.cluster.worker_tasks import find_failing, follow_wakeups, start_service
from tests.helpers.items import append
from tests.helpers.waiting import eventually
from tests.helpers.workers import joined_workers


def test_find_failing_names_tasks_of_others_and_workers_that_do_not_serve() -> None:
    with joined_workers(3) as (first, second, third):
        for worker, failing in ((first, "own"), (second, "tailer")):
            worker.section.write_stats({"failing": [failing]})
        assert [*find_failing(first)] == ["tailer"]

        third.section.erase()

        assert [*find_failing(first)] == ["tailer", "worker_3"]


async def test_wake_up_by_another_worker_reads_the_log_before_the_next_poll(
    service: StreamService, settings: LazySettings
) -> None:
    settings.STREAM_POLL_SECONDS = 3600
    with joined_workers(2) as (first, second):
        second.section.is_serving = False
        following = asyncio.create_task(follow_wakeups(service, second))
        await start_service(service, second)
        assert second.section.is_serving
        begin = service.current_cursor
        await sync_to_async(append)(1)

        first.wake_others()

        await eventually(lambda: service.current_cursor.seq == begin.seq + 1)
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)
