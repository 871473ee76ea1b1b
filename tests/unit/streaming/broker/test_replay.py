"""Pages of the log for those who are behind, while the log's old end is trimmed."""

import pytest
from asgiref.sync import sync_to_async

from news.ingest.retention import trim
from news.log.cursor import Cursor
from streaming.broker.hub import StreamFilter
from streaming.broker.replay import CursorExpired
from streaming.broker.tailer import Tailer
from streaming.http.stream import Subscription
from tests.helpers.items import append
from tests.helpers.sse import parse_events

pytestmark = pytest.mark.django_db(transaction=True)
INTERESTS = [StreamFilter(), StreamFilter(frozenset({"AAPL"}))]


@sync_to_async
def append_and_trim(count: int, cut: int) -> None:
    append(0, count)
    assert sum(trim(cut, batch=100)) == cut


@pytest.mark.parametrize("interest", INTERESTS, ids=["all", "AAPL"])
async def test_a_replay_of_what_was_trimmed_has_expired(tail: Tailer, interest: StreamFilter) -> None:
    await append_and_trim(10, cut=5)
    here = await tail.start()

    with pytest.raises(CursorExpired):
        await tail.replay.get_page(Cursor(here.generation, 4), here, interest)
    page, reached = await tail.replay.get_page(Cursor(here.generation, 5), here, interest)

    assert [event.seq for event in parse_events(page.decode())] == [6, 7, 8, 9, 10]
    assert reached == here


async def test_a_client_overtaken_by_the_trimming_is_told_and_gets_the_present(tail: Tailer) -> None:
    await append_and_trim(10, cut=5)
    here = await tail.start()
    subscription = Subscription(
        tail,
        StreamFilter(),
        resume=Cursor(here.generation, 2),  # good when it was asked for, and trimmed since
        reset_reason=None,
        lease=tail.limiter.acquire("client"),
        permit=None,
        client="client",
    )
    subscription.can_detach = True  # so that the iteration ends where the stream is live

    events = parse_events("".join([chunk.decode() async for chunk in subscription]))
    subscription.release()

    assert [event.kind for event in events] == ["heartbeat", "reset", "metrics"]
    assert events[1].data["reason"] == "expired"
    assert events[2].data["total"] == 10
