"""What is made of a stream on which the canary comes late, or never."""

from collections.abc import Callable, Iterator
from threading import Event

import httpx2
import pytest

from news.models import LogHead
from streaming.canary import CanaryLost, fly_canary

pytestmark = pytest.mark.django_db(transaction=True)
OPENING = b"event: heartbeat\nid: evt_1\ndata: {}\n\nevent: metrics\nid: evt_2\ndata: {}\n\n"
SITE = httpx2.URL("http://news.example.org/")


def canary(number: int) -> bytes:
    return b'event: canary\nid: evt_3\ndata: {"number": %d}\n\n' % number


def fly(blocks: Callable[[], Iterator[bytes]], *, seconds: float = 10) -> float:
    answer = httpx2.MockTransport(lambda request: httpx2.Response(200, content=blocks()))
    with httpx2.Client(transport=answer) as client:
        return fly_canary(client, SITE, seconds=seconds)


def test_one_that_others_have_sent_before_is_not_taken_for_it() -> None:
    def blocks() -> Iterator[bytes]:
        yield OPENING + canary(0)
        yield canary(LogHead.objects.get().canaries)

    took = fly(blocks)

    head = LogHead.objects.get()
    assert (head.canaries, head.canaries_arrived, head.canary_seconds) == (1, 1, took)


def test_one_that_comes_late_is_lost() -> None:
    def blocks() -> Iterator[bytes]:
        yield OPENING
        Event().wait(0.1)
        yield canary(1)

    with pytest.raises(CanaryLost, match=r"stream: the canary did not come within 0\.05 s"):
        fly(blocks, seconds=0.05)

    assert LogHead.objects.get().canaries_arrived == 0


@pytest.mark.parametrize(
    ("sent", "words"), [(OPENING, "ended before the canary came"), (b"", "ended before it had begun")]
)
def test_a_stream_that_ends_is_not_taken_for_silence(sent: bytes, words: str) -> None:
    with pytest.raises(CanaryLost, match=words):
        fly(lambda: iter([sent]))
